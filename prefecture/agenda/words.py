"""The agenda in French words: days, times, opening hours. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from prefecture.agenda.slots import Opening

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
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
NBSP = "\u00a0"

STATUS_WORDS = {
    "retenu": "gardé pour vous",
    "confirme": "confirmé",
    "arrive": "arrivé",
    "en_retard": "arrivé en retard",
    "honore": "honoré",
    "absent": "absent",
    "annule_usager": "annulé par l’usager",
    "annule_service": "annulé par la préfecture",
    "expire": "non confirmé",
}


def said_day(day: date) -> str:
    """« mardi 12 janvier 2027 »."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{WEEKDAYS[day.weekday()]} {number} {MONTHS[day.month - 1]} {day.year}"


def said_time(wall: time) -> str:
    """« 9 h » or « 13 h 30 »."""
    minutes = f"{NBSP}{wall.minute:02}" if wall.minute else ""
    return f"{wall.hour}{NBSP}h{minutes}"


def said_moment(local: datetime) -> str:
    """« mardi 12 janvier 2027 à 9 h »."""
    return f"{said_day(local.date())} à {said_time(local.time())}"


def opening_hours(openings: Iterable[Opening], day: date) -> list[str]:
    """The week's hours as they hold on `day`, a line for each group of weekdays that are alike.

    « lundi, mardi et jeudi : 9 h – 12 h et 13 h 30 – 16 h ». Counters are taken together; no hours: an empty list.
    """
    held = [
        each for each in openings if each.valid_from <= day and (each.valid_until is None or each.valid_until >= day)
    ]
    alike: dict[tuple[tuple[time, time], ...], list[str]] = {}
    for number, name in enumerate(WEEKDAYS):
        spans = _merged((each.starts, each.ends) for each in held if number in each.weekdays)
        if spans:
            alike.setdefault(spans, []).append(name)
    return [
        f"{_listed(names)}{NBSP}: " + _listed([f"{said_time(start)} – {said_time(end)}" for start, end in spans])
        for spans, names in alike.items()
    ]


def _merged(spans: Iterable[tuple[time, time]]) -> tuple[tuple[time, time], ...]:
    """Spans in order, those that touch or overlap made one."""
    merged: list[tuple[time, time]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _listed(words: Sequence[str]) -> str:
    """« a, b et c »."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} et {words[-1]}"
