"""Working days (jours ouvrés) by préfecture: Monday to Friday, without the public holidays of its département.

Beside the standard's functions, because a delay counted in working days stands in many a rule of these démarches.
"""

from __future__ import annotations

from datetime import date as day_of
from datetime import timedelta

from engine.feel.budget import Run
from engine.feel.builtins import arguments
from engine.feel.builtins.table import builtin
from engine.feel.errors import Nothing
from engine.feel.temporal import Date, DateTime
from engine.feel.types import BOOLEAN, DATE
from engine.feel.values import Value, told
from engine.holidays import DEPARTEMENTS, holiday_name

_SATURDAY = 5
_MOST = 2_000


@builtin("is working day", "date, prefecture", BOOLEAN)
def is_working_day(run: Run, date: Value, prefecture: Value) -> Value:
    """Whether offices of that département are open on such a day."""
    return _works(_day(date), _code(prefecture))


@builtin("working day after", "date, days, prefecture", DATE)
def working_day_after(run: Run, date: Value, days: Value, prefecture: Value) -> Value:
    """The day that many working days later (negative: earlier), the first one not counted.

    With 0: the day itself, or the next working day.
    """
    day, count, code = _day(date), arguments.whole(days, "days"), _code(prefecture)
    if abs(count) > _MOST:
        raise Nothing(f"« days » dépasse {_MOST} jours ouvrés")
    step = timedelta(days=-1 if count < 0 else 1)
    try:
        while count == 0 and not _works(day, code):
            day += step
        for _ in range(abs(count)):
            day += step
            while not _works(day, code):
                day += step
    except OverflowError as error:
        raise Nothing("« date » est hors du calendrier") from error
    return Date(day.year, day.month, day.day)


def _works(day: day_of, code: str) -> bool:
    return day.weekday() < _SATURDAY and holiday_name(code, day) is None


def _day(given: Value) -> day_of:
    value = arguments.single(given)
    found = value.date if isinstance(value, DateTime) else value
    if not isinstance(found, Date):
        raise Nothing(f"« date » est {told(value)}, pas une date")
    try:
        return day_of(found.year, found.month, found.day)
    except ValueError as error:
        raise Nothing("« date » est hors du calendrier") from error


def _code(given: Value) -> str:
    code = arguments.text(given, "prefecture")
    if code not in DEPARTEMENTS:
        raise Nothing(f"« {code} » n'est le code d'aucune préfecture")
    return code
