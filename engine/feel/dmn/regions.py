"""The values of one input, cut where some cell may change its answer: a region holds values that no cell tells apart.

Each region is known by one value of its own. An answer over all regions is a number whose bits are the regions, so
that rules are compared by `&` alone.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Any, Final

from engine.feel import ast
from engine.feel.budget import Run
from engine.feel.dmn.cells import Cell, Unforeseen, constant
from engine.feel.errors import FeelError
from engine.feel.scope import Scope
from engine.feel.temporal import (
    DAY_NANOS,
    DateTime,
    DaysDuration,
    MonthsDuration,
    Time,
    Zone,
    civil_from_days,
    from_instant,
    time_from_nanos,
)
from engine.feel.values import KINDS, Value, time_key
from engine.feel.walk import mentions

_MILLISECOND: Final = 1_000_000
_MINUTE: Final = 60_000
_DAY: Final = 86_400_000
MAX_WORK: Final = 60_000  # cells asked value by value, where their form does not tell the answer at once


class Usual(IntEnum):
    """How likely a value is: as people give them; with a fraction, or less than nothing; none given."""

    plain = 0
    odd = 1
    absent = 2


@dataclass(frozen=True)
class Region:
    """Values that no cell tells apart. `other` when it is whatever the table does not name."""

    value: Value
    usual: Usual
    other: bool = False


@dataclass(frozen=True)
class Scale:
    """How values of one kind lie on a line; on a dense one, between two values there is always another.

    `unit`: what people count in.
    """

    key: Callable[[Any], Any]
    value: Callable[[Any], Value]
    unit: int
    dense: bool = False
    lowest: int | None = None
    highest: int | None = None


def _scale(kind: str, sample: Value) -> Scale | None:
    zone: Zone | None = sample.zone if isinstance(sample, Time | DateTime) else None
    shift = 0 if zone is None or not isinstance(sample, Time) else (sample.nanos - time_key(sample)) // _MILLISECOND
    scales: Mapping[str, Scale] = {
        "number": Scale(lambda one: one, Decimal, 1, dense=True),
        "date": Scale(lambda one: one.ordinal, civil_from_days, 1),
        "years and months duration": Scale(lambda one: one.months, MonthsDuration, 1),
        "days and time duration": Scale(lambda one: one.nanos, DaysDuration, DAY_NANOS),
        "time": Scale(
            lambda one: time_key(one) // _MILLISECOND,
            lambda key: time_from_nanos((key + shift) * _MILLISECOND, zone),
            _MINUTE,
            lowest=-shift,
            highest=_DAY - 1 - shift,
        ),
        "date and time": Scale(
            lambda one: one.instant // _MILLISECOND, lambda key: from_instant(key * _MILLISECOND, zone), _MINUTE
        ),
    }
    return scales.get(kind)


class Axis:
    """The regions of one input, and what a cell answers in each."""

    def __init__(self, kind: str | None, constants: Iterable[Value], allowed: Callable[[Value], bool]) -> None:
        """`kind`: the name of the input's type, None when any will do. Raises Unforeseen where zones are mixed."""
        self.work = 0
        found = list({(type(one), one): one for one in constants if one is not None}.values())
        kinds = [kind] if kind is not None else list(dict.fromkeys(KINDS[type(one)] for one in found))
        self.regions: list[Region] = []
        self._keys: dict[str, tuple[Scale, int, list[Any]]] = {}
        self._named: dict[tuple[str, Value], int] = {}  # by kind: true is not 1
        for one in kinds:
            self._cut(one, [value for value in found if KINDS[type(value)] == one], allowed)
        if not kinds:
            self.regions.append(Region(None, Usual.plain))
        else:
            self.regions.append(Region(None, Usual.absent))
        self.null = 1 << (len(self.regions) - 1)
        self.all = (1 << len(self.regions)) - 1
        self._kinds = {
            name: sum(1 << place for place, one in enumerate(self.regions) if KINDS[type(one.value)] == name)
            for name in {KINDS[type(one.value)] for one in self.regions}
        }
        self._known: dict[str, int] = {}

    def _cut(self, kind: str, values: Sequence[Value], allowed: Callable[[Value], bool]) -> None:
        first = len(self.regions)
        scale = _scale(kind, values[0] if values else None)
        made = _pieces(scale, values) if scale is not None else _apart(kind, values)
        self.regions += [one for one in made if allowed(one.value)]
        kept = self.regions[first:]
        if scale is not None:
            self._keys[kind] = (scale, first, [scale.key(one.value) for one in kept])
        else:
            self._named.update({(kind, one.value): first + place for place, one in enumerate(kept) if not one.other})

    def usual(self, most: Usual) -> int:
        """The regions that are as usual as that, or more."""
        return sum(1 << place for place, one in enumerate(self.regions) if one.usual <= most)

    def answers(self, cell: Cell) -> int:
        """The regions in which a foreseen cell says yes. Raises Unforeseen when it takes too long to tell."""
        if cell.any or cell.test is None:
            return self.all
        if cell.text not in self._known:
            self._known[cell.text] = self._answered(cell)
        return self._known[cell.text]

    def _answered(self, cell: Cell) -> int:
        tree = cell.test.tree if cell.test is not None else ast.UnaryTests(0, (), negated=False)
        told = [self._at_once(part) for part in tree.tests]
        quick = [one for one in told if one is not None]
        if len(quick) < len(told):
            return self._one_by_one(cell)
        yes = 0
        for part, _ in quick:
            yes |= part
        if not tree.negated:
            return yes
        unsaid = quick[0][1] if len(quick) == 1 else 0
        return self.all & ~yes & ~unsaid

    def _at_once(self, test: ast.Node) -> tuple[int, int] | None:
        """Where a test says yes, and where it has no answer; None when its form does not tell."""
        if mentions(test, "?"):
            return None
        if isinstance(test, ast.UnaryComparison):
            return self._compared(test.operator, constant(test.value))
        if isinstance(test, ast.Interval):
            above = self._compared(">=" if test.start_included else ">", constant(test.start))
            below = self._compared("<=" if test.end_included else "<", constant(test.end))
            return (above[0] & below[0], above[1] | below[1]) if above[1] == below[1] else None
        value = constant(test)
        return self._compared("=", value) if type(value) in KINDS and not isinstance(value, list) else None

    def _compared(self, operator: str, value: Value) -> tuple[int, int]:
        if operator in ("=", "!="):
            yes, unsaid = self._same(value)
            return (yes, unsaid) if operator == "=" else (self.all & ~yes & ~unsaid, unsaid)
        placed = self._keys.get(KINDS[type(value)])
        if placed is None:
            return 0, self.all
        scale, first, keys = placed
        unsaid = self.all & ~(((1 << len(keys)) - 1) << first)
        key = scale.key(value)
        low = bisect_left(keys, key) if operator in ("<", ">=") else bisect_right(keys, key)
        below = ((1 << low) - 1) << first
        return (below if operator in ("<", "<=") else self.all & ~unsaid & ~below), unsaid

    def _same(self, value: Value) -> tuple[int, int]:
        if value is None:
            return self.all & self._kinds.get("Null", 0), 0
        kind = KINDS[type(value)]
        unsaid = self.all & ~self._kinds.get(kind, 0) & ~self._kinds.get("Null", 0)
        if kind not in self._keys:
            place = self._named.get((kind, value))
            return (0 if place is None else 1 << place), unsaid
        scale, first, keys = self._keys[kind]
        key = scale.key(value)
        place = bisect_left(keys, key)
        found = place < len(keys) and keys[place] == key
        return (1 << (first + place) if found else 0), unsaid

    def _one_by_one(self, cell: Cell) -> int:
        """The engine's own answer for each region's value."""
        self.work += len(self.regions)
        if self.work > MAX_WORK:
            raise Unforeseen("la colonne est trop longue")
        return sum(1 << place for place, one in enumerate(self.regions) if self.asked(cell, one.value))

    @staticmethod
    def asked(cell: Cell, value: Value) -> bool:
        """What the engine answers for one value."""
        try:
            return cell.test is None or cell.test.passes(value, Scope({}, None, Run()))
        except FeelError:
            return False


def _apart(kind: str, values: Sequence[Value]) -> Iterator[Region]:
    """Values without order: those that are named, and one that is not."""
    if kind == "boolean":
        yield from (Region(one, Usual.plain) for one in (True, False))
        return
    if kind != "string":
        return
    yield from (Region(one, Usual.plain) for one in values)
    other = "autre"
    while other in values:
        other += " valeur"
    yield Region(other, Usual.plain, other=True)


def _pieces(scale: Scale, values: Sequence[Value]) -> Iterator[Region]:
    """The named values of a line, and what lies between them, in order."""
    if len({one.zone is None for one in values if isinstance(one, Time | DateTime)}) > 1:
        raise Unforeseen("la colonne mêle des heures avec et sans fuseau")
    by_key = {scale.key(one): one for one in values}
    keys = sorted(by_key)
    signed = not scale.dense or any(one < 0 for one in keys)
    ends = [None, *keys, None]
    for place, (low, high) in enumerate(pairwise(ends)):
        if place:
            yield Region(by_key[low], Usual.plain)
        found = _between(scale, low, high)
        if found is not None:
            key, usual = found
            odd = usual is Usual.plain and not signed and key < 0
            yield Region(scale.value(key), Usual.odd if odd else usual)


def _between(scale: Scale, low: Any, high: Any) -> tuple[Any, Usual] | None:
    """A value strictly between two (None: without end), the most usual there is."""
    low = scale.lowest - 1 if low is None and scale.lowest is not None else low
    high = scale.highest + 1 if high is None and scale.highest is not None else high
    if not scale.dense and low is not None and high is not None and high - low <= 1:
        return None
    key = _round(low, high, scale.unit)
    if key is not None:
        return key, Usual.plain
    return ((low + high) / 2 if scale.dense else low + 1), Usual.odd


def _round(low: Any, high: Any, unit: int) -> int | None:
    """A whole number of units strictly between the two, near the end that is given."""
    if low is None:
        return 0 if high is None else -floor(-Fraction(high) / unit) * unit - unit
    key = floor(Fraction(low) / unit) * unit + unit
    return key if high is None or key < high else None
