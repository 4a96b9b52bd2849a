"""What a loop runs over: lists, intervals of whole numbers or days, and `start..end`, up or down."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from engine.feel.budget import Run
from engine.feel.errors import Nothing
from engine.feel.temporal import Date, civil_from_days
from engine.feel.values import Range, Value, told


def items_of(value: Value, run: Run) -> Sequence[Value]:
    """The items of a list or an interval; any other value is a list of one. Nothing for null."""
    if isinstance(value, list):
        return value
    if value is None:
        raise Nothing("on ne parcourt pas null")
    if isinstance(value, Range):
        return _inside(value, run)
    return [value]


def between(start: Value, end: Value, run: Run) -> Sequence[Value]:
    """`start..end` of a loop: whole numbers or days, backwards when the end comes first."""
    if isinstance(start, Decimal) and isinstance(end, Decimal):
        return _numbers(_whole(start), _whole(end), run)
    if isinstance(start, Date) and isinstance(end, Date):
        return [civil_from_days(day) for day in _steps(start.ordinal, end.ordinal, run)]
    raise Nothing(f"on ne parcourt pas de {told(start)} à {told(end)}")


def _inside(interval: Range, run: Run) -> Sequence[Value]:
    items = list(between(interval.start, interval.end, run))
    first = 0 if interval.start_included else 1
    last = len(items) if interval.end_included else len(items) - 1
    return items[first : max(first, last)]


def _whole(number: Decimal) -> int:
    if number != number.to_integral_value() or number.adjusted() > 18:
        raise Nothing("on ne parcourt que des nombres entiers")
    return int(number)


def _numbers(start: int, end: int, run: Run) -> list[Value]:
    return [Decimal(number) for number in _steps(start, end, run)]


def _steps(start: int, end: int, run: Run) -> range:
    run.sized(abs(end - start) + 1)
    return range(start, end + 1) if start <= end else range(start, end - 1, -1)
