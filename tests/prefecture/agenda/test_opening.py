"""What a service offers, and the bookable time that follows."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask

from prefecture.agenda import queries
from prefecture.agenda import service as agenda
from prefecture.agenda.slots import DaySlots
from prefecture.kernel import clock, worker
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, Invalid, NotFound
from prefecture.kernel.unit_of_work import unit_of_work

MONDAY = date(2026, 11, 23)


def slots(service_id: uuid.UUID, first: date, last: date) -> list[DaySlots]:
    with unit_of_work():
        _, token = agenda.invite(
            uuid.uuid4(), service_id, "depot_tse", f"k{uuid.uuid4()}", valid_for=timedelta(days=400)
        )
    return queries.free_slots(token, first, last)


def offered(service_id: uuid.UUID, day: date) -> list[str]:
    return [
        slot.local.strftime("%H:%M")
        for found in slots(service_id, day, day)
        for slot in (*found.morning, *found.afternoon)
    ]


def test_an_open_hour_offers_three_visits_of_twenty_minutes(office) -> None:
    assert offered(office.service_id, MONDAY) == ["09:00", "09:20", "09:40"]


def test_generating_again_changes_nothing(office) -> None:
    with unit_of_work():
        assert agenda.generate_cells(office.service_id, MONDAY, date(2026, 12, 31)) == 0


def test_a_public_holiday_is_closed_unless_the_service_opens_it(office) -> None:
    christmas = date(2026, 12, 25)
    assert offered(office.service_id, christmas) == []
    with unit_of_work():
        agenda.open_day(office.service_id, christmas, "Permanence")
        agenda.generate_cells(office.service_id, christmas, christmas)
    assert offered(office.service_id, christmas) == ["09:00", "09:20", "09:40"]


@pytest.mark.parametrize(("code", "is_open"), [("94", True), ("67", False), ("972", True)])
def test_good_friday_is_closed_in_alsace_only(make_office: Callable, code: str, is_open: bool) -> None:
    office = make_office(code)
    good_friday = date(2027, 3, 26)
    with unit_of_work():
        agenda.generate_cells(office.service_id, good_friday, good_friday)
    assert bool(offered(office.service_id, good_friday)) is is_open


def test_a_counter_in_martinique_opens_at_nine_on_its_own_clock(make_office: Callable) -> None:
    office = make_office("972")
    [day] = slots(office.service_id, MONDAY, MONDAY)
    assert day.morning[0].starts_at == datetime(2026, 11, 23, 13, tzinfo=UTC)
    assert day.morning[0].local.hour == 9


def test_a_service_closes_for_a_day_and_opens_again(office) -> None:
    with unit_of_work():
        agenda.close_day(office.service_id, MONDAY, "Panne de chauffage")
        agenda.generate_cells(office.service_id, MONDAY, MONDAY)
    assert offered(office.service_id, MONDAY) == []
    with unit_of_work():
        agenda.usual_day(office.service_id, MONDAY)
        agenda.generate_cells(office.service_id, MONDAY, MONDAY)
    assert offered(office.service_id, MONDAY) == ["09:00", "09:20", "09:40"]


def test_a_second_counter_doubles_the_places_and_a_closed_one_takes_none(office) -> None:
    with unit_of_work():
        second = agenda.create_counter(office.service_id, "A2")
        agenda.open_hours(second, [0], time(9), time(10), valid_from=MONDAY)
        agenda.generate_cells(office.service_id, MONDAY, MONDAY)
    [day] = slots(office.service_id, MONDAY, MONDAY)
    assert [slot.places for slot in day.morning] == [2, 2, 2]
    with unit_of_work():
        agenda.close_counter(second)
        agenda.generate_cells(office.service_id, MONDAY, MONDAY)
    [day] = slots(office.service_id, MONDAY, MONDAY)
    assert [slot.places for slot in day.morning] == [1, 1, 1]
    with unit_of_work():
        agenda.reopen_counter(second)
    assert [each.active for each in queries.counters(office.service_id)] == [True, True]


def test_hours_that_shrink_leave_appointments_to_be_moved_not_lost(office) -> None:
    with unit_of_work():
        _, token = agenda.invite(uuid.uuid4(), office.service_id, "depot_tse", "k")
        rdv = agenda.book(token, datetime(2026, 11, 24, 8, tzinfo=UTC))
    with unit_of_work():
        agenda.end_hours(office.plage_id, MONDAY)
        agenda.generate_cells(office.service_id, MONDAY, date(2026, 12, 31))
    assert [view.id for view in queries.overbooked(office.service_id)] == [rdv.id]
    assert queries.drift(office.service_id) == {}
    with unit_of_work():
        agenda.cancel(token, by_agent=True)
    assert queries.overbooked(office.service_id) == []


def test_two_counters_of_a_service_have_different_numbers(office) -> None:
    with pytest.raises(Conflict), unit_of_work():
        agenda.create_counter(office.service_id, " A1 ")


@pytest.mark.parametrize(
    ("days", "start", "end", "field"),
    [([], 9, 10, "jours"), ([7], 9, 10, "jours"), ([0], 10, 10, "fin"), ([0], 11, 10, "fin")],
)
def test_hours_must_make_sense(office, days: list[int], start: int, end: int, field: str) -> None:
    with pytest.raises(Invalid) as caught, unit_of_work():
        agenda.open_hours(office.counter_id, days, time(start), time(end), valid_from=MONDAY)
    assert list(caught.value.fields) == [field]


@pytest.mark.parametrize(("minutes", "step"), [(0, None), (7, None), (245, None), (20, 3)])
def test_a_motif_lasts_a_number_of_cells(office, minutes: int, step: int | None) -> None:
    with pytest.raises(Invalid), unit_of_work():
        agenda.create_motif(office.service_id, "m", "M", minutes, step_minutes=step)


def test_a_service_has_a_motif_once(office) -> None:
    with pytest.raises(Conflict), unit_of_work():
        agenda.create_motif(office.service_id, "depot_tse", "Encore", 20)
    assert [view.code for view in queries.motifs(office.service_id)] == ["depot_tse"]


def test_what_does_not_exist_is_not_found(office) -> None:
    for write in (
        lambda: agenda.create_counter(uuid.uuid4(), "1"),
        lambda: agenda.open_hours(uuid.uuid4(), [0], time(9), time(10), valid_from=MONDAY),
        lambda: agenda.end_hours(uuid.uuid4(), MONDAY),
        lambda: agenda.create_motif(uuid.uuid4(), "m", "M", 20),
        lambda: agenda.invite(uuid.uuid4(), office.service_id, "inconnu", "k"),
    ):
        with pytest.raises(NotFound), unit_of_work():
            write()


def test_the_agenda_stays_open_eight_weeks_ahead_by_itself(app: Flask, office) -> None:
    far = date(2027, 2, 1)
    assert offered(office.service_id, far) == []
    for _ in range(3):
        clock.move(timedelta(days=7))
        worker.run_until_quiet(app)
    db.session.rollback()
    assert offered(office.service_id, far) == ["09:00", "09:20", "09:40"]


def test_the_hours_of_a_service_are_told_in_french(office) -> None:
    [line] = queries.opening_summary(office.service_id, MONDAY)
    assert line.replace("\u00a0", " ") == "lundi, mardi, mercredi, jeudi et vendredi : 9 h – 10 h"
