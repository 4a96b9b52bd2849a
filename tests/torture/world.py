"""A préfecture with one démarche of six actions, its people, and the ledger by which an ordeal is judged.

Each action writes a line outside the database, which nothing can roll back, then answers the process and queues a mail.
A dossier is whole when it was answered six times, sent six mails and opened one task.
"""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import create_engine, func, select, text

from engine.compile import ActionSpec
from prefecture.demarches import service as demarches
from prefecture.dossiers import journal
from prefecture.dossiers import service as dossiers
from prefecture.identity import service as identity
from prefecture.identity.permissions import Actor
from prefecture.kernel import crypto, outbox, schema, settings, worker
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import on_commit, unit_of_work
from prefecture.notifications import service as notifications
from tests.homes import furnished
from tests.torture.forks import Child, fork
from tests.torture.verdict import Verdict
from wsgi import create_app

FOLDER = Path(__file__).parent / "demarches" / "torture"
STEPS = 6
PASSWORD = "une phrase de passe assez longue"
ACTION = "torture.marquer"
LEASE = timedelta(seconds=1.5)
HEARTBEAT = 0.5
NO_PROGRESS_WITHIN = 20.0


@dataclass
class World:
    """One database and the processes on it."""

    app: Flask
    home: Path
    url: str
    service_id: uuid.UUID
    amina: Actor
    claire: Actor
    children: list[Child] = field(default_factory=list)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.url.partition(":")[0].partition("+")[0]

    def submit(self, count: int) -> list[uuid.UUID]:
        """File so many dossiers; returns those acknowledged."""
        with self.app.app_context():
            return [self.submit_one() for _ in range(count)]

    def submit_one(self) -> uuid.UUID:
        """File one dossier, in the caller's application context."""
        with unit_of_work():
            found = dossiers.submit(self.amina, "torture", {"objet": "Survivre"}, service_id=self.service_id)
        return found.id

    def fork(self, work: Callable[[], object]) -> Child:
        """A child that does `work`."""
        child = fork(self.app, self.home / "children.log", work)
        self.children.append(child)
        return child

    def worker(self, number: int, before: Callable[[], object] | None = None) -> Child:
        """A worker process: the embedded loop under a lock of its own."""

        def work() -> None:
            if before is not None:
                before()
            worker.EmbeddedWorker(self.app, self.home / f"worker-{number}.lock").start()
            while True:
                signal.pause()

        return self.fork(work)

    @contextmanager
    def workers(self, count: int = 3) -> Iterator[list[Child]]:
        """So many workers for the length of the block."""
        found = [self.worker(number) for number in range(count)]
        try:
            yield found
        finally:
            for one in found:
                one.kill()

    def settle(self, workers: int = 2) -> bool:
        """Let undisturbed workers finish; False if something is owed and nothing moves for a while."""
        with self.workers(workers):
            owed, since = -1, time.monotonic()
            while time.monotonic() - since < NO_PROGRESS_WITHIN:
                left = self.owed()
                if not left:
                    return True
                done = self.done()
                if done != owed:
                    owed, since = done, time.monotonic()
                time.sleep(0.2)
        return False

    def done(self) -> int:
        """How much work is done."""
        return int(self.statement("SELECT count(*) FROM due_work WHERE status = 'done'")[0][0])

    def owed(self) -> int:
        """How much work is ready now or running."""
        with self.app.app_context():
            counts = outbox.counts()
            return counts["ready"] + counts["running"]

    def hurry(self) -> None:
        """What waits for its next try is due at once (the waits themselves are R11's)."""
        self.statement("UPDATE due_work SET run_at = created_at WHERE status = 'ready' AND attempts > 0")

    def judge(self, acknowledged: Sequence[uuid.UUID]) -> Verdict:
        """What became of the acknowledged dossiers, and whether each stands where it should and no further."""
        with self.app.app_context():
            answered = self._counted("journal_entry", "effect_answered")
            mails = self._counted("notification")
            tasks = self._counted("dossier_task")
            incidents = outbox.counts()["incident"]
            _, broken = journal.verify()
        lost = duplicated = stuck = 0
        for one in set(answered) | set(mails) | set(tasks) | set(acknowledged):
            for found, wanted in ((answered[one], STEPS), (mails[one], STEPS), (tasks[one], 1)):
                lost += max(0, wanted - found)
                duplicated += max(0, found - wanted)
            stuck += tasks[one] == 0
        return Verdict(lost + (broken is not None), duplicated, stuck + incidents, self._outside())

    def count(self, table: str) -> int:
        """How many rows a table has."""
        with self.app.app_context():
            return int(db.session.scalar(select(func.count()).select_from(db.metadata.tables[table])) or 0)

    def statement(self, sql: str, **values: Any) -> Any:
        """Run one statement outside any door; returns its rows, if it has any."""
        with self.app.app_context(), db.engine.begin() as connection:
            found = connection.execute(text(sql), values)
            return found.all() if found.returns_rows else None

    def close(self) -> None:
        """End every child."""
        for one in self.children:
            one.kill()
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def _counted(self, name: str, kind: str | None = None) -> Counter[uuid.UUID]:
        table = db.metadata.tables[name]
        query = select(table.c.dossier_id, func.count()).group_by(table.c.dossier_id)
        if kind is not None:
            query = query.where(table.c.kind == kind)
        return Counter({row[0]: row[1] for row in db.session.execute(query) if row[0] is not None})

    def _outside(self) -> str:
        ledger = self.home / "ledger"
        lines = ledger.read_text().splitlines() if ledger.exists() else []
        return f"outside={len(lines)} repeated={len(lines) - len(set(lines))}"


def build(home: Path, url: str | None = None, *, migrated: bool = False, **environment: str) -> World:
    """A furnished world on `url`, by default a SQLite file in `home`. `migrated`: the database is furnished already."""
    hasten()
    url = url or f"sqlite:///{home / 'planipref.sqlite3'}"
    told = {"PLANIPREF_HOME": str(furnished(home)), "DATABASE_URL": url}
    given = {"PLANIPREF_DEMO": "1", **os.environ, **told, **environment}
    app = create_app(settings.read(given))
    if "REDIS_URL" not in environment:
        on_commit(lambda: None)
    demarches.register_actions({**demarches.actions(), ACTION: ActionSpec({"pas": "number"}, {"fait": "number"})})
    outbox._handlers[ACTION] = marker(home / "ledger")
    with app.app_context():
        if not migrated:
            schema.upgrade()
            with unit_of_work():
                _furnish()
        amina, claire = (identity.authenticate(login, PASSWORD) for login in ("amina@example.fr", "claire"))
        service_id = next(iter(claire.service_ids))
        db.session.remove()
        db.engine.dispose()
    return World(app, home, url, service_id, amina, claire)


def hasten() -> None:
    """Short leases and cheap passwords, in this process and its forks."""
    outbox.LEASE = LEASE
    worker.HEARTBEAT_SECONDS = HEARTBEAT
    crypto._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@contextmanager
def database(server: str, template: str | None = None) -> Iterator[str]:
    """The URL of a fresh database of a PostgreSQL server, made from `template` if one is given."""
    name = f"torture_{uuid.uuid4().hex[:8]}"
    administer(server, f"CREATE DATABASE {name}" + (f" TEMPLATE {template} STRATEGY FILE_COPY" if template else ""))
    try:
        yield server.replace("/postgres", f"/{name}")
    finally:
        administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def administer(url: str, statement: str) -> None:
    """Run one statement outside any transaction."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


def marker(ledger: Path) -> outbox.Handler:
    """The small démarche's one action: a line outside, then the answer and a mail."""

    def mark(work: outbox.Work) -> None:
        if work.dossier_id is None or work.key_id is None:
            raise outbox.PermanentFailure("an action without a dossier")
        write_outside(ledger, work.key)
        told = {"fait": work.payload["params"]["pas"]}
        with unit_of_work():
            if dossiers.answer(work.dossier_id, work.payload["effect_id"], told):
                notifications.queue_mail(
                    key=f"{work.key}:mail",
                    to=notifications.Recipient("Amina", "amina@example.fr"),
                    mail=notifications.Mail("Un pas de plus", "Votre dossier avance.", "<p>Votre dossier avance.</p>"),
                    key_id=work.key_id,
                    dossier_id=work.dossier_id,
                )
            work.done()

    return mark


def write_outside(ledger: Path, line: str) -> None:
    """What the world saw: one line, written at once."""
    descriptor = os.open(ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(descriptor, f"{line}\n".encode())
    os.close(descriptor)


def _furnish() -> None:
    identity.create_prefecture(
        "94",
        "Préfecture du Val-de-Marne",
        address="1, place de la République",
        postal_code="94000",
        city="Créteil",
        email="p94@example.fr",
        phone="01 00 00 00 00",
    )
    here = identity.create_service("94", "Bureau des étrangers").id
    for login, name in (("claire", "Claire Petit"), ("denis", "Denis Roux")):
        identity.create_agent(login, name, PASSWORD, ["instructeur"], prefecture="94", service_ids=[here])
    identity.create_person(
        "amina@example.fr", given_names="Amina", family_name="Kaci", birth_date=date(1994, 5, 4), password=PASSWORD
    )
    demarches.publish(FOLDER, by="tests")
