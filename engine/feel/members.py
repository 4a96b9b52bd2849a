"""What `value.key` means: an entry of a context, of each context of a list, or a property of a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from engine.feel.errors import Nothing
from engine.feel.numbers import CONTEXT
from engine.feel.temporal import (
    NANOS,
    Date,
    DateTime,
    DaysDuration,
    MonthsDuration,
    Region,
    Time,
    offset_of,
    offset_of_time,
)
from engine.feel.values import Range, Unequal, Value, told


def _whole(divisor: int, modulus: int) -> Callable[[DaysDuration], Value]:
    """A part of a duration, with the sign of the whole."""

    def part(duration: DaysDuration) -> Value:
        amount = abs(duration.nanos) // (divisor * NANOS) % modulus
        return Decimal(-amount if duration.nanos < 0 else amount)

    return part


def _seconds(duration: DaysDuration) -> Value:
    rest = abs(duration.nanos) % (60 * NANOS)
    return CONTEXT.divide(Decimal(-rest if duration.nanos < 0 else rest), Decimal(NANOS))


def _months(divisor: int, modulus: int) -> Callable[[MonthsDuration], Value]:
    def part(duration: MonthsDuration) -> Value:
        amount = abs(duration.months) // divisor % modulus
        return Decimal(-amount if duration.months < 0 else amount)

    return part


def _clock_second(time: Time) -> Value:
    return CONTEXT.add(Decimal(time.second), CONTEXT.divide(Decimal(time.nano), Decimal(NANOS)))


def _time_offset(time: Time) -> Value:
    seconds = offset_of_time(time)
    return None if seconds is None else DaysDuration(seconds * NANOS)


def _moment_offset(moment: DateTime) -> Value:
    return None if moment.zone is None else DaysDuration(offset_of(moment.zone, moment) * NANOS)


def _zone_name(zone: Any) -> Value:
    return zone.key if isinstance(zone, Region) else None


_CLOCK: Mapping[str, Callable[[Time], Value]] = {
    "hour": lambda time: Decimal(time.hour),
    "minute": lambda time: Decimal(time.minute),
    "second": _clock_second,
    "time offset": _time_offset,
    "timezone": lambda time: _zone_name(time.zone),
}
_CALENDAR: Mapping[str, Callable[[Date], Value]] = {
    "year": lambda date: Decimal(date.year),
    "month": lambda date: Decimal(date.month),
    "day": lambda date: Decimal(date.day),
    "weekday": lambda date: Decimal(date.weekday),
}
_LIMITLESS = 1 << 200


def _of_date(rule: Callable[[Date], Value]) -> Callable[[DateTime], Value]:
    return lambda moment: rule(moment.date)


def _of_time(rule: Callable[[Time], Value]) -> Callable[[DateTime], Value]:
    return lambda moment: rule(moment.time)


PROPERTIES: Mapping[type, Mapping[str, Callable[[Any], Value]]] = {
    Date: _CALENDAR,
    Time: _CLOCK,
    DateTime: {
        **{name: _of_date(rule) for name, rule in _CALENDAR.items()},
        **{name: _of_time(rule) for name, rule in _CLOCK.items()},
        "time offset": _moment_offset,
    },
    DaysDuration: {
        "days": _whole(86_400, _LIMITLESS),
        "hours": _whole(3_600, 24),
        "minutes": _whole(60, 60),
        "seconds": _seconds,
    },
    MonthsDuration: {"years": _months(12, _LIMITLESS), "months": _months(1, 12)},
    Range: {
        "start": lambda interval: interval.start,
        "end": lambda interval: interval.end,
        "start included": lambda interval: interval.start_included,
        "end included": lambda interval: interval.end_included,
    },
    Unequal: {
        "start": lambda hole: hole.value,
        "end": lambda hole: hole.value,
        "start included": lambda hole: False,
        "end included": lambda hole: False,
    },
}


def member(value: Value, key: str) -> Value:
    """The entry or property of that name; Nothing when there is none."""
    if isinstance(value, dict):
        if key not in value:
            raise Nothing(f"le contexte n'a pas d'entrée « {key} »")
        return value[key]
    if isinstance(value, list):
        return [_or_null(item, key) for item in value]
    rule = PROPERTIES.get(type(value), {}).get(key)
    if rule is None:
        raise Nothing(f"{told(value)} n'a pas de propriété « {key} »")
    return rule(value)


def _or_null(value: Value, key: str) -> Value:
    try:
        return member(value, key)
    except Nothing:
        return None
