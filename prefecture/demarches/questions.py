"""The questions of the form that citizens fill in, by the path under which a process and its tables read answers."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forms import FormUnreadable
from forms.components import SINGLE_CHOICES, Component
from prefecture.demarches.version import Version
from prefecture.kernel.errors import NotFound

ANSWERS = "demande"
# What every process finds at its start (`prefecture.dossiers.filing` says it in full).
START_DATA: Mapping[str, str] = {
    "demande": "context",
    "dossier": "context",
    "dossier.numero": "string",
    "dossier.depose_le": "date",
    "dossier.prefecture": "string",
    "dossier.service": "string",
    "dossier.canal": "string",
    "usager": "context",
    "usager.nom": "string",
    "usager.prenoms": "string",
    "usager.date_naissance": "date",
    "demarche": "context",
}
CHANNELS = (("teleservice", "Téléservice"), ("guichet", "Guichet"))


@dataclass(frozen=True)
class Question:
    """A question: its words, the FEEL type of its answer; where one is chosen of several, value and words of each."""

    label: str
    kind: str
    choices: tuple[tuple[str, str], ...]


def questions_of(version: Version) -> dict[str, Question]:
    """The questions outside lists; none when the form cannot be read, which the findings tell."""
    try:
        form = version.form(version.form_id)
    except (FormUnreadable, NotFound, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}
    kinds = form.fields
    return {
        path: Question(one.label, kinds.get(path.removeprefix(f"{ANSWERS}."), ""), _choices(one))
        for page in form.pages
        for path, one in _answered(page.component, ANSWERS)
    }


def choices_of(version: Version) -> Mapping[str, tuple[str, ...]]:
    """The values that data may have at the start, by path, where there are only so many."""
    return {path: tuple(value for value, _ in one.choices) for path, one in known_of(version).items() if one.choices}


def known_of(version: Version) -> dict[str, Question]:
    """The questions of the form, and what else a table may ask that has only so many values."""
    return {"dossier.canal": Question("Canal de dépôt", "string", CHANNELS), **questions_of(version)}


def _answered(component: Component, above: str) -> Iterator[tuple[str, Component]]:
    path = ".".join((above, *component.segments))
    if component.answered:
        yield path, component
    elif component.kind != "dynamiclist":
        for child in component.children:
            yield from _answered(child, path)


def _choices(component: Component) -> tuple[tuple[str, str], ...]:
    values = [one.value for one in component.choices]
    if component.kind not in SINGLE_CHOICES or not all(isinstance(value, str) for value in values):
        return ()
    return tuple((str(one.value), one.label) for one in component.choices)
