"""What an HTML page posted becomes raw answers, and joins the answers given so far.

Names are dotted paths (`adresse.code_postal`, `enfants.0.prenom`). A date is one name, or three ending in -jour, -mois,
-annee; a moment is two, ending in -date and -heure. Names beginning with an underscore are the page's own buttons.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from forms.components import MAX_ITEMS, Component, Page, Path, dotted, visible
from forms.tree import ABSENT, copy, drop, get, overlay, put
from forms.values import number_of

ADD, REMOVE, REFRESH = "_ajouter", "_retirer", "_actualiser"
ROW_MARK = "_ligne"


class Posted(Protocol):
    """The part of a werkzeug MultiDict that is read here."""

    def getlist(self, key: str) -> list[str]: ...
    def __iter__(self) -> Iterator[str]: ...


class _Plain:
    """A plain mapping of names to texts (or lists of texts), read like a MultiDict."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def getlist(self, key: str) -> list[str]:
        value = self._values.get(key, [])
        return list(value) if isinstance(value, list | tuple) else [value]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)


def posted(form_data: Posted | Mapping[str, Any]) -> Posted:
    """The posted values, whatever the mapping that carries them."""
    return form_data if hasattr(form_data, "getlist") else _Plain(form_data)


def asks_again(form_data: Posted | Mapping[str, Any]) -> bool:
    """Whether a button asked to redraw the page (add or remove a line, show what follows) rather than go on."""
    return any(posted(form_data).getlist(name) for name in (ADD, REMOVE, REFRESH))


def parse(components: tuple[Component, ...], form_data: Posted | Mapping[str, Any]) -> dict[str, Any]:
    """The raw answers to these components, lines added and removed as the buttons asked. Nothing is checked here."""
    answers: dict[str, Any] = {}
    _parse_into(answers, components, posted(form_data), (), ())
    return answers


def _parse_into(
    target: dict[str, Any], components: tuple[Component, ...], data: Posted, under: Path, place: Path
) -> None:
    """Read what was posted under a name, write it at a place of the target: inside a list line the two differ."""
    for component in visible(components):
        name, path = under + component.segments, place + component.segments
        if component.readonly:
            continue
        if component.kind == "dynamiclist":
            value = _lines(component, data, name)
        elif component.answered:
            value = _PARSERS.get(component.kind, _first)(component, data, dotted(name))
        else:
            _parse_into(target, component.children, data, name, path)
            continue
        if value is not None and path:
            put(target, path, value)


def _lines(component: Component, data: Posted, place: Path) -> list[dict[str, Any]] | None:
    name = dotted(place)
    removed = data.getlist(REMOVE)
    lines: list[dict[str, Any]] = []
    for index in _indices(data, name)[:MAX_ITEMS]:
        if f"{name}.{index}" not in removed:
            line: dict[str, Any] = {}
            _parse_into(line, component.children, data, (*place, index), ())
            lines.append(line)
    if name in data.getlist(ADD) and len(lines) < MAX_ITEMS:
        lines.append({})
    return lines or None


def _indices(data: Posted, name: str) -> list[int]:
    """The line numbers posted under the name, smallest first."""
    found: set[int] = set()
    for key in data:
        if key.startswith(f"{name}."):
            number = key[len(name) + 1 :].split(".", 1)[0]
            if number.isascii() and number.isdigit() and len(number) < len("10000"):
                found.add(int(number))
    return sorted(found)


def _first(component: Component, data: Posted, name: str) -> Any:
    values = data.getlist(name)
    return values[0] if values and values[0].strip() else None


def _number(component: Component, data: Posted, name: str) -> Any:
    text = _first(component, data, name)
    number = number_of(text) if text else None
    return text if number is None else number


def _checkbox(component: Component, data: Posted, name: str) -> bool:
    return bool(data.getlist(name))


def _offered(component: Component, text: str) -> Any:
    """The typed value of the choice whose text was posted; the text itself when no choice has it."""
    return next((choice.value for choice in component.choices if text_of(choice.value) == text), text)


def text_of(value: Any) -> str:
    """How a choice's value is written in HTML."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _single(component: Component, data: Posted, name: str) -> Any:
    text = _first(component, data, name)
    return None if text is None else _offered(component, text)


def _several(component: Component, data: Posted, name: str) -> Any:
    return [_offered(component, text) for text in data.getlist(name) if text] or None


def _files(component: Component, data: Posted, name: str) -> Any:
    return [text for text in data.getlist(name) if text] or None


def _datetime(component: Component, data: Posted, name: str) -> Any:
    if component.subtype == "time":
        return _first(component, data, name)
    if component.subtype == "datetime":
        day, hour = _day(data, f"{name}-date"), _first(component, data, f"{name}-heure")
        parts = {key: value for key, value in (("date", day), ("heure", hour)) if value}
        return _first(component, data, name) or parts or None
    return _day(data, name)


def _day(data: Posted, name: str) -> Any:
    whole = [value for value in data.getlist(name) if value.strip()]
    if whole:
        return whole[0]
    parts = {part: (data.getlist(f"{name}-{part}") or [""])[0].strip() for part in ("jour", "mois", "annee")}
    return parts if any(parts.values()) else None


_PARSERS = {
    "number": _number,
    "checkbox": _checkbox,
    "radio": _single,
    "select": _single,
    "checklist": _several,
    "filepicker": _files,
    "datetime": _datetime,
}


def merge(draft: Mapping[str, Any], raw: Mapping[str, Any], page: Page) -> dict[str, Any]:
    """The draft with the page's answers replaced by the raw ones, those it no longer gives removed."""
    kept: dict[str, Any] = copy(draft)
    for path in _places(page.component, ()):
        if get(kept, path) is not ABSENT:
            drop(kept, path)
    return overlay(kept, raw)


def _places(component: Component, prefix: Path) -> Iterable[Path]:
    path = prefix + component.segments
    if component.private or component.readonly:
        return
    if (component.answered or component.kind == "dynamiclist") and path:
        yield path
    elif component.kind != "dynamiclist":
        for child in component.children:
            yield from _places(child, path)
