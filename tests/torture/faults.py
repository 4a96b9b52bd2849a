"""R4: the database fails before, after and instead of a statement; R16: the cable is bad."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, PoolProxiedConnection, event, make_url
from sqlalchemy.exc import OperationalError

from prefecture.kernel import outbox, settings
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work
from tests.torture.http import Caller, token, until
from tests.torture.proxy import Fault, Proxy
from tests.torture.verdict import Size, Verdict
from tests.torture.web import answers, serve
from tests.torture.world import World, build

FAULTS: tuple[Fault, ...] = ("latency", "black_hole", "reset", "drop_reply")
CHANCE = 0.01


def r4_database_faults(world: World, size: Size) -> Verdict:
    """One statement in a hundred fails before it runs, is not answered in time, or runs and is told to have failed."""
    acknowledged = world.submit(size.dossiers)
    workers = [world.worker(number, lambda number=number: _infest(world, number)) for number in range(3)]
    end = time.monotonic() + 60
    while time.monotonic() < end and world.owed():
        time.sleep(1.0)
        world.hurry()
    for one in workers:
        one.kill()
    incidents = _retry_incidents(world)
    world.hurry()
    settled = world.settle()
    return world.judge(acknowledged).also(stuck=not settled, notes=f"incidents={incidents}")


def _retry_incidents(world: World) -> int:
    """The operator's hand: what failed six times in a row by chance is tried again. Returns how many."""
    with world.app.app_context(), unit_of_work():
        return sum(outbox.retry(one.id) for one in outbox.incidents())


def _infest(world: World, seed: int) -> None:
    """From now on, statements and commits of this process fail at times."""
    dice = random.Random(seed)

    def failing(statement: str) -> OperationalError:
        return OperationalError(statement, None, OSError("injected"))

    with world.app.app_context():

        @event.listens_for(db.engine, "before_cursor_execute")
        def before(_c: Any, _u: Any, statement: str, *_: Any) -> None:
            if dice.random() < CHANCE:
                if dice.random() < 0.5:
                    time.sleep(0.2)  # the time-out's wait
                raise failing(statement)

        @event.listens_for(db.engine, "after_cursor_execute")
        def after(_c: Any, _u: Any, statement: str, *_: Any) -> None:
            if dice.random() < CHANCE:
                raise failing(statement)

        def committed() -> None:
            if dice.random() < CHANCE:
                raise failing("COMMIT")

        after_commits(db.engine, committed)


def after_commits(engine: Engine, call: Callable[[], None]) -> None:
    """Have `call` made whenever the database has committed, before anybody is told."""
    commit = engine.dialect.do_commit

    def committed(connection: PoolProxiedConnection) -> None:
        commit(connection)
        call()

    engine.dialect.do_commit = committed  # type: ignore[method-assign]


def r16_bad_cable(world: World, size: Size, port: int) -> Verdict:
    """Callers behind a bad cable: nobody hangs past the time-out, and what was not answered is told by the key."""
    proxy = Proxy(port)
    near, far = token(world.app, world.amina), 2.0
    web = serve(world, port)
    until(lambda: answers(port))
    caller, straight = Caller(proxy.port, near, timeout=far), Caller(port, near, timeout=30.0)
    unanswered = hung = lost = 0
    count = max(len(FAULTS), size.tries * 6 // 10)
    for number in range(count):
        proxy.fault = FAULTS[number % len(FAULTS)]
        began = time.monotonic()
        first = caller.file(world.service_id, f"cable-{number}")
        hung += time.monotonic() - began > far * 3
        unanswered += first is None
        proxy.fault = "pass"
        proxy.cut()
        again = straight.file(world.service_id, f"cable-{number}")
        lost += again is None or again.status != 201 or (first is not None and first.body != again.body)
    web.stop()
    proxy.close()
    filed = world.count("dossier")
    notes = f"operations={count} unanswered={unanswered}"
    return Verdict(lost + max(0, count - filed), max(0, filed - count), hung, notes)


def r16_database_cable(world: World, size: Size) -> Verdict:
    """The database at the other end of a bad cable: ambiguous commits are told by the key of the work."""
    target = make_url(world.url)
    proxy = Proxy(int(target.port or 5432), latency=0.005)
    there = target.set(port=proxy.port).render_as_string(hide_password=False)
    near = settings.current()
    far = build(world.home, there, migrated=True)
    acknowledged = world.submit(max(4, size.dossiers // 10))
    workers = [far.worker(number) for number in range(2)]
    for number in range(max(4, size.kills // 5)):
        time.sleep(0.4)
        proxy.fault = ("latency", "reset", "drop_reply", "pass")[number % 4]
        time.sleep(0.4)
        proxy.fault = "pass"
        proxy.cut()
    for one in workers:
        one.kill()
    proxy.close()
    settings.use(near)
    world.hurry()
    settled = world.settle()
    return world.judge(acknowledged).also(stuck=not settled)
