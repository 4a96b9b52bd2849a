"""Erasing a dossier: its key and every row that names somebody; nothing of the schema is forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

import wsgi  # noqa: F401 (every room's tables are then known)
from prefecture.documents import queries as documents
from prefecture.dossiers import commands, erasure, journal, queries, service
from prefecture.kernel import clock, keyring, traces  # noqa: F401 (a table that only the faces use)
from prefecture.kernel.db import Model, db
from prefecture.kernel.errors import Conflict, Gone, NotFound
from prefecture.kernel.unit_of_work import unit_of_work


def closed(world: Any) -> Any:
    view = world.submit(passeport=world.document(world.amina))
    world.drain()
    with unit_of_work():
        service.send_message(view.id, "avis", {"texte": "secret"})
    with unit_of_work():
        service.remember(world.amina, "clé", b"digest", 201, b"{}", dossier_id=view.id)
    with unit_of_work():
        service.withdraw(world.amina, view.number, "Je pars.")
    return view


def test_every_table_that_names_a_dossier_or_a_person_is_on_the_list_or_argued(world: Any) -> None:
    telling = {"dossier_id", "person_id", "owner_id", "account_id", "key_id", "sealed", "payload", "answer", "answers"}
    naming = {name for name, table in Model.metadata.tables.items() if telling & set(table.columns.keys())}
    listed = {*erasure.ROWS, *erasure.BY_DESK, *erasure.KEPT}
    assert naming - listed == set()
    assert listed <= set(Model.metadata.tables)
    assert all(erasure.KEPT.values())
    assert all(erasure.BY_DESK.values())


def test_after_an_erasure_nothing_of_the_person_is_left_and_the_chain_verifies(any_world: Any) -> None:
    view = closed(any_world)
    key_id = view.key_id
    with unit_of_work():
        service.erase(view.id)
    with unit_of_work():
        service.erase(view.id)
    shown = queries.by_id(view.id)
    assert shown.erased_at == clock.now()
    assert (shown.person, shown.person_id, shown.key_id) == (None, None, None)
    assert not keyring.exists(str(key_id))
    assert documents.of_dossier(view.id) == []
    for name in erasure.ROWS:
        table = Model.metadata.tables[name]
        assert db.session.execute(select(table).where(table.c.dossier_id == view.id)).all() == [], name
    left = db.session.execute(
        text("SELECT count(*) FROM due_work WHERE dossier_id IS NOT NULL AND payload IS NOT NULL")
    )
    assert left.scalar_one() == 0
    assert journal.verify()[1] is None
    with pytest.raises(NotFound):
        queries.dossier(view.number, any_world.amina)
    with pytest.raises(Gone):
        queries.data(view.number, any_world.claire)
    kinds = [entry.kind for entry in queries.history(view.number, any_world.claire)]
    assert kinds[-1] == "erased"
    assert queries.search(any_world.claire, "kebir") == []


def test_a_running_dossier_is_not_erased(world: Any) -> None:
    view = world.filed()
    with pytest.raises(Conflict), unit_of_work():
        service.erase(view.id)


def test_an_erasure_leaves_other_dossiers_alone(world: Any) -> None:
    other = world.filed(world.boris)
    view = closed(world)
    with unit_of_work():
        service.erase(view.id)
    assert queries.data(other.number, world.claire)["demande"]["objet"] == "Renouveler"
    assert [one.number for one in queries.search(world.claire, "martinet")] == [other.number]


def test_due_work_of_an_erased_dossier_does_nothing(world: Any) -> None:
    view = closed(world)
    with unit_of_work():
        service.erase(view.id)
    clock.move(timedelta(days=10))
    world.drain()
    with unit_of_work():
        service.fire_timers(view.id, clock.now())
        assert not service.answer(view.id, "x-1", {})


def test_the_command_erases_an_ended_dossier_and_no_other(world: Any) -> None:
    commands.register(world.app)
    runner = world.app.test_cli_runner()
    view = closed(world)
    running = world.filed(world.boris)
    assert runner.invoke(args=["dossiers", "erase", view.number, "--yes"]).output == f"ERASED {view.number}\n"
    refused = runner.invoke(args=["dossiers", "erase", running.number, "--yes"])
    assert refused.exit_code == 1
    assert "en cours" in refused.output
    assert runner.invoke(args=["dossiers", "verify"]).exit_code == 0
