"""Bookable time, reckoned."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from prefecture.agenda.slots import Opening, by_day, capacities, cells_from, day_bounds, starts

PARIS, MARTINIQUE = ZoneInfo("Europe/Paris"), ZoneInfo("America/Martinique")
COUNTER, OTHER = uuid.uuid4(), uuid.uuid4()
MONDAY = date(2026, 11, 23)


def hours(start: str, end: str, *, counter: uuid.UUID = COUNTER, days: str = "0123456") -> Opening:
    weekdays = frozenset(int(day) for day in days)
    return Opening(counter, weekdays, time.fromisoformat(start), time.fromisoformat(end), date(2026, 1, 1))


def cells(*openings: Opening, day: date = MONDAY, zone: ZoneInfo = PARIS) -> dict[datetime, int]:
    return capacities(openings, day, day, zone, lambda _: False)


def walls(found: dict[datetime, int], zone: ZoneInfo = PARIS) -> list[str]:
    return [cell.astimezone(zone).strftime("%H:%M") for cell in found]


def test_an_hour_is_twelve_cells() -> None:
    found = cells(hours("09:00", "10:00"))
    assert len(found) == 12
    assert next(iter(found)) == datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def test_nine_oclock_in_martinique_is_thirteen_oclock_utc() -> None:
    assert next(iter(cells(hours("09:00", "10:00"), zone=MARTINIQUE))) == datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


def test_counters_add_up_where_both_are_open() -> None:
    found = cells(hours("09:00", "10:00"), hours("09:30", "10:30", counter=OTHER))
    assert [found[cell] for cell in sorted(found)] == [1] * 6 + [2] * 6 + [1] * 6


def test_a_counter_whose_hours_overlap_counts_once() -> None:
    assert set(cells(hours("09:00", "10:00"), hours("09:30", "10:30")).values()) == {1}


def test_hours_hold_on_their_weekdays_from_a_day_to_a_day() -> None:
    opening = Opening(COUNTER, frozenset({0}), time(9), time(10), MONDAY, MONDAY)
    found = capacities([opening], date(2026, 11, 1), date(2026, 12, 31), PARIS, lambda _: False)
    assert {cell.date() for cell in found} == {MONDAY}


def test_a_closed_day_has_no_cell() -> None:
    assert capacities([hours("09:00", "10:00")], MONDAY, MONDAY, PARIS, lambda day: day == MONDAY) == {}


def test_minutes_that_make_no_cell_are_left_over() -> None:
    assert len(cells(hours("09:00", "09:14"))) == 2


def test_the_same_wall_hour_is_another_instant_in_summer() -> None:
    assert next(iter(cells(hours("09:00", "10:00"), day=date(2026, 7, 6)))).hour == 7
    assert next(iter(cells(hours("09:00", "10:00"), day=date(2026, 1, 5)))).hour == 8


@pytest.mark.parametrize(
    ("opening", "count"), [(("01:00", "04:00"), 24), (("02:00", "03:00"), 0), (("01:00", "02:30"), 12)]
)
def test_the_hour_that_spring_skips_has_no_cell(opening: tuple[str, str], count: int) -> None:
    found = cells(hours(*opening), day=date(2026, 3, 29))
    assert len(found) == count
    assert not [wall for wall in walls(found) if wall.startswith("02")]


@pytest.mark.parametrize(
    ("opening", "count"), [(("01:00", "04:00"), 48), (("02:00", "03:00"), 24), (("02:30", "03:00"), 12)]
)
def test_the_hour_that_autumn_repeats_is_open_twice(opening: tuple[str, str], count: int) -> None:
    found = cells(hours(*opening), day=date(2026, 10, 25))
    assert len(found) == count
    assert all(opening[0] <= wall < opening[1] for wall in walls(found))


def test_a_day_of_clock_change_is_23_or_25_hours_long() -> None:
    for day, length in [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (MONDAY, 24)]:
        after, before = day_bounds(day, PARIS)
        assert (before - after).total_seconds() == length * 3600


def test_a_start_needs_all_its_cells_in_a_row() -> None:
    free = cells(hours("09:00", "10:00"))
    del free[datetime(2026, 11, 23, 8, 25, tzinfo=UTC)]
    assert [slot.local.strftime("%H:%M") for slot in starts(free, 4, 20, PARIS)] == ["09:00", "09:40"]


def test_a_start_has_the_places_of_its_narrowest_cell() -> None:
    free = cells(hours("09:00", "10:00"), hours("09:10", "10:00", counter=OTHER))
    assert [slot.places for slot in starts(free, 4, 20, PARIS)] == [1, 2, 2]


def test_starts_keep_to_the_steps_of_the_wall_clock() -> None:
    free = cells(hours("09:05", "10:00"))
    assert [slot.local.strftime("%H:%M") for slot in starts(free, 3, 15, PARIS)] == ["09:15", "09:30", "09:45"]


def test_slots_are_told_by_local_day_morning_and_afternoon_apart() -> None:
    free = cells(hours("11:00", "14:00"), zone=MARTINIQUE)
    [day] = by_day(starts(free, 12, 60, MARTINIQUE))
    assert day.day == MONDAY
    assert [slot.local.hour for slot in day.morning] == [11, 12]
    assert [slot.local.hour for slot in day.afternoon] == [13]
    assert day.count == 3


def test_the_cells_of_an_appointment_follow_each_other() -> None:
    first = datetime(2026, 11, 23, 8, 55, tzinfo=UTC)
    assert [cell.minute for cell in cells_from(first, 3)] == [55, 0, 5]
