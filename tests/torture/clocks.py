"""R8: clocks that are wrong, that jump; short and long nights, the 29th of February. R12: many timers at once."""

from __future__ import annotations

import os
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import time_machine
from sqlalchemy import select

from prefecture.demarches import service as demarches
from prefecture.dossiers import service as dossiers
from prefecture.kernel import clock, outbox, worker
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.steps import delais
from tests.torture.verdict import Size, Verdict
from tests.torture.world import FOLDER, World

CLOCK = FOLDER.parent / "horloge"
PARIS = ZoneInfo("Europe/Paris")
# A démarche's four timers on one task: twenty-four hours, a day, a month, and three times a day.
PERIODS = {"heure": 1, "jour": 1, "mois": 1, "chaque_jour": 3}
DAYS = ("heure", "jour", "chaque_jour")
# When filed (Paris), and when each of the four is due: spring has no 2:30 on 29 March, autumn has two on 25 October.
NIGHTS = {
    "2026-03-28 02:30": ("2026-03-29 03:30", "2026-03-29 03:30", "2026-04-28 02:30"),
    "2026-03-28 12:00": ("2026-03-29 13:00", "2026-03-29 12:00", "2026-04-28 12:00"),
    "2026-10-24 12:00": ("2026-10-25 11:00", "2026-10-25 12:00", "2026-11-24 12:00"),
    "2026-10-24 02:30": ("2026-10-25 02:30", "2026-10-25 02:30", "2026-11-24 02:30"),
    "2028-01-31 10:00": ("2028-02-01 10:00", "2028-02-01 10:00", "2028-02-29 10:00"),
    "2028-02-28 10:00": ("2028-02-29 10:00", "2028-02-29 10:00", "2028-03-28 10:00"),
}
# Silence speaks on that day: months end where they end, a suspended clock runs on by as many days as it stood still.
SILENCES = (
    (date(2025, 11, 29), "P4M", (), date(2026, 3, 29)),
    (date(2027, 10, 31), "P4M", (), date(2028, 2, 29)),
    (date(2026, 10, 31), "P4M", (), date(2027, 2, 28)),
    (date(2026, 2, 1), "P2M", (delais.Request(date(2026, 3, 20), 30, date(2026, 3, 30)),), date(2026, 4, 11)),
)
LONG_LEASE = timedelta(seconds=15)
MOST_SECONDS = 60.0  # on a machine of our own; where others work too, as many times longer as they are many


def r8_wrong_clocks(world: World, size: Size) -> Verdict:
    """One worker is an hour ahead, one an hour behind: leases and timers go by the database's clock.

    SQLite has no clock but its machine's, which all its processes share: there it jumps ahead and back under them all.
    """
    acknowledged = world.submit(max(4, size.dossiers // 5))
    if world.dialect == "sqlite":
        return _jumping(world, acknowledged)
    spans = (timedelta(hours=1), timedelta(hours=-1), timedelta(0))
    workers = [world.worker(number, lambda span=span: _astray(span)) for number, span in enumerate(spans)]
    _let_work(world, 20)
    for one in workers:
        one.kill()
    settled = world.settle()
    early = world.statement("SELECT count(*) FROM journal_entry WHERE kind = 'timer'")[0][0]
    verdict = world.judge(acknowledged)
    repeated = int(verdict.notes.rpartition("=")[2])
    return verdict.also(stuck=not settled, duplicated=early + repeated)


def _jumping(world: World, acknowledged: Sequence[uuid.UUID]) -> Verdict:
    """The machine's clock jumps an hour ahead, then back; two hours later all is done, and no timer fired early."""
    for hours in (0, 1, 0):
        workers = [world.worker(number, lambda hours=hours: _astray(timedelta(hours=hours))) for number in range(3)]
        _let_work(world, 2, most=1.0)
        for one in workers:
            one.kill()
    with clock.frozen(clock.now() + timedelta(hours=2)):
        settled = world.settle()
        early = world.statement("SELECT count(*) FROM journal_entry WHERE kind = 'timer'")[0][0]
        return world.judge(acknowledged).also(stuck=not settled, duplicated=early)


def _let_work(world: World, patience: float, *, most: float = 600.0) -> None:
    """Until all is done, or nothing moves for so many seconds, or so many are over."""
    done, since = -1, time.monotonic()
    end = since + most
    while world.owed() and time.monotonic() < min(end, since + patience):
        time.sleep(0.3)
        if world.done() != done:
            done, since = world.done(), time.monotonic()


def _astray(span: timedelta) -> None:
    # An hour's error steals this lease as easily as a shorter one; a machine that merely stalls does not.
    outbox.LEASE = LONG_LEASE
    time_machine.travel(clock.now() + span, tick=True).start()


def r8_nights(world: World, size: Size) -> Verdict:
    """Nights of 23 and of 25 hours, months that end early, a system clock that jumps back: each timer once, in time."""
    lost = duplicated = 0
    with world.app.app_context():
        _publish()
        for filed, due in NIGHTS.items():
            missing, early = _count_down(world, datetime.fromisoformat(filed), due)
            lost, duplicated = lost + missing, duplicated + early
    wrong = sum(delais.deadline(day, delais.SVR, span, asked, day).day != due for day, span, asked, due in SILENCES)
    return Verdict(lost, duplicated, wrong, f"nights={len(NIGHTS)} silences={len(SILENCES)}")


def _count_down(world: World, filed: datetime, due: Sequence[str]) -> tuple[int, int]:
    """File at that wall time, let the hours go by, now and then backwards; what fired too late, too early or twice."""
    begun = filed.replace(tzinfo=PARIS).astimezone(UTC)
    first, day, month = (datetime.fromisoformat(one).replace(tzinfo=PARIS).astimezone(UTC) for one in due)
    wanted = Counter({("heure", first): 1, ("jour", day): 1, ("mois", month): 1})
    for turn in range(1, 4):
        wall = (filed + timedelta(days=turn)).replace(tzinfo=PARIS).astimezone(UTC)
        wanted["chaque_jour", wall] += 1
    with clock.frozen(begun):
        dossier_id = _file(world, 1)[0]
    for instant in _instants({moment for _, moment in wanted}):
        with clock.frozen(instant):
            worker.run_until_quiet(world.app)
            db.session.rollback()
    found = Counter(_fired(dossier_id))
    return (wanted - found).total(), (found - wanted).total()


def _instants(due: set[datetime]) -> Iterator[datetime]:
    """Just before, at and after each moment; then the system's clock is put back an hour, and goes on."""
    for moment in sorted(due):
        yield moment - timedelta(seconds=1)
        yield moment
        yield moment - timedelta(hours=1)
        yield moment + timedelta(minutes=1)


def _fired(dossier_id: uuid.UUID) -> list[tuple[str, datetime]]:
    """Which timers fired, and when."""
    table = db.metadata.tables["journal_entry"]
    query = select(table.c.element, table.c.at).where(table.c.dossier_id == dossier_id, table.c.kind == "timer")
    return [(row.element, row.at) for row in db.session.execute(query)]


def _publish() -> None:
    with unit_of_work():
        demarches.publish(CLOCK, by="tests")


def _file(world: World, count: int) -> list[uuid.UUID]:
    """File so many dossiers that only wait, in the caller's application context."""
    found = []
    for _ in range(count):
        with unit_of_work():
            told = {"objet": "Attendre"}
            found.append(dossiers.submit(world.amina, "horloge", told, service_id=world.service_id).id)
    return found


def r12_timers_after_an_outage(world: World, size: Size) -> Verdict:
    """Nobody works for more than a day; then thousands of timers are due at once, and each fires once."""
    count = size.timers // len(DAYS) // (1 if world.dialect == "postgresql" else 4)
    with world.app.app_context():
        _publish()
        _file(world, count)
        worker.run_until_quiet(world.app)
        db.session.rollback()
        outage = clock.now() + timedelta(hours=26)
    with clock.frozen(outage):
        due = world.statement("SELECT count(*) FROM due_work WHERE kind = 'dossiers.timer' AND status = 'ready'")[0][0]
        began = time.monotonic()
        settled = world.settle(workers=2)
        took = time.monotonic() - began
    query = (
        "SELECT count(*), count(DISTINCT CAST(dossier_id AS varchar(40)) || element) FROM journal_entry"
        " WHERE kind = 'timer' AND element <> 'mois'"
    )
    fired, different = world.statement(query)[0]
    late = took > MOST_SECONDS * _crowd()
    return Verdict(
        lost=count * len(DAYS) - different,
        duplicated=fired - different,
        stuck=(not settled) + late,
        notes=f"timers={count * len(DAYS)} of {due} seconds={took:.0f}",
    )


def _crowd() -> float:
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
