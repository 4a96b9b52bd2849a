"""Convocations and appointments: one link, one appointment, one place, one taker."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from prefecture.agenda import queries
from prefecture.agenda import service as agenda
from prefecture.identity import service as identity
from prefecture.kernel import clock, worker
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, Gone, Invalid, NotFound
from prefecture.kernel.unit_of_work import unit_of_work

TUESDAY_NINE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
WEDNESDAY_NINE = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
THURSDAY_NINE = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
TWENTY = timedelta(minutes=20)


@pytest.fixture
def invited(office) -> Callable[..., str]:
    """Invite somebody to the office; returns the token of their link."""

    def invite(dossier_id: uuid.UUID | None = None, **more: object) -> str:
        with unit_of_work():
            _, token = agenda.invite(
                dossier_id or uuid.uuid4(), office.service_id, "depot_tse", f"k:{uuid.uuid4()}", **more
            )
        return token

    return invite


def act(write: Callable, *args: object, **more: object) -> queries.RdvView:
    with unit_of_work():
        return write(*args, **more)


def places(token: str, at: datetime) -> int:
    found = [slot for day in queries.free_slots(token) for slot in (*day.morning, *day.afternoon)]
    return sum(slot.places for slot in found if slot.starts_at == at)


@pytest.fixture(autouse=True)
def counts_agree(office) -> object:
    """Whatever a test does, the cells count what the appointments occupy."""
    yield
    db.session.rollback()
    assert queries.drift(office.service_id) == {}


def test_work_played_again_gives_the_same_convocation_and_link(office) -> None:
    dossier_id = uuid.uuid4()
    for _ in range(2):
        with unit_of_work():
            view, token = agenda.invite(dossier_id, office.service_id, "depot_tse", "dossier:convocation:1")
        assert queries.convocation(token) == view
    assert db.session.scalar(text("SELECT count(*) FROM convocation")) == 1
    assert len(token) >= 43
    assert token not in str(db.session.execute(text("SELECT * FROM convocation")).all())


def test_a_booked_start_is_no_longer_offered(invited) -> None:
    mine, other = invited(), invited()
    rdv = act(agenda.book, mine, TUESDAY_NINE)
    assert (rdv.status, rdv.starts_at, rdv.ends_at) == ("confirme", TUESDAY_NINE, TUESDAY_NINE + TWENTY)
    assert places(other, TUESDAY_NINE) == 0
    assert places(other, TUESDAY_NINE + TWENTY) == 1
    assert queries.convocation(mine).rdv == rdv


def test_of_two_who_want_the_last_place_one_wins(invited) -> None:
    first, second = invited(), invited()
    act(agenda.book, first, TUESDAY_NINE)
    with pytest.raises(Conflict, match="vient d’être pris") as caught:
        act(agenda.book, second, TUESDAY_NINE)
    assert caught.value.status == 409
    assert act(agenda.book, second, TUESDAY_NINE + TWENTY).status == "confirme"


def test_who_lost_a_place_keeps_what_they_held(invited) -> None:
    first, second = invited(), invited()
    act(agenda.book, first, TUESDAY_NINE)
    held = act(agenda.hold, second, WEDNESDAY_NINE)
    with pytest.raises(Conflict):
        act(agenda.book, second, TUESDAY_NINE)
    assert queries.convocation(second).rdv == held


def test_when_nothing_is_left_the_sentence_says_so(office, invited) -> None:
    mine = invited()
    with unit_of_work():
        agenda.end_hours(office.plage_id, date(2026, 11, 1))
        agenda.generate_cells(office.service_id, date(2026, 11, 1), date(2026, 12, 31))
    assert queries.free_slots(mine) == []
    with pytest.raises(Conflict, match="Il n’y a plus aucun créneau libre pour le moment"):
        act(agenda.book, mine, TUESDAY_NINE)


def test_a_link_gives_one_appointment(invited) -> None:
    mine = invited()
    act(agenda.book, mine, TUESDAY_NINE)
    for write in (agenda.book, agenda.hold):
        with pytest.raises(Conflict, match="Vous avez déjà un rendez-vous le mardi 24 novembre 2026"):
            act(write, mine, WEDNESDAY_NINE)


def test_the_database_refuses_a_second_active_appointment(invited) -> None:
    rdv = act(agenda.book, invited(), TUESDAY_NINE)
    copied = "INSERT INTO rdv SELECT :id, convocation_id, service_id, starts_at, cells, status, held_until, arrived_at,"
    with pytest.raises(IntegrityError), unit_of_work():
        db.session.execute(text(f"{copied} sequence, created_at, changed_at FROM rdv"), {"id": uuid.uuid4().hex})
    assert queries.appointment(rdv.id) == rdv


def test_a_hold_keeps_the_place_for_ten_minutes(app: Flask, invited) -> None:
    mine, other = invited(), invited()
    held = act(agenda.hold, mine, TUESDAY_NINE)
    assert held.held_until == clock.now() + timedelta(minutes=10)
    with pytest.raises(Conflict):
        act(agenda.book, other, TUESDAY_NINE)
    clock.move(timedelta(minutes=10))
    worker.run_until_quiet(app)
    db.session.rollback()
    assert places(other, TUESDAY_NINE) == 1
    assert queries.convocation(mine).rdv is None


def test_a_hold_that_is_over_gives_way_even_before_the_worker_comes(invited) -> None:
    mine, other = invited(), invited()
    act(agenda.hold, mine, TUESDAY_NINE)
    clock.move(timedelta(minutes=10))
    assert act(agenda.book, other, TUESDAY_NINE).status == "confirme"
    with pytest.raises(Conflict):
        act(agenda.book, mine, TUESDAY_NINE)


def test_what_is_held_is_booked_without_asking_for_a_second_place(app: Flask, invited) -> None:
    mine = invited()
    held = act(agenda.hold, mine, TUESDAY_NINE)
    booked = act(agenda.book, mine, TUESDAY_NINE)
    assert booked.id == held.id
    clock.move(timedelta(minutes=11))
    worker.run_until_quiet(app)
    db.session.rollback()
    assert queries.appointment(booked.id).status == "confirme"


def test_another_hold_lets_the_former_go(invited) -> None:
    mine = invited()
    act(agenda.hold, mine, TUESDAY_NINE)
    act(agenda.hold, mine, WEDNESDAY_NINE)
    assert places(mine, TUESDAY_NINE) == 1
    booked = act(agenda.book, mine, THURSDAY_NINE)
    assert places(mine, WEDNESDAY_NINE) == 1
    assert queries.convocation(mine).rdv == booked


@pytest.mark.parametrize(
    "starts_at",
    [
        TUESDAY_NINE + timedelta(minutes=5),
        TUESDAY_NINE + timedelta(seconds=1),
        datetime(2026, 11, 20, 8, tzinfo=UTC),
        datetime(2026, 11, 24, 8),  # noqa: DTZ001
    ],
)
def test_a_start_that_nobody_offers_is_refused(invited, starts_at: datetime) -> None:
    with pytest.raises(Invalid) as caught:
        act(agenda.book, invited(), starts_at)
    assert list(caught.value.fields) == ["debut"]


def test_an_hour_outside_the_opening_is_taken_by_nobody(invited) -> None:
    with pytest.raises(Conflict):
        act(agenda.book, invited(), datetime(2026, 11, 24, 9, 0, tzinfo=UTC))


def test_an_appointment_moves_and_stays_itself(invited) -> None:
    mine, other = invited(), invited()
    booked = act(agenda.book, mine, WEDNESDAY_NINE)
    moved = act(agenda.move, mine, THURSDAY_NINE)
    assert (moved.id, moved.sequence, moved.starts_at) == (booked.id, booked.sequence + 1, THURSDAY_NINE)
    assert places(other, WEDNESDAY_NINE) == 1
    assert places(other, THURSDAY_NINE) == 0


def test_a_move_to_a_taken_place_changes_nothing(invited) -> None:
    mine, other = invited(), invited()
    booked = act(agenda.book, mine, WEDNESDAY_NINE)
    act(agenda.book, other, THURSDAY_NINE)
    with pytest.raises(Conflict, match="vient d’être pris"):
        act(agenda.move, mine, THURSDAY_NINE)
    assert queries.convocation(mine).rdv == booked
    with pytest.raises(Conflict, match="déjà la date"):
        act(agenda.move, mine, WEDNESDAY_NINE)


def test_a_date_changes_twice_and_no_more_except_by_an_agent(invited) -> None:
    mine = invited()
    act(agenda.book, mine, WEDNESDAY_NINE)
    act(agenda.move, mine, THURSDAY_NINE)
    assert queries.convocation(mine).moves_left == 1
    act(agenda.move, mine, WEDNESDAY_NINE)
    with pytest.raises(Conflict, match="autant de fois que possible"):
        act(agenda.move, mine, THURSDAY_NINE)
    assert act(agenda.move, mine, THURSDAY_NINE, by_agent=True).starts_at == THURSDAY_NINE


def test_cancelling_and_booking_again_is_no_way_round_the_limit(invited) -> None:
    mine = invited(max_moves=1)
    for _ in range(2):
        act(agenda.book, mine, WEDNESDAY_NINE)
        assert act(agenda.cancel, mine).status == "annule_usager"
    with pytest.raises(Conflict, match="autant de fois que possible"):
        act(agenda.book, mine, WEDNESDAY_NINE)
    assert act(agenda.book, mine, WEDNESDAY_NINE, by_agent=True).status == "confirme"


@pytest.mark.parametrize("write", [lambda link, **more: agenda.move(link, THURSDAY_NINE, **more), agenda.cancel])
def test_the_day_before_is_too_late_for_the_person_not_for_the_agent(invited, write: Callable) -> None:
    mine = invited()
    act(agenda.book, mine, WEDNESDAY_NINE)
    clock.move(timedelta(days=1, hours=2, seconds=1))
    with pytest.raises(Conflict, match="24 heures"):
        act(write, mine)
    act(write, mine, by_agent=True)


def test_a_cancelled_place_is_offered_again(invited) -> None:
    mine = invited()
    booked = act(agenda.book, mine, WEDNESDAY_NINE)
    cancelled = act(agenda.cancel, mine)
    assert (cancelled.id, cancelled.sequence) == (booked.id, booked.sequence + 1)
    assert places(mine, WEDNESDAY_NINE) == 1
    with pytest.raises(Conflict, match="Aucun rendez-vous"):
        act(agenda.cancel, mine)


def test_letting_a_hold_go_counts_as_no_change(invited) -> None:
    mine = invited()
    act(agenda.hold, mine, WEDNESDAY_NINE)
    assert act(agenda.cancel, mine).status == "expire"
    assert queries.convocation(mine).moves_left == 2


def test_a_link_expires_unless_something_is_booked_with_it(invited) -> None:
    idle, used = invited(valid_for=timedelta(hours=1)), invited(valid_for=timedelta(hours=1))
    act(agenda.book, used, THURSDAY_NINE)
    clock.move(timedelta(hours=1))
    with pytest.raises(Gone, match="passé depuis le lundi 23 novembre 2026"):
        queries.free_slots(idle)
    assert queries.free_slots(idle, by_agent=True)
    assert act(agenda.cancel, used).status == "annule_usager"


def test_an_unknown_link_is_not_found_and_an_id_is_no_link(invited) -> None:
    view = queries.convocation(invited())
    for token in ("inconnu", str(view.id), f"convocation:{view.id}", ""):
        with pytest.raises(NotFound):
            queries.convocation(token)


def test_a_new_convocation_takes_over_the_old_link(invited) -> None:
    dossier_id = uuid.uuid4()
    old = invited(dossier_id)
    former = act(agenda.book, old, WEDNESDAY_NINE)
    hand_over = invited(dossier_id, purpose="remise")
    new = invited(dossier_id)
    assert queries.appointment(former.id).status == "annule_service"
    assert queries.convocation(old) == queries.convocation(new)
    assert queries.convocation(hand_over).purpose == "remise"
    act(agenda.book, old, THURSDAY_NINE)
    with pytest.raises(Conflict):
        act(agenda.book, new, WEDNESDAY_NINE)


def test_a_withdrawn_dossier_awaits_nobody(invited) -> None:
    dossier_id = uuid.uuid4()
    deposit, hand_over = invited(dossier_id), invited(dossier_id, purpose="remise")
    booked = act(agenda.book, deposit, WEDNESDAY_NINE)
    with unit_of_work():
        agenda.withdraw(dossier_id, purpose="depot")
    assert queries.appointment(booked.id).status == "annule_service"
    with pytest.raises(Gone):
        queries.convocation(deposit)
    view = queries.convocation_of(dossier_id)
    assert view == queries.convocation(hand_over)
    with unit_of_work():
        agenda.withdraw(dossier_id)
    assert queries.convocation_of(dossier_id) is None


def test_an_erased_dossier_leaves_no_trace_and_its_place(invited) -> None:
    dossier_id = uuid.uuid4()
    old, new, other = invited(dossier_id), invited(dossier_id), invited()
    act(agenda.book, new, WEDNESDAY_NINE)
    with unit_of_work():
        agenda.erase_for(dossier_id)
    assert queries.appointments_of(dossier_id) == []
    for token in (old, new):
        with pytest.raises(NotFound):
            queries.convocation(token)
    assert places(other, WEDNESDAY_NINE) == 1


def test_a_visit_is_awaited_then_here_then_done(office, invited) -> None:
    mine = invited()
    rdv = act(agenda.book, mine, TUESDAY_NINE)
    for write in (agenda.mark_arrived, agenda.mark_honoured, agenda.mark_absent):
        with pytest.raises(Conflict):
            act(write, rdv.id)
    clock.move(timedelta(days=1, hours=2))
    assert queries.expected_today(office.service_id) == [rdv]
    assert act(agenda.mark_arrived, rdv.id).status == "arrive"
    with pytest.raises(Conflict):
        act(agenda.mark_arrived, rdv.id)
    assert act(agenda.mark_honoured, rdv.id).status == "honore"
    assert [view.status for view in queries.expected_today(office.service_id)] == ["honore"]
    with pytest.raises(Conflict):
        act(agenda.mark_absent, rdv.id)
    with pytest.raises(Gone):
        act(agenda.book, mine, WEDNESDAY_NINE)


def test_who_comes_more_than_ten_minutes_after_the_hour_is_late(invited) -> None:
    in_time = act(agenda.book, invited(), TUESDAY_NINE)
    late = act(agenda.book, invited(), TUESDAY_NINE + TWENTY)
    clock.move(TUESDAY_NINE + timedelta(minutes=10) - clock.now())
    assert act(agenda.mark_arrived, in_time.id).status == "arrive"
    clock.move(timedelta(minutes=20, seconds=1))
    assert act(agenda.mark_arrived, late.id).status == "en_retard"
    assert act(agenda.mark_honoured, late.id).status == "honore"


def test_nobody_is_absent_before_the_hour(office, invited) -> None:
    rdv = act(agenda.book, invited(), TUESDAY_NINE)
    clock.move(TUESDAY_NINE - timedelta(seconds=1) - clock.now())
    with pytest.raises(Conflict, match="pas encore venue"):
        act(agenda.mark_absent, rdv.id)
    clock.move(timedelta(seconds=1))
    assert act(agenda.mark_absent, rdv.id).status == "absent"
    assert [view.status for view in queries.expected_today(office.service_id)] == ["absent"]


def test_an_unknown_appointment_is_not_found(office) -> None:
    for ask in (queries.appointment, agenda.mark_arrived, queries.ics):
        with pytest.raises(NotFound):
            act(ask, uuid.uuid4())


def test_the_active_appointment_stands_for_the_dossier_else_the_last(invited) -> None:
    dossier_id = uuid.uuid4()
    assert queries.appointment_of(dossier_id) is None
    mine = invited(dossier_id)
    act(agenda.book, mine, WEDNESDAY_NINE)
    cancelled = act(agenda.cancel, mine)
    assert queries.appointment_of(dossier_id) == cancelled
    clock.move(timedelta(seconds=1))
    booked = act(agenda.book, mine, THURSDAY_NINE)
    assert queries.appointment_of(dossier_id) == booked
    assert queries.appointment_of(dossier_id, purpose="remise") is None
    assert queries.appointments_of(dossier_id) == [cancelled, booked]


def test_a_process_is_told_wall_time(make_office: Callable) -> None:
    office = make_office("972")
    with unit_of_work():
        _, token = agenda.invite(uuid.uuid4(), office.service_id, "depot_tse", "martinique")
        rdv = agenda.book(token, datetime(2026, 11, 24, 13, tzinfo=UTC))
    told = rdv.variables()
    assert told["rdv"] == str(rdv.id)
    assert str(told["debut"]) == "2026-11-24 09:00:00-04:00"
    assert (told["statut"], told["objet"], told["motif"]) == ("confirme", "depot", "depot_tse")


def test_a_link_opens_its_convocation_for_ten_minutes_each_time(invited) -> None:
    mine = invited()
    sessions = []
    for _ in range(2):
        with unit_of_work():
            sessions.append(agenda.open_link(mine))
        assert queries.opened_by(sessions[-1]) == queries.convocation(mine)
    clock.move(timedelta(minutes=10))
    assert [queries.opened_by(session) for session in sessions] == [None, None]
    with unit_of_work():
        other = identity.open_session(None, "link", subject="autre:1")
    assert queries.opened_by(other) is None
    assert queries.opened_by("inconnu") is None


def test_a_longer_visit_takes_all_the_counters_time_it_needs(office, invited) -> None:
    with unit_of_work():
        agenda.create_motif(office.service_id, "famille", "Famille", 40, step_minutes=20)
        _, family = agenda.invite(uuid.uuid4(), office.service_id, "famille", "famille")
    [day, *_] = queries.free_slots(family)
    assert [slot.local.time() for slot in day.morning] == [time(9), time(9, 20)]
    act(agenda.book, family, TUESDAY_NINE)
    single = invited()
    assert [places(single, TUESDAY_NINE + step * TWENTY) for step in range(3)] == [0, 0, 1]
