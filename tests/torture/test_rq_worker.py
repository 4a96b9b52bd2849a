"""`flask --app wsgi worker` with a real Redis: drains run, failures leave nothing behind, and it ends as it should."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from prefecture.kernel import outbox
from prefecture.kernel.bell import QUEUE, RedisBell
from prefecture.kernel.unit_of_work import unit_of_work
from tests.torture.http import until
from tests.torture.servers import Bell, bell
from tests.torture.world import World, build

pytestmark = [pytest.mark.slow, pytest.mark.redis, pytest.mark.timeout(200)]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def ringing(sqlite_furnished: Path, tmp_path: Path) -> Iterator[tuple[World, Bell]]:
    """A world whose commits ring a Redis."""
    shutil.copy(sqlite_furnished, tmp_path / "planipref.sqlite3")
    with bell(tmp_path) as redis:
        world = build(tmp_path, migrated=True, REDIS_URL=redis.url)
        yield world, redis
        world.close()


@contextmanager
def worker(world: World, redis: Bell) -> Iterator[subprocess.Popen[bytes]]:
    """The operators' command, ready."""
    told = {"PLANIPREF_HOME": str(world.home), "DATABASE_URL": world.url, "REDIS_URL": redis.url}
    with (world.home / "worker.log").open("ab") as log:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **told}, stdout=log, stderr=log)
    try:
        assert until(lambda: bool(redis.client.smembers("rq:workers")), 40)
        assert until(lambda: bool(_sweepers(process.pid)), 10)
        yield process
    finally:
        process.kill()
        process.wait()


def release(world: World, key: str) -> None:
    """Work that the house itself knows how to do."""
    with world.app.app_context(), unit_of_work():
        outbox.post("agenda.release_hold", f"agenda.release_hold:{key}", {}, key_id=None)


def _sweepers(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(one) for one in children if b"sweep" in Path(f"/proc/{one}/cmdline").read_bytes()]


def test_a_commit_rings_work_is_done_and_sigterm_ends_worker_and_sweeper(ringing: tuple[World, Bell]) -> None:
    world, redis = ringing
    with worker(world, redis) as process:
        sweeper = _sweepers(process.pid)[0]
        release(world, "00000000-0000-0000-0000-000000000001")
        assert until(lambda: world.owed() == 0, 30)
        assert until(lambda: not list(redis.client.scan_iter("rq:job:*")), 10)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert until(lambda: not Path(f"/proc/{sweeper}").exists(), 10)


def test_a_sweeper_dies_with_a_worker_that_is_killed(ringing: tuple[World, Bell]) -> None:
    world, redis = ringing
    with worker(world, redis) as process:
        sweeper = _sweepers(process.pid)[0]
        process.kill()
        process.wait()
        assert until(lambda: not Path(f"/proc/{sweeper}/cmdline").exists() or _ended(sweeper), 40)


def test_a_drain_that_fails_leaves_nothing_in_redis_and_the_next_one_runs(ringing: tuple[World, Bell]) -> None:
    world, redis = ringing
    away = world.home / "planipref.away"
    with worker(world, redis):
        (world.home / "planipref.sqlite3").rename(away)
        (world.home / "planipref.sqlite3").mkdir()
        for _ in range(5):
            RedisBell(redis.url, 4).ring()
            time.sleep(0.3)
        assert until(lambda: redis.client.llen(f"rq:queue:{QUEUE}") == 0, 30)
        assert until(lambda: not list(redis.client.scan_iter("rq:job:*")), 30)
        (world.home / "planipref.sqlite3").rmdir()
        away.rename(world.home / "planipref.sqlite3")
        release(world, "00000000-0000-0000-0000-000000000002")
        assert until(lambda: world.owed() == 0, 30)


def test_a_drain_whose_worker_was_killed_keeps_nobody_from_ringing(ringing: tuple[World, Bell]) -> None:
    """The one drain that may wait was taken by a worker that died with it: the bell is heard at once all the same."""
    redis = ringing[1]
    one = RedisBell(redis.url, 1)
    one.ring()
    one.ring()
    assert redis.client.llen(f"rq:queue:{QUEUE}") == 1
    redis.client.lpop(f"rq:queue:{QUEUE}")  # taken, and never heard of again
    one.ring()
    assert redis.client.llen(f"rq:queue:{QUEUE}") == 1


def _ended(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
