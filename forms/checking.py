"""Answers are checked: unknown ones refused, hidden ones dropped, the others cleaned or refused with what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from forms.components import MAX_ITEMS, RESERVED_KEYS, Component, Path, dotted
from forms.plan import AGAINST_TODAY, Plan
from forms.refusal import Refused
from forms.schema import DEEPEST
from forms.tree import ABSENT, Node, Shape, copy, get, put
from forms.values import clean, required_message
from forms.visibility import Conditions, Evaluate, without

UNKNOWN = "Retirez cette réponse\u00a0: le formulaire ne la demande pas (inconnu)."
RESERVED = "Retirez cette réponse\u00a0: ce nom est réservé (inconnu)."
BIGGEST = 2000
_PLAIN = frozenset({str, int, float, bool, type(None)})
MISSING = ""  # a required question has no answer: how to say so is worked out for those that are shown


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

    Lists keep their length, so that places stay those the person saw.
    """

    documents: Mapping[str, Sequence[Any]]
    zone: tzinfo
    answers: dict[str, Any] = field(default_factory=dict)
    given: dict[Path, Any] = field(default_factory=dict)  # the same by place
    errors: dict[str, str] = field(default_factory=dict)
    unread: list[tuple[Path, Any]] = field(default_factory=list)

    @property
    def kept(self) -> dict[str, Any]:
        """The answers, with the raw value where it could not be read."""
        kept: dict[str, Any] = copy(self.answers)
        for path, raw in self.unread:
            put(kept, path, copy(raw))
        return kept

    def read(self, component: Component, around: Any, prefix: Path) -> None:
        """Take what the raw answers `around`, which stand at `prefix`, say to the component and to those inside it."""
        if component.private or component.readonly:
            return
        path, inside = prefix + component.segments, get(around, component.segments)
        if component.holds:
            self.take(component, inside, path)
        else:
            for child in component.children:
                self.read(child, inside, path)

    def take(self, component: Component, raw: Any, path: Path) -> None:
        """Take what was given, or ABSENT, to a question or a list at its place."""
        if component.kind == "dynamiclist":
            self._take_list(component, raw, path)
        else:
            self._take_answer(component, raw, path)

    def _take_list(self, component: Component, raw: Any, path: Path) -> None:
        if raw is ABSENT or raw is None or raw == []:
            return
        if not isinstance(raw, list) or not all(isinstance(item, Mapping) for item in raw):
            self.errors[dotted(path)] = "Donnez une liste, une ligne par réponse."
            return
        if len(raw) > MAX_ITEMS:
            self.errors[dotted(path)] = f"Gardez au plus {MAX_ITEMS} lignes."
            return
        self._give(path, [{} for _ in raw])
        for index, item in enumerate(raw):
            for child in component.children:
                self.read(child, item, (*path, index))

    def _take_answer(self, component: Component, raw: Any, path: Path) -> None:
        if component.kind == "filepicker" and (raw is ABSENT or raw in (None, [])):
            raw = [identifier_of(document) for document in self.documents.get(component.piece, ())] or ABSENT
        if raw is ABSENT:
            return
        try:
            value = clean(component, raw, self.zone)
        except Refused as refused:
            self.errors[dotted(path)] = str(refused)
            self.unread.append((path, raw))
            return
        if value is not None:
            self._give(path, value)

    def _give(self, path: Path, value: Any) -> None:
        self.given[path] = value
        put(self.answers, path, value)


def identifier_of(document: Any) -> str:
    """The id of a document given as an id, as an object with `id`, or as a mapping with "id"."""
    if isinstance(document, Mapping):
        return str(document["id"])
    return str(getattr(document, "id", document))


def typed(plan: Plan, answers: Mapping[str, Any], documents: Mapping[str, Sequence[Any]], zone: tzinfo) -> Typed:
    """Read the type of every known answer."""
    result = Typed(documents, zone)
    for group in plan.groups:
        around = get(answers, group.place)
        members = around if around.__class__ is dict or isinstance(around, Mapping) else {}
        for component, path in group.files:
            if path[-1] not in members:
                result.take(component, ABSENT, path)
        for name, raw in members.items():
            for component, path in group.members.get(name, ()):
                result.take(component, raw, path)
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
    conditions = Conditions(plan, reading.answers, reading.given, context, evaluate)
    judged = plan.nodes if reading.errors else plan.judged
    for node in judged(reading.answers, page):
        told = None if node.component.readonly else _wrong(node, reading, evaluate)
        # Conditions cost most, so they are last: most questions are right, hidden or not.
        if told is not None and not conditions.hide(node.hides):
            errors[dotted(node.path)] = told or required_message(node.component)
    if page is not None:
        gone = conditions.hidden_of(plan.nodes(reading.answers, page), plan.nodes(reading.answers))
        return Checked(without(reading.kept, gone), errors)
    shown = without(reading.answers, conditions.hidden)
    return Checked(_without_empty_items(shown) if plan.repeats else shown, errors)


def _wrong(node: Node, reading: Typed, evaluate: Evaluate) -> str | None:
    """What would be wrong at a place if it is shown: the refused value, the misplaced date; MISSING; or nothing."""
    component = node.component
    refused = reading.errors.get(dotted(node.path)) if reading.errors else None
    if refused:
        return refused
    value = reading.given.get(node.path, ABSENT)
    if value is ABSENT and not component.required:
        return None
    if value is ABSENT or value is False or (component.kind == "dynamiclist" and not any(value)):
        missing = component.required and not (node.scopes and _in_an_empty_item(node, reading))
        return MISSING if missing else None
    if isinstance(value, date) and component.format in AGAINST_TODAY:
        return _against_today(component.format, value, evaluate)
    return None


def _in_an_empty_item(node: Node, reading: Typed) -> bool:
    """A line of a list in which nothing at all was written is dropped, so it misses nothing."""
    kept = reading.kept
    return any(_is_empty(get(kept, place)) for place in node.scopes)


def _against_today(wanted: str, value: date, evaluate: Evaluate) -> str | None:
    today = evaluate({})("today()")
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
        if value.__class__ not in _PLAIN:
            _reserved_inside(errors, value, path, 0)
    elif value.__class__ is dict or isinstance(value, Mapping):  # any Mapping is asked about ten times as slowly
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
