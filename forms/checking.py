"""Answers are checked: unknown ones refused, hidden ones dropped, the others cleaned or refused with what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from forms.components import MAX_ITEMS, RESERVED_KEYS, Component, Path, dotted
from forms.plan import Plan
from forms.refusal import Refused
from forms.schema import DEEPEST
from forms.tree import ABSENT, Node, Shape, copy, get, put
from forms.values import clean, required_message
from forms.visibility import Conditions, Evaluate, without

UNKNOWN = "Retirez cette réponse\u00a0: le formulaire ne la demande pas (inconnu)."
RESERVED = "Retirez cette réponse\u00a0: ce nom est réservé (inconnu)."
BIGGEST = 2000


class ClockMissing(ValueError):
    """A form compares a date with today, and the given evaluator does not know `today()`. A fault of the caller."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Clean, typed answers, and what is wrong by dotted path. `answers` may be kept only when `errors` is empty."""

    answers: dict[str, Any]
    errors: dict[str, str]

    @property
    def valid(self) -> bool:
        """Nothing is wrong."""
        return not self.errors


@dataclass(slots=True)
class Typed:
    """Answers whose types were read, before anything was decided about hidden or missing ones.

    Lists keep their length, so that places stay those the person saw. `kept` is the same with the raw value where it
    could not be read.
    """

    documents: Mapping[str, Sequence[Any]]
    zone: tzinfo
    answers: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)

    def read(self, component: Component, answers: Any, prefix: Path) -> None:
        """Take what these raw answers say to the component and to those inside it."""
        if component.private or component.readonly:
            return
        path = prefix + component.segments
        if component.holds:
            self.read_at(component, answers, path)
        else:
            for child in component.children:
                self.read(child, answers, path)

    def read_at(self, component: Component, answers: Any, path: Path) -> None:
        """Take what these raw answers say to a question or a list at its place."""
        if component.kind == "dynamiclist":
            self._read_list(component, answers, path)
        else:
            self._read_answer(component, answers, path)

    def _read_list(self, component: Component, answers: Any, path: Path) -> None:
        raw = get(answers, path)
        if raw is ABSENT or raw is None or raw == []:
            return
        if not isinstance(raw, list) or not all(isinstance(item, Mapping) for item in raw):
            self.errors[dotted(path)] = "Donnez une liste, une ligne par réponse."
            return
        if len(raw) > MAX_ITEMS:
            self.errors[dotted(path)] = f"Gardez au plus {MAX_ITEMS} lignes."
            return
        put(self.answers, path, [{} for _ in raw])
        put(self.kept, path, [{} for _ in raw])
        for index in range(len(raw)):
            for child in component.children:
                self.read(child, answers, (*path, index))

    def _read_answer(self, component: Component, answers: Any, path: Path) -> None:
        raw = get(answers, path)
        if component.kind == "filepicker" and (raw is ABSENT or raw in (None, [])):
            raw = [identifier_of(document) for document in self.documents.get(component.piece, ())] or ABSENT
        if raw is ABSENT:
            return
        try:
            value = clean(component, raw, self.zone)
        except Refused as refused:
            self.errors[dotted(path)] = str(refused)
            put(self.kept, path, copy(raw))
            return
        if value is not None:
            put(self.answers, path, value)
            put(self.kept, path, value)


def identifier_of(document: Any) -> str:
    """The id of a document given as an id, as an object with `id`, or as a mapping with "id"."""
    if isinstance(document, Mapping):
        return str(document["id"])
    return str(getattr(document, "id", document))


def typed(plan: Plan, answers: Mapping[str, Any], documents: Mapping[str, Sequence[Any]], zone: tzinfo) -> Typed:
    """Read the type of every known answer."""
    result = Typed(documents, zone)
    for component, path in plan.readable:
        result.read_at(component, answers, path)
    return result


def check(
    plan: Plan,
    answers: Mapping[str, Any],
    page: int | None,
    context: Mapping[str, Any],
    documents: Mapping[str, Sequence[Any]],
    zone: tzinfo,
    evaluate: Evaluate,
) -> Checked:
    """The whole check; `Form.check` states the contract."""
    errors = strangers(answers, plan.shape)
    if errors:
        return Checked({}, errors)
    reading = typed(plan, answers, documents, zone)
    conditions = Conditions(plan, reading.answers, context, evaluate)
    wanted = tuple(plan.nodes(reading.answers, page))
    for node in wanted:
        told = None if node.component.readonly else _wrong(node, reading, evaluate)
        # Last, because conditions cost most: most questions are right, hidden or not.
        if told and not conditions.hide(node.hides):
            errors[dotted(node.path)] = told
    if page is not None:
        gone = conditions.hidden_of(wanted, plan.nodes(reading.answers))
        return Checked(without(reading.kept, gone), errors)
    return Checked(_without_empty_items(without(reading.answers, conditions.hidden)), errors)


def _wrong(node: Node, reading: Typed, evaluate: Evaluate) -> str | None:
    """What would be wrong at a place if it is shown: the refused value, the missing one, the misplaced date."""
    component = node.component
    refused = reading.errors.get(dotted(node.path)) if reading.errors else None
    if refused:
        return refused
    value = get(reading.answers, node.path)
    if value is ABSENT and not component.required:
        return None
    if value is ABSENT or value is False or (component.kind == "dynamiclist" and not any(value)):
        missing = component.required and not _in_an_empty_item(node, reading)
        return required_message(component) if missing else None
    if isinstance(value, date) and component.format in ("date_passee", "date_future"):
        return _against_today(component.format, value, evaluate)
    return None


def _in_an_empty_item(node: Node, reading: Typed) -> bool:
    """A line of a list in which nothing at all was written is dropped, so it misses nothing."""
    return any(_is_empty(get(reading.kept, place)) for place in node.scopes)


def _against_today(wanted: str, value: date, evaluate: Evaluate) -> str | None:
    today = evaluate("today()", {})
    if not isinstance(today, date):
        raise ClockMissing("the evaluator given to forms.load must know today()")
    day = value.date() if isinstance(value, datetime) else value
    if wanted == "date_passee" and day > today:
        return "Vérifiez l’année\u00a0: cette date doit être passée."
    if wanted == "date_future" and day < today:
        return "Vérifiez l’année\u00a0: cette date est déjà passée."
    return None


def _is_empty(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_is_empty(item) for item in value.values())
    if isinstance(value, list):
        return all(_is_empty(item) for item in value)
    return value in (None, "", False) or value is ABSENT


def _without_empty_items(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_empty_items(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_empty_items(item) for item in value if not (isinstance(item, dict) and _is_empty(item))]
    return value


def strangers(answers: Any, shape: Shape) -> dict[str, str]:
    """What the form does not ask, by dotted path: unknown fields, reserved names, anything too deep or too big."""
    if not isinstance(answers, Mapping):
        return {"": "Donnez les réponses sous forme d’objet, question par question."}
    errors: dict[str, str] = {}
    budget = [BIGGEST]
    _stranger(errors, answers, shape, (), budget)
    if budget[0] < 0:
        errors.setdefault("", "Réduisez l’envoi\u00a0: il contient trop de réponses.")
    return errors


def _stranger(errors: dict[str, str], value: Any, shape: Shape, path: Path, budget: list[int]) -> None:
    budget[0] -= 1
    if budget[0] < 0:
        return
    if shape.leaf:
        _reserved_inside(errors, value, path, 0)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _stranger_member(errors, key, item, shape, path, budget)
    elif shape.items is not None and isinstance(value, list):
        for index, item in enumerate(value[: MAX_ITEMS + 1]):
            _stranger(errors, item, shape.items, (*path, index), budget)
    elif shape.items is None and value is not None:
        errors[dotted(path)] = "Donnez un objet, question par question."


def _stranger_member(errors: dict[str, str], key: Any, item: Any, shape: Shape, path: Path, budget: list[int]) -> None:
    place = (*path, str(key))
    if key in RESERVED_KEYS:
        errors[dotted(place)] = RESERVED
    elif shape.items is not None or key not in shape.members:
        errors[dotted(place)] = UNKNOWN
    else:
        _stranger(errors, item, shape.members[key], place, budget)


def _reserved_inside(errors: dict[str, str], value: Any, path: Path, depth: int) -> None:
    if depth > DEEPEST:
        errors[dotted(path)] = "Simplifiez cette réponse\u00a0: elle est trop profonde."
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key in RESERVED_KEYS:
                errors[dotted((*path, str(key)))] = RESERVED
            else:
                _reserved_inside(errors, item, (*path, str(key)), depth + 1)
    elif isinstance(value, list):
        for item in value[:MAX_ITEMS]:
            _reserved_inside(errors, item, path, depth + 1)
