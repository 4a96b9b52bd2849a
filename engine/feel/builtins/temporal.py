"""Functions of dates, and the clock that the caller gives."""

from __future__ import annotations

from decimal import Decimal

from engine.feel.budget import Run
from engine.feel.builtins import arguments
from engine.feel.builtins.table import builtin
from engine.feel.convert import from_clock
from engine.feel.errors import Nothing
from engine.feel.temporal import Date, DateTime, days_from_civil, days_in_month
from engine.feel.types import DATE, DATE_TIME, NUMBER, STRING
from engine.feel.values import Value, told

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@builtin("now", "", DATE_TIME)
def now(run: Run) -> Value:
    """The present instant, as the caller gives it."""
    if run.now is None:
        raise Nothing("l'horloge n'est pas donnée à cette expression")
    return from_clock(run.now, run.zone)


@builtin("today", "", DATE)
def today(run: Run) -> Value:
    """The present day, as the caller gives it."""
    moment: DateTime = now(run)
    return moment.date


@builtin("day of year", "date", NUMBER)
def day_of_year(run: Run, date: Value) -> Value:
    """1 to 366."""
    return Decimal(_day_number(_date(date)))


@builtin("day of week", "date", STRING)
def day_of_week(run: Run, date: Value) -> Value:
    """Monday to Sunday."""
    return _DAYS[_date(date).weekday - 1]


@builtin("month of year", "date", STRING)
def month_of_year(run: Run, date: Value) -> Value:
    """January to December."""
    return _MONTHS[_date(date).month - 1]


@builtin("week of year", "date", NUMBER)
def week_of_year(run: Run, date: Value) -> Value:
    """The ISO week: the first one holds the year's first Thursday."""
    day = _date(date)
    week = (_day_number(day) - day.weekday + 10) // 7
    if week < 1:
        return Decimal(_weeks_in(day.year - 1))
    return Decimal(1 if week > _weeks_in(day.year) else week)


@builtin("last day of month", "date", NUMBER)
def last_day_of_month(run: Run, date: Value) -> Value:
    """28 to 31."""
    day = _date(date)
    return Decimal(days_in_month(day.year, day.month))


def _date(given: Value) -> Date:
    value = arguments.single(given)
    if isinstance(value, DateTime):
        return value.date
    if isinstance(value, Date):
        return value
    raise Nothing(f"« date » est {told(value)}, pas une date")


def _day_number(day: Date) -> int:
    return day.ordinal - days_from_civil(day.year, 1, 1) + 1


def _weeks_in(year: int) -> int:
    """53 when the year begins on a Thursday, or on a Wednesday with a leap day; else 52."""
    first = Date(year, 1, 1).weekday
    return 53 if first == 4 or (first == 3 and days_in_month(year, 2) == 29) else 52
