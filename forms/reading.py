"""Answers read back: each question with its answer as text, and the FEEL type of each place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from forms.components import MONTHS, Component, Page, Path, dotted, visible
from forms.tree import ABSENT, get
from forms.visibility import Conditions

NOTHING = "Non renseigné"


@dataclass(frozen=True, slots=True)
class Row:
    """One question and its answer as a person reads it. `answered` tells an answer from the words for none."""

    question: str
    answer: str
    path: str
    page: int
    answered: bool


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one page of the form."""

    title: str
    page: int
    rows: tuple[Row, ...]


def sections(
    pages: tuple[Page, ...], answers: Mapping[str, Any], conditions: Conditions, documents: Mapping[str, Any]
) -> tuple[Section, ...]:
    """One section for each page that shows a question, in order."""
    found = []
    for page in pages:
        reader = _Reader(page.number, answers, conditions, documents)
        reader.read(page.component, (), (), "")
        if reader.rows:
            found.append(Section(page.title, page.number, tuple(reader.rows)))
    return tuple(found)


class _Reader:
    def __init__(
        self, page: int, answers: Mapping[str, Any], conditions: Conditions, documents: Mapping[str, Any]
    ) -> None:
        self.rows: list[Row] = []
        self._page, self._answers, self._conditions, self._documents = page, answers, conditions, documents

    def read(self, component: Component, prefix: Path, scopes: tuple[Path, ...], before: str) -> None:
        """Add the rows of the component, unless it is private or hidden."""
        if component.private or (component.hide and self._conditions.hide([(component.hide, scopes)])):
            return
        path = prefix + component.segments
        if component.kind == "dynamiclist":
            self._read_list(component, path, scopes)
        elif component.answered:
            self._add(component, path, before)
        for child in component.children if component.kind == "group" else ():
            self.read(child, path, scopes, before)

    def _read_list(self, component: Component, path: Path, scopes: tuple[Path, ...]) -> None:
        items = get(self._answers, path)
        if not isinstance(items, list) or not items:
            self.rows.append(Row(component.label, "Aucun", dotted(path), self._page, False))
            return
        for index in range(len(items)):
            place = (*path, index)
            for child in visible(component.children):
                self.read(child, place, (*scopes, place), f"{component.label} {index + 1}, ")

    def _add(self, component: Component, path: Path, before: str) -> None:
        value = get(self._answers, path)
        answered = value is not ABSENT and value is not None and value != []
        text = self._text(component, value) if answered else NOTHING
        label = component.label.rstrip(" \u00a0:") or dotted(path)
        self.rows.append(Row(f"{before}{label}", text, dotted(path), self._page, answered))

    def _text(self, component: Component, value: Any) -> str:
        if component.kind == "filepicker":
            names = [name_of(document) for document in self._documents.get(component.piece, ())]
            count = len(value)
            return ", ".join(names) or (f"{count} fichiers" if count > 1 else "1 fichier")
        if component.kind in ("radio", "select"):
            return next((choice.label for choice in component.choices if choice.value == value), str(value))
        if component.kind == "checklist":
            return ", ".join(choice.label for choice in component.choices if choice.value in value)
        return " ".join(part for part in (component.prefix, spoken(value), component.suffix) if part)


def spoken(value: Any) -> str:
    """A typed value in French: `le 12 janvier 2027` without its article, `12,5`, `Oui`."""
    if isinstance(value, bool):
        return "Oui" if value else "Non"
    if isinstance(value, datetime):
        return f"{spoken(value.date())} à {spoken(value.timetz())}"
    if isinstance(value, date):
        day = "1er" if value.day == 1 else str(value.day)
        return f"{day} {MONTHS[value.month - 1]} {value.year}"
    if isinstance(value, time):
        return f"{value.hour}\u00a0h\u00a0{value.minute:02d}" if value.minute else f"{value.hour}\u00a0h"
    if isinstance(value, int | Decimal):
        return f"{value:,}".replace(",", "\u202f").replace(".", ",")
    return str(value)


def name_of(document: Any) -> str:
    """The file name of a document given as an object, a mapping or a bare name."""
    if isinstance(document, Mapping):
        return str(document.get("name", document.get("id", "")))
    return str(getattr(document, "name", None) or getattr(document, "filename", None) or document)


def feel_types(component: Component, prefix: tuple[str, ...] = ()) -> dict[str, str]:
    """The FEEL type of each place by dotted path, groups included as contexts, lists as lists of contexts."""
    types: dict[str, str] = {}
    for child in visible(component.children):
        path = (*prefix, *child.segments)
        if child.kind == "dynamiclist":
            types[".".join(path)] = f"list<{_context(feel_types(child))}>"
        elif child.answered and child.segments:
            types[".".join(path)] = _feel_type(child)
        else:
            types |= feel_types(child, path)
    return types


def with_contexts(types: Mapping[str, str]) -> dict[str, str]:
    """The same types, each group that they imply added as a context."""
    result = dict(types)
    for path in types:
        head = path.rpartition(".")[0]
        while head:
            result[head] = _context(
                {key[len(head) + 1 :]: told for key, told in types.items() if key.startswith(f"{head}.")}
            )
            head = head.rpartition(".")[0]
    return result


def _context(types: Mapping[str, str]) -> str:
    tops: dict[str, str] = {}
    for path, told in types.items():
        head, _, rest = path.partition(".")
        if rest:
            inner = {key[len(head) + 1 :]: value for key, value in types.items() if key.startswith(f"{head}.")}
            tops[head] = _context(inner)
        else:
            tops[head] = told
    return f"context<{', '.join(f'{name}: {told}' for name, told in tops.items())}>"


def _feel_type(component: Component) -> str:
    if component.kind == "datetime":
        return {"time": "time", "datetime": "date and time"}.get(component.subtype, "date")
    if component.kind in ("checklist", "filepicker"):
        return "list<string>"
    if component.kind in ("radio", "select"):
        kinds = {type(choice.value) for choice in component.choices}
        return {frozenset({bool}): "boolean", frozenset({int}): "number"}.get(frozenset(kinds), "string")
    return {"number": "number", "checkbox": "boolean"}.get(component.kind, "string")
