from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.feel.temporal import NANOS, DaysDuration, MonthsDuration
from engine.spiff.formulas import Failure
from engine.spiff.timers import from_micros, is_timer, parse_cycle, parse_moment, parse_period, wind, wind_on
from tests.engine.player import END, NOW, START, Player, flows, timer, user

PARIS, FORT = ZoneInfo("Europe/Paris"), ZoneInfo("America/Martinique")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def due(kind: str, value: Any, now: str, zone: ZoneInfo = PARIS) -> str:
    return from_micros(wind(kind, value, at(now), zone)["due"]).astimezone(zone).isoformat()


def moments(text: str, now: str, zone: ZoneInfo = PARIS, most: int = 10) -> list[str]:
    found: list[str] = []
    arm: dict[str, Any] | None = wind("timeCycle", text, at(now), zone)
    while arm is not None and len(found) < most:
        found.append(from_micros(arm["due"]).astimezone(zone).isoformat())
        arm = wind_on(arm, zone)
    return found


@pytest.mark.parametrize(
    ("start", "duration", "expected"),
    [
        ("2027-01-31T10:00+01:00", "P1M", "2027-02-28T10:00:00+01:00"),
        ("2028-01-31T10:00+01:00", "P1M", "2028-02-29T10:00:00+01:00"),
        ("2026-10-31T10:00+01:00", "P4M", "2027-02-28T10:00:00+01:00"),
        ("2027-01-15T10:00+01:00", "P1M", "2027-02-15T10:00:00+01:00"),
        ("2028-02-29T10:00+01:00", "P1Y", "2029-02-28T10:00:00+01:00"),
        ("2027-01-31T10:00+01:00", "P1M1D", "2027-03-01T10:00:00+01:00"),
        ("2027-12-31T23:00+01:00", "P2M", "2028-02-29T23:00:00+01:00"),
        ("2027-01-15T10:00+01:00", "P1M2W", "2027-03-01T10:00:00+01:00"),
    ],
)
def test_months_end_where_they_end(start: str, duration: str, expected: str) -> None:
    assert due("timeDuration", duration, start) == expected


def test_a_day_is_a_day_of_the_calendar_and_an_hour_is_an_hour() -> None:
    """The night of 27 to 28 March 2027 has 23 hours in Paris."""
    assert due("timeDuration", "P1D", "2027-03-27T12:00+01:00") == "2027-03-28T12:00:00+02:00"
    assert due("timeDuration", "PT24H", "2027-03-27T12:00+01:00") == "2027-03-28T13:00:00+02:00"
    assert due("timeDuration", "P1D", "2027-03-27T12:00+01:00", FORT) == "2027-03-28T07:00:00-04:00"


def test_hours_minutes_and_seconds_may_have_decimals() -> None:
    assert due("timeDuration", "PT0.5H", "2027-03-27T12:00+01:00") == "2027-03-27T12:30:00+01:00"
    assert due("timeDuration", "PT1.25M0.5S", "2027-03-27T12:00+01:00") == "2027-03-27T12:01:15.500000+01:00"


def test_a_local_time_that_does_not_exist_is_read_an_hour_later() -> None:
    assert due("timeDuration", "P1D", "2027-03-27T02:30+01:00") == "2027-03-28T03:30:00+02:00"
    assert due("timeDate", "2027-03-28T02:30", "2027-03-01T00:00+01:00") == "2027-03-28T03:30:00+02:00"


def test_a_date_without_offset_is_the_zones_whatever_the_season() -> None:
    assert due("timeDate", "2027-07-01T09:00", "2027-01-01T00:00+01:00") == "2027-07-01T09:00:00+02:00"
    assert due("timeDate", "2027-07-01", "2027-01-01T00:00+01:00") == "2027-07-01T00:00:00+02:00"
    assert due("timeDate", "2027-07-01T09:00", "2027-01-01T00:00+01:00", FORT) == "2027-07-01T09:00:00-04:00"
    assert due("timeDate", "2027-07-01T09:00Z", "2027-01-01T00:00+01:00") == "2027-07-01T11:00:00+02:00"


def test_values_of_feel_are_timers_too() -> None:
    now = "2027-01-31T10:00+01:00"
    assert due("timeDuration", MonthsDuration(1), now) == "2027-02-28T10:00:00+01:00"
    assert due("timeDuration", DaysDuration(86_400 * NANOS + 3600 * NANOS), now) == "2027-02-01T11:00:00+01:00"
    assert due("timeDuration", timedelta(hours=2), now) == "2027-01-31T12:00:00+01:00"
    assert due("timeDate", date(2027, 3, 1), now) == "2027-03-01T00:00:00+01:00"
    assert due("timeDate", datetime(2027, 3, 1, 8, tzinfo=UTC), now) == "2027-03-01T09:00:00+01:00"
    assert due("timeDate", "P1D", now) == "2027-02-01T10:00:00+01:00"


def test_a_cycle_counts_from_its_base_so_that_month_ends_do_not_wear_off() -> None:
    assert moments("R3/P1M", "2027-01-31T10:00+01:00") == [
        "2027-02-28T10:00:00+01:00",
        "2027-03-31T10:00:00+02:00",
        "2027-04-30T10:00:00+02:00",
    ]


def test_a_cycle_ends_when_it_says() -> None:
    now = "2027-01-01T10:00+01:00"
    assert len(moments("R/P1D/2027-01-04T12:00", now)) == 3
    assert moments("R2/2027-02-01T09:00/P1D", now) == ["2027-02-01T09:00:00+01:00", "2027-02-02T09:00:00+01:00"]
    assert moments("R1/PT1H", now) == ["2027-01-01T11:00:00+01:00"]
    assert len(moments("R/PT1H", now, most=50)) == 50


def test_a_cycle_begun_in_the_past_goes_on_from_now() -> None:
    assert moments("R/2020-01-01T09:00/P1D", "2027-01-05T10:00+01:00", most=1) == ["2027-01-06T09:00:00+01:00"]
    with pytest.raises(Failure):
        wind("timeCycle", "R2/2020-01-01T09:00/P1D", at("2027-01-05T10:00+01:00"), PARIS)


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "1D", "P1H", "PT1D", "P-1D", "P1.5D", "R3/P1D", "x", "P1M\n; import os"]
)
def test_what_is_no_duration_is_none(text: str) -> None:
    assert parse_period(text) is None


@pytest.mark.parametrize(
    "text", ["", "R", "R3", "R3/", "Rx/P1D", "R3/P1D/demain", "P1D", "0 0 12 * * ?", "R9999999/P1D"]
)
def test_what_is_no_cycle_is_none(text: str) -> None:
    assert parse_cycle(text, PARIS) is None


def test_what_is_no_moment_is_none() -> None:
    assert parse_moment("2027-02-30", PARIS) is None
    assert not is_timer("timeDate", "demain")
    assert is_timer("timeCycle", "R3/PT1H")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("timeDuration", "demain"),
        ("timeDate", 12),
        ("timeCycle", "R0/P1D"),
        ("timeCycle", "R3/-P1D"),
        ("timeDuration", None),
        ("timeDuration", "P9999999999Y"),
    ],
)
def test_a_timer_that_is_none_is_a_failure(kind: str, value: Any) -> None:
    with pytest.raises(Failure):
        wind(kind, value, NOW, PARIS)


def test_a_failing_timer_is_an_incident_that_can_be_retried() -> None:
    edge = f'<boundaryEvent id="e" attachedToRef="a">{timer("=delai")}</boundaryEvent>'
    play = Player(START + user("a", "b") + edge + END + flows("debut a fin", "e b"))
    assert play.incidents == ["minuterie"]
    assert play.tasks == []
    play.set(delai="P2D").retry("a")
    assert (play.tasks, play.incidents) == (["a"], [])
    assert play.after("P3D").tasks == ["b"]


def test_the_due_moment_stands_in_the_state_and_in_the_zone_of_the_process() -> None:
    catch = f'<intermediateCatchEvent id="t">{timer("2027-07-01T09:00", "timeDate")}</intermediateCatchEvent>'
    body = START + catch + END + flows("debut t fin")
    assert Player(body, zone="Europe/Paris").last.timers[0].due == datetime(2027, 7, 1, 7, tzinfo=UTC)
    assert Player(body, zone="America/Martinique").last.timers[0].due == datetime(2027, 7, 1, 13, tzinfo=UTC)


def test_a_repeating_edge_fires_as_often_as_it_says() -> None:
    edge = (
        f'<boundaryEvent id="e" attachedToRef="a" cancelActivity="false">{timer("R2/P1D", "timeCycle")}</boundaryEvent>'
    )
    play = Player(START + user("a", "r") + edge + flows("debut a", "e r"))
    assert play.after("P1DT1H").tasks == ["a", "r"]
    assert play.after("P5D").tasks == ["a", "r", "r"]
    assert play.last.timers == ()


def test_nothing_is_due_before_its_moment() -> None:
    catch = f'<intermediateCatchEvent id="t">{timer("P1D")}</intermediateCatchEvent>'
    play = Player(START + catch + END + flows("debut t fin"))
    before = play.last.state
    play.after("PT23H")
    assert not play.last.finished
    assert play.last.state == before
    assert play.after("PT1H").last.finished
