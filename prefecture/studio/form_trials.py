"""A form tried before anybody answers it: where it will be asked, of whom, with which data, and what it would say."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import forms
from engine import feel
from engine import scenarios as reading
from engine.errors import DefinitionInvalid
from engine.model import Card, ElementInfo
from engine.scenarios import Scenario, ScenarioUnreadable
from forms import Form, FormUnreadable
from prefecture.demarches import scenarios
from prefecture.demarches.version import DEFAULT_FORM, SETTINGS, Version, evaluate
from prefecture.identity.permissions import USAGER
from prefecture.kernel.errors import Invalid, NotFound
from prefecture.studio import inventing, runs

Who = Literal["usager", "agent"]
_FORM = re.compile(r"(_commun/)?forms/(blocs/)?([^/]+)\.json")
_CITIZEN = {"nom": "Essai", "prenoms": "Camille", "date_naissance": "1990-01-01"}


@dataclass(frozen=True)
class Place:
    """Where a form is shown: the démarche's title, the task that asks it (None: the request itself), by whom."""

    demarche: str
    task: ElementInfo | None
    who: Who
    starts: bool

    @property
    def name(self) -> str:
        """The task's name, as agents read it."""
        return self.task.name if self.task is not None else ""

    @property
    def card(self) -> Card | None:
        """What the citizen reads of the task."""
        return self.task.card if self.task is not None else None


@dataclass(frozen=True)
class Tried:
    """What a form says of answers: `refused` by place, else the clean ones; `pages` are those that they leave shown."""

    who: Who
    given: Mapping[str, Any]
    answers: Mapping[str, Any]
    refused: Mapping[str, str]
    pages: tuple[str, ...]
    pieces: tuple[str, ...]


def name_of(path: str) -> str:
    """The name under which a diagram asks the form at that path; raises NotFound for a path of no form."""
    found = _FORM.fullmatch(path)
    if found is None:
        raise NotFound("Ce fichier n’est pas un formulaire.")
    return found[3]


def form_of(version: Version, path: str) -> Form:
    """The form at that path, of `_commun` as well; raises NotFound, forms.FormUnreadable."""
    name_of(path)
    return forms.load(version.file(path), blocks=version.blocks, evaluate=evaluate)


def settings_of(version: Version) -> Mapping[str, Any]:
    """`demarche.toml`, empty while it cannot be read."""
    try:
        return tomllib.loads(version.files.get(SETTINGS, b"").decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}


def place_of(version: Version, path: str) -> Place:
    """Where the form is shown, as far as the démarche's other files can be read."""
    settings, name = settings_of(version), name_of(path)
    title = str(settings.get("titre") or version.code)
    if name == str(settings.get("formulaire") or DEFAULT_FORM) or "/blocs/" in path:
        return Place(title, None, "usager", starts=True)
    tasks = _tasks(version, name)
    lane = tasks[0].lane if tasks else None
    return Place(title, tasks[0] if tasks else None, "usager" if lane == USAGER else "agent", starts=False)


def _tasks(version: Version, form: str) -> list[ElementInfo]:
    try:
        return [one for one in version.definition.elements.values() if one.form == form]
    except DefinitionInvalid:  # an unfinished diagram; the form is shown all the same
        return []


def examples(version: Version) -> list[tuple[str, str]]:
    """The scenarios whose data and answers a form may be tried with: path, title."""
    found = []
    for path in sorted(filter(scenarios.is_scenario, version.files)):
        read = _scenario(version, path)
        if read is not None:
            found.append((path, read.title))
    return found


def _scenario(version: Version, path: str) -> Scenario | None:
    try:
        return reading.read(version.files.get(path, b""), path)
    except ScenarioUnreadable:
        return None


def context_of(version: Version, place: Place, example: str) -> Mapping[str, Any]:
    """What the form's conditions see beside its own answers: the example's data, or an invented citizen's."""
    read = _scenario(version, example) if example else None
    given = dict(read.given) if read is not None else {}
    if place.starts:
        return {"usager": given.get("usager", _CITIZEN)}
    return {**_invented(version), "usager": _CITIZEN, "demarche": settings_of(version), **given}


def _invented(version: Version) -> Mapping[str, Any]:
    try:
        return dict(runs.invented(version)["etant_donne"])
    except (KeyError, ValueError):  # settings that cannot be read yet
        return {}


def answers_of(version: Version, place: Place, example: str) -> dict[str, Any]:
    """The answers that a scenario gives to this form: to the request, or when it does the task."""
    read = _scenario(version, example)
    if read is None:
        return {}
    if place.starts:
        return dict(read.given.get("demande") or {})
    task = place.task.id if place.task is not None else ""
    return next((dict(step.data) for step in read.steps if step.task == task), {})


def tried(
    version: Version, path: str, answers: Mapping[str, Any] | None, *, example: str = "", invent: bool = False
) -> Tried:
    """Check answers by the form at that path: the given ones (None: those of the example), completed with `invent`.

    Raises NotFound, and Invalid for a form that cannot be read or an example that is none.
    """
    try:
        form, place = form_of(version, path), place_of(version, path)
        if example and _scenario(version, example) is None:
            raise Invalid({"example": "Ce scénario n’est pas dans la démarche, ou ne se lit pas."})
        context = context_of(version, place, example)
        given = answers_of(version, place, example) if answers is None else dict(answers)
        told = inventing.completed(form, given, context) if invent else given
        checked = form.check(told, context=context)
        pages = form.visible_pages(told, context=context)
        asked = form.pieces(told, context=context)
    except FormUnreadable as error:
        raise Invalid({"content": str(error)}) from error
    except feel.FeelError as error:
        raise Invalid({"content": f"Une condition ne se calcule pas\u00a0: {error}"}) from error
    return Tried(
        who=place.who,
        given=told,
        answers={} if checked.errors else checked.answers,
        refused=checked.errors,
        pages=tuple(page.title for page in pages),
        pieces=tuple(piece.code for piece in asked),
    )
