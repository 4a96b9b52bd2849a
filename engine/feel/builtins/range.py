"""Functions of intervals: how points and intervals lie to one another (Allen), and range()."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from engine.feel.budget import Run
from engine.feel.builtins import arguments
from engine.feel.builtins.table import builtin
from engine.feel.errors import Nothing
from engine.feel.range_text import parse_range
from engine.feel.types import ANY_RANGE, BOOLEAN
from engine.feel.values import Range, Value, compare, told


@dataclass(frozen=True, slots=True)
class _Bound:
    """An end of an interval; `far` is -1 or 1 when there is none on that side."""

    value: Value
    included: bool
    far: int


_Relation: TypeAlias = Callable[[Range, Range], bool]
_PointRelation: TypeAlias = Callable[[Value, Range], bool]


def _start(interval: Range) -> _Bound:
    return _Bound(interval.start, interval.start_included, -1 if interval.start is None else 0)


def _end(interval: Range) -> _Bound:
    return _Bound(interval.end, interval.end_included, 1 if interval.end is None else 0)


def _sign(left: _Bound, right: _Bound) -> int:
    if left.far or right.far:
        return (left.far > right.far) - (left.far < right.far)
    return compare(left.value, right.value)


def _point_sign(point: Value, bound: _Bound) -> int:
    return -bound.far if bound.far else compare(point, bound.value)


def _before(one: Range, other: Range) -> bool:
    sign = _sign(_end(one), _start(other))
    return sign < 0 or (sign == 0 and not (one.end_included and other.start_included))


def _point_before(point: Value, interval: Range) -> bool:
    sign = _point_sign(point, _start(interval))
    return sign < 0 or (sign == 0 and not interval.start_included)


def _point_after(point: Value, interval: Range) -> bool:
    sign = _point_sign(point, _end(interval))
    return sign > 0 or (sign == 0 and not interval.end_included)


def _meets(one: Range, other: Range) -> bool:
    return one.end_included and other.start_included and _sign(_end(one), _start(other)) == 0


def _reaches(one: Range, other: Range) -> bool:
    """Whether one ends in or after the beginning of the other."""
    sign = _sign(_end(one), _start(other))
    return sign > 0 or (sign == 0 and one.end_included and other.start_included)


def _overlaps(one: Range, other: Range) -> bool:
    return _reaches(one, other) and _reaches(other, one)


def _overlaps_before(one: Range, other: Range) -> bool:
    sign = _sign(_start(one), _start(other))
    earlier = sign < 0 or (sign == 0 and one.start_included and not other.start_included)
    return earlier and _reaches(one, other) and _ends_within(one, other)


def _ends_within(one: Range, other: Range) -> bool:
    sign = _sign(_end(one), _end(other))
    return sign < 0 or (sign == 0 and (not one.end_included or other.end_included))


def _starts_within(one: Range, other: Range) -> bool:
    sign = _sign(_start(one), _start(other))
    return sign > 0 or (sign == 0 and (not one.start_included or other.start_included))


def _finishes(one: Range, other: Range) -> bool:
    same = one.end_included == other.end_included and _sign(_end(one), _end(other)) == 0
    return same and _starts_within(one, other)


def _point_finishes(point: Value, interval: Range) -> bool:
    return interval.end_included and _point_sign(point, _end(interval)) == 0


def _during(one: Range, other: Range) -> bool:
    return _starts_within(one, other) and _ends_within(one, other)


def _point_during(point: Value, interval: Range) -> bool:
    return not _point_before(point, interval) and not _point_after(point, interval)


def _starts(one: Range, other: Range) -> bool:
    same = one.start_included == other.start_included and _sign(_start(one), _start(other)) == 0
    return same and _ends_within(one, other)


def _point_starts(point: Value, interval: Range) -> bool:
    return interval.start_included and _point_sign(point, _start(interval)) == 0


def _coincides(one: Range, other: Range) -> bool:
    flags = (one.start_included, one.end_included) == (other.start_included, other.end_included)
    return flags and _sign(_start(one), _start(other)) == 0 and _sign(_end(one), _end(other)) == 0


def _interval(value: Value) -> Range:
    if not isinstance(value, Range):
        raise Nothing(f"un intervalle est attendu, pas {told(value)}")
    return value


def _checked(*values: Value) -> None:
    """Points and ends must be of one kind, even when the answer does not need them all."""
    ends = [end for value in values for end in _ends(value) if end is not None]
    for one, other in pairwise(ends):
        compare(one, other)


def _ends(value: Value) -> tuple[Value, ...]:
    return (value.start, value.end) if isinstance(value, Range) else (value,)


def _relate(name: str, relation: _Relation, point: _PointRelation | None = None) -> None:
    """Enter `name(range1, range2)`, and `name(point, range)` where a point can stand first."""

    @builtin(name, "range1, range2", BOOLEAN)
    @builtin(name, "point, range", BOOLEAN)
    def related(run: Run, one: Value, other: Value) -> Value:
        interval = _interval(other)
        _checked(one, other)
        if isinstance(one, Range):
            return relation(one, interval)
        if point is None or one is None:
            raise Nothing(f"« {name} » prend des intervalles")
        return point(one, interval)


def _relate_back(name: str, relation: _Relation, point: _PointRelation | None = None) -> None:
    """Enter `name(range1, range2)` and `name(range, point)`, the contrary of a relation."""

    @builtin(name, "range1, range2", BOOLEAN)
    @builtin(name, "range, point", BOOLEAN)
    def related(run: Run, one: Value, other: Value) -> Value:
        interval = _interval(one)
        _checked(one, other)
        if isinstance(other, Range):
            return relation(other, interval)
        if point is None or other is None:
            raise Nothing(f"« {name} » prend des intervalles")
        return point(other, interval)


def _precede(run: Run, one: Value, other: Value) -> bool:
    _checked(one, other)
    if one is None or other is None:
        raise Nothing("null ne se compare pas")
    if isinstance(one, Range):
        return _before(one, other) if isinstance(other, Range) else _point_after(other, one)
    return _point_before(one, other) if isinstance(other, Range) else compare(one, other) < 0


@builtin("before", "point1, point2", BOOLEAN)
@builtin("before", "point, range", BOOLEAN)
@builtin("before", "range1, range2", BOOLEAN)
def before(run: Run, one: Value, other: Value) -> Value:
    """Whether the first lies wholly before the second."""
    return _precede(run, one, other)


@builtin("before", "range, point", BOOLEAN)
def before_point(run: Run, one: Value, other: Value) -> Value:
    """Whether the interval lies wholly before the point."""
    return _precede(run, one, other)


@builtin("after", "point1, point2", BOOLEAN)
@builtin("after", "point, range", BOOLEAN)
@builtin("after", "range1, range2", BOOLEAN)
@builtin("after", "range, point", BOOLEAN)
def after(run: Run, one: Value, other: Value) -> Value:
    """Whether the first lies wholly after the second."""
    return _precede(run, other, one)


_relate("meets", _meets)
_relate_back("met by", _meets)
_relate("overlaps", _overlaps)
_relate("overlaps before", _overlaps_before)
_relate_back("overlaps after", _overlaps_before)
_relate("finishes", _finishes, _point_finishes)
_relate_back("finished by", _finishes, _point_finishes)
_relate("during", _during, _point_during)
_relate_back("includes", _during, _point_during)
_relate("starts", _starts, _point_starts)
_relate_back("started by", _starts, _point_starts)


@builtin("coincides", "range1, range2", BOOLEAN)
@builtin("coincides", "point1, point2", BOOLEAN)
def coincides(run: Run, one: Value, other: Value) -> Value:
    """Whether both are the same point or the same interval."""
    _checked(one, other)
    if isinstance(one, Range) and isinstance(other, Range):
        return _coincides(one, other)
    return compare(one, other) == 0


@builtin("range", "from", ANY_RANGE)
def make_range(run: Run, source: Value) -> Value:
    """The interval a text writes."""
    return parse_range(arguments.text(source, "from"))
