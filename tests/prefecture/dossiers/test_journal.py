"""The journal: it proves itself, names the first broken row, and survives the erasure of what it told."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Uuid, bindparam, text

from prefecture.dossiers import commands, housekeeping, journal, queries, service
from prefecture.kernel import clock
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work

COMPLETE = {"conclusion": "complet"}


def tamper(statement: str) -> None:
    with unit_of_work():
        assert db.session.execute(text(statement)).rowcount > 0


@pytest.fixture
def story(world: Any) -> Any:
    view = world.filed()
    world.complete(world.claire, world.task(view, "verifier"), COMPLETE)
    return view


def test_an_untouched_journal_verifies(world: Any, story: Any) -> None:
    assert journal.verify() == (3, None)


@pytest.mark.parametrize(
    ("statement", "seq", "reason"),
    [
        ("UPDATE journal_entry SET actor_name = 'Denis Roux' WHERE seq = 3", 3, "its content was changed"),
        ("UPDATE journal_entry SET at = '2026-01-01 00:00:00.000000' WHERE seq = 1", 1, "its content was changed"),
        ("UPDATE journal_entry SET kind = 'statut' WHERE seq = 2", 2, "its content was changed"),
        ("UPDATE journal_entry SET trail = '[]' WHERE seq = 2", 2, "its content was changed"),
        ("UPDATE journal_entry SET previous = hash WHERE seq = 2", 2, "it is not chained to the entry before it"),
        ("UPDATE journal_value SET sealed = substr(sealed, 1, 1) WHERE seq = 1", 1, "its values cannot be opened"),
        ("DELETE FROM journal_value WHERE seq = 3", 3, "its values are missing"),
    ],
)
def test_the_first_broken_row_is_named(world: Any, story: Any, statement: str, seq: int, reason: str) -> None:
    tamper(statement)
    _, broken = journal.verify()
    assert broken == journal.Broken(story.number, seq, reason)


def test_a_row_that_is_missing_is_named(world: Any, story: Any) -> None:
    tamper("DELETE FROM journal_value WHERE seq = 2")
    tamper("DELETE FROM journal_entry WHERE seq = 2")
    _, broken = journal.verify()
    assert broken is not None
    assert broken.reason == "entry 2 is missing"


def test_a_chain_cut_at_its_end_is_seen(world: Any, story: Any) -> None:
    tamper("DELETE FROM journal_value WHERE seq = 3")
    tamper("DELETE FROM journal_entry WHERE seq = 3")
    _, broken = journal.verify()
    assert broken == journal.Broken(story.number, 3, "the chain ends at 2, the dossier says 3")


def test_values_swapped_between_two_dossiers_do_not_open(world: Any, story: Any) -> None:
    other = world.submit(world.boris)
    swap = text(
        "UPDATE journal_value SET sealed = (SELECT sealed FROM journal_value WHERE dossier_id = :other AND seq = 1) "
        "WHERE dossier_id = :story AND seq = 1"
    ).bindparams(bindparam("other", other.id, Uuid()), bindparam("story", story.id, Uuid()))
    with unit_of_work():
        db.session.execute(swap)
    _, broken = journal.verify()
    assert broken == journal.Broken(story.number, 1, "its values cannot be opened")


def test_a_whole_chain_rewritten_after_a_seal_is_seen(world: Any, story: Any) -> None:
    with unit_of_work():
        number, digest = journal.seal(clock.now())
    assert (number, len(digest)) == (1, 64)
    assert journal.verify()[1] is None
    tamper("DELETE FROM journal_value WHERE seq = 3")
    tamper("DELETE FROM journal_entry WHERE seq = 3")
    tamper("UPDATE dossier SET journal_seq = 2, journal_head = (SELECT hash FROM journal_entry WHERE seq = 2)")
    _, broken = journal.verify()
    assert broken == journal.Broken(story.number, 3, "the entry is not the one that was sealed")


def test_a_seal_that_was_changed_is_seen(world: Any, story: Any) -> None:
    for _ in range(2):
        with unit_of_work():
            journal.seal(clock.now())
    assert journal.verify()[1] is None
    tamper("UPDATE journal_seal SET at = '2026-01-01 00:00:00.000000' WHERE number = 1")
    assert journal.verify()[1] == journal.Broken("seal", 1, "its content was changed")


def test_a_seal_covers_what_moved_since_the_one_before(world: Any, story: Any) -> None:
    def heads() -> list[int]:
        return list(db.session.scalars(text("SELECT heads FROM journal_seal ORDER BY number")))

    world.submit(world.boris)
    for _ in range(2):
        with unit_of_work():
            journal.seal(clock.now())
    with unit_of_work():
        service.note(story.id, "letter", "Convocation", {"document": "x"})
    with unit_of_work():
        journal.seal(clock.now())
    assert heads() == [2, 0, 1]


def test_the_hourly_seal_plans_the_next(world: Any, story: Any, drain: Callable[[Any], int]) -> None:
    with unit_of_work():
        housekeeping.plan()
    for _ in range(3):
        clock.move(timedelta(hours=1))
        drain(world.app)
    db.session.rollback()
    assert list(db.session.scalars(text("SELECT number FROM journal_seal"))) == [1, 2, 3]
    assert journal.verify()[1] is None


def test_who_when_which_task_and_what_changed_are_there(world: Any, story: Any) -> None:
    entry = queries.history(story.number, world.claire)[-1]
    assert (entry.kind, entry.actor_name, entry.element, entry.name) == (
        "task_done",
        "Claire Petit",
        "verifier",
        "Vérifier",
    )
    assert entry.at == clock.now()
    assert entry.values == {"before": None, "after": {"conclusion": "complet"}}
    assert "-verifier" in entry.trail


def test_the_citizen_reads_their_part_without_values_and_is_not_named_in_clear(world: Any, story: Any) -> None:
    told = queries.history(story.number, world.amina)
    assert [entry.kind for entry in told] == ["filed", "task_done"]
    assert all(entry.values is None for entry in told)
    rows = [dict(row) for row in db.session.execute(text("SELECT * FROM journal_entry")).mappings()]
    assert not re.search("Kébir|Amina|Renouveler", str(rows))


def test_verify_says_ok_or_the_row_and_its_exit_status_tells(world: Any, story: Any) -> None:
    commands.register(world.app)
    runner = world.app.test_cli_runner()
    good = runner.invoke(args=["dossiers", "verify"])
    assert (good.exit_code, good.output) == (0, "OK 3 entries\n")
    assert "SEAL 1 " in runner.invoke(args=["dossiers", "seal"]).output
    tamper("UPDATE journal_entry SET kind = 'x' WHERE seq = 2")
    bad = runner.invoke(args=["dossiers", "verify"])
    assert bad.exit_code == 1
    assert f"BROKEN {story.number} entry 2: its content was changed" in bad.output


def test_chains_and_seals_verify_on_both_databases(any_world: Any) -> None:
    view = any_world.filed()
    any_world.complete(any_world.claire, any_world.task(view, "verifier"), COMPLETE)
    with unit_of_work():
        journal.seal(clock.now())
    assert journal.verify() == (3, None)
    tamper("UPDATE journal_entry SET kind = 'statut' WHERE seq = 2")
    assert journal.verify()[1] == journal.Broken(view.number, 2, "its content was changed")
