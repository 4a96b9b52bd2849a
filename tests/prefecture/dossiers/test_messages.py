"""Messages by business key, and those that outlive their time: one delivery, one receiver, nothing lost in silence."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from prefecture.dossiers import incidents, queries, registration, service, waiting
from prefecture.dossiers.incidents import IncidentView
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock, worker
from prefecture.kernel.db import Model, db
from prefecture.kernel.errors import Conflict, Forbidden, NotFound
from prefecture.kernel.unit_of_work import unit_of_work

SYSTEM = Actor.system()
COMPLETE = {"conclusion": "complet"}


def send(value: str, key: str = "avis-1", **more: Any) -> bool:
    with unit_of_work():
        return service.correlate("reference", value, "avis", {"favorable": True}, key=key, **more)


def awaiting(world: Any, **answers: Any) -> queries.DossierView:
    """A dossier that awaits « avis »."""
    view: queries.DossierView = world.submit(**answers)
    world.drain()
    world.complete(world.claire, world.task(view, "verifier"), COMPLETE)
    return view


def elements(world: Any, view: queries.DossierView) -> list[str]:
    db.session.rollback()
    return [one.element for one in queries.open_tasks(view.number, world.claire)]


def late() -> list[IncidentView]:
    db.session.rollback()
    return [one for one in incidents.incidents(SYSTEM) if one.kind == "message"]


def count(table: str) -> int:
    db.session.rollback()
    return len(db.session.execute(Model.metadata.tables[table].select()).all())


def sweep(world: Any, **span: float) -> None:
    """Time passes, and the sweep that falls due is done."""
    registration.register(world.app)
    worker.plan(world.app)
    clock.move(timedelta(**span))
    world.drain()


def test_a_message_goes_by_its_business_key_to_the_dossier_that_awaits_it(any_world: Any) -> None:
    busy, ready = any_world.submit(objet="AB-1"), awaiting(any_world, objet="ab-1 ")
    other = awaiting(any_world, objet="AB-2")
    assert send("AB-1")
    assert elements(any_world, ready) == ["approuver"]
    assert elements(any_world, other) == []
    assert not send("AB-1")
    assert queries.kept_messages(busy.number, any_world.claire) == []


def test_a_message_that_no_dossier_awaits_yet_is_kept_by_the_oldest_and_shown(world: Any) -> None:
    first = world.submit(objet="AB-1")
    clock.move(timedelta(seconds=1))
    second = world.submit(objet="AB-1")
    world.drain()
    assert not send("AB-1", ttl=timedelta(days=2))
    (kept,) = queries.kept_messages(first.number, world.claire)
    assert (kept.name, kept.status, kept.expires_at) == ("avis", "kept", clock.now() + timedelta(days=2))
    assert queries.kept_messages(second.number, world.claire) == []
    for stranger in (world.amina, world.foreign):
        with pytest.raises(NotFound):
            queries.kept_messages(first.number, stranger)
    world.complete(world.claire, world.task(first, "verifier"), COMPLETE)
    assert elements(world, first) == ["approuver"]
    assert queries.kept_messages(first.number, world.claire) == []


def test_a_message_before_its_dossier_waits_for_it(any_world: Any) -> None:
    keys = count("data_key")
    assert not send("AB-9")
    assert not send("AB-9")
    assert count("unclaimed_message") == 1
    view = any_world.submit(objet="AB-9")
    assert count("unclaimed_message") == 0
    assert count("data_key") == keys + 1  # the message's key went, the dossier's came
    any_world.drain()
    any_world.complete(any_world.claire, any_world.task(view, "verifier"), COMPLETE)
    assert elements(any_world, view) == ["approuver"]
    assert not send("AB-9")


def test_a_message_that_crossed_a_filing_is_handed_over_by_the_sweep(world: Any) -> None:
    view = awaiting(world, objet="AB-3")
    table = Model.metadata.tables["business_key"]
    rows = [dict(row._mapping) for row in db.session.execute(table.select())]
    with unit_of_work():
        db.session.execute(table.delete())
    send("AB-3")
    with unit_of_work():
        db.session.execute(table.insert(), rows)
    sweep(world, minutes=20)
    assert elements(world, view) == ["approuver"]
    assert count("unclaimed_message") == 0


def test_sent_by_many_at_once_it_is_delivered_once(any_world: Any) -> None:
    views = [awaiting(any_world, objet="AB-1") for _ in range(2)]
    start = threading.Barrier(4)
    said: list[bool] = []

    def post() -> None:
        with any_world.app.app_context():
            start.wait()
            said.append(send("AB-1"))

    threads = [threading.Thread(target=post) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(said) == [False, False, False, True]
    assert sorted(len(elements(any_world, view)) for view in views) == [0, 1]


def test_a_message_whose_time_is_over_is_an_incident_that_is_sent_again(world: Any) -> None:
    view = world.filed()
    with unit_of_work():
        service.send_message(view.id, "avis", {"favorable": True}, ttl=timedelta(hours=1))
    sweep(world, hours=2)
    (found,) = late()
    assert (found.number, found.name, found.code) == (view.number, "avis", "message_perime")
    assert "attendu par personne" in found.message
    assert [one.status for one in queries.kept_messages(view.number, world.claire)] == ["expired"]
    with unit_of_work():
        incidents.retry(SYSTEM, found.id)
    assert late() == []
    assert [one.status for one in queries.kept_messages(view.number, world.claire)] == ["kept"]
    world.complete(world.claire, world.task(view, "verifier"), COMPLETE)
    assert elements(world, view) == ["approuver"]
    kinds = [one.kind for one in queries.history(view.number, world.claire)]
    assert {"message_expired", "incident_retried", "message"} <= set(kinds)
    with unit_of_work(), pytest.raises(Conflict):
        incidents.retry(SYSTEM, found.id)


def test_a_late_message_that_is_awaited_by_now_is_delivered_or_dropped_with_a_reason(world: Any) -> None:
    chief = world.agent("nadia", "Nadia Kaci", ["chef_de_service"])
    views = [world.filed(), world.filed(world.boris)]
    for view in views:
        with unit_of_work():
            service.send_message(view.id, "avis", {}, ttl=timedelta(hours=1))
    sweep(world, hours=2)
    for view in views:
        world.complete(world.claire, world.task(view, "verifier"), COMPLETE)
    first, second = sorted(late(), key=lambda one: one.number != views[0].number)
    with unit_of_work(), pytest.raises((NotFound, Forbidden)):
        incidents.retry(world.claire, first.id)
    with unit_of_work():
        incidents.retry(chief, first.id)
    with unit_of_work():
        incidents.skip(chief, second.id, "avis reçu par courrier")
    assert (elements(world, views[0]), elements(world, views[1])) == (["approuver"], [])
    assert late() == []
    told: Mapping[str, Any] = queries.history(views[1].number, chief)[-1].values or {}
    assert told == {"reason": "avis reçu par courrier", "name": "avis"}


def test_a_message_for_nobody_is_shown_to_the_house_dropped_or_forgotten(world: Any) -> None:
    send("ZZ-1", ttl=timedelta(days=1))
    send("ZZ-2", key="avis-2", ttl=timedelta(days=1))
    assert late() == []
    sweep(world, days=2)
    first, second = late()
    assert {first.code, second.code} == {"message_sans_dossier"}
    assert [one.kind for one in incidents.incidents(world.claire)] == []
    with unit_of_work(), pytest.raises(Conflict, match="Aucun dossier"):
        incidents.retry(SYSTEM, first.id)
    with unit_of_work():
        incidents.skip(SYSTEM, first.id, "envoyé par erreur")
    assert [one.id for one in late()] == [second.id]
    sweep(world, days=40)
    sweep(world, days=2)
    assert count("unclaimed_message") == 0


def test_an_unknown_message_is_not_found(world: Any) -> None:
    for wrong in ("M-rien", f"{waiting.PREFIX}{SYSTEM.id}"):
        with unit_of_work(), pytest.raises(NotFound):
            incidents.retry(SYSTEM, wrong)
