"""R17 again, over dossiers: whatever workers, agents, senders and the clock do, each step of each dossier happens once.

The mutant believes what it read of a dossier before it had its lock; it must be found.
"""

from __future__ import annotations

import copy
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from prefecture.dossiers import journal, record
from prefecture.dossiers import service as dossiers
from prefecture.kernel import clock, outbox
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict
from prefecture.kernel.unit_of_work import unit_of_work
from tests.torture.start import Both
from tests.torture.verdict import Size, Verdict
from tests.torture.world import ACTION, World

FEW = 2  # dossiers, so that workers meet
COMPLETE = {"conclusion": "complet"}


class DossierMachine(RuleBasedStateMachine):
    """Two workers and two agents on two dossiers."""

    world: World
    start = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __init__(self) -> None:
        super().__init__()
        self.now = self.start
        self.mine: list[uuid.UUID] = []
        self.held: list[outbox.Work] = []
        self.told: list[outbox.Work] = []
        self.completed: Counter[str] = Counter()
        with self.world.app.app_context(), unit_of_work():
            db.session.execute(db.text("DELETE FROM due_work"))

    @precondition(lambda self: len(self.mine) < FEW)
    @rule()
    def file(self) -> None:
        """A citizen files."""
        with self._at():
            self.mine.append(self.world.submit_one())

    @rule(owner=st.sampled_from(["one", "two"]))
    def claim(self, owner: str) -> None:
        """A worker takes what is due."""
        with self._at():
            work = outbox.claim(owner)
        if work is not None:
            self.held.append(work)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def work(self, data: st.DataObject) -> None:
        """A worker does what it holds, or held; who never does has died."""
        work = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
        self.told.append(work)
        with self._at():
            try:
                outbox._handlers[work.kind](work)
            except outbox.LeaseLost:
                return

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def answer_again(self, data: st.DataObject) -> None:
        """An answer that was given is given again."""
        work = self.told[data.draw(st.integers(0, len(self.told) - 1))]
        if work.kind != ACTION or work.dossier_id is None:
            return
        with self._at(), unit_of_work():
            dossiers.answer(work.dossier_id, work.payload["effect_id"], {"fait": 0})

    @precondition(lambda self: self.mine)
    @rule(data=st.data(), times=st.integers(1, 2))
    def complete(self, data: st.DataObject, times: int) -> None:
        """An agent does the open task, or clicks twice."""
        chosen = self.mine[data.draw(st.integers(0, len(self.mine) - 1))]
        tasks = db.metadata.tables["dossier_task"]
        with self._at():
            task = db.session.scalar(select(tasks.c.id).where(tasks.c.dossier_id == chosen, tasks.c.status == "open"))
            for _ in range(times if task else 0):
                try:
                    with unit_of_work():
                        dossiers.complete_task(self.world.claire, task, COMPLETE)
                    self.completed[str(chosen)] += 1
                except Conflict:
                    pass

    @precondition(lambda self: self.mine)
    @rule(data=st.data())
    def send(self, data: st.DataObject) -> None:
        """The same message, however often."""
        chosen = self.mine[data.draw(st.integers(0, len(self.mine) - 1))]
        with self._at(), unit_of_work():
            dossiers.send_message(chosen, "rien", {}, key="une fois")

    @rule(seconds=st.sampled_from([11, 1, 3600, -3600]))
    def pass_time(self, seconds: int) -> None:
        """The clock goes, or is set back."""
        self.now += timedelta(seconds=seconds)

    def teardown(self) -> None:
        """Each step happened once, and the journal says so."""
        with self.world.app.app_context():
            for dossier_id in self.mine:
                for name, kind in (("journal_entry", "effect_answered"), ("journal_entry", "task_done")):
                    assert _most(name, dossier_id, kind) <= 1, kind
                assert _rows("kept_message", dossier_id) <= 1
                assert self.completed[str(dossier_id)] <= 1
            assert journal.verify()[1] is None

    def _at(self) -> Any:
        return Both(self.world.app.app_context(), clock.frozen(self.now))


def _most(name: str, dossier_id: uuid.UUID, kind: str) -> int:
    """How often the most frequent element of that kind of entry was told."""
    table = db.metadata.tables[name]
    query = select(table.c.element).where(table.c.dossier_id == dossier_id, table.c.kind == kind)
    return max(Counter(db.session.scalars(query)).values(), default=0)


def _rows(name: str, dossier_id: uuid.UUID) -> int:
    table = db.metadata.tables[name]
    return len(db.session.execute(select(table).where(table.c.dossier_id == dossier_id)).all())


def r17_dossiers(world: World, size: Size) -> Verdict:
    """The model holds; whoever reads before locking is found."""
    examples = max(8, size.steps // 6)
    sound = _holds(world, examples)
    first: dict[uuid.UUID, record.Record] = {}
    true = record.locked

    def stale(rows: Any) -> record.Record | None:
        found = true(rows)
        return None if found is None else copy.deepcopy(first.setdefault(found.id, copy.deepcopy(found)))

    record.locked = stale
    try:
        mutant = _holds(world, examples)
    finally:
        record.locked = true
    return Verdict(duplicated=int(not sound), lost=int(mutant), notes=f"mutant_found={not mutant}")


def _holds(world: World, examples: int) -> bool:
    machine = type("Machine", (DossierMachine,), {"world": world})
    chosen = settings(
        max_examples=examples,
        stateful_step_count=40,
        deadline=None,
        database=None,
        derandomize=True,
        print_blob=False,
        phases=(Phase.generate,),  # the mutant need only be found
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(machine, settings=chosen)
    except (AssertionError, IntegrityError):
        return False
    return True
