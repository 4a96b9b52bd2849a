"""R7: database and documents on a small disk that fills: told as such, nothing acknowledged lost, and it recovers."""

from __future__ import annotations

import io
import os
import pwd
import random
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from prefecture.documents import queries as documents_queries
from prefecture.documents import service as documents
from prefecture.documents.storage import StorageFull
from prefecture.dossiers import journal
from prefecture.kernel import worker
from prefecture.kernel.db import db
from prefecture.kernel.errors import DomainError, Unavailable
from prefecture.kernel.unit_of_work import unit_of_work
from tests.torture.verdict import Size, Verdict
from tests.torture.world import World, administer, build

MEGABYTES = {"sqlite": 6, "postgresql": 28}  # an empty database of PostgreSQL with the schema takes twelve
ROOM = 1_500_000  # what is left beside the ballast, whose end makes room again
MOST = 4_000
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\ntrailer<</Size 4/Root 1 0 R>>\n%%EOF\n"
)


def r7_disk_full(world: World, size: Size) -> Verdict:
    """Documents, then dossiers, until there is no room; room is made, and both are taken again."""
    try:
        with _small_disk(world) as (small, url):
            (small / "home").mkdir()
            filled = build(small / "home", url)
            try:
                documents_told = _fill_documents(filled, small)
                return _fill_database(filled, small).also(lost=documents_told[0], stuck=documents_told[1])
            finally:
                filled.close()
    except PermissionError:
        return Verdict(stuck=1, notes="NOT RUN: mounting a tmpfs needs root")


def _fill_documents(world: World, small: Path) -> tuple[int, int]:
    """Upload until the disk is full; how many documents are not there afterwards, and what was told wrongly."""
    dice, kept, told = random.Random(7), [], []
    with world.app.app_context(), _ballast(small) as free:
        while not told and len(kept) < MOST:
            try:
                kept.append(_upload(world, dice))
            except (StorageFull, Unavailable) as error:
                told.append(error.status)
        free()
        kept.append(_upload(world, dice))
        lost = sum(not documents_queries.content(one) for one in kept)
        with unit_of_work():  # the disk is the dossiers' now
            documents.erase_of_owner(world.amina.id)
        worker.run_until_quiet(world.app)
    return lost, told[0] not in (503, 507) if told else 1


def _upload(world: World, dice: random.Random) -> uuid.UUID:
    picture = PDF.replace(b"%%EOF", b"%" + dice.randbytes(150_000).hex().encode() + b"\n%%EOF")
    prepared = documents.prepare("piece.pdf", io.BytesIO(picture))
    with unit_of_work():
        return documents.keep(world.amina, prepared).id


def _fill_database(world: World, small: Path) -> Verdict:
    """File until the disk is full: the refusal says so, what was acknowledged is there, and filing goes on later."""
    acknowledged: list[uuid.UUID] = []
    refused: DomainError | None = None
    with world.app.app_context(), _ballast(small) as free:
        while refused is None and len(acknowledged) < MOST:
            try:
                acknowledged.append(world.submit_one())
            except Unavailable as error:
                refused = error
        kept = _count()
        sound = _sound(world)
        free()
        acknowledged.append(world.submit_one())
        after, broken = _count(), journal.verify()[1]
    wrong = (refused is None or refused.status not in (503, 507)) + (not sound)
    lost = max(0, len(acknowledged) - after) + (broken is not None)
    return Verdict(lost, max(0, after - len(acknowledged)), wrong, f"full_at={kept}")


def _count() -> int:
    return int(db.session.scalar(db.text("SELECT count(*) FROM dossier")) or 0)


def _sound(world: World) -> bool:
    """What was written can be read, all of it."""
    if world.dialect == "sqlite":
        return db.session.scalar(db.text("PRAGMA integrity_check")) == "ok"
    for name in db.metadata.tables:
        db.session.execute(db.text(f'SELECT * FROM "{name}"')).all()  # noqa: S608 (our own names)
    return True


@contextmanager
def _ballast(small: Path) -> Iterator[Callable[[], None]]:
    """A file that takes nearly all room until it is let go."""
    path = small / "ballast"
    path.write_bytes(b"\0" * max(ROOM, shutil.disk_usage(small).free - ROOM))
    try:
        yield lambda: path.unlink(missing_ok=True)
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def _small_disk(world: World) -> Iterator[tuple[Path, str | None]]:
    """A disk of a few megabytes in memory, and the address of a database on it (None: a SQLite file there)."""
    small = Path(tempfile.mkdtemp(prefix="planipref-small-"))
    options = f"size={MEGABYTES[world.dialect]}m"
    mount = ["mount", "-t", "tmpfs", "-o", options, "none", str(small)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        small.rmdir()
        raise PermissionError
    small.chmod(0o755)  # PostgreSQL runs as somebody else
    try:
        if world.dialect == "sqlite":
            yield small, None
        else:
            with _tablespace(world, small / "space") as url:
                yield small, url
    finally:
        subprocess.run(["umount", "-l", str(small)], check=False)
        small.rmdir()


@contextmanager
def _tablespace(world: World, folder: Path) -> Iterator[str]:
    """The address of a fresh database whose tables lie in `folder`."""
    folder.mkdir()
    user = pwd.getpwnam("postgres")
    if os.geteuid() == 0:
        os.chown(folder, user.pw_uid, user.pw_gid)
    name = f"small_{uuid.uuid4().hex[:8]}"
    administer(world.url, f"CREATE TABLESPACE {name} LOCATION '{folder}'")
    administer(world.url, f"CREATE DATABASE {name} TABLESPACE {name}")
    try:
        yield make_url(world.url).set(database=name).render_as_string(hide_password=False)
    finally:
        administer(world.url, f"DROP DATABASE {name} WITH (FORCE)")
        administer(world.url, f"DROP TABLESPACE {name}")
