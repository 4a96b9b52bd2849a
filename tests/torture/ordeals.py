"""Every ordeal: its name, what it needs, and how it is run on a fresh world."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prefecture.kernel import clock
from tests.torture import (
    backups,
    clocks,
    disks,
    faults,
    handlers,
    instances,
    kills,
    real,
    releases,
    servers_lost,
    start,
    web,
)
from tests.torture.servers import bell, restartable, servers
from tests.torture.verdict import Size, Verdict
from tests.torture.world import World, build, database

BOTH = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Ordeal:
    """One ordeal. `needs`: `port` (a web process), `redis`, `hand` (a PostgreSQL of its own), `town` (the real one)."""

    name: str
    run: Callable[..., Verdict]
    databases: tuple[str, ...] = BOTH
    needs: frozenset[str] = frozenset()


def _ordeal(run: Callable[..., Verdict], *needs: str, on: tuple[str, ...] = BOTH) -> Ordeal:
    return Ordeal(run.__name__, run, on, frozenset(needs))


ORDEALS = (
    _ordeal(kills.r1_workers_killed),
    _ordeal(web.r2_web_killed, "port"),
    _ordeal(handlers.r3_crash_points),
    _ordeal(real.r3_real_demarche, "town"),
    _ordeal(faults.r4_database_faults),
    _ordeal(servers_lost.r5_postgresql_restarted, "hand", on=("postgresql",)),
    _ordeal(servers_lost.r6_redis_lost, "port", "redis"),
    _ordeal(disks.r7_disk_full),
    _ordeal(clocks.r8_wrong_clocks),
    _ordeal(clocks.r8_nights),
    _ordeal(web.r9_same_filing_at_once, "port"),
    _ordeal(web.r10_two_agents, "port"),
    _ordeal(handlers.r11_poison),
    _ordeal(clocks.r12_timers_after_an_outage),
    _ordeal(handlers.r13_paused_past_its_lease),
    _ordeal(releases.r14_two_versions),
    _ordeal(releases.r14_former_releases),
    _ordeal(backups.r15_restored, "town"),
    _ordeal(faults.r16_bad_cable, "port"),
    _ordeal(faults.r16_database_cable, on=("postgresql",)),
    _ordeal(start.r17_model),
    _ordeal(instances.r17_dossiers),
    _ordeal(start.r19_unsafe_database),
)


def run(ordeal: Ordeal, url: str | None, size: Size, folder: Path, *, migrated: bool = False) -> Verdict:
    """Run an ordeal in `folder`, on a SQLite file there or on the database of `url`."""
    with ExitStack() as stack:
        more: dict[str, Any] = {}
        environment: dict[str, str] = {}
        if "redis" in ordeal.needs:
            more["redis"] = stack.enter_context(bell(folder))
            environment["REDIS_URL"] = more["redis"].url
        if "port" in ordeal.needs:
            more["port"] = servers.free_port()
        if "town" in ordeal.needs:
            world: World = real.build(folder, url, clock.now(), **environment)
        else:
            world = build(folder, url, migrated=migrated, **environment)
        stack.callback(world.close)
        if "hand" in ordeal.needs:
            more["hand"] = stack.enter_context(restartable(world))
        return ordeal.run(world, size, **more)


@contextmanager
def fresh(ordeal: Ordeal, where: str, server: str | None) -> Iterator[str | None]:
    """The address of a fresh database: None for SQLite; a server of its own for who restarts it."""
    if where == "sqlite":
        yield None
    elif "hand" in ordeal.needs:
        with servers.postgresql() as own:
            yield own
    elif server is not None:
        with database(server) as url:
            yield url


def scratch() -> None:
    """Work in memory where there is room: what is tested is the death of processes, not of disks."""
    if os.access("/dev/shm", os.W_OK):  # noqa: S108 (only private folders are made in it)
        tempfile.tempdir = "/dev/shm"  # noqa: S108
