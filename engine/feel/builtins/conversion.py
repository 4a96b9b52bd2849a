"""Functions that make a value out of another kind of value."""

from __future__ import annotations

from decimal import Decimal

from engine.feel.budget import Run
from engine.feel.builtins import arguments
from engine.feel.builtins.table import builtin
from engine.feel.errors import Nothing
from engine.feel.numbers import parse_number
from engine.feel.temporal import (
    NANOS,
    UTC_ZONE,
    Date,
    DateTime,
    DaysDuration,
    MonthsDuration,
    Time,
    Zone,
    make_date,
    make_months,
    make_offset,
    make_region,
    make_time,
    midnight,
)
from engine.feel.temporal_text import parse_date, parse_date_time, parse_duration, parse_time
from engine.feel.text import write
from engine.feel.types import ANY, BOOLEAN, DATE, DATE_TIME, MONTHS, NUMBER, STRING, TIME
from engine.feel.values import Range, Value, equal, told

_SEPARATORS = (" ", ",", ".")


@builtin("string", "from", STRING)
def string(run: Run, source: Value) -> Value:
    """The text of a value; null of null."""
    return None if source is None else write(source, run)


@builtin("number", "from, grouping separator?, decimal separator?", NUMBER)
def number(run: Run, source: Value, *separators: Value) -> Value:
    """The number a text writes with these separators."""
    if isinstance(source, Decimal) and not separators:
        return source
    text = arguments.text(source, "from")
    grouping, point = [*separators, None, None][:2]
    if grouping not in (None, *_SEPARATORS) or point not in (None, ",", "."):
        raise Nothing("les séparateurs sont l'espace, la virgule ou le point")
    if grouping is not None and grouping == point:
        raise Nothing("les deux séparateurs sont différents")
    if grouping is not None:
        text = text.replace(grouping, "")
    if point == ",":
        if "." in text:
            raise Nothing("ce texte n'est pas un nombre")
        text = text.replace(",", ".")
    return parse_number(text)


@builtin("date", "from", DATE)
def date(run: Run, source: Value) -> Value:
    """The date of a text, of a date and time, or itself."""
    source = arguments.single(source)
    if isinstance(source, Date):
        return source
    if isinstance(source, DateTime):
        return source.date
    return parse_date(arguments.text(source, "from"))


@builtin("date", "year, month, day", DATE)
def date_of(run: Run, year: Value, month: Value, day: Value) -> Value:
    """That date."""
    return make_date(*(arguments.whole(part, name) for part, name in ((year, "year"), (month, "month"), (day, "day"))))


@builtin("time", "from", TIME)
def time(run: Run, source: Value) -> Value:
    """The time of a text, of a date and time, or itself; a date begins at midnight UTC."""
    source = arguments.single(source)
    if isinstance(source, Time):
        return source
    if isinstance(source, DateTime):
        return source.time
    if isinstance(source, Date):
        return Time(0, 0, 0, 0, UTC_ZONE)
    return parse_time(arguments.text(source, "from"))


@builtin("time", "hour, minute, second, offset?", TIME)
def time_of(run: Run, hour: Value, minute: Value, second: Value, offset: Value = None) -> Value:
    """That time, at that distance from UTC."""
    seconds = arguments.number(second, "second")
    whole = arguments.whole(second, "second")
    nano = int((seconds - whole) * NANOS)
    zone = None if offset is None else _offset(offset)
    return make_time(arguments.whole(hour, "hour"), arguments.whole(minute, "minute"), whole, nano, zone)


def _offset(offset: Value) -> Zone:
    if not isinstance(offset, DaysDuration):
        raise Nothing(f"« offset » est {told(offset)}, pas une durée")
    return make_offset(int(offset.nanos / NANOS) if abs(offset.nanos) < 10**18 else 10**6)


@builtin("date and time", "from", DATE_TIME)
def date_and_time(run: Run, source: Value) -> Value:
    """The date and time of a text, the midnight of a date, or itself."""
    source = arguments.single(source)
    if isinstance(source, DateTime):
        return source
    if isinstance(source, Date):
        return midnight(source, UTC_ZONE)
    return parse_date_time(arguments.text(source, "from"))


@builtin("date and time", "date, time", DATE_TIME)
def date_and_time_of(run: Run, day: Value, clock: Value) -> Value:
    """That date at that time."""
    found = day.date if isinstance(day, DateTime) else day
    if not isinstance(found, Date) or not isinstance(clock, Time):
        raise Nothing("« date and time » prend une date et une heure")
    return DateTime(found, clock)


@builtin("date and time", "year, month, day, hour, minute, second, offset?", DATE_TIME)
@builtin("date and time", "year, month, day, hour, minute, second, timezone?", DATE_TIME)
def date_and_time_parts(
    run: Run, year: Value, month: Value, day: Value, hour: Value, minute: Value, second: Value, zone: Value = None
) -> Value:
    """That date at that time, in a zone given by its distance from UTC or by its name."""
    clock: Time = time_of(run, hour, minute, second, None if isinstance(zone, str) else zone)
    if isinstance(zone, str):
        clock = make_time(clock.hour, clock.minute, clock.second, clock.nano, make_region(zone))
    return DateTime(date_of(run, year, month, day), clock)


@builtin("duration", "from", ANY)
def duration(run: Run, source: Value) -> Value:
    """The duration a text writes, or itself."""
    source = arguments.single(source)
    if isinstance(source, DaysDuration | MonthsDuration):
        return source
    return parse_duration(arguments.text(source, "from"))


@builtin("years and months duration", "from, to", MONTHS)
def years_and_months_duration(run: Run, start: Value, end: Value) -> Value:
    """The whole months between two days."""
    first, last = _day(start, "from"), _day(end, "to")
    months = (last.year - first.year) * 12 + last.month - first.month
    if months > 0 and last.day < first.day:
        months -= 1
    elif months < 0 and last.day > first.day:
        months += 1
    return make_months(months)


def _day(given: Value, name: str) -> Date:
    value = arguments.single(given)
    if isinstance(value, DateTime):
        return value.date
    if isinstance(value, Date):
        return value
    raise Nothing(f"« {name} » est {told(value)}, pas une date")


@builtin("is", "value1, value2", BOOLEAN)
def is_same(run: Run, value1: Value, value2: Value) -> Value:
    """Whether both are the same value written the same way: zones count."""
    return _identical(value1, value2, run)


def _identical(left: Value, right: Value, run: Run) -> bool:
    run.spend()
    if type(left) is not type(right):
        return False
    if isinstance(left, Time | DateTime):
        return bool(left == right)
    if isinstance(left, list):
        return len(left) == len(right) and all(_identical(a, b, run) for a, b in zip(left, right, strict=True))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(_identical(value, right[key], run) for key, value in left.items())
    if isinstance(left, Range) and isinstance(right, Range):
        ends = _identical(left.start, right.start, run) and _identical(left.end, right.end, run)
        return ends and equal(left, right) is True
    return equal(left, right) is True
