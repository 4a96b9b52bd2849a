"""Letters, mails and SMS: templates whose every tag must be known before a version is published."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.compile import Finding
from prefecture.demarches.bundle import COMMON
from prefecture.notifications.templates import TemplateRefused, unknown_tags

if TYPE_CHECKING:
    from prefecture.demarches.version import Version

FOLDER = "courriers/"
ENDINGS = (".html", ".txt")


def is_letter(path: str) -> bool:
    """Whether a file of a version is a template of a letter, mail or SMS."""
    return path.removeprefix(f"{COMMON}/").startswith(FOLDER) and path.endswith(ENDINGS)


def check(version: Version, tags: frozenset[str]) -> Iterator[Finding]:
    """Templates that cannot be read, templates that they name and nobody has, tags that nobody fills in.

    Without `tags` these are not judged. Each file is judged by itself: what it extends or includes is judged there.
    """
    for path in version.files:
        hidden = path.startswith(f"{COMMON}/") and path.removeprefix(f"{COMMON}/") in version.files
        if is_letter(path) and not hidden:
            yield from _check_one(version, path, tags)


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
    close = sorted(tag for tag in tags if tag.partition(".")[0] == family) or sorted(
        {t.partition(".")[0] for t in tags}
    )
    lines = version.files[path].decode().splitlines()
    line = next((number for number, text in enumerate(lines, 1) if name in text), 0)
    message = f"Personne ne remplit la balise «\u00a0{name}\u00a0»."
    fix = f"Choisissez parmi\u00a0: {', '.join(close[:20])}."
    return Finding("balise-inconnue", "error", path, name, "", line, message, fix)
