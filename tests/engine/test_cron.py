"""Calendars in the words of cron."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from engine.cron import parse_cron
from tests.engine.player import END, START, Player, flows, user

MONDAY = datetime(2026, 1, 5, 8, tzinfo=UTC)


def struck(text: str, begin: datetime = MONDAY, count: int = 2) -> list[str]:
    found: list[str] = []
    cron, moment = parse_cron(text), begin
    assert cron is not None
    for _ in range(count):
        after = cron.after(moment)
        if after is None:
            return found
        moment = after
        found.append(f"{moment:%Y-%m-%d %H:%M:%S}")
    return found


@pytest.mark.parametrize(
    ("text", "moments"),
    [
        ("0 0/5 * * * ?", ["2026-01-05 08:05:00", "2026-01-05 08:10:00"]),
        ("0 0 9 ? * MON-FRI", ["2026-01-05 09:00:00", "2026-01-06 09:00:00"]),
        ("30 15,45 8-9 * * *", ["2026-01-05 08:15:30", "2026-01-05 08:45:30"]),
        ("0 0 12 L * ?", ["2026-01-31 12:00:00", "2026-02-28 12:00:00"]),
        ("0 0 1 1,L * ?", ["2026-01-31 01:00:00", "2026-02-01 01:00:00"]),
        ("0 15 10 ? * 6L", ["2026-01-30 10:15:00", "2026-02-27 10:15:00"]),
        ("0 15 10 ? * FRI#2 2027", ["2027-01-08 10:15:00", "2027-02-12 10:15:00"]),
        ("0 0 10 ? * SAT,FRIL", ["2026-01-10 10:00:00", "2026-01-17 10:00:00"]),
        ("0 0 0 29 FEB ?", ["2028-02-29 00:00:00", "2032-02-29 00:00:00"]),
        ("0 0 0 30 2 ?", []),
        ("0 0 0 1 1 ? 2020", []),
    ],
)
def test_the_moments_of_a_calendar(text: str, moments: list[str]) -> None:
    assert struck(text) == moments


@pytest.mark.parametrize(
    "text",
    ["", "0 0 9", "a b c d e f", "0 0 25 * * ?", "0 60 0 * * ?", "0 0/0 0 * * ?", "? 0 0 * * ?", "0 0 0 32 * ?",
     "0 0 0 ? * 8", "0 0 0 5-1 * ?", "0 0 9 * * ? 1900", "0 0 0 * * ? *" + " " * 200],
)  # fmt: skip
def test_what_is_no_calendar_is_none(text: str) -> None:
    assert parse_cron(text) is None


def test_a_calendar_goes_by_the_clock_of_its_zone() -> None:
    paris = ZoneInfo("Europe/Paris")
    begin = datetime(2026, 3, 28, 12, tzinfo=paris)
    cron = parse_cron("0 30 9 * * ?")
    assert cron is not None
    found = cron.after(begin)
    assert found is not None
    assert found.astimezone(UTC) == datetime(2026, 3, 29, 7, 30, tzinfo=UTC)


def edge(calendar: str) -> str:
    cycle = f"<timerEventDefinition><timeCycle>{calendar}</timeCycle></timerEventDefinition>"
    drawn = f'<boundaryEvent id="b" attachedToRef="a" cancelActivity="false">{cycle}</boundaryEvent>'
    return START + user("a", "x") + drawn + END + '<endEvent id="f2"/>' + flows("debut a fin", "b x f2")


def test_a_soft_edge_fires_at_each_moment() -> None:
    play = Player(edge("0 0 9 ? * MON-FRI"), now=MONDAY)
    play.after("PT1H").after("P1D").after("P1D")
    assert play.tasks == ["a", "x", "x", "x"]


def test_a_calendar_without_moment_is_an_incident() -> None:
    assert Player(edge("0 0 0 30 2 ?"), now=MONDAY).incidents == ["minuterie"]
