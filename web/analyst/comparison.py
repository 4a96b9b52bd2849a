"""Two versions of a démarche side by side: both drawings, what differs marked by words, the rest in sentences."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask import render_template, request
from markupsafe import Markup

from engine import diagram
from engine.comparing import ADDED, CHANGED, MOVED, REMOVED, Change
from engine.compiling.xml import XmlRefused
from prefecture.demarches import queries as demarches
from prefecture.demarches.queries import VersionView
from prefecture.demarches.version import Version
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import NotFound
from prefecture.studio import publication
from prefecture.studio import queries as studio
from prefecture.studio.comparison import SECTIONS, Compared, FileChange, compare
from web.analyst.frame import blueprint
from web.analyst.scripts import READERS

WORDS = {ADDED: "ajouté", REMOVED: "retiré", CHANGED: "modifié", MOVED: "déplacé"}
# How strongly a mark is tinted: what is new, what is gone (drawn broken), what says something else.
_TINTS = {ADDED: 1.0, REMOVED: -1.0, CHANGED: 0.5}


@dataclass(frozen=True)
class Pair:
    """A drawing that differs, as it was and as it is; None where it cannot be drawn or was not there."""

    file: str
    before: Markup | None
    after: Markup | None
    changes: tuple[Change, ...]

    @property
    def told(self) -> list[Change]:
        """What is worth a line: what only moved on the sheet is counted."""
        return [one for one in self.changes if one.kind != MOVED]

    @property
    def moved(self) -> int:
        """How many elements stand elsewhere on the sheet and say the same."""
        return len(self.changes) - len(self.told)


@dataclass(frozen=True)
class Shown:
    """A comparison ready for a page."""

    compared: Compared
    pairs: tuple[Pair, ...]

    @property
    def sections(self) -> list[tuple[str, str, tuple[FileChange, ...]]]:
        """What is told in sentences: the drawings that differ have their pictures instead."""
        drawn = {one.file for one in self.pairs}
        found = [
            (name, title, tuple(file for file in self.compared.sections.get(name, ()) if file.path not in drawn))
            for name, title in SECTIONS.items()
        ]
        return [one for one in found if one[2]]


@blueprint.get("/brouillons/<uuid:draft_id>/comparaison")
@entry(*READERS)
def compare_draft(draft_id: uuid.UUID) -> str:
    """A draft held against the version in force."""
    draft = studio.draft(draft_id)
    old = publication.in_force(draft.code)
    return render_template(
        "analyst/comparison.html",
        draft=draft,
        before=f"version {old.number}, en vigueur" if old else "",
        after="brouillon",
        shown=shown(old, studio.version(draft_id)),
        words=WORDS,
        versions=[],
        code=draft.code,
    )


@blueprint.get("/demarches/<code>/comparaison")
@entry(*READERS)
def compare_versions(code: str) -> str:
    """Two published versions: the last two unless `de` and `a` name others."""
    versions = demarches.versions(code)
    if not versions:
        raise NotFound("Cette démarche n’existe pas.")
    after = _asked(versions, "a", versions[0])
    before = _asked(versions, "de", next((one for one in versions if one.number < after.number), after))
    return render_template(
        "analyst/comparison.html",
        draft=None,
        before=f"version {before.number}",
        after=f"version {after.number}",
        shown=shown(demarches.version(before.id), demarches.version(after.id)),
        words=WORDS,
        versions=versions,
        asked={"de": before.number, "a": after.number},
        code=code,
    )


def shown(old: Version | None, new: Version) -> Shown:
    """Both versions compared, drawings drawn."""
    found = compare(old, new)
    before = {} if old is None else old.files
    pairs = (
        Pair(
            one.path,
            _drawn(before.get(one.path), one.elements, ADDED),
            _drawn(new.files.get(one.path), one.elements, REMOVED),
            one.elements,
        )
        for one in found.diagrams
        if one.elements
    )
    return Shown(found, tuple(pairs))


def _drawn(content: bytes | None, changes: tuple[Change, ...], elsewhere: str) -> Markup | None:
    """One of both drawings, without the marks of what is only in the other."""
    marked = [one for one in changes if one.kind not in (MOVED, elsewhere)]
    heat = {one.id: _TINTS[one.kind] for one in marked}
    figures = {one.id: WORDS[one.kind] for one in marked}
    if content is None:
        return None
    try:
        # The renderer escapes every text of the diagram; what it returns is ours.
        return Markup(diagram.render(content, heat=heat, figures=figures))  # noqa: S704
    except XmlRefused:
        return None


def _asked(versions: list[VersionView], name: str, usual: VersionView) -> VersionView:
    number = request.args.get(name, "")
    return next((one for one in versions if str(one.number) == number), usual)
