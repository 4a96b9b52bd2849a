"""Values of tables as people read and write them in French: « 12,5 », « 3 mai 2021 », « 61 jours », « oui »."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from engine.feel.budget import Run
from engine.feel.dmn.cells import constant
from engine.feel.errors import FeelError, Nothing
from engine.feel.expression import BUILTIN_NAMES
from engine.feel.numbers import parse_number, write_number
from engine.feel.parser import parse
from engine.feel.temporal import DAY_NANOS, Date, DateTime, DaysDuration, MonthsDuration, Time
from engine.feel.temporal_text import parse_date, parse_date_time, parse_duration, parse_time, write_temporal
from engine.feel.text import write
from engine.feel.values import Value

_MONTHS: Final = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
NOTHING_GIVEN: Final = "rien"
_FRENCH_DAY: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_AMOUNT: Final = re.compile(r"(-?\d{1,9})\s*(jours?|mois|ans?|années?|heures?|semaines?)", re.IGNORECASE)
_UNITS: Final = {"j": "P{}D", "m": "P{}M", "a": "P{}Y", "h": "PT{}H"}


class NotEntered(FeelError):
    """A text that is not a value of the type asked, told in a French sentence."""


def in_french(value: Value) -> str:
    """A value for a person; texts in « », null is « rien »."""
    teller = _TELLERS.get(type(value))
    if teller is not None:
        return teller(value)
    return write(value, Run())


def _day(value: Date) -> str:
    return f"{'1er' if value.day == 1 else value.day} {_MONTHS[value.month - 1]} {value.year}"


def _time(value: Time) -> str:
    seconds = f" min {value.second} s" if value.second else ""
    return f"{value.hour}\u00a0h\u00a0{value.minute:02}{seconds}"


def _days(value: DaysDuration) -> str:
    days, rest = divmod(abs(value.nanos), DAY_NANOS)
    if rest:
        return write_temporal(value)
    return f"{'-' if value.nanos < 0 else ''}{days}\u00a0jour{'s' if days > 1 else ''}"


def _months(value: MonthsDuration) -> str:
    years, months = divmod(abs(value.months), 12)
    parts = [f"{years}\u00a0an{'s' if years > 1 else ''}"] if years else []
    parts += [f"{months}\u00a0mois"] if months or not years else []
    return ("-" if value.months < 0 else "") + " et ".join(parts)


_TELLERS: Final[dict[type, Callable[[Any], str]]] = {
    type(None): lambda value: NOTHING_GIVEN,
    bool: lambda value: "oui" if value else "non",
    Decimal: lambda value: write_number(value).replace(".", ","),
    str: lambda value: f"«\u00a0{value}\u00a0»",
    Date: _day,
    Time: _time,
    DateTime: lambda value: f"{_day(value.date)} à {_time(value.time)}",
    DaysDuration: _days,
    MonthsDuration: _months,
    list: lambda value: ", ".join(in_french(one) for one in value) or "liste vide",
    dict: lambda value: "\u00a0; ".join(f"{key}\u00a0: {in_french(one)}" for key, one in value.items()),
}


def written(value: Value) -> str:
    """A value as a field holds it, so that `entered` reads it again."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return write_number(value).replace(".", ",")
    if isinstance(value, Date | Time | DateTime | DaysDuration | MonthsDuration):
        return write_temporal(value)
    return write(value, Run())


def entered(text: str, kind: str) -> Value:
    """The value that a person wrote for a type (empty: any). Raises NotEntered."""
    plain = text.strip()
    if not plain:
        return None
    reader = _READERS.get(kind, _anything)
    try:
        return reader(plain)
    except (Nothing, InvalidOperation, ValueError):
        raise NotEntered(f"«\u00a0{plain}\u00a0» n’est pas {_WANTED.get(kind, 'une valeur')}.") from None


def _number(text: str) -> Value:
    plain = re.sub(r"\s", "", text).replace(",", ".")
    return -parse_number(plain[1:]) if plain.startswith("-") else parse_number(plain)


def _boolean(text: str) -> Value:
    known = {"oui": True, "vrai": True, "true": True, "non": False, "faux": False, "false": False}
    if text.lower() not in known:
        raise Nothing(text)
    return known[text.lower()]


def _date(text: str) -> Value:
    found = _FRENCH_DAY.fullmatch(text)
    if found is None:
        return parse_date(text)
    day, month, year = found.groups()
    return parse_date(f"{year}-{int(month):02}-{int(day):02}")


def _duration(text: str) -> Value:
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return parse_duration(text.upper())
    amount, unit = int(found[1]), found[2].lower()
    if unit.startswith("semaine"):
        amount, unit = amount * 7, "jours"
    sign = "-" if amount < 0 else ""
    return parse_duration(sign + _UNITS[unit[0]].format(abs(amount)))


def _clock(text: str) -> str:
    """`14:30` with its seconds, which people leave out."""
    return f"{text}:00" if re.search(r"(^|T)\d\d:\d\d$", text) else text


def _moment(text: str) -> Value:
    return parse_date_time(_clock(re.sub(r"\s+", "T", text)))


def _anything(text: str) -> Value:
    """FEEL if it is a constant of FEEL, else a text."""
    try:
        return constant(parse(text, BUILTIN_NAMES))
    except FeelError:
        return text


_READERS: Final[dict[str, Callable[[str], Value]]] = {
    "string": lambda text: text,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "time": lambda text: parse_time(_clock(text)),
    "date and time": _moment,
    "days and time duration": _duration,
    "years and months duration": _duration,
}
_WANTED: Final = {
    "number": "un nombre",
    "boolean": "oui ou non",
    "date": "une date (31/12/2026)",
    "time": "une heure (14:30)",
    "date and time": "une date et une heure (2026-12-31 14:30)",
    "days and time duration": "une durée (30 jours, ou P30D)",
    "years and months duration": "une durée en mois (3 mois, ou P3M)",
}
