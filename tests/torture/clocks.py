"""R8: workers' own clocks are wrong; R12: many timers due at once; R14: two versions; R15: restored from a copy."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import time
from datetime import timedelta
from pathlib import Path

import time_machine
from sqlalchemy import make_url, select

from prefecture.demarches import service as demarches
from prefecture.dossiers import journal
from prefecture.kernel import clock, worker
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work
from tests.torture.verdict import Size, Verdict
from tests.torture.world import FOLDER, World, administer, build


def r8_wrong_clocks(world: World, size: Size) -> Verdict:
    """One worker is an hour ahead, one an hour behind: leases and timers go by the database's clock."""
    acknowledged = world.submit(max(4, size.dossiers // 5))
    spans = (timedelta(hours=1), timedelta(hours=-1), timedelta(0))
    workers = [world.worker(number, lambda span=span: _astray(span)) for number, span in enumerate(spans)]
    done, since = -1, time.monotonic()
    while world.owed() and time.monotonic() - since < 20:
        time.sleep(0.3)
        if world.done() != done:
            done, since = world.done(), time.monotonic()
    for one in workers:
        one.kill()
    settled = world.settle()
    early = world.statement("SELECT count(*) FROM journal_entry WHERE kind = 'timer'")[0][0]
    verdict = world.judge(acknowledged)
    repeated = int(verdict.notes.rpartition("=")[2])
    return verdict.also(stuck=not settled, duplicated=early + repeated)


def _astray(span: timedelta) -> None:
    time_machine.travel(clock.now() + span, tick=True).start()


def r12_timers_after_an_outage(world: World, size: Size) -> Verdict:
    """Every dossier's timer falls due while nobody works; each fires once."""
    acknowledged = world.submit(size.dossiers)
    settled = world.settle()
    with world.app.app_context(), clock.frozen(clock.now() + timedelta(days=6)):
        for _ in range(2):
            worker.run_until_quiet(world.app)
            db.session.rollback()
    fired = world.statement("SELECT count(*), count(DISTINCT dossier_id) FROM journal_entry WHERE kind = 'timer'")[0]
    return world.judge(acknowledged).also(
        lost=len(acknowledged) - fired[1], duplicated=fired[0] - fired[1], stuck=not settled
    )


def r14_two_versions(world: World, size: Size) -> Verdict:
    """A second version is published while dossiers of the first are under way: each ends as it began."""
    first = world.submit(max(2, size.dossiers // 10))
    newer = world.home / "torture"
    shutil.copytree(FOLDER, newer)
    drawing = newer / "processus.bpmn"
    drawing.write_text(drawing.read_text().replace("Marquer 1", "Marquer un"))
    with world.workers(2):
        with world.app.app_context(), unit_of_work():
            demarches.publish(newer, by="tests")
        second = world.submit(len(first))
    settled = world.settle()
    versions = world.statement("SELECT count(DISTINCT version_id) FROM dossier")[0][0]
    return world.judge([*first, *second]).also(stuck=not settled, lost=versions != 2)


def r15_restored(world: World, size: Size) -> Verdict:
    """A copy is taken under load; restored, its journal verifies, its work goes on, and no mail goes out twice."""
    world.submit(max(4, size.dossiers // 5))
    with world.workers(2):
        time.sleep(1.0)
        copy = _copied(world)
    again = build(copy[0], copy[1], migrated=True)
    with again.app.app_context():
        _, broken = journal.verify()
        kept = list(db.session.scalars(select(db.metadata.tables["dossier"].c.id)))
    again.hurry()
    settled = again.settle()
    verdict = again.judge(kept).also(lost=(broken is not None) + (not kept), stuck=not settled)
    again.close()
    if world.dialect == "postgresql":
        administer(world.url, f"DROP DATABASE {make_url(copy[1]).database} WITH (FORCE)")
    return verdict


def _copied(world: World) -> tuple[Path, str]:
    """A copy of the running database as operators take it, put back elsewhere; its home and address."""
    home = world.home / "restored"
    home.mkdir()
    for name in ("demo-secret", "demo-master-key"):
        if (world.home / name).exists():
            shutil.copy(world.home / name, home / name)
    if world.dialect == "sqlite":
        source, target = sqlite3.connect(world.home / "planipref.sqlite3"), sqlite3.connect(home / "planipref.sqlite3")
        source.backup(target)
        source.close()
        target.close()
        return home, f"sqlite:///{home / 'planipref.sqlite3'}"
    url = make_url(world.url)
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    name = f"{url.database}_restored"
    administer(world.url, f"CREATE DATABASE {name}")
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    dump = home / "dump"
    subprocess.run([programs / "pg_dump", "-Fc", "-f", dump, plain], check=True)
    there = url.set(database=name)
    target_url = there.set(drivername="postgresql").render_as_string(hide_password=False)
    subprocess.run([programs / "pg_restore", "-d", target_url, dump], check=True)
    return home, there.render_as_string(hide_password=False)
