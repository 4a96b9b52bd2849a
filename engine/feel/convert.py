"""Between the values of the process (Python's) and those of FEEL, at the boundary and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.feel.errors import FeelBudgetExceeded, FeelError
from engine.feel.numbers import CONTEXT
from engine.feel.temporal import (
    NANOS,
    Date,
    DateTime,
    DaysDuration,
    MonthsDuration,
    Offset,
    Region,
    Time,
    Zone,
)
from engine.feel.values import KINDS, Value

_MAX_NESTING = 100
_MAX_ITEMS = 300_000
_AS_IS = frozenset({str, bool, type(None), Date, Time, DateTime, DaysDuration, MonthsDuration})
_OWN = frozenset(KINDS) - {list, dict, Decimal}


class NotAValue(FeelError):
    """A Python object that FEEL has no value for."""


def to_feel(value: Any, depth: int = 0) -> Value:
    """The FEEL value of a Python value; NotAValue for objects that have none."""
    cls = type(value)
    if cls in _AS_IS:
        return value
    convert = _TO_FEEL.get(cls)
    if convert is not None:
        return convert(value)
    if isinstance(value, Mapping):
        _check_depth(depth)
        return {str(key): to_feel(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        _check_depth(depth)
        return [to_feel(item, depth + 1) for item in value]
    return _subclassed(value)


def _check_depth(depth: int) -> None:
    if depth > _MAX_NESTING:
        raise NotAValue("données trop imbriquées")


def _subclassed(value: Any) -> Value:
    if type(value) in _OWN or callable(getattr(value, "call_named", None)):
        return value
    for cls, convert in _TO_FEEL.items():
        if isinstance(value, cls):
            return convert(value)
    if isinstance(value, str):
        return str(value)
    raise NotAValue(f"FEEL n'a pas de valeur pour {type(value).__name__}")


def _from_decimal(value: Decimal) -> Value:
    return value if value.is_finite() else None


def _from_float(value: float) -> Value:
    return _from_decimal(CONTEXT.create_decimal(repr(value)))


def _from_int(value: int) -> Value:
    return Decimal(value) if -(10**34) < value < 10**34 else CONTEXT.create_decimal(value)


def _zone_of(info: tzinfo | None, offset: timedelta | None) -> Zone | None:
    if info is None:
        return None
    if isinstance(info, ZoneInfo) and info.key:
        return Region(info.key)
    return Offset(int(offset.total_seconds())) if offset is not None else None


def _from_datetime(value: datetime) -> DateTime:
    zone = _zone_of(value.tzinfo, value.utcoffset())
    clock = Time(value.hour, value.minute, value.second, value.microsecond * 1_000, zone)
    return DateTime(Date(value.year, value.month, value.day), clock)


def _from_date(value: date) -> Date:
    return Date(value.year, value.month, value.day)


def _from_time(value: time) -> Time:
    zone = _zone_of(value.tzinfo, value.utcoffset())
    return Time(value.hour, value.minute, value.second, value.microsecond * 1_000, zone)


def _from_timedelta(value: timedelta) -> DaysDuration:
    seconds = value.days * 86_400 + value.seconds
    return DaysDuration(seconds * NANOS + value.microseconds * 1_000)


_TO_FEEL: dict[type, Callable[[Any], Value]] = {
    Decimal: _from_decimal,
    int: _from_int,
    float: _from_float,
    datetime: _from_datetime,
    date: _from_date,
    time: _from_time,
    timedelta: _from_timedelta,
}


def from_feel(value: Value, zone: tzinfo | None = None) -> Any:
    """The Python value of a FEEL value: int when integral, date, datetime, time where Python has them.

    A local date and time is read in `zone` (stays without one when none is given). Durations, intervals, functions
    and moments that Python cannot hold come back as they are. FeelBudgetExceeded when there is too much of it.
    """
    leave = _LEAVE.get(type(value))
    if leave is not None:
        return leave(value, zone)
    return _Leaving(zone).leave(value, 0) if isinstance(value, list | dict) else value


class _Leaving:
    """Lists and contexts on their way out, counted: what FEEL shares, Python would have as many times."""

    def __init__(self, zone: tzinfo | None) -> None:
        self.zone = zone
        self.left = _MAX_ITEMS

    def leave(self, value: Value, depth: int) -> Any:
        """The Python value of a value inside lists and contexts."""
        self.left -= 1
        if self.left < 0 or depth > _MAX_NESTING:
            raise FeelBudgetExceeded("résultat trop grand")
        if isinstance(value, list):
            return [self.leave(item, depth + 1) for item in value]
        if isinstance(value, dict):
            return {key: self.leave(item, depth + 1) for key, item in value.items()}
        leave = _LEAVE.get(type(value))
        return value if leave is None else leave(value, self.zone)


def _leave_number(value: Decimal, zone: tzinfo | None) -> int | Decimal:
    return int(value) if value == value.to_integral_value() and value.adjusted() < 40 else value


def _leave_date(value: Date, zone: tzinfo | None) -> Any:
    return date(value.year, value.month, value.day) if 1 <= value.year <= 9_999 else value


def _leave_time(value: Time, zone: tzinfo | None) -> time:
    return _python_time(value)


def _leave_moment(value: DateTime, zone: tzinfo | None) -> Any:
    return _python_datetime(value, zone) if 1 <= value.date.year <= 9_999 else value


_LEAVE: dict[type, Callable[[Any, tzinfo | None], Any]] = {
    Decimal: _leave_number,
    Date: _leave_date,
    Time: _leave_time,
    DateTime: _leave_moment,
}


def _python_zone(zone: Zone | None) -> tzinfo | None:
    if zone is None:
        return None
    if isinstance(zone, Region):
        return ZoneInfo(zone.key)
    return timezone(timedelta(seconds=zone.seconds)) if zone.seconds else UTC


def _python_time(value: Time) -> time:
    return time(value.hour, value.minute, value.second, value.nano // 1_000, _python_zone(value.zone))


def _python_datetime(value: DateTime, zone: tzinfo | None) -> datetime:
    moment = value.date
    clock = _python_time(value.time)
    return datetime(
        moment.year,
        moment.month,
        moment.day,
        clock.hour,
        clock.minute,
        clock.second,
        clock.microsecond,
        tzinfo=clock.tzinfo or zone,
    )


def from_clock(now: datetime, zone: tzinfo | None) -> DateTime:
    """The given instant as FEEL's now(), in the zone when one is given."""
    return _from_datetime(now.astimezone(zone) if zone is not None else now)
