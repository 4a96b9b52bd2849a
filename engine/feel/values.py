"""The values of FEEL, their kinds, when two are equal, and which comes first.

A number is a Decimal, a text a str, a list a list, a context a dict with text keys; null is None. Everything
else has a class of the room. No other Python object ever enters an evaluation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from engine.feel.errors import Nothing
from engine.feel.temporal import Date, DateTime, DaysDuration, MonthsDuration, Time, offset_of_time

if TYPE_CHECKING:
    from engine.feel.budget import Run

Value: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Range:
    """An interval; an end that is None is unbounded (written `< 10` or `>= 10`)."""

    start: Value
    end: Value
    start_included: bool
    end_included: bool


@dataclass(frozen=True, slots=True)
class Unequal:
    """What `(!= value)` writes: everything of its kind but that value."""

    value: Value


class Function(Protocol):
    """Anything that FEEL can call."""

    @property
    def name(self) -> str:
        """What warnings call it."""

    def parameter_names(self) -> tuple[str, ...]:
        """Its formal parameters, as far as they have names."""

    def call(self, arguments: Sequence[Value], run: Run) -> Value:
        """Its value for these arguments; raises Nothing when it has none."""

    def call_named(self, arguments: dict[str, Value], run: Run) -> Value:
        """Its value for arguments given by name; raises Nothing when it has none."""


KINDS: dict[type, str] = {
    Decimal: "number",
    str: "string",
    bool: "boolean",
    Date: "date",
    Time: "time",
    DateTime: "date and time",
    DaysDuration: "days and time duration",
    MonthsDuration: "years and months duration",
    list: "list",
    dict: "context",
    Range: "range",
    Unequal: "range",
    type(None): "Null",
}
FRENCH_KINDS = {
    "number": "un nombre",
    "string": "un texte",
    "boolean": "un booléen",
    "date": "une date",
    "time": "une heure",
    "date and time": "une date et heure",
    "days and time duration": "une durée",
    "years and months duration": "une durée en mois",
    "list": "une liste",
    "context": "un contexte",
    "range": "un intervalle",
    "function": "une fonction",
    "Null": "null",
}


def kind(value: Value) -> str:
    """The name of the FEEL type of a value."""
    return KINDS.get(type(value), "function")


def told(value: Value) -> str:
    """The kind of a value, in French, for a warning."""
    return FRENCH_KINDS[kind(value)]


_MILLISECOND = 1_000_000


def _equal_times(left: Time, right: Time, run: Run | None) -> bool:
    """Two times are equal when they are to the millisecond, in whatever zones they are told."""
    if (left.zone is None) != (right.zone is None):
        return False
    if left.zone == right.zone:
        return left.nanos // _MILLISECOND == right.nanos // _MILLISECOND
    return time_key(left) // _MILLISECOND == time_key(right) // _MILLISECOND


def time_key(time: Time) -> int:
    """Nanoseconds since midnight UTC, for times that have a zone (local ones as they are)."""
    return time.nanos - (offset_of_time(time) or 0) * 1_000_000_000


def _equal_date_times(left: DateTime, right: DateTime, run: Run | None) -> bool:
    if (left.zone is None) != (right.zone is None):
        return False
    return left.instant // _MILLISECOND == right.instant // _MILLISECOND


def _equal_lists(left: list[Value], right: list[Value], run: Run | None) -> bool:
    return len(left) == len(right) and all(equal(a, b, run) is True for a, b in zip(left, right, strict=True))


def _equal_contexts(left: dict[str, Value], right: dict[str, Value], run: Run | None) -> bool:
    return left.keys() == right.keys() and all(equal(value, right[key], run) is True for key, value in left.items())


def _equal_ranges(left: Range, right: Range, run: Run | None) -> bool:
    flags = (left.start_included, left.end_included) == (right.start_included, right.end_included)
    return flags and equal(left.start, right.start, run) is True and equal(left.end, right.end, run) is True


def _equal_plainly(left: Value, right: Value, run: Run | None) -> bool:
    return bool(left == right)


def _equal_unequals(left: Unequal, right: Unequal, run: Run | None) -> bool:
    return equal(left.value, right.value, run) is True


_EQUALITY: dict[type, Callable[[Any, Any, Any], bool]] = {
    Decimal: _equal_plainly,
    str: _equal_plainly,
    bool: _equal_plainly,
    Date: _equal_plainly,
    DaysDuration: _equal_plainly,
    MonthsDuration: _equal_plainly,
    Time: _equal_times,
    DateTime: _equal_date_times,
    list: _equal_lists,
    dict: _equal_contexts,
    Range: _equal_ranges,
    Unequal: _equal_unequals,
}


def equal(left: Value, right: Value, run: Run | None = None) -> bool | None:
    """Whether both are the same value; None when their kinds differ, so that the question has no answer.

    With a run, looking into lists and contexts is counted.
    """
    if left is None or right is None:
        return left is right
    if type(left) is not type(right):
        return None
    same = _EQUALITY.get(type(left))
    if same is None:
        return True if left is right else None
    if run is not None:
        run.spend()
    return same(left, right, run)


def _plain_key(value: Value) -> Value:
    return value


_ORDER: dict[type, Callable[[Any], Any]] = {
    Decimal: _plain_key,
    str: _plain_key,
    Date: lambda value: value.ordinal,
    Time: time_key,
    DateTime: lambda value: value.instant,
    DaysDuration: lambda value: value.nanos,
    MonthsDuration: lambda value: value.months,
}


def order_key(value: Value) -> Value:
    """A key by which values of that kind sort; Nothing when they have no order."""
    key = _ORDER.get(type(value))
    if key is None:
        raise Nothing(f"{told(value)} ne se compare pas")
    return key(value)


def _local(value: Time | DateTime) -> int:
    return value.local_nanos if isinstance(value, DateTime) else value.nanos


def compare(left: Value, right: Value) -> int:
    """-1, 0 or 1; Nothing when the two have no order between them."""
    if type(left) is not type(right):
        raise Nothing(f"on ne compare pas {told(left)} et {told(right)}")
    if isinstance(left, Time | DateTime) and (left.zone is None) != (right.zone is None):
        # DMN 1.4, table 54: the one without zone is read in that of the other.
        first, second = _local(left), _local(right)
    else:
        first, second = order_key(left), order_key(right)
    return int(first > second) - int(first < second)


def contains(interval: Range, value: Value) -> bool:
    """Whether the value lies in the interval; Nothing when the two cannot be compared."""
    start, end = interval.start, interval.end
    if type(value) is Decimal and type(start) is Decimal and type(end) is Decimal:
        above = start < value or (interval.start_included and start == value)
        return above and (value < end or (interval.end_included and end == value))
    if interval.start is not None:
        sign = compare(value, interval.start)
        if sign < 0 or (sign == 0 and not interval.start_included):
            return False
    if interval.end is not None:
        sign = compare(value, interval.end)
        if sign > 0 or (sign == 0 and not interval.end_included):
            return False
    return True


def make_range(start: Value, end: Value, start_included: bool, end_included: bool) -> Range:
    """The interval between two ends of one kind, in order; Nothing otherwise."""
    if start is None or end is None:
        raise Nothing("un intervalle a deux bornes")
    if compare(start, end) > 0:
        raise Nothing("les bornes de l'intervalle sont inversées")
    return Range(start, end, start_included, end_included)
