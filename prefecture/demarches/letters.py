"""Letters, mails and SMS: templates whose every tag must be known before a version is published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from engine.compile import ActionSpec, Finding
from engine.definition import Definition
from engine.provenance import tables_behind
from forms import FormUnreadable
from prefecture.demarches import mentions as legal
from prefecture.demarches.bundle import COMMON
from prefecture.kernel.errors import NotFound
from prefecture.notifications.templates import TemplateRefused, unknown_tags

if TYPE_CHECKING:
    from prefecture.demarches.version import Version

FOLDER = "courriers/"
ENDINGS = (".html", ".txt")
# The tag by which a letter names the tables whose answers it says (CRPA, art. L.311-3-1).
CALCULATED: Final = "courrier.calculs"
REQUEST: Final = "demande"


def is_letter(path: str) -> bool:
    """Whether a file of a version is a template of a letter, mail or SMS."""
    return path.removeprefix(f"{COMMON}/").startswith(FOLDER) and path.endswith(ENDINGS)


def check(version: Version, tags: frozenset[str]) -> Iterator[Finding]:
    """Templates that cannot be read, templates that they name and nobody has, tags that nobody fills in, legal mentions
    that letters lack.

    Without `tags` these are not judged. Each file is judged by itself: what it extends or includes is judged there.
    """
    for path in version.files:
        hidden = path.startswith(f"{COMMON}/") and path.removeprefix(f"{COMMON}/") in version.files
        if is_letter(path) and not hidden:
            yield from _check_one(version, path, tags if path.startswith(f"{COMMON}/") else _asked(version, tags))
            yield from legal.findings(version, path)


def _asked(version: Version, tags: frozenset[str]) -> frozenset[str]:
    """The tags, the answers of the request form by their names instead of any answer; the shared letters know none."""
    if REQUEST not in tags:
        return tags
    try:
        fields = version.form(version.form_id).fields
    except (NotFound, FormUnreadable):
        return tags  # other rules tell of the form
    return tags - {REQUEST} | {f"{REQUEST}.{name}" for name in fields}


def mentions(version: Version, definition: Definition, actions: Mapping[str, ActionSpec]) -> Iterator[Finding]:
    """Letters and mails that say what a decision table answered, without the mention of algorithmic processing."""
    given = tables_behind(definition, actions)
    for action in given.keys() & actions.keys():
        for template, said in actions[action].writes.items():
            tables = sorted({table for name in said for table in given[action].get(name, ())})
            path = FOLDER + template
            if tables and version.has(path) and not names_tables(version, path):
                yield _without_mention(path if path in version.files else f"{COMMON}/{path}", tables)


def names_tables(version: Version, path: str) -> bool:
    """Whether a letter bears the mention of the tables whose answers it says; one that cannot be read is let be."""
    try:
        return CALCULATED in unknown_tags(version.template(path), (), version.template)
    except (TemplateRefused, UnicodeDecodeError):
        return True  # told already: it cannot be read


def _without_mention(path: str, tables: list[str]) -> Finding:
    named = ", ".join(f"«\u00a0{table}\u00a0»" for table in tables)
    message = (
        f"Ce courrier dit ce qu’une table de décision a établi ({named}) sans le signaler à l’usager\u00a0: "
        "la mention du traitement algorithmique est obligatoire (CRPA, art. L.311-3-1)."
    )
    fix = (
        "Partez de «\u00a0courriers/papier.html\u00a0» ou de «\u00a0courriers/mail.html\u00a0», "
        'ou ajoutez {% include "courriers/_calculs.html" %} en bas du modèle.'
    )
    return Finding("mention-algorithmique", "error", path, "", "", 0, message, fix)


def _check_one(version: Version, path: str, tags: frozenset[str]) -> Iterator[Finding]:
    def named(name: str) -> str:
        version.file(name)  # NotFound when nobody has it
        return ""

    try:
        unknown = unknown_tags(version.files[path].decode(), tags, named)
    except UnicodeDecodeError:
        message = "Ce modèle n’est pas écrit en UTF-8."
        yield Finding("modele-illisible", "error", path, "", "", 0, message, "Enregistrez-le en UTF-8.")
        return
    except TemplateRefused as error:
        message = f"Ce modèle ne se lit pas\u00a0: {error.message}."
        yield Finding("modele-illisible", "error", path, "", "", error.line or 0, message, "Corrigez cette balise.")
        return
    for name in unknown:
        if "/" in name:
            message = f"Le modèle «\u00a0{name}\u00a0» n’existe pas."
            yield Finding("modele-inconnu", "error", path, name, "", 0, message, "Corrigez le nom du modèle.")
        elif tags:
            yield _unknown(version, path, name, tags)


def _unknown(version: Version, path: str, name: str, tags: frozenset[str]) -> Finding:
    family = name.partition(".")[0]
    close = (
        get_close_matches(name, tags, n=5, cutoff=0.7)
        or sorted(tag for tag in tags if tag.partition(".")[0] == family)
        or sorted({t.partition(".")[0] for t in tags})
    )
    lines = version.files[path].decode().splitlines()
    line = next((number for number, text in enumerate(lines, 1) if name in text), 0)
    message = f"Personne ne remplit la balise «\u00a0{name}\u00a0»."
    fix = f"Choisissez parmi\u00a0: {', '.join(close[:20])}."
    return Finding("balise-inconnue", "error", path, name, "", line, message, fix)
