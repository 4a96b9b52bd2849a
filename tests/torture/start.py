"""R19: a database that could lose what it took is refused at the start; R17: the table of due work as a model."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import event

from prefecture.kernel import clock, outbox
from prefecture.kernel.db import UnsafeDatabase, assert_safe, db
from prefecture.kernel.unit_of_work import unit_of_work
from tests.torture.verdict import Size, Verdict
from tests.torture.world import World

UNSAFE = {
    "sqlite": ("PRAGMA synchronous=OFF", "PRAGMA synchronous=NORMAL", "PRAGMA foreign_keys=OFF"),
    "postgresql": ("SET synchronous_commit = off",),
}


def r19_unsafe_database(world: World, size: Size) -> Verdict:
    """Every connection is safe, and a start on one that is not is refused."""
    accepted = 0
    with world.app.app_context():
        assert_safe(db.engine)
        db.session.remove()
        for statement in UNSAFE[world.dialect]:
            db.engine.dispose()

            def weaken(connection: Any, _record: Any, statement: str = statement) -> None:
                cursor = connection.cursor()
                cursor.execute(statement)
                cursor.close()
                if world.dialect == "postgresql":
                    connection.commit()

            event.listen(db.engine, "connect", weaken)
            try:
                assert_safe(db.engine)
                accepted += 1
            except UnsafeDatabase:
                pass
            finally:
                event.remove(db.engine, "connect", weaken)
        db.engine.dispose()
        assert_safe(db.engine)
    return Verdict(lost=accepted, notes=f"refused={len(UNSAFE[world.dialect]) - accepted}")


FEW = 3  # pieces of work, so that workers meet


class DueWorkMachine(RuleBasedStateMachine):
    """Two workers on one table: whatever they do and whatever the clock does, work is done once and by who holds it."""

    world: World
    start = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    runs = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).runs += 1
        self.run, self.now, self.posted = self.runs, self.start, 0
        self.held: list[outbox.Work] = []
        self.done: dict[str, int] = {}
        with self.world.app.app_context(), unit_of_work():
            db.session.execute(db.text("DELETE FROM due_work"))

    @precondition(lambda self: self.posted < FEW)
    @rule(same=st.booleans())
    def post(self, same: bool) -> None:
        """Posting a key twice is posting it once."""
        self.posted += not (same and self.posted)
        with self._at(), unit_of_work():
            outbox.post("torture.model", f"{self.run}:{self.posted}", {}, key_id=None)

    @rule(owner=st.sampled_from(["one", "two"]))
    def claim(self, owner: str) -> None:
        """Somebody takes what is due."""
        with self._at():
            work = outbox.claim(owner)
        if work is not None:
            self.held.append(work)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        """Somebody says that theirs is done, holding it or no longer; who never says it has died."""
        work = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
        with self._at():
            try:
                with unit_of_work():
                    work.done()
            except outbox.LeaseLost:
                return
        self.done[work.key] = self.done.get(work.key, 0) + 1

    @rule(seconds=st.sampled_from([11, 1, 3600, -3600]))
    def pass_time(self, seconds: int) -> None:
        """The clock goes, or is set back."""
        self.now += timedelta(seconds=seconds)

    @invariant()
    def nothing_is_done_twice(self) -> None:
        """The point of it all."""
        assert all(count == 1 for count in self.done.values()), self.done

    def _at(self) -> Any:
        return Both(self.world.app.app_context(), clock.frozen(self.now))


class Both:
    """Several contexts as one."""

    def __init__(self, *contexts: Any) -> None:
        self.contexts = contexts

    def __enter__(self) -> None:
        for one in self.contexts:
            one.__enter__()

    def __exit__(self, *error: Any) -> None:
        for one in reversed(self.contexts):
            one.__exit__(*error)


def r17_model(world: World, size: Size) -> Verdict:
    """The model holds; without the fence it is found broken."""
    sound = _holds(world, size)
    kept = outbox._fence
    outbox._fence = lambda work: outbox.DueWork.id == work.id
    try:
        mutant = _holds(world, size)
    finally:
        outbox._fence = kept
    return Verdict(duplicated=int(not sound), lost=int(mutant), notes=f"mutant_found={not mutant}")


def _holds(world: World, size: Size) -> bool:
    machine = type("Machine", (DueWorkMachine,), {"world": world})
    chosen = settings(
        max_examples=size.steps,
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
    except AssertionError:
        return False
    return True
