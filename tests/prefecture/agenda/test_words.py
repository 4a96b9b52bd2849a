"""The agenda in French."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time

from prefecture.agenda.slots import Opening
from prefecture.agenda.words import opening_hours, said_day, said_moment, said_time

TODAY = date(2026, 11, 23)


def hours(days: str, start: time, end: time, until: date | None = None) -> Opening:
    return Opening(uuid.uuid4(), frozenset(int(day) for day in days), start, end, date(2026, 1, 1), until)


def test_days_and_hours_are_said_as_people_say_them() -> None:
    assert said_day(date(2027, 1, 12)) == "mardi 12 janvier 2027"
    assert said_day(date(2027, 1, 1)) == "vendredi 1er janvier 2027"
    assert said_time(time(9)) == "9\u00a0h"
    assert said_time(time(13, 5)) == "13\u00a0h\u00a005"
    assert said_moment(datetime(2027, 1, 12, 9, 30)) == "mardi 12 janvier 2027 à 9\u00a0h\u00a030"  # noqa: DTZ001


def test_the_week_is_told_in_as_few_lines_as_it_has_kinds_of_days() -> None:
    lines = opening_hours(
        [
            hours("013", time(9), time(12)),
            hours("013", time(13, 30), time(16)),
            hours("4", time(9), time(11)),
            hours("4", time(10), time(12)),
            hours("2", time(9), time(12), until=date(2026, 11, 1)),
        ],
        TODAY,
    )
    assert [line.replace("\u00a0", " ") for line in lines] == [
        "lundi, mardi et jeudi : 9 h – 12 h et 13 h 30 – 16 h",
        "vendredi : 9 h – 12 h",
    ]


def test_no_hours_are_told_by_no_line() -> None:
    assert opening_hours([], TODAY) == []
