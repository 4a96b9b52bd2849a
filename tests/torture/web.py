"""R2: the web process is killed while it answers keyed requests; R9 and R10: many do the same thing at once."""

from __future__ import annotations

import json
import random
import signal
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from prefecture.kernel import commands, settings
from prefecture.kernel.db import db
from tests.torture.forks import Child
from tests.torture.http import Caller, Reply, page, token, until
from tests.torture.verdict import Size, Verdict
from tests.torture.world import World, write_outside

CALLERS = 8
PATIENCE = 120.0


def serve(world: World, port: int) -> Child:
    """A web process on `port`, as `flask --app wsgi serve` runs it."""

    def work() -> None:
        settings.use(replace(settings.current(), port=port, host="127.0.0.1"))
        commands.run_server(world.app)

    return world.fork(work)


def answers(port: int) -> bool:
    """Whether a web process answers there."""
    found = page(port, "/healthz", 2.0)
    return found is not None and found.status == 200


def r2_web_killed(world: World, size: Size, port: int) -> Verdict:
    """kill -9 of the web process during keyed filings: what was answered is there once, a retry tells the rest."""
    dice = random.Random(2)
    caller = Caller(port, token(world.app, world.amina), timeout=5.0)
    said, count = world.home / "filed", size.tries * 5
    server = serve(world, port)
    until(lambda: answers(port))
    clients = world.fork(lambda: _file_all(caller, world.service_id, count, said))
    kills, began = 0, time.monotonic()
    while clients.alive() and time.monotonic() - began < PATIENCE * 2:
        time.sleep(dice.uniform(0.1, 0.4))
        if kills < size.kills // 2:
            server.kill()
            kills += 1
            server = serve(world, port)
    clients.kill()
    server.stop()
    told = [json.loads(line) for line in said.read_text().splitlines()] if said.exists() else []
    numbers = {one["number"] for one in told}
    with world.app.app_context():
        kept = set(db.session.scalars(select(db.metadata.tables["dossier"].c.number)))
    notes = f"kills={kills} filed={len(told)} unanswered={sum(one['unanswered'] for one in told)}"
    return Verdict(
        lost=len(numbers - kept) + sum(one["wrong"] for one in told),
        duplicated=len(kept) - len(numbers),
        stuck=count - len(told),
        notes=notes,
    )


def _file_all(caller: Caller, service_id: uuid.UUID, count: int, said: Path) -> None:
    with ThreadPoolExecutor(CALLERS) as threads:
        for _ in threads.map(lambda number: _file_until_answered(caller, service_id, number, said), range(count)):
            pass


def _file_until_answered(caller: Caller, service_id: uuid.UUID, number: int, said: Path) -> None:
    """File under one key until an answer comes, then once more: both answers must be the same."""
    key, unanswered = f"filing-{number}", 0
    end = time.monotonic() + PATIENCE
    found: list[Reply] = []
    while time.monotonic() < end and len(found) < 2:
        reply = caller.file(service_id, key)
        if reply is None or reply.status == 503:
            unanswered += reply is None
            time.sleep(0.05)
        else:
            found.append(reply)
    if len(found) == 2:
        first, second = found
        wrong = first.status != 201 or first.body != second.body or "Idempotency-Replayed" not in second.headers
        write_outside(said, json.dumps({"number": first.json["number"], "unanswered": unanswered, "wrong": wrong}))


def r9_same_filing_at_once(world: World, size: Size, port: int) -> Verdict:
    """The same filing under one key from eight callers at once is one dossier and one answer; another is refused."""
    caller = Caller(port, token(world.app, world.amina), timeout=60.0)
    bodies: Counter[int] = Counter()

    def race(number: int) -> None:
        found = _at_once(size.racers, lambda _: caller.file(world.service_id, f"same-{number}"))
        bodies[len({reply.body for reply in found if reply is not None and reply.status == 201})] += 1
        bodies[-1] += sum(reply is None or reply.status != 201 for reply in found)
        other = caller.file(world.service_id, f"same-{number}", subject="Autre chose")
        bodies[-2] += other is None or other.status != 422

    with _served(world, port):
        for number in range(size.tries):
            race(number)
    filed = world.count("dossier")
    lost = max(0, size.tries - filed) + bodies[-1] + bodies[-2]
    return Verdict(lost, max(0, filed - size.tries) + size.tries - bodies[1], 0, f"filed={filed}")


def r10_two_agents(world: World, size: Size, port: int) -> Verdict:
    """The same task done by eight agents at once: one is told that it is done, seven that somebody was faster."""
    caller = Caller(port, token(world.app, world.claire), timeout=60.0)
    acknowledged = world.submit(size.tries)
    settled = world.settle()
    with world.app.app_context():
        tasks = db.metadata.tables["dossier_task"]
        open_tasks = list(db.session.scalars(select(tasks.c.id).where(tasks.c.status == "open")))
    wrong: list[Any] = []
    with _served(world, port):
        for task in open_tasks:
            found = _at_once(size.racers, lambda _, task=task: _complete(caller, task))
            statuses = Counter(reply.status if reply else 0 for reply in found)
            if statuses != {200: 1, 409: size.racers - 1}:
                wrong.append(statuses)
    with world.app.app_context():
        journal = db.metadata.tables["journal_entry"]
        done = len(list(db.session.scalars(select(journal.c.seq).where(journal.c.kind == "task_done"))))
    verdict = world.judge(acknowledged)
    return verdict.also(
        lost=max(0, size.tries - done) + len(wrong),
        duplicated=max(0, done - size.tries),
        stuck=not settled,
        notes=" ".join(map(str, wrong[:3])),
    )


def _complete(caller: Caller, task: str) -> Reply | None:
    return caller.post(f"/tasks/{task}/complete", {"answers": {"conclusion": "complet"}})


def _at_once(count: int, act: Any) -> list[Reply | None]:
    """Do it so many times at the same instant."""
    barrier = threading.Barrier(count)

    def run(number: int) -> Reply | None:
        barrier.wait(30)
        found: Reply | None = act(number)
        return found

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


class _served:  # noqa: N801 (a context)
    """A web process for the length of the block."""

    def __init__(self, world: World, port: int) -> None:
        self.world, self.port = world, port

    def __enter__(self) -> None:
        self.child = serve(self.world, self.port)
        if not until(lambda: answers(self.port)):
            raise RuntimeError("the web process does not answer")

    def __exit__(self, *_: object) -> None:
        self.child.send(signal.SIGTERM)
        self.child.stop()
