"""Erasing a dossier: its key and every row that names somebody; nothing of the schema is forgotten."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

import prefecture
from prefecture.documents import queries as documents
from prefecture.dossiers import commands, erasure, journal, queries, service
from prefecture.identity import queries as identity
from prefecture.kernel import clock, keyring
from prefecture.kernel.db import Model, db
from prefecture.kernel.errors import Conflict, Gone, NotFound
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.notifications import service as notifications

HOUSE = Path(prefecture.__path__[0])
for one in HOUSE.rglob("*.py"):  # a room's tables are known once somebody asked for the room
    if "__tablename__" in one.read_text():
        import_module(".".join(one.relative_to(HOUSE.parent).with_suffix("").parts))


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


def test_every_table_that_names_a_person_says_what_an_accounts_erasure_does_to_it() -> None:
    telling = {"person_id", "owner_id", "account_id"}
    naming = {name for name, table in Model.metadata.tables.items() if telling & set(table.columns.keys())}
    assert naming - set(erasure.OF_PERSON) == set()
    assert set(erasure.OF_PERSON) <= set(Model.metadata.tables)


def hanging_on(world: Any) -> str:
    """A file, a message, a draft and pending work that belong to Amina and to no dossier; her key."""
    person = identity.person(world.amina.id)
    world.document(world.amina)
    with unit_of_work():
        service.save_draft(world.amina, "essai", {"objet": "brouillon"})
        notifications.queue_mail(
            key="compte:1",
            to=notifications.Recipient("Amina", person.email, person_id=person.id),
            mail=notifications.Mail("Votre compte", "Bonjour.", "<p>Bonjour.</p>"),
            key_id=person.key_id,
        )
    return person.key_id


def left_of(person_id: Any) -> dict[str, int]:
    """Rows that still name a person, by table; who looked (`trace`) is kept by ids alone."""
    found = {}
    for name, table in Model.metadata.tables.items():
        for column in {"person_id", "owner_id"} & set(table.columns.keys()):
            query = select(table).where(table.c[column] == person_id)
            found[name] = found.get(name, 0) + len(db.session.execute(query).all())
    return {name: count for name, count in found.items() if count}


def test_an_erased_person_is_forgotten_at_every_desk_with_their_dossiers(any_world: Any) -> None:
    world = any_world
    key_id = hanging_on(world)
    world.filed()
    with pytest.raises(Conflict, match="en cours"), unit_of_work():
        service.erase_person(world.amina.id)
    for running in queries.dossiers_of_person(world.amina):
        with unit_of_work():
            service.withdraw(world.amina, running.number, "Je pars.")
    other = world.filed(world.boris)
    with unit_of_work():
        service.save_draft(world.boris, "essai", {"objet": "à moi"})
    with unit_of_work():
        assert service.erase_person(world.amina.id, with_dossiers=True) == 1
    db.session.rollback()
    assert left_of(world.amina.id) == {}
    assert not keyring.exists(key_id)
    pending = text("SELECT count(*) FROM due_work WHERE key_id = :key AND (payload IS NOT NULL OR status = 'ready')")
    assert db.session.execute(pending, {"key": key_id}).scalar_one() == 0
    assert journal.verify()[1] is None
    assert len(queries.drafts(world.boris)) == 1
    assert queries.data(other.number, world.claire)["demande"]["objet"] == "Renouveler"
    with pytest.raises(NotFound), unit_of_work():
        service.erase_person(world.amina.id)


def test_the_command_erases_an_account_and_leaves_its_dossiers_for_their_time(world: Any) -> None:
    commands.register(world.app)
    view = closed(world)
    hanging_on(world)
    runner = world.app.test_cli_runner()
    said = runner.invoke(args=["dossiers", "erase-person", "amina@example.fr", "--yes"]).output
    assert said == f"ERASED {world.amina.id} dossiers=0\n"
    assert runner.invoke(args=["dossiers", "erase-person", "amina@example.fr", "--yes"]).exit_code == 1
    kept = queries.by_id(view.id)
    assert kept.person is not None
    assert queries.drafts(world.amina) == []
