"""Running dossiers on a newer version: each moves once, under its lock, or stays where it is and says why."""

from __future__ import annotations

import shutil
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from prefecture.demarches import commands as demarche_commands
from prefecture.demarches import queries as demarches
from prefecture.demarches import service as publishing
from prefecture.demarches.version import Version
from prefecture.dossiers import commands, migration, queries, service
from prefecture.dossiers.models import Dossier
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock, outbox
from prefecture.kernel.db import db
from prefecture.kernel.errors import Forbidden
from prefecture.kernel.unit_of_work import unit_of_work
from tests.prefecture.dossiers.conftest import FOLDER, World

RENAMED = (('"verifier"', '"controler"'), (">verifier<", ">controler<"))
LABEL = (('name="Vérifier"', 'name="Contrôler les pièces"'),)
SOONER = ((">P5D<", ">P2D<"),)


def published(tmp_path: Path, *changes: tuple[str, str]) -> Version:
    """A version of the test's démarche in whose drawing some words are others."""
    folder = tmp_path / "essai"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(FOLDER, folder)
    path = folder / "processus.bpmn"
    drawn = path.read_text()
    for old, new in changes:
        assert old in drawn
        drawn = drawn.replace(old, new)
    path.write_text(drawn)
    with unit_of_work():
        view = publishing.publish(folder, by="tests")
    return demarches.version(view.id)


def moved(view: queries.DossierView, target: Version, **mapping: str) -> migration.Moved:
    with unit_of_work():
        return migration.move(view.id, target, mapping, by="essai")


def row(view: queries.DossierView) -> Dossier:
    db.session.rollback()
    found = db.session.get(Dossier, view.id)
    assert found is not None
    return found


def kinds(view: queries.DossierView) -> list[str]:
    return [one.kind for one in queries.history(view.number, Actor.system())]


def test_a_dossier_goes_on_by_the_new_drawing(any_world: World, tmp_path: Path) -> None:
    world = any_world
    view = world.filed()
    task = world.task(view, "verifier")
    timers = row(view).timers
    target = published(tmp_path, *LABEL)
    assert moved(view, target).status == migration.MOVED
    found = queries.open_tasks(view.number, world.claire)
    assert [(one.id, one.name) for one in found] == [(task, "Contrôler les pièces")]
    assert row(view).version_id == target.id
    assert row(view).timers == timers
    last = queries.history(view.number, world.claire)[-1]
    assert (last.kind, last.name, last.actor_kind) == ("migrated", "1 → 2", "system")
    assert last.values is not None
    assert last.values["to"] == 2
    assert last.values["by"] == "essai"
    world.complete(world.claire, task, {"conclusion": "complet"})
    assert queries.by_id(view.id).version_id == target.id


def test_a_second_move_does_nothing_twice(world: World, tmp_path: Path) -> None:
    view = world.filed()
    target = published(tmp_path, *LABEL)
    assert moved(view, target).status == migration.MOVED
    revision = row(view).revision
    assert moved(view, target).status == migration.ALREADY
    assert row(view).revision == revision
    assert kinds(view).count("migrated") == 1


def test_a_refused_dossier_stays_and_nothing_is_written(world: World, tmp_path: Path) -> None:
    view = world.filed()
    before = (row(view).state, row(view).revision, kinds(view))
    target = published(tmp_path, *RENAMED)
    refused = moved(view, target)
    assert refused.status == migration.NEEDS_TARGET
    assert "essai:verifier" in refused.reason
    assert (row(view).state, row(view).revision, kinds(view)) == before
    assert row(view).version_id != target.id


def test_a_mapping_carries_the_task_its_due_date_and_its_timer(world: World, tmp_path: Path) -> None:
    view = world.filed()
    task = queries.open_tasks(view.number, world.claire)[0]
    timers = row(view).timers
    target = published(tmp_path, *RENAMED)
    assert moved(view, target, verifier="controler").status == migration.MOVED
    after = queries.open_tasks(view.number, world.claire)[0]
    assert (after.id, after.element, after.due_at) == (task.id, "controler", task.due_at)
    assert row(view).timers == timers


def test_whoever_checked_may_not_approve_after_the_step_was_renamed(world: World, tmp_path: Path) -> None:
    view = world.filed()
    world.complete(world.claire, world.task(view, "verifier"), {"conclusion": "complet"})
    target = published(tmp_path, *RENAMED)
    refused = moved(view, target)
    assert refused.status == migration.NEEDS_TARGET
    assert "it names controler now: say verifier=" in refused.reason
    assert moved(view, target, verifier="controler").status == migration.MOVED
    with unit_of_work():
        service.send_message(view.id, "avis", {})
    with pytest.raises(Forbidden, match="un autre agent"):
        world.complete(world.claire, world.task(view, "approuver"), {"accord": True})


def test_a_kept_timer_fires_once_at_its_old_moment(world: World, tmp_path: Path) -> None:
    view = world.filed()
    moved(view, published(tmp_path, *SOONER))
    for days, rung in ((3, 0), (6, 1), (9, 1)):
        with clock.frozen(clock.now() + timedelta(days=days)):
            world.drain()
            assert [one.partition(":")[0] for one in world.done].count("rappeler") == rung


def test_a_claimed_task_stays_claimed(world: World, tmp_path: Path) -> None:
    view = world.filed()
    task = world.task(view, "verifier")
    with unit_of_work():
        service.claim_task(world.claire, task)
    moved(view, published(tmp_path, *LABEL))
    assert queries.open_tasks(view.number, world.claire)[0].assignee == "Claire Petit"


def test_a_finished_dossier_is_left_alone(world: World, tmp_path: Path) -> None:
    view = world.filed()
    with unit_of_work():
        service.withdraw(world.amina, view.number, "essai")
    assert row(view).finished_at is not None
    assert moved(view, published(tmp_path, *LABEL)).status == migration.FINISHED


def test_an_order_is_posted_once(any_world: World, tmp_path: Path) -> None:
    views = [any_world.filed() for _ in range(3)]
    target = published(tmp_path, *LABEL)
    assert migration.order(target, {}) == 3
    assert migration.order(target, {}) == 0
    any_world.drain()
    assert {row(view).version_id for view in views} == {target.id}
    assert migration.order(target, {}) == 0
    assert [kinds(view).count("migrated") for view in views] == [1, 1, 1]


def test_an_order_broken_off_is_taken_up(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        world.filed()
    target = published(tmp_path, *LABEL)
    monkeypatch.setattr(migration, "_CHUNK", 2)
    chunks = []
    real = migration._chunk

    def breaks(*args: object) -> list[object]:
        chunks.append(args)
        if len(chunks) == 2:
            raise KeyboardInterrupt
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(migration, "_chunk", breaks)
    with pytest.raises(KeyboardInterrupt):
        migration.order(target, {})
    monkeypatch.setattr(migration, "_chunk", real)
    assert migration.order(target, {}) == 3
    world.drain()
    assert migration.running("essai", target.id) == 0


def test_completing_a_task_and_moving_its_dossier_at_once_lose_nothing(any_world: World, tmp_path: Path) -> None:
    world = any_world
    view = world.filed()
    task = world.task(view, "verifier")
    target = published(tmp_path, *LABEL)
    ready = threading.Barrier(2)
    failures: list[BaseException] = []

    def run(act: str) -> None:
        try:
            with world.app.app_context():
                ready.wait()
                if act == "move":
                    moved(view, target)
                else:
                    world.complete(world.claire, task, {"conclusion": "complet"})
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in ("move", "complete")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert row(view).version_id == target.id
    assert {"migrated", "task_done"} <= set(kinds(view))
    db.session.rollback()
    assert queries.progress(view.number, world.claire).tokens == {"attendre"}


def cli(app: Flask, *words: str) -> str:
    result = app.test_cli_runner().invoke(args=list(words))
    db.session.rollback()
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def command(world: World) -> World:
    demarche_commands.register(world.app)
    commands.register(world.app)
    return world


def test_diff_counts_who_follows_by_place(command: World, tmp_path: Path) -> None:
    for _ in range(2):
        command.filed()
    published(tmp_path, *RENAMED)
    told = cli(command.app, "demarche", "diff", "essai@1", "essai@2")
    assert "essai:verifier (Vérifier): needs_target=2" in told
    assert "2 × it is not in the new version" in told
    assert told.endswith("DOSSIERS follows=0 harmless=0 needs_target=2 refused=0\n")
    told = cli(command.app, "demarche", "diff", "essai@1", str(tmp_path / "essai"), "--map", "verifier=controler")
    assert told.endswith("DOSSIERS follows=0 harmless=2 needs_target=0 refused=0\n")


def test_migrate_moves_all_says_how_many_and_does_nothing_twice(command: World, tmp_path: Path) -> None:
    for _ in range(3):
        command.filed()
    target = published(tmp_path, *RENAMED)
    told = cli(command.app, "demarche", "migrate", "essai", "--map", "verifier=controler", "--dry-run")
    assert "DOSSIERS follows=0 harmless=3" in told
    assert migration.running("essai", target.id) == 3
    told = cli(command.app, "demarche", "migrate", "essai")
    assert "MIGRATED essai@2 moved=0 stays=3" in told
    told = cli(command.app, "demarche", "migrate", "essai", "--map", "verifier=controler")
    assert "ORDERED 3 of 3" in told
    assert "MIGRATED essai@2 moved=3 stays=0" in told
    told = cli(command.app, "demarche", "migrate", "essai", "--map", "verifier=controler")
    assert "ORDERED 0 of 0" in told
    db.session.rollback()
    work = select(func.count()).select_from(outbox.DueWork).where(outbox.DueWork.kind == migration.MIGRATE)
    assert db.session.scalar(work) == 6


def test_a_mapping_that_names_nothing_stops_before_anything(command: World, tmp_path: Path) -> None:
    command.filed()
    published(tmp_path, *LABEL)
    result = command.app.test_cli_runner().invoke(args=["demarche", "migrate", "essai", "--map", "rien=verifier"])
    assert result.exit_code == 1
    assert "in no version" in result.output


def test_one_piece_of_work_takes_the_others_along(any_world: World, tmp_path: Path) -> None:
    world = any_world
    views = [world.filed() for _ in range(5)]
    target = published(tmp_path, *LABEL)
    assert migration.order(target, {}) == 5
    assert world.drain() == 1
    assert {row(view).version_id for view in views} == {target.id}
    assert [kinds(view).count("migrated") for view in views] == [1] * 5
    assert states_of_moves() == {"done": 5}


def test_what_breaks_one_move_keeps_no_other_from_being_done(any_world: World, tmp_path: Path) -> None:
    world = any_world
    views = [world.filed() for _ in range(4)]
    target = published(tmp_path, *LABEL)
    migration.order(target, {})
    broken = views[2]
    with unit_of_work():
        db.session.execute(update(Dossier).where(Dossier.id == broken.id).values(state=b"not a state"))
    world.drain()
    moved_ones = {view.id for view in views if row(view).version_id == target.id}
    assert moved_ones == {view.id for view in views} - {broken.id}
    assert states_of_moves() == {"done": 3, "ready": 1}


def test_a_dossier_whose_other_work_is_running_is_not_taken_along(any_world: World, tmp_path: Path) -> None:
    world = any_world
    busy, free = world.filed(), world.filed()
    target = published(tmp_path, *LABEL)
    with unit_of_work():
        outbox.post("essai.rappeler", "busy", {}, key_id=None, dossier_id=busy.id, priority=1)
    assert outbox.claim("somebody") is not None
    migration.order(target, {})
    world.drain()
    assert row(free).version_id == target.id
    assert row(busy).version_id != target.id
    assert states_of_moves() == {"done": 1, "ready": 1}


def states_of_moves() -> dict[str, int]:
    """How many orders stand in each state."""
    db.session.rollback()
    work = outbox.DueWork
    query = select(work.status, func.count()).where(work.kind == migration.MIGRATE).group_by(work.status)
    return dict(db.session.execute(query).all())  # type: ignore[arg-type]
