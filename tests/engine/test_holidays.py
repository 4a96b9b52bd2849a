"""Public holidays."""

from __future__ import annotations

from datetime import date

import pytest

from engine.holidays import easter, holiday_name, holidays


@pytest.mark.parametrize(
    "sunday",
    [
        date(1818, 3, 22),  # the earliest there is
        date(1943, 4, 25),  # the latest there is
        date(1954, 4, 18),
        date(1981, 4, 19),
        date(2000, 4, 23),
        date(2024, 3, 31),
        date(2025, 4, 20),
        date(2026, 4, 5),
        date(2027, 3, 28),
        date(2049, 4, 18),
        date(2076, 4, 19),
    ],
)
def test_easter_falls_when_it_does(sunday: date) -> None:
    assert easter(sunday.year) == sunday


def test_france_has_eleven_public_holidays() -> None:
    assert [(day.day, day.month) for day in holidays("94", 2026)] == [
        (1, 1),
        (6, 4),
        (1, 5),
        (8, 5),
        (14, 5),
        (25, 5),
        (14, 7),
        (15, 8),
        (1, 11),
        (11, 11),
        (25, 12),
    ]


def test_alsace_moselle_has_two_more() -> None:
    assert set(holidays("67", 2026)) - set(holidays("94", 2026)) == {date(2026, 4, 3), date(2026, 12, 26)}


def test_martinique_keeps_the_twenty_second_of_may() -> None:
    assert holiday_name("972", date(2026, 5, 22)) == "abolition de l’esclavage"
    assert holiday_name("94", date(2026, 5, 22)) is None


def test_two_holidays_on_one_day_are_one() -> None:
    assert holiday_name("94", date(2008, 5, 1)) == "Ascension"
    assert len(holidays("94", 2008)) == 10
