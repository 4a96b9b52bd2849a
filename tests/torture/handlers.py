"""R3: every kind of due work dies before its commit, after it, and between effect and acknowledgement.

R11: work that always fails stops nothing and becomes an incident; R13: who was paused past a lease commits nothing.
"""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from prefecture.agenda.booking import RELEASE
from prefecture.dossiers import housekeeping
from prefecture.dossiers.advance import TIMER
from prefecture.dossiers.housekeeping import FORGET, SEAL, SWEEP
from prefecture.kernel import clock, outbox, worker
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work
from tests.torture.crashes import KILLED, POINTS, die, next_kind
from tests.torture.http import until
from tests.torture.verdict import Size, Verdict
from tests.torture.world import ACTION, World, write_outside

KINDS = (ACTION, "notifications.mail", TIMER, SEAL, SWEEP, FORGET, RELEASE)
WORKS = 6  # of each kind: more than there are points, as a child may take another's


def r3_crash_points(world: World, size: Size) -> Verdict:
    """Each kind of due work dies at each point, then is done by another; the outcome is that of an undisturbed run."""
    dossiers = world.submit(WORKS)
    with world.app.app_context(), clock.frozen(clock.now()):
        crashed = Counter(_crash_everywhere(world))
    missing = [kind for kind in KINDS for point in POINTS if not crashed[kind, point]]
    verdict = world.judge(dossiers)
    with world.app.app_context():
        fired = _fired()
    return verdict.also(
        lost=sum(fired[one] == 0 for one in dossiers),
        duplicated=sum(max(0, fired[one] - 1) for one in dossiers),
        stuck=world.owed() + len(missing),
        notes=f"crashes={sum(crashed.values())} " + ",".join(missing),
    )


def _crash_everywhere(world: World) -> list[tuple[str, str]]:
    """Do all that is due, today and later, each kind first dying at each point; the clock is held and moved."""
    crashed: list[tuple[str, str]] = []
    later = iter([timedelta(hours=2), *[timedelta(days=1)] * 7])
    with unit_of_work():
        housekeeping.plan()
        for number in range(WORKS):
            outbox.post(RELEASE, f"{RELEASE}:{uuid.UUID(int=number)}", {}, key_id=None)
    while True:
        kind = next_kind()
        if kind is None:
            span = next(later, None)
            if span is None:
                return crashed
            clock.move(span)
            continue
        point = next((one for one in POINTS if (kind, one) not in crashed), None)
        if point is not None:
            child = world.fork(lambda kind=kind, point=point: die(world, kind, point))
            if child.wait() == KILLED:
                crashed.append((kind, point))
            clock.move(outbox.LEASE * 2)
        worker.drain(world.app, limit=1)
        db.session.rollback()


def _fired() -> Counter[uuid.UUID]:
    journal = db.metadata.tables["journal_entry"]
    query = select(journal.c.dossier_id).where(journal.c.kind == "timer")
    return Counter(db.session.scalars(query))


def r11_poison(world: World, size: Size) -> Verdict:
    """One piece of work in a hundred always fails: the others are done, it is tried six times and shown."""
    tried = world.home / "poison"
    waits: list[float] = []

    def poison(work: outbox.Work) -> None:
        write_outside(tried, str(work.attempt))
        raise OSError("the printer is on fire")

    outbox._handlers["torture.poison"] = poison
    acknowledged = world.submit(max(1, size.tries // 6))
    with world.app.app_context(), unit_of_work():
        outbox.post("torture.poison", "poison", {}, key_id=None)
    with world.app.app_context(), clock.frozen(clock.now()):
        for _ in range(len(outbox.RETRIES) + 1):
            worker.run_until_quiet(world.app)
            db.session.rollback()
            due = db.session.scalar(select(outbox.DueWork.run_at).where(outbox.DueWork.key == "poison"))
            if due is not None and due > clock.now():
                waits.append((due - clock.now()).total_seconds())
                clock.move(due - clock.now())
        found = outbox.incidents()
        wrong = sum(
            not 1 - outbox.JITTER <= wait / wanted.total_seconds() <= 1 + outbox.JITTER
            for wait, wanted in zip(waits, outbox.RETRIES, strict=False)
        )
        wrong += len(waits) != len(outbox.RETRIES)
        retried = _retried(world, found)
    attempts = len(tried.read_text().splitlines())
    verdict = world.judge(acknowledged)
    wanted = len(outbox.RETRIES) + 1
    return Verdict(
        verdict.lost + max(0, wanted - attempts) + (len(found) != 1) + (not retried),
        verdict.duplicated + max(0, attempts - wanted),
        verdict.stuck + wrong,
        f"attempts={attempts}",
    )


def _retried(world: World, found: list[outbox.IncidentView]) -> bool:
    """The operator's hand: cured, the same work is done."""
    outbox._handlers["torture.poison"] = lambda work: None
    if not found:
        return False
    with unit_of_work():
        outbox.retry(found[0].id)
    worker.run_until_quiet(world.app)
    db.session.rollback()
    return not outbox.incidents()


def r13_paused_past_its_lease(world: World, size: Size) -> Verdict:
    """A worker frozen in the middle of its work finds itself fenced when it wakes; effects go out under one key."""
    began, fenced = world.home / "began", 0
    rounds = max(2, size.tries // 5)
    acknowledged = world.submit(rounds)
    handler: Callable[[outbox.Work], None] = outbox._handlers[ACTION]

    def slow(work: outbox.Work) -> None:
        write_outside(began, work.key)
        time.sleep(0.3)
        handler(work)

    for number in range(rounds):
        outbox._handlers[ACTION] = slow
        said = world.home / f"sleeper-{number}.log"
        sleeper = world.fork(lambda said=said: _drain_one(world, said))
        seen = _size(began)
        until(lambda seen=seen, sleeper=sleeper: _size(began) > seen or not sleeper.alive(), 10)
        sleeper.send(signal.SIGSTOP)
        outbox._handlers[ACTION] = handler
        time.sleep(outbox.LEASE.total_seconds() + 0.2)
        with world.app.app_context():
            worker.drain(world.app, limit=2)
        sleeper.send(signal.SIGCONT)
        sleeper.wait(20)
        fenced += said.exists()
    outbox._handlers[ACTION] = handler
    settled = world.settle()
    notes = f"rounds={rounds} fenced={fenced}"
    return world.judge(acknowledged).also(stuck=not settled, lost=rounds - fenced, notes=notes)


def _drain_one(world: World, said: Path) -> None:
    """Do one piece of work; write down that it was fenced off."""
    deliver = outbox.deliver

    def watched(work: outbox.Work) -> None:
        try:
            deliver(work)
        except outbox.LeaseLost:
            write_outside(said, work.key)
            raise

    outbox.deliver = watched
    worker.drain(world.app, limit=1)


def _size(path: object) -> int:
    try:
        return os.stat(str(path)).st_size
    except FileNotFoundError:
        return 0
