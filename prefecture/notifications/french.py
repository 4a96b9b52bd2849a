"""How letters, mails and SMS say dates, hours, sums and numbers in French. Pure; the filters of the templates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

NO_BREAK = "\u00a0"
THIN = "\u202f"
PARIS = ZoneInfo("Europe/Paris")

_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


class NotSayable(ValueError):
    """A value is not of the kind that a filter says."""


def long_date(value: object, zone: tzinfo = PARIS) -> str:
    """« 12 janvier 2027 », « 1er mars 2027 »; instants are told in `zone`."""
    day = _day(value, zone)
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number}{NO_BREAK}{_MONTHS[day.month - 1]} {day.year}"


def weekday_date(value: object, zone: tzinfo = PARIS) -> str:
    """« mardi 12 janvier 2027 »."""
    day = _day(value, zone)
    return f"{_DAYS[day.weekday()]} {long_date(day)}"


def short_date(value: object, zone: tzinfo = PARIS) -> str:
    """« 12/01/2027 »."""
    day = _day(value, zone)
    return f"{day.day:02}/{day.month:02}/{day.year}"


def hour(value: object, zone: tzinfo = PARIS) -> str:
    """« 9 h », « 14 h 30 »; instants are told in `zone`."""
    clock = _hour(value, zone)
    minutes = f"{NO_BREAK}{clock.minute:02}" if clock.minute else ""
    return f"{clock.hour}{NO_BREAK}h{minutes}"


def amount(value: object) -> str:
    """« 225 € », « 1 234,50 € »."""
    sum_ = _number(value)
    return f"{number(sum_ if sum_ == sum_.to_integral_value() else sum_.quantize(Decimal('0.01')))}{NO_BREAK}€"


def number(value: object) -> str:
    """« 1 234,5 »: thousands apart, a decimal comma."""
    exact = _number(value)
    if exact == exact.to_integral_value():
        exact = exact.to_integral_value()
    return f"{exact:,f}".replace(",", THIN).replace(".", ",")


def reference(value: object) -> str:
    """« n° TSE-94-26-004817-K », which does not break after « n° »."""
    return f"n°{NO_BREAK}{value}"


def telephone(value: object) -> str:
    """« 01 49 56 60 00 »: a French number by pairs, any other as it is."""
    text = re.sub(r"[\s.\u00a0-]", "", str(value))
    if re.fullmatch(r"0\d{9}", text):
        return NO_BREAK.join(text[place : place + 2] for place in range(0, 10, 2))
    return str(value)


def lines(value: object) -> list[str]:
    """The lines of an address, given as text or as a list; empty ones are left out."""
    if value is None:
        return []
    parts = value.splitlines() if isinstance(value, str) else [say(each) for each in _list(value)]
    return [part.strip() for part in parts if part.strip()]


def enumeration(value: object) -> str:
    """« a, b et c »."""
    parts = [say(each) for each in _list(value)]
    return " et ".join(filter(None, (", ".join(parts[:-1]), parts[-1]))) if parts else ""


def say(value: object) -> str:
    """A value as a sentence holds it; lists and contexts are not said by themselves."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int | float | Decimal):
        return number(value) if isinstance(value, float | Decimal) else str(value)
    if isinstance(value, datetime):
        return f"{long_date(value)} à {hour(value)}"
    if isinstance(value, date):
        return long_date(value)
    if isinstance(value, time):
        return hour(value)
    if isinstance(value, Mapping | list | tuple | set | frozenset):
        raise NotSayable("une liste ou un ensemble de données ne s’affiche pas tel quel")
    return str(value)


def _list(value: object) -> Iterable[object]:
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        raise NotSayable(f"une liste est attendue, pas «\u00a0{value}\u00a0»")
    return value


def _day(value: object, zone: tzinfo) -> date:
    if isinstance(value, str):
        value = _parsed(value)
    if isinstance(value, datetime):
        return (value.astimezone(zone) if value.tzinfo else value).date()
    if isinstance(value, date):
        return value
    raise NotSayable(f"une date est attendue, pas «\u00a0{value}\u00a0»")


def _hour(value: object, zone: tzinfo) -> time:
    if isinstance(value, str):
        value = _parsed(value)
    if isinstance(value, datetime):
        return (value.astimezone(zone) if value.tzinfo else value).time()
    if isinstance(value, time):
        return value
    raise NotSayable(f"une heure est attendue, pas «\u00a0{value}\u00a0»")


def _parsed(text: str) -> object:
    for kind in (date, datetime, time):
        try:
            return kind.fromisoformat(text)
        except ValueError:
            continue
    return text


def _number(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise NotSayable(f"un nombre est attendu, pas «\u00a0{value}\u00a0»")
    try:
        return Decimal(str(value))
    except ArithmeticError as error:
        raise NotSayable(f"un nombre est attendu, pas «\u00a0{value}\u00a0»") from error
