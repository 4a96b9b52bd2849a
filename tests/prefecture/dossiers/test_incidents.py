"""What stands still is seen, explained and repaired by hand, and the journal says by whom and why."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from prefecture.dossiers import commands, incidents, queries, registration, stuck
from prefecture.dossiers.incidents import IncidentView
from prefecture.dossiers.models import Dossier, DossierTask
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock, metrics, outbox, worker
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from prefecture.kernel.outbox import DueWork
from prefecture.kernel.unit_of_work import unit_of_work
from tests.prefecture.dossiers.conftest import World
from tests.prefecture.dossiers.test_migration import published

SYSTEM = Actor.system()


@pytest.fixture
def chief(world: World) -> Actor:
    return world.agent("nadia", "Nadia Kaci", ["chef_de_service"])


def broken(world: World, monkeypatch: pytest.MonkeyPatch) -> queries.DossierView:
    """A dossier whose first action failed for good; the action is in order again."""

    def fails(work: outbox.Work) -> None:
        raise outbox.PermanentFailure("the other side refuses")

    with monkeypatch.context() as patch:
        patch.setitem(outbox.handlers(), "essai.accuser", fails)  # type: ignore[arg-type]
        view = world.submit()
        world.drain()
    return view


def only(actor: Actor = SYSTEM, **more: Any) -> IncidentView:
    found = incidents.incidents(actor, **more)
    assert len(found) == 1, found
    return found[0]


def told(view: queries.DossierView) -> dict[str, Any]:
    return {one.kind: one.values for one in queries.history(view.number, SYSTEM)}


def tasks(view: queries.DossierView) -> list[str]:
    db.session.rollback()
    return [one.element for one in queries.open_tasks(view.number, SYSTEM)]


def test_a_failed_action_is_seen_with_its_element_and_its_cause(
    world: World, chief: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = broken(world, monkeypatch)
    found = only(chief)
    assert (found.number, found.element, found.code) == (view.number, "accuser", "essai.accuser")
    assert "the other side refuses" in found.message
    assert found.since is not None


def test_only_those_whom_it_concerns_see_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    broken(world, monkeypatch)
    found = only()
    assert incidents.incidents(world.claire) == []
    assert incidents.incidents(world.foreign) == []
    for actor in (world.claire, world.amina):
        with unit_of_work(), pytest.raises(NotFound):
            incidents.retry(actor, found.id)


def test_a_failed_action_tried_again_goes_on(any_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = any_world
    view = broken(world, monkeypatch)
    found = only()
    with unit_of_work():
        incidents.retry(SYSTEM, found.id)
    world.drain()
    assert tasks(view) == ["verifier"]
    assert world.done == ["accuser:Renouveler"]
    assert "incident_retried" in told(view)
    assert incidents.incidents(SYSTEM) == []
    with unit_of_work(), pytest.raises(Conflict):
        incidents.retry(SYSTEM, found.id)


def test_a_failed_action_is_skipped_with_a_reason(world: World, chief: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    view = broken(world, monkeypatch)
    found = only()
    with unit_of_work(), pytest.raises(Invalid):
        incidents.skip(chief, found.id, "  ")
    with unit_of_work():
        incidents.skip(chief, found.id, "accusé remis à la main", {"recu": True})
    assert world.drain() == 0
    assert tasks(view) == ["verifier"]
    assert told(view)["incident_skipped"]["reason"] == "accusé remis à la main"
    assert world.done == []
    assert queries.data(view.number, world.claire)["recu"] is True


def test_two_operators_skip_one_incident_once(any_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = any_world
    view = broken(world, monkeypatch)
    found = only()
    db.session.rollback()
    ready = threading.Barrier(2)
    outcomes: list[str] = []

    def act() -> None:
        with world.app.app_context():
            ready.wait()
            try:
                with unit_of_work():
                    incidents.skip(SYSTEM, found.id, "à la main")
                outcomes.append("done")
            except Conflict:
                outcomes.append("conflict")

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict", "done"]
    kinds = [one.kind for one in queries.history(view.number, SYSTEM)]
    assert kinds.count("incident_skipped") == 1


def test_a_process_that_cannot_go_on_is_seen_and_its_data_edited(world: World, chief: Actor) -> None:
    view = world.filed()
    with unit_of_work():
        incidents.edit(chief, view.number, {"controle": {"conclusion": "complet"}}, "saisi au guichet")
    assert told(view)["data_edited"]["before"] == {"controle": None}
    with unit_of_work():
        incidents.move(chief, view.number, {"verifier": "complet"}, "contrôle fait sur papier")
    assert tasks(view) == []
    assert queries.progress(view.number, SYSTEM).tokens == {"attendre"}
    assert told(view)["token_moved"]["reason"] == "contrôle fait sur papier"


def test_a_halted_process_is_seen_retried_and_skipped(world: World, chief: Actor, tmp_path: Path) -> None:
    published(tmp_path, (">P5D<", ">=demande.objet<"))
    view, other = world.filed(), world.filed()
    db.session.rollback()
    found = only(chief, number=view.number)
    assert (found.kind, found.element, found.name, found.code) == ("process", "verifier", "Vérifier", "minuterie")
    assert "Renouveler" in found.message
    assert found.since is not None
    with unit_of_work():
        incidents.edit(chief, view.number, {"demande": {"objet": "P5D"}}, "durée oubliée")
    with unit_of_work():
        incidents.retry(chief, found.id)
    assert tasks(view) == ["verifier"]
    assert incidents.incidents(chief, number=view.number) == []
    with unit_of_work(), pytest.raises(Conflict):
        incidents.retry(chief, found.id)
    with unit_of_work():
        left = only(chief, number=other.number)
        incidents.skip(chief, left.id, "sans contrôle", {"controle": {"conclusion": "complet"}})
    assert queries.progress(other.number, SYSTEM).tokens == {"attendre"}
    assert told(other)["incident_skipped"]["reason"] == "sans contrôle"


def test_a_token_goes_back_and_begins_again(world: World) -> None:
    view = world.filed()
    task = world.task(view, "verifier")
    world.complete(world.claire, task, {"conclusion": "complet"})
    with unit_of_work():
        incidents.move(SYSTEM, view.number, {"attendre": "verifier"}, "erreur")
    assert tasks(view) == ["verifier"]
    assert world.task(view, "verifier") != task


def test_a_move_that_leads_nowhere_changes_nothing(world: World) -> None:
    view = world.filed()
    for mapping in ({"verifier": "depot"}, {"verifier": "rien"}, {"approuver": "verifier"}):
        with unit_of_work(), pytest.raises(Conflict):
            incidents.move(SYSTEM, view.number, mapping, "essai")
    assert tasks(view) == ["verifier"]


def test_repairing_needs_the_role(world: World) -> None:
    view = world.filed()
    for actor in (world.claire, world.foreign, world.amina):
        with unit_of_work(), pytest.raises((NotFound, Forbidden)):
            incidents.edit(actor, view.number, {"x": 1}, "essai")


def test_nothing_is_stuck_that_awaits_somebody_or_something(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.submit()  # its action is due
    assert stuck.sweep() == []
    world.drain()
    view = world.filed()
    world.complete(world.claire, world.task(view, "verifier"), {"conclusion": "complet"})
    broken(world, monkeypatch)
    assert stuck.sweep() == []


def test_a_lost_action_is_found_told_and_begun_again(any_world: World) -> None:
    world = any_world
    view = world.submit()
    with unit_of_work():
        db.session.execute(delete(DueWork).where(DueWork.dossier_id == view.id))
    assert [(one.number, one.element, one.code) for one in stuck.sweep()] == [
        (view.number, "accuser", stuck.EFFECT_LOST)
    ]
    assert stuck.sweep() == []
    assert (only().element, only().code) == ("accuser", stuck.EFFECT_LOST)
    with unit_of_work():
        incidents.move(SYSTEM, view.number, {"accuser": "accuser"}, "perdue")
    world.drain()
    assert tasks(view) == ["verifier"]
    assert incidents.incidents(SYSTEM) == []


def test_a_lost_task_is_found(world: World) -> None:
    view = world.filed()
    with unit_of_work():
        db.session.execute(update(DossierTask).where(DossierTask.dossier_id == view.id).values(status="cancelled"))
        db.session.execute(update(DueWork).where(DueWork.dossier_id == view.id).values(status="cancelled"))
    assert [one.code for one in stuck.sweep()] == [stuck.TASK_LOST]
    db.session.rollback()
    row = db.session.get(Dossier, view.id)
    assert row is not None
    assert row.incident == f"verifier:{stuck.TASK_LOST}"


def test_an_unknown_incident_is_not_found(world: World) -> None:
    for wrong in (str(uuid.uuid4()), "rien", "ESS-94-26-000001-N.x"):
        with unit_of_work(), pytest.raises(NotFound):
            incidents.retry(SYSTEM, wrong)


@pytest.fixture
def command(world: World) -> World:
    commands.register(world.app)
    return world


def cli(world: World, *words: str) -> str:
    result = world.app.test_cli_runner().invoke(args=list(words))
    db.session.rollback()
    assert result.exit_code == 0, result.output
    return result.output


def test_operators_see_and_repair_by_commands(command: World, monkeypatch: pytest.MonkeyPatch) -> None:
    view = broken(command, monkeypatch)
    assert "STUCK 0" in cli(command, "dossiers", "sweep")
    listed = cli(command, "incidents", "list")
    assert view.number in listed
    assert listed.endswith("INCIDENTS 1\n")
    found = only()
    assert "the other side refuses" in cli(command, "incidents", "show", found.id, "--data")
    cli(command, "incidents", "skip", found.id, "--reason", "à la main", "--set", "recu=true")
    cli(command, "incidents", "edit", view.number, "--reason", "essai", "--set", 'controle={"conclusion":"complet"}')
    cli(command, "incidents", "move", view.number, "verifier=complet", "--reason", "essai")
    assert queries.progress(view.number, SYSTEM).tokens == {"attendre"}
    assert cli(command, "incidents", "list") == "INCIDENTS 0\n"
    assert command.app.test_cli_runner().invoke(args=["incidents", "retry", found.id]).exit_code == 1


def test_a_lost_timer_is_found_while_somebody_still_has_a_task(any_world: World) -> None:
    view = any_world.filed()
    assert stuck.sweep() == []
    with unit_of_work():
        db.session.execute(delete(DueWork).where(DueWork.dossier_id == view.id, DueWork.kind == "dossiers.timer"))
    assert [(one.element, one.code) for one in stuck.sweep()] == [("rappel", stuck.TIMER_LOST)]
    assert stuck.count() == 1
    with unit_of_work():
        incidents.move(SYSTEM, view.number, {"verifier": "verifier"}, "échéance perdue")
    assert (stuck.sweep(), stuck.count()) == ([], 0)
    clock.move(timedelta(days=6))
    any_world.drain()
    assert any_world.done == ["accuser:Renouveler", "rappeler:"]


def test_the_sweep_comes_back_by_itself_and_the_figure_tells(world: World) -> None:
    registration.register(world.app)
    worker.plan(world.app)
    worker.plan(world.app)
    planned = select(DueWork.kind).where(DueWork.kind.startswith("dossiers."), DueWork.status == "ready")
    planned = planned.order_by(DueWork.kind)  # other desks plan their own
    assert list(db.session.scalars(planned)) == ["dossiers.forget", "dossiers.seal", "dossiers.sweep"]
    view = world.submit()
    with unit_of_work():
        db.session.execute(delete(DueWork).where(DueWork.dossier_id == view.id))
    assert "planipref_stuck 0\n" in metrics.text()
    clock.move(timedelta(minutes=20))
    world.drain()
    assert only().code == stuck.EFFECT_LOST
    assert "planipref_stuck 1\n" in metrics.text()
    sweeps = select(func.count()).where(DueWork.kind == "dossiers.sweep", DueWork.status == "ready")
    assert db.session.scalar(sweeps) == 1
