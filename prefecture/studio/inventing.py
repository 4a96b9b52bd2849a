"""Answers invented for a form, so that it can be gone through at once: plausible ones, of nobody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from forms import Component, Form
from prefecture.demarches.version import PARIS
from prefecture.kernel import clock

# What is answered may show other questions.
ROUNDS = 8
FILE = "exemple.pdf"
LONGEST = 40
_DIGITS = re.compile(r"\^?(?:\\d|\[0-9\])\{(\d{1,3})(?:,\d*)?\}\$?")
_AHEAD = timedelta(days=90)
_TEXTS = {
    "email": "camille.essai@exemple.fr",
    "telephone": "06 12 34 56 78",
    "numero_etranger": "7503054321",
    "code_postal": "94000",
}


def completed(form: Form, answers: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """The answers with what the form still asks or refuses answered by invention, as far as that can be done."""
    asked = dict(_questions(form))
    found: dict[str, Any] = _copied(answers)
    for _ in range(ROUNDS):
        errors = form.check(found, context=context).errors
        known = [path for path in errors if _plain(path) in asked]
        for path in known:
            _put(found, path, _answer(asked[_plain(path)]))
        if not known:
            break
    return found


def _questions(form: Form) -> Iterator[tuple[str, Component]]:
    for page in form.pages:
        yield from _inside(page.component, ())


def _inside(component: Component, prefix: tuple[str, ...]) -> Iterator[tuple[str, Component]]:
    path = (*prefix, *component.segments)
    if component.holds:
        yield ".".join(path), component
    for child in component.children:
        yield from _inside(child, path)


def _plain(path: str) -> str:
    """The path without the places in lists."""
    return ".".join(part for part in path.split(".") if not part.isdecimal())


def _answer(component: Component) -> Any:
    if component.kind == "dynamiclist":
        return [{child.segments[-1]: _answer(child) for child in component.children if child.holds and child.segments}]
    if component.choices:
        first = component.choices[0].value
        return [first] if component.kind == "checklist" else first
    return _BY_KIND.get(component.kind, _text)(component)


def _text(component: Component) -> str:
    digits = _DIGITS.fullmatch(component.limits.pattern or "")
    told = "1" * min(int(digits[1]), LONGEST) if digits else ""
    told = told or str(component.properties.get("exemple") or _TEXTS.get(component.format, "Exemple"))
    least = component.limits.min_length or 0
    return told.ljust(least, "x")[: component.limits.max_length or None]


def _number(component: Component) -> str:
    limits = component.limits
    return str(limits.minimum if limits.minimum is not None else limits.maximum if limits.maximum is not None else 1)


def _moment(component: Component) -> str:
    if component.subtype == "time":
        return "10:00"
    day = "1990-05-04"
    if component.format != "date_passee":
        day = (clock.now().astimezone(PARIS).date() + _AHEAD).isoformat()
    return f"{day}T10:00" if component.subtype == "datetime" else day


_BY_KIND: Mapping[str, Callable[[Component], Any]] = {
    "number": _number,
    "datetime": _moment,
    "checkbox": lambda _: True,
    "filepicker": lambda _: [FILE],
}


def _put(answers: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    place: Any = answers
    for part in parents:
        place = place[int(part)] if isinstance(place, list) else place.setdefault(part, {})
    place[last] = value


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copied(one) for key, one in value.items()}
    return [_copied(one) for one in value] if isinstance(value, list) else value
