"""Working days by préfecture, in expressions and as timers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from engine.feel import evaluate
from engine.holidays import DEPARTEMENTS
from tests.engine.player import END, START, Player, flows, timer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('working day after(@"2026-11-27", 1, "94")', date(2026, 11, 30)),  # over a weekend
        ('working day after(@"2026-12-24", 1, "94")', date(2026, 12, 28)),  # Christmas is a Friday
        ('working day after(@"2026-12-24", 2, "67")', date(2026, 12, 29)),  # 26 December is a Saturday
        ('working day after(@"2027-03-25", 1, "94")', date(2027, 3, 26)),
        ('working day after(@"2027-03-25", 1, "67")', date(2027, 3, 30)),  # Good Friday in Alsace, then Easter Monday
        ('working day after(@"2026-05-21", 1, "972")', date(2026, 5, 26)),  # 22 May in Martinique, then Whit Monday
        ('working day after(@"2026-05-21", 1, "971")', date(2026, 5, 22)),
        ('working day after(@"2026-11-28", 0, "94")', date(2026, 11, 30)),
        ('working day after(@"2026-11-27", 0, "94")', date(2026, 11, 27)),
        ('working day after(@"2026-11-30", -1, "94")', date(2026, 11, 27)),
        ('working day after(@"2026-11-27T18:00:00", 1, "94")', date(2026, 11, 30)),
        ('working day after(@"2026-11-27", 1, "99")', None),
        ('working day after(@"2026-11-27", 5000, "94")', None),
        ('working day after("demain", 1, "94")', None),
        ('working day after(date: @"2026-11-27", days: 1, prefecture: "2A")', date(2026, 11, 30)),
        ('is working day(@"2026-07-14", "94")', False),
        ('is working day(@"2026-07-15", "94")', True),
        ('is working day(@"2026-07-18", "94")', False),
        ('is working day(@"2026-12-20", "974")', False),
        ('is working day(@"2027-12-20", "974")', False),
        ('is working day(@"2027-12-20", "94")', True),
    ],
)
def test_a_working_day_is_the_prefectures_own(text: str, expected: object) -> None:
    assert evaluate(text) == expected


def test_every_departement_has_a_calendar() -> None:
    assert len(DEPARTEMENTS) == 101


def test_a_timer_counts_working_days_in_the_prefectures_zone() -> None:
    due = timer("=working day after(today(), 2, prefecture)", "timeDate")
    catch = f'<intermediateCatchEvent id="t">{due}</intermediateCatchEvent>'
    body = START + catch + END + flows("debut t fin")
    filed = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)  # still Wednesday evening in Martinique
    for code, zone, day in (("94", "Europe/Paris", "2026-11-30"), ("972", "America/Martinique", "2026-11-27")):
        (one,) = Player(body, data={"prefecture": code}, now=filed, zone=zone).last.timers
        assert one.due.astimezone(ZoneInfo(zone)).isoformat()[:16] == f"{day}T00:00"
