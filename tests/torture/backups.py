"""R15: a backup is taken under load as operators take it, database first, data folder second; then all is lost.

Put back elsewhere, the journal verifies, every document opens, the work goes on, and no mail goes out a second time.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import time
import uuid
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import make_url, select

from prefecture.documents import queries as documents
from prefecture.dossiers import journal, stuck
from prefecture.kernel import clock, outbox
from prefecture.kernel.db import db
from tests import town
from tests.api.caller import Caller
from tests.torture import real
from tests.torture.http import until
from tests.torture.verdict import Size, Verdict
from tests.torture.world import World, administer

SECRETS = ("demo-secret", "demo-master-key")
FOLDER = "documents"
RECEIVED = "Votre demande est enregistrée"
ATTESTED = "attestation_depot"
SENT_BEFORE = 3


def r15_restored(world: World, size: Size) -> Verdict:
    """Dossiers with pièces and letters; a copy of all in the middle of it; what came back is whole."""
    count = max(4, size.dossiers // 10)
    with world.workers(2):
        submitter = world.fork(lambda: _file(world, count))
        until(lambda: _left(world) >= SENT_BEFORE, 120)
        home, url = _copied(world)
        submitter.wait(120)
    again = real.build(home, url, clock.now())
    before = _sent(again)
    with again.app.app_context():
        broken = journal.verify()[1]
        shut = _shut()
    again.hurry()
    settled = again.settle()
    verdict = _judged(again, before).also(lost=(broken is not None) + shut, stuck=not settled)
    again.close()
    if world.dialect == "postgresql":
        administer(world.url, f"DROP DATABASE {make_url(url).database} WITH (FORCE)")
    return verdict


def _left(world: World) -> int:
    """How many messages have left."""
    return int(world.statement("SELECT count(*) FROM notification WHERE sent_at IS NOT NULL")[0][0])


def _file(world: World, count: int) -> None:
    amina = Caller(world.app, "amina")
    for _ in range(count):
        amina.file()


def _judged(world: World, before: Mapping[str, object]) -> Verdict:
    """Every dossier of the copy: one receipt by mail, one by letter, one task, all documents open."""
    lost = duplicated = 0
    with world.app.app_context():
        numbers = list(db.session.scalars(select(db.metadata.tables["dossier"].c.number)))
        tasks = db.metadata.tables["dossier_task"]
        for number in numbers:
            dossier_id = real.dossiers.by_number(number).id
            waiting = list(db.session.scalars(select(tasks.c.element).where(tasks.c.dossier_id == dossier_id)))
            counts = (town.sent(number).count(RECEIVED), town.letters(number).count(ATTESTED), len(waiting))
            lost += sum(max(0, 1 - one) for one in counts)
            duplicated += sum(max(0, one - 1) for one in counts)
        lost += _shut()
        standing = outbox.counts()["incident"] + len(stuck.sweep())
        kept = db.session.execute(db.text("SELECT count(*) FROM document")).scalar_one()
    after = _sent(world)
    again = sum(after[key] != at for key, at in before.items())
    notes = f"dossiers={len(numbers)} documents={kept} sent_before={len(before)}"
    return Verdict(lost + (not numbers), duplicated + again, standing, notes)


def _shut() -> int:
    """How many documents and pages cannot be opened."""
    table = db.metadata.tables["document"]
    return sum(not _opens(one) for one in db.session.scalars(select(table.c.id)))


def _opens(document_id: uuid.UUID) -> bool:
    pages = db.metadata.tables["document_page"]
    numbers = db.session.scalars(select(pages.c.number).where(pages.c.document_id == document_id)).all()
    try:
        return bool(documents.content(document_id)) and all(
            documents.page_image(document_id, number).content for number in numbers
        )
    except Exception:  # whatever the reason, it cannot be read
        return False


def _sent(world: World) -> dict[str, object]:
    """When each message left, by its key."""
    with world.app.app_context():
        table = db.metadata.tables["notification"]
        query = select(table.c.key, table.c.sent_at, table.c.message_id).where(table.c.sent_at.is_not(None))
        return {row.key: (row.sent_at, row.message_id) for row in db.session.execute(query)}


def _copied(world: World) -> tuple[Path, str]:
    """A copy of the running house put back elsewhere; its data folder and the address of its database."""
    home = world.home / "restored"
    home.mkdir()
    for name in SECRETS:
        if (world.home / name).exists():
            shutil.copy(world.home / name, home / name)
    url = _copied_database(world, home)
    time.sleep(0.5)  # the load goes on between the two
    shutil.copytree(world.home / FOLDER, home / FOLDER, ignore=shutil.ignore_patterns("*.part"))
    return home, url


def _copied_database(world: World, home: Path) -> str:
    if world.dialect == "sqlite":
        source, target = sqlite3.connect(world.home / "planipref.sqlite3"), sqlite3.connect(home / "planipref.sqlite3")
        source.backup(target)
        source.close()
        target.close()
        return f"sqlite:///{home / 'planipref.sqlite3'}"
    url = make_url(world.url)
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    name = f"{url.database}_restored"
    administer(world.url, f"CREATE DATABASE {name}")
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    dump = home / "dump"
    subprocess.run([programs / "pg_dump", "--format=custom", "-f", dump, plain], check=True)
    there = url.set(database=name)
    target_url = there.set(drivername="postgresql").render_as_string(hide_password=False)
    subprocess.run([programs / "pg_restore", "-d", target_url, dump], check=True)
    return there.render_as_string(hide_password=False)
