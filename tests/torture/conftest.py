"""Worlds for the ordeals: furnished once a session, copied for each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from prefecture.kernel import crypto, outbox, unit_of_work, worker
from tests.torture.world import World, administer, build, database

# As they are before the first world is built: a furnished one outlives many tests.
LEASE, HEARTBEAT_SECONDS = outbox.LEASE, worker.HEARTBEAT_SECONDS


@pytest.fixture(autouse=True)
def what_ordeals_change() -> Iterator[None]:
    """What an ordeal changes in this process is as it was after it."""
    bells = list(unit_of_work._after_commit)
    handlers = dict(outbox.handlers())
    yield
    outbox.LEASE, worker.HEARTBEAT_SECONDS = LEASE, HEARTBEAT_SECONDS
    unit_of_work._after_commit[:] = bells
    outbox._handlers.clear()
    outbox._handlers.update(handlers)
    crypto._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="session")
def sqlite_furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the préfecture in it."""
    home = tmp_path_factory.mktemp("torture")
    world = build(home)
    world.statement("PRAGMA wal_checkpoint(TRUNCATE)")
    world.close()
    return home / "planipref.sqlite3"


@pytest.fixture(scope="session")
def postgresql_furnished(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a PostgreSQL database with the préfecture in it."""
    name = "torture_furnished"
    administer(postgresql_url, f"CREATE DATABASE {name}")
    build(tmp_path_factory.mktemp("torture-pg"), postgresql_url.replace("/postgres", f"/{name}")).close()
    return name


@pytest.fixture
def sqlite_world(sqlite_furnished: Path, tmp_path: Path) -> Iterator[World]:
    """The world on SQLite."""
    shutil.copy(sqlite_furnished, tmp_path / "planipref.sqlite3")
    world = build(tmp_path, migrated=True)
    yield world
    world.close()


@pytest.fixture
def postgresql_world(postgresql_url: str, postgresql_furnished: str, tmp_path: Path) -> Iterator[World]:
    """The world on PostgreSQL."""
    with database(postgresql_url, postgresql_furnished) as url:
        world = build(tmp_path, url, migrated=True)
        yield world
        world.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def any_world(request: pytest.FixtureRequest) -> World:
    """The world on both databases, one after the other."""
    world: World = request.getfixturevalue(f"{request.param}_world")
    return world
