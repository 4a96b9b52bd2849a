"""What the world sends to a dossier: answers of effects, messages, timers; each is taken once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from prefecture.dossiers import jobs, queries, service
from prefecture.kernel import clock, keyring, outbox
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, Forbidden, NotFound
from prefecture.kernel.outbox import DueWork
from prefecture.kernel.unit_of_work import unit_of_work

COMPLETE = {"conclusion": "complet"}


def timers(view: Any) -> list[tuple[str, str]]:
    db.session.rollback()
    rows = db.session.execute(
        select(DueWork.run_at, DueWork.status).where(DueWork.dossier_id == view.id, DueWork.kind == "dossiers.timer")
    )
    return [(row.run_at.isoformat(), row.status) for row in rows]


def test_an_effect_is_answered_once_however_often_its_work_runs(world: Any) -> None:
    view = world.submit()
    work = outbox.claim("tests")
    assert work is not None
    effect_id = work.payload["effect_id"]
    with unit_of_work():
        assert service.answer(view.id, effect_id, {"recu": True})
    with unit_of_work():
        assert not service.answer(view.id, effect_id, {"recu": True})
        assert not service.fail_effect(view.id, effect_id, "panne", "En panne.")
    assert [task.element for task in queries.open_tasks(view.number, world.claire)] == ["verifier"]


def test_work_that_crashed_after_its_answer_does_nothing_when_it_runs_again(world: Any) -> None:
    """The answer was committed, the mark that the work is done was not: the drain runs it anew."""
    view = world.filed()
    assert world.done == ["accuser:Renouveler"]
    with unit_of_work():
        db.session.execute(
            update(DueWork)
            .where(DueWork.dossier_id == view.id, DueWork.kind == "essai.accuser")
            .values(status="ready", attempts=1)
        )
        row = db.session.scalars(select(DueWork).where(DueWork.kind == "essai.accuser")).one()
        told = queries.history(view.number, world.claire)[1]
        payload = {"effect_id": told.task_id, "params": {"objet": "Renouveler"}}
        row.payload = keyring.seal_json(row.key_id, payload, f"due_work:{row.id}")
    world.drain()
    assert world.done == ["accuser:Renouveler"]
    assert len(queries.open_tasks(view.number, world.claire)) == 1


def test_an_effect_that_fails_for_good_stands_still_where_somebody_sees_it(world: Any) -> None:
    view = world.submit()
    work = outbox.claim("tests")
    assert work is not None
    with unit_of_work():
        assert service.fail_effect(view.id, work.payload["effect_id"], "panne", "L’imprimante est en panne.")
    shown = queries.dossier(view.number, world.claire)
    assert shown.incident == "accuser:panne"
    head = world.agent("helene", "Hélène Noir", ["chef_de_service"])
    with pytest.raises(NotFound), unit_of_work():
        service.retry_incident(world.claire, view.number, "accuser")
    with unit_of_work():
        work.done()
        service.retry_incident(head, view.number, "accuser")
    with pytest.raises(Conflict), unit_of_work():
        service.retry_incident(head, view.number, "accuser")
    world.drain()
    assert queries.dossier(view.number, world.claire).incident is None
    assert [task.element for task in queries.open_tasks(view.number, world.claire)] == ["verifier"]


def test_a_message_is_kept_until_it_is_awaited(any_world: Any) -> None:
    view = any_world.filed()
    with unit_of_work():
        assert not service.send_message(view.id, "avis", {"rendu_le": clock.now().date()})
    any_world.complete(any_world.claire, any_world.task(view, "verifier"), COMPLETE)
    assert [task.element for task in queries.open_tasks(view.number, any_world.claire)] == ["approuver"]
    assert queries.data(view.number, any_world.claire)["rendu_le"] == clock.now().date()


def test_a_message_that_outlived_its_time_is_not_delivered(world: Any) -> None:
    view = world.filed()
    with unit_of_work():
        service.send_message(view.id, "avis", {}, ttl=timedelta(days=2))
    clock.move(timedelta(days=3))
    world.complete(world.claire, world.task(view, "verifier"), COMPLETE)
    assert queries.open_tasks(view.number, world.claire) == []
    with unit_of_work():
        assert service.send_message(view.id, "avis", {})


def test_a_message_sent_again_under_its_key_is_one_message(world: Any) -> None:
    view = world.filed()
    for _ in range(2):
        with unit_of_work():
            assert not service.send_message(view.id, "avis", {}, key="avis:1")
    world.complete(world.claire, world.task(view, "verifier"), COMPLETE)
    with unit_of_work():
        assert not service.send_message(view.id, "avis", {}, key="avis:1")
    assert [task.element for task in queries.open_tasks(view.number, world.claire)] == ["approuver"]


def test_a_timer_fires_once(any_world: Any) -> None:
    view = any_world.filed()
    assert timers(view) == [("2026-11-28T09:00:00+00:00", "ready")]
    any_world.drain()
    assert any_world.done == ["accuser:Renouveler"]
    clock.move(timedelta(days=6))
    any_world.drain()
    assert any_world.done == ["accuser:Renouveler", "rappeler:"]
    with unit_of_work():
        db.session.execute(update(DueWork).where(DueWork.kind == "dossiers.timer").values(status="ready"))
    any_world.drain()
    assert any_world.done == ["accuser:Renouveler", "rappeler:"]
    assert [task.element for task in queries.open_tasks(view.number, any_world.claire)] == ["verifier"]


def test_a_timer_whose_task_is_done_is_cancelled(world: Any) -> None:
    view = world.filed()
    world.complete(world.claire, world.task(view, "verifier"), COMPLETE)
    assert timers(view) == [("2026-11-28T09:00:00+00:00", "cancelled")]


def test_a_citizen_withdraws_and_nothing_stays_open(world: Any) -> None:
    view = world.filed()
    with pytest.raises(Forbidden), unit_of_work():
        service.withdraw(world.claire, view.number, "Erreur")
    with unit_of_work():
        service.withdraw(world.amina, view.number, "Je pars.")
    shown = queries.dossier(view.number, world.amina)
    assert shown.finished_at is not None
    assert queries.open_tasks(view.number, world.claire) == []
    assert timers(view)[0][1] == "cancelled"
    with pytest.raises(Conflict), unit_of_work():
        service.withdraw(world.amina, view.number, "Encore.")


def test_a_process_that_does_not_listen_is_closed_all_the_same(world: Any) -> None:
    view = world.filed()
    world.complete(world.claire, world.task(view, "verifier"), {"conclusion": "incomplet", "message": "Une page."})
    with unit_of_work():
        shown = service.withdraw(world.amina, view.number, "Je pars.")
    assert (shown.statut, shown.finished_at) == ("sans_suite", clock.now())
    assert queries.tasks(world.amina).items == ()
    with unit_of_work():
        assert not service.send_message(view.id, "avis", {})
    head = world.agent("helene", "Hélène Noir", ["chef_de_service"])
    with pytest.raises(Conflict, match="terminé"), unit_of_work():
        service.retry_incident(head, view.number, "x")


def test_statut_and_deadline_follow_what_the_actions_say(world: Any) -> None:
    view = world.filed()
    first = clock.now() + timedelta(days=120)
    with unit_of_work():
        service.set_deadline(view.id, first)
        service.change_statut(view.id, "en_instruction")
    with unit_of_work():
        service.set_deadline(view.id, first + timedelta(days=10), suspended=True)
    shown = queries.dossier(view.number, world.amina)
    assert (shown.statut, shown.silence_at, shown.suspended) == ("en_instruction", first + timedelta(days=10), True)
    with pytest.raises(ValueError, match="no such status"), unit_of_work():
        service.change_statut(view.id, "fini")


def test_only_an_ended_dossier_is_archived(world: Any) -> None:
    view = world.filed()
    with pytest.raises(Conflict), unit_of_work():
        service.archive(world.claire, view.number)
    with unit_of_work():
        service.change_statut(view.id, "accepte")
    with unit_of_work():
        assert service.archive(world.claire, view.number).archived_at == clock.now()


def test_a_return_where_the_drawing_foresees_none_is_refused(world: Any) -> None:
    view = world.filed()
    with pytest.raises(Conflict, match="À cette étape"), unit_of_work():
        service.return_to_construction(world.claire, view.number, "À corriger.")
    assert [entry.kind for entry in queries.history(view.number, world.claire)][-1] == "effect_answered"


def test_a_worker_whose_clock_is_behind_loses_no_timer(world: Any) -> None:
    """The table of due work gave the timer out by the database's clock; the worker's own says that it is not time."""
    view = world.filed()
    clock.move(timedelta(days=6))
    work = outbox.claim("tests")
    assert work is not None
    assert work.kind == "dossiers.timer"
    clock.move(timedelta(days=-5))
    jobs.fire_timer(work)
    clock.move(timedelta(days=5))
    world.drain()
    assert world.done == ["accuser:Renouveler", "rappeler:"]
    assert timers(view)[0][1] == "done"
