"""R5: PostgreSQL loses its power; R6: Redis dies, is emptied, is frozen. What was acknowledged is done all the same."""

from __future__ import annotations

import json
import os
import time
import uuid
from pathlib import Path

from prefecture.kernel import commands, settings
from prefecture.kernel.errors import Unavailable
from tests.torture.forks import Child
from tests.torture.http import Caller, token, until
from tests.torture.servers import Bell, Postmaster
from tests.torture.verdict import Size, Verdict
from tests.torture.web import answers, serve
from tests.torture.world import World, write_outside

RESTARTS = 8
FREEZE_SECONDS = 30.0
FAST = 0.5


def r5_postgresql_restarted(world: World, size: Size, hand: Postmaster) -> Verdict:
    """`restart -m immediate`, again and again, under a submitter and three workers."""
    said = world.home / "filed"
    restarts = min(RESTARTS, size.kills)
    workers = [world.worker(number) for number in range(3)]
    submitter = world.fork(lambda: _submit(world, size.dossiers * 3 if size.kills >= RESTARTS else size.dossiers, said))
    slowest = 0.0
    for _ in range(restarts):
        time.sleep(1.5)
        hand.restart()
        back = time.monotonic()
        before = len(_lines(said))
        until(lambda before=before: len(_lines(said)) > before or not submitter.alive(), 20)
        slowest = max(slowest, time.monotonic() - back)
    submitter.wait(300)
    for one in workers:
        one.kill()
    world.hurry()
    settled = world.settle()
    acknowledged = [uuid.UUID(line) for line in _lines(said)]
    verdict = world.judge(acknowledged)
    return verdict.also(stuck=not settled, notes=f"restarts={restarts} filed={len(acknowledged)} back={slowest:.1f}s")


def _submit(world: World, count: int, said: Path) -> None:
    """File, and write down outside what was acknowledged; an outage is waited out."""
    filed = 0
    while filed < count:
        try:
            with world.app.app_context():
                write_outside(said, str(world.submit_one()))
            filed += 1
        except Unavailable:
            time.sleep(0.1)


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def rq_worker(world: World, redis_url: str) -> Child:
    """An RQ worker with its sweeper, as `flask --app wsgi worker` runs it."""

    def work() -> None:
        os.environ.update(
            PLANIPREF_HOME=str(world.home), DATABASE_URL=world.url, REDIS_URL=redis_url, PLANIPREF_DEMO="1"
        )
        with world.app.app_context():
            callback = commands.worker.callback
            if callback is not None:
                callback()

    return world.fork(work)


def r6_redis_lost(world: World, size: Size, redis: Bell, port: int) -> Verdict:
    """Redis is killed, emptied and frozen while dossiers are filed by HTTP; the answers stay fast."""
    if settings.current().redis_url != redis.url:
        raise RuntimeError("this world does not ring that bell")
    web, workers = serve(world, port), [rq_worker(world, redis.url) for _ in range(2)]
    caller = Caller(port, token(world.app, world.amina), timeout=20.0)
    until(lambda: answers(port))
    acknowledged: list[uuid.UUID] = []
    kills = min(10, size.kills)
    part = max(1, size.dossiers // (kills + 4))
    usual = _file(world, caller, part, acknowledged)
    for _ in range(kills):
        redis.kill()
        _file(world, caller, part, acknowledged)
        redis.start()
    redis.client.flushall()
    _file(world, caller, part, acknowledged)
    redis.freeze()
    frozen = _file(world, caller, part, acknowledged)
    end = time.monotonic() + min(FREEZE_SECONDS, size.kills * 0.3)
    while time.monotonic() < end:
        frozen += _file(world, caller, 1, acknowledged)
        time.sleep(0.2)
    redis.thaw()
    settled = _settled(world, workers, redis.url)
    web.stop()
    for one in workers:
        one.stop()
    slow, limit = _p99(frozen), max(FAST, 3 * _p99(usual))
    notes = f"kills={kills} filed={len(acknowledged)} p99={_p99(usual):.3f}s frozen={slow:.3f}s"
    return world.judge(acknowledged).also(stuck=(not settled) + (slow > limit), notes=notes)


def _file(world: World, caller: Caller, count: int, acknowledged: list[uuid.UUID]) -> list[float]:
    """File so many; returns how long each answer took."""
    took = []
    for _ in range(count):
        began = time.monotonic()
        reply = caller.file(world.service_id, uuid.uuid4().hex)
        took.append(time.monotonic() - began)
        if reply is not None and reply.status == 201:
            acknowledged.append(uuid.UUID(json.loads(reply.body)["id"]))
    return took


def _settled(world: World, workers: list[Child], redis_url: str) -> bool:
    """Wait for the RQ workers to have done all, one that fell started again; False if nothing moves for long."""
    done, since = -1, time.monotonic()
    while time.monotonic() - since < 40:
        if not world.owed():
            return True
        for number, one in enumerate(workers):
            if not one.alive():
                workers[number] = rq_worker(world, redis_url)
        now = world.done()
        if now != done:
            done, since = now, time.monotonic()
        time.sleep(0.3)
    return False


def _p99(took: list[float]) -> float:
    return sorted(took)[min(len(took) - 1, int(len(took) * 0.99))]
