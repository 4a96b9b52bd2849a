"""Dates, times, zones and durations: texts, arithmetic, order, properties."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from engine.feel import DaysDuration, MonthsDuration, NotAValue, compile_expression, evaluate, from_feel, to_feel
from engine.feel.budget import Run
from engine.feel.text import write


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('@"2024-02-29" + @"P1Y"', "2025-02-28"),
        ('@"2026-01-31" + @"P1M"', "2026-02-28"),
        ('@"2026-01-01" - @"P1D"', "2025-12-31"),
        ('@"2026-01-01" + @"PT36H"', "2026-01-02"),
        ('@"P1M" + @"2026-01-31"', "2026-02-28"),
        ('@"2026-03-29T01:30:00@Europe/Paris" + @"PT1H"', "2026-03-29T03:30:00@Europe/Paris"),
        ('@"2026-01-02T00:00:00Z" - @"2026-01-01T00:00:00Z"', "P1D"),
        ('@"2026-01-02T00:00:00+01:00" - @"2026-01-01T00:00:00Z"', "PT23H"),
        ('@"2026-01-02T00:00:00" - @"2026-01-01T00:00:00Z"', "null"),
        ('@"2026-01-02T00:00:00Z" - @"2026-01-01"', "P1D"),
        ('@"23:00:00" + @"PT2H"', "01:00:00"),
        ('@"01:00:00" - @"23:00:00"', "-PT22H"),
        ('@"P1D" * 1.5', "P1DT12H"),
        ('2 * @"P1Y1M"', "P2Y2M"),
        ('@"P1D" / @"PT12H"', "2"),
        ('@"P1Y" / 5', "P2M"),
        ('@"P1Y" + @"P1D"', "null"),
        ('@"P1Y" + 1', "null"),
        ('-@"P1D"', "-P1D"),
        ('@"P1Y" > @"P11M"', "true"),
        ('@"P1Y" > @"P1D"', "null"),
        ('@"10:00:00+01:00" < @"10:00:00Z"', "true"),
        ('@"10:00:00" < @"11:00:00Z"', "true"),
        ('@"10:00:00" = @"10:00:00Z"', "false"),
        ('@"2026-01-01T10:00:00Z" = @"2026-01-01T11:00:00+01:00"', "true"),
        ('@"-0044-03-15" < @"2026-01-01"', "true"),
        ('string(@"-2021-01-01" - @"P1D")', '"-2022-12-31"'),
        ('string(date("999999999-12-31"))', '"999999999-12-31"'),
        ('date("999999999-12-31") + @"P1D"', "null"),
        ('@"2026-11-22".weekday', "7"),
        ('@"2026-11-22T10:20:30.5+02:00".second', "30.5"),
        ('@"2026-11-22T10:20:30+02:00".time offset', "PT2H"),
        ('@"2026-07-01T10:20:30@Europe/Paris".time offset', "PT2H"),
        ('@"2026-07-01T10:20:30@Europe/Paris".timezone', '"Europe/Paris"'),
        ('@"10:20:30".time offset', "null"),
        ('@"P1DT2H3M4S".minutes', "3"),
        ('@"-P1Y2M".months', "-2"),
        ('@"P1D".years', "null"),
        ('@"2026-11-22".hour', "null"),
    ],
)
def test_a_temporal_expression_has_its_value(text: str, expected: str) -> None:
    run = Run()
    assert write([compile_expression(text).value({}, run)], run)[1:-1] == expected


def test_python_values_go_in_and_come_back() -> None:
    paris = ZoneInfo("Europe/Paris")
    for value in (
        date(2026, 2, 3),
        time(10, 20, 30),
        datetime(2026, 2, 3, 4, 5, 6, 7, tzinfo=paris),
        datetime(2026, 2, 3, tzinfo=UTC),
        12,
        Decimal("1.5"),
        "texte",
        True,
        None,
        [1, {"a": date(2026, 1, 1)}],
    ):
        assert from_feel(to_feel(value)) == value


def test_durations_are_feels_own() -> None:
    assert to_feel(timedelta(hours=1)) == DaysDuration(3_600_000_000_000)
    assert evaluate('@"P1Y" + @"P2M"', {}) == MonthsDuration(14)


def test_a_float_is_the_number_it_is_written_as() -> None:
    assert evaluate("x + 0.2", {"x": 0.1}) == Decimal("0.3")
    assert evaluate("x", {"x": float("nan")}) is None


def test_a_local_date_and_time_is_read_in_the_given_zone() -> None:
    paris = ZoneInfo("Europe/Paris")
    assert evaluate('date and time("2026-07-01T12:00:00")', {}, zone=paris) == datetime(2026, 7, 1, 12, tzinfo=paris)


def test_an_object_of_python_is_no_value() -> None:
    with pytest.raises(NotAValue):
        to_feel(object())
    warnings: list[str] = []
    assert evaluate("x", {"x": object()}, warnings=warnings) is None
    assert warnings
    assert evaluate("x.real", {"x": 1}) is None
    assert evaluate("x.__class__", {"x": "a"}) is None
