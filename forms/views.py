"""What a page of the form draws: frozen views that the macros read, and that know nothing of HTML tags."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import orjson

from forms.components import Choice, Component, Page, Path, dotted, visible
from forms.html import text_of
from forms.portable import portable
from forms.tree import ABSENT, get
from forms.visibility import Conditions

# What no text of a condition is equal to: a number, a date, a list.
OTHER = "\x00"

KINDS = {
    "textfield": "text",
    "textarea": "area",
    "radio": "choice",
    "checklist": "choices",
    "filepicker": "file",
    "dynamiclist": "repeat",
    "text": "prose",
    "spacer": "separator",
}


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """One offered answer: its id in the page, what is posted, what is read."""

    id: str
    value: str
    label: str
    hint: str
    checked: bool


@dataclass(frozen=True, slots=True)
class ItemView:
    """One line of a repeated group; `name` is what the removing button posts."""

    id: str
    name: str
    title: str
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field. `kind`: text, area, number, date, time, datetime, choice, select, choices, checkbox, file, group,
    repeat, prose, separator. `hidden_when` is the rule (JSON) by which a browser hides it, empty when none is needed;
    `target` is the id that the error summary goes to.
    """

    kind: str
    id: str
    name: str
    label: str
    hint: str = ""
    error: str = ""
    value: Any = ""
    required: bool = False
    readonly: bool = False
    example: str = ""
    prefix: str = ""
    suffix: str = ""
    choices: tuple[ChoiceView, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    fields: tuple[FieldView, ...] = ()
    items: tuple[ItemView, ...] = ()
    may_add: bool = False
    documents: tuple[Any, ...] = ()
    piece: str = ""
    multiple: bool = False
    accept: str = ""
    hidden_when: str = ""
    hidden: bool = False

    @property
    def target(self) -> str:
        """The id of what takes the focus."""
        if self.kind == "date":
            return f"{self.id}-jour"
        if self.kind == "datetime":
            return f"{self.id}-date"
        return self.choices[0].id if self.choices and self.kind in ("choice", "choices") else self.id


@dataclass(frozen=True, slots=True)
class ErrorView:
    """A line of the error summary; an empty target has no field on this page."""

    message: str
    target: str


@dataclass(frozen=True, slots=True)
class PageView:
    """One step: « 3 sur 6 · Votre logement ». `position` counts the pages shown, `number` all of them."""

    number: int
    position: int
    total: int
    title: str
    why: str
    help: str
    fields: tuple[FieldView, ...]
    errors: tuple[ErrorView, ...]


def page_view(
    page: Page,
    shown: Sequence[int],
    answers: Mapping[str, Any],
    errors: Mapping[str, str],
    conditions: Conditions,
    documents: Mapping[str, Sequence[Any]],
    context: Mapping[str, Any],
) -> PageView:
    """The page as it is drawn, with what the person wrote, wrong or right, still in place."""
    drawing = _Drawing(page, answers, errors, conditions, documents, context)
    fields = drawing.children(page.component, page.component.segments, ())
    position = shown.index(page.number) + 1 if page.number in shown else page.number
    known = {field.name: field.target for field in _flat(fields)}
    lines = [ErrorView(errors[name], target) for name, target in known.items() if name in errors]
    lines += [ErrorView(message, "") for name, message in errors.items() if name not in known]
    return PageView(page.number, position, len(shown), page.title, page.why, page.help, fields, tuple(lines))


def _flat(fields: Sequence[FieldView]) -> list[FieldView]:
    found: list[FieldView] = []
    for field in fields:
        if field.name:
            found.append(field)
        found += _flat(field.fields)
        for item in field.items:
            found += _flat(item.fields)
    return found


class _Drawing:
    def __init__(
        self,
        page: Page,
        answers: Mapping[str, Any],
        errors: Mapping[str, str],
        conditions: Conditions,
        documents: Mapping[str, Sequence[Any]],
        context: Mapping[str, Any],
    ) -> None:
        self._answers, self._errors, self._conditions = answers, errors, conditions
        self._documents, self._context = documents, context
        self._here = frozenset(_names(page.component, ()))

    def _elsewhere(self, name: str) -> str:
        value = self._conditions.value(tuple(name.split(".")))
        if value is ABSENT or value is None:
            return ""
        return text_of(value) if isinstance(value, str | bool) else OTHER

    def children(self, parent: Component, path: Path, scopes: tuple[Path, ...]) -> tuple[FieldView, ...]:
        """The views of what stands in a group, groups that are only pages opened up."""
        drawn: list[FieldView] = []
        for position, component in enumerate(visible(parent.children)):
            if component.properties.get("page"):
                drawn += self.children(component, path + component.segments, scopes)
            else:
                view = self._draw(component, path, scopes, position)
                drawn += [view] if view else []
        return tuple(drawn)

    def _draw(self, component: Component, prefix: Path, scopes: tuple[Path, ...], position: int) -> FieldView | None:
        path = prefix + component.segments
        hidden = component.hide is not None and self._conditions.hide([(component.hide, scopes)])
        rule = portable(component.hide, self._here, self._elsewhere) if component.hide and not scopes else None
        if hidden and not isinstance(rule, list):
            return None
        own = component.answered or component.kind == "dynamiclist"
        identity = dotted(path) if own else dotted((*path, component.kind, position))
        shared: dict[str, Any] = {
            "kind": component.subtype if component.kind == "datetime" else KINDS.get(component.kind, component.kind),
            "id": "champ-" + identity.replace(".", "-"),
            "name": dotted(path) if own else "",
            "label": component.text if component.kind == "text" else component.label,
            "hint": component.hint,
            "error": self._errors.get(dotted(path), "") if own else "",
            "required": component.required,
            "readonly": component.readonly,
            "hidden_when": orjson.dumps(rule).decode() if isinstance(rule, list) else "",
            "hidden": hidden,
        }
        if component.kind == "dynamiclist":
            return FieldView(**shared, **self._lines(component, path, scopes))
        if component.answered:
            return FieldView(**shared, **self._answer(component, path, shared["id"]))
        return FieldView(**shared, fields=self.children(component, path, scopes))

    def _lines(self, component: Component, path: Path, scopes: tuple[Path, ...]) -> dict[str, Any]:
        raw = get(self._answers, path)
        given = len(raw) if isinstance(raw, list) else 0
        count = component.repetitions if component.fixed else given or component.repetitions
        items = []
        for index in range(count):
            place = (*path, index)
            name = dotted(place)
            fields = self.children(component, place, (*scopes, place))
            items.append(ItemView("champ-" + name.replace(".", "-"), name, f"{component.label} {index + 1}", fields))
        return {"items": tuple(items), "may_add": not component.fixed}

    def _answer(self, component: Component, path: Path, identity: str) -> dict[str, Any]:
        value = get(self._answers, path)
        if value is ABSENT or value is None:
            value = get(self._context, path) if component.readonly else ABSENT
            value = component.default if value is ABSENT and not self._answered_before() else value
        value = None if value is ABSENT else value
        return {
            "value": shown(component, value),
            "example": str(component.properties.get("exemple") or ""),
            "prefix": component.prefix,
            "suffix": component.suffix,
            "choices": tuple(_choice(identity, index, choice, value) for index, choice in enumerate(component.choices)),
            "attributes": tuple(_attributes(component)),
            "documents": tuple(self._documents.get(component.piece, ())) if component.kind == "filepicker" else (),
            "piece": component.piece if component.kind == "filepicker" else "",
            "multiple": component.multiple,
            "accept": component.accept,
        }

    def _answered_before(self) -> bool:
        """A default is offered to who has not written anything yet; it never comes back after being removed."""
        return bool(self._answers) or bool(self._errors)


def _names(component: Component, prefix: Path) -> list[str]:
    """The questions outside lists whose answer a browser reads as one text."""
    path = prefix + component.segments
    if component.kind in ("textfield", "textarea", "radio", "select", "checkbox"):
        return [dotted(path)] if path and not component.readonly else []
    if component.kind != "group":
        return []
    return [name for child in visible(component.children) for name in _names(child, path)]


def _choice(identity: str, index: int, choice: Choice, value: Any) -> ChoiceView:
    chosen = value if isinstance(value, list) else [value]
    checked = any(text_of(choice.value) == text_of(one) for one in chosen if one is not None)
    return ChoiceView(f"{identity}-{index}", text_of(choice.value), choice.label, choice.hint, checked)


def shown(component: Component, value: Any) -> Any:
    """The value as an input holds it: texts, the three parts of a date, a truth, a list for several choices."""
    if component.kind == "checkbox":
        return value is True
    if component.kind == "datetime":
        return _shown_datetime(component.subtype, value)
    if value is None:
        return ""
    if isinstance(value, list):
        return tuple(text_of(one) for one in value)
    if isinstance(value, int | Decimal | float) and not isinstance(value, bool):
        return str(value).replace(".", ",")
    return text_of(value)


def _shown_datetime(subtype: str, value: Any) -> Any:
    if subtype == "time":
        return value.strftime("%H:%M") if isinstance(value, time) else str(value or "")
    if subtype == "date":
        return _parts(value)
    if isinstance(value, Mapping):
        return {"date": _iso(value.get("date")), "heure": str(value.get("heure", ""))}
    text = value.isoformat() if isinstance(value, datetime) else str(value or "")
    return {"date": text[:10], "heure": text[11:16]}


def _iso(value: Any) -> str:
    if isinstance(value, Mapping):
        return "-".join(str(value.get(part, "")) for part in ("annee", "mois", "jour"))
    return str(value or "")


def _parts(value: Any) -> dict[str, str]:
    if isinstance(value, Mapping):
        return {part: str(value.get(part, "")) for part in ("jour", "mois", "annee")}
    text = value.isoformat()[:10] if isinstance(value, date) else str(value or "")
    matched = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text)
    if matched is None:
        return {"jour": text, "mois": "", "annee": ""}
    return {"jour": matched[3], "mois": matched[2], "annee": matched[1]}


def _attributes(component: Component) -> list[tuple[str, str]]:
    """What helps the keyboard and the browser: purpose, kind of keys, kind of input."""
    told = {
        "email": [("type", "email"), ("inputmode", "email"), ("spellcheck", "false"), ("autocapitalize", "none")],
        "telephone": [("type", "tel"), ("inputmode", "tel")],
        "numero_etranger": [("inputmode", "numeric"), ("spellcheck", "false")],
        "code_postal": [("inputmode", "numeric")],
    }.get(component.format, [])
    attributes = list(told)
    if component.kind == "number":
        attributes.append(("inputmode", "numeric" if component.limits.decimals == 0 else "decimal"))
    if component.properties.get("autocomplete"):
        attributes.append(("autocomplete", str(component.properties["autocomplete"])))
    if component.kind == "textarea" and component.limits.max_length:
        attributes.append(("data-longueur", str(component.limits.max_length)))
    return attributes
