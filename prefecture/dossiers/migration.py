"""Running dossiers on a newer version of their démarche: who follows, who cannot, and the move itself, one at a time.

A dossier that is refused stays on its version and loses nothing; nothing is written of the refusal. Each move is due
work of its own under a key that its order decides, so that an order given twice, or broken off, is done once.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import func, select, update

from engine import migration
from engine.migration import FOLLOWS, HARMLESS, NEEDS_TARGET, REFUSED, MigrationRefused
from engine.model import Advance
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import Version
from prefecture.dossiers import advance as advancing
from prefecture.dossiers import messages
from prefecture.dossiers.held import TASKS, Held, hold
from prefecture.dossiers.journal import Fact
from prefecture.dossiers.migration_comparison import (
    CHUNK,
    EVERYBODY,
    FIRST,
    Choice,
    Diff,
    Mapped,
    Place,
    between,
    check_mapping,
    diff,
    element_of,
    relevant,
    running,
    wanted,
)
from prefecture.dossiers.models import Dossier
from prefecture.identity.permissions import Actor
from prefecture.kernel import along, clock, keyring, outbox
from prefecture.kernel.db import db
from prefecture.kernel.outbox import Work
from prefecture.kernel.prepared import Run, touched
from prefecture.kernel.unit_of_work import unit_of_work

MIGRATE = "dossiers.migrate"
MOVED, ALREADY, FINISHED = "moved", "already", "finished"
_PRIORITY = 7
_CHUNK = CHUNK
# A few at a time: who completes a task of one of them meanwhile waits for their commit.
_ALONG, _ALONG_SECONDS = 20, 10.0


@dataclass(frozen=True)
class Moved:
    """What became of one dossier: moved, already there, finished, needs_target or refused; why, if it stays."""

    status: str
    reason: str = ""


def order(
    target: Version,
    mapping: Mapped,
    *,
    only: uuid.UUID | None = None,
    choice: Choice = EVERYBODY,
    at: datetime | None = None,
    by: str = "",
) -> int:
    """Post the move of every running dossier of the choice, a few hundred a unit of work; how many are new.

    at: not before that instant. Where dossiers stand is not looked at: who chooses by place makes a campaign.

    Opens its own doors. The same order again posts only dossiers that have changed since, or were not there.
    """
    posted, last, chosen = 0, FIRST, choice if only is None else replace(choice, version_id=only)
    while True:
        with unit_of_work():
            rows = _chunk(target, chosen, last)
            keyring.preload(row.key_id for row in rows if row.key_id)
            posted += sum(touched([_posting(row, target, mapping, by, at) for row in rows])) if rows else 0
        if not rows:
            return posted
        last = rows[-1].id


def move(dossier_id: uuid.UUID, target: Version, mapping: Mapped, *, actor: Actor | None = None, by: str = "") -> Moved:
    """Move one dossier in the caller's unit of work, under its lock. Refused, it stays untouched."""
    held = hold(actor or Actor.system(), dossier_id)
    dossier, old = held.dossier, held.version
    if dossier.finished_at is not None or dossier.state is None:
        return Moved(FINISHED)
    if dossier.version_id == target.id:
        return Moved(ALREADY)
    mine, unsaid = between(old, target, tuple(sorted(mapping.items())))
    if unsaid:
        return Moved(NEEDS_TARGET, "; ".join(f"{one.place}: {one.reason}" for one in unsaid))
    try:
        advance = migration.migrate(held.state, old.definition, target.definition, mine, now=held.now)
    except MigrationRefused as refusal:
        return Moved(refusal.report.verdict, str(refusal))
    told = {"from": old.number, "to": target.number, "mapping": dict(mine), "by": by}
    dossier.version_id = target.id
    _rename_done(dossier.id, mine, target)
    renewed = Held(dossier, target, held.actor, held.now, held.tasks)
    carry(renewed, advance, Fact("migrated", name=f"{old.number} → {target.number}", values=told))
    return Moved(MOVED)


def carry(held: Held, advance: Advance, fact: Fact) -> None:
    """Write a migrated state down: tasks as they read now, effects that are no longer wanted given up."""
    for event in advance.events:
        if event.kind == "cancelled":
            outbox.cancel(f"{held.dossier.id}:{event.element}:{event.task_id}")
    messages.step(held, advance, [fact], first=advancing.retelling(held, advance.open_tasks))


def left_over() -> int:
    """How many ordered moves are due and not done yet; those that wait for their next try are not counted."""
    work = outbox.DueWork
    due = (work.status == "running") | ((work.status == "ready") & (work.run_at <= clock.database_now(db.session)))
    query = select(func.count()).select_from(work).where(work.kind == MIGRATE, due)
    return int(db.session.scalar(query) or 0)


@outbox.handler(MIGRATE)
def move_one(work: Work) -> None:
    """Move the dossier of an order; one that must stay is left as it is."""
    if work.dossier_id is None or not work.payload:
        raise outbox.PermanentFailure("a migration without a dossier, or of an erased one")
    with unit_of_work():
        _move_as_ordered(work)
        work.done()
    until = time.monotonic() + _ALONG_SECONDS
    while time.monotonic() < until and _move_along():
        pass


def _move_along() -> bool:
    """Take the next moves along, a few in one unit of work; False if there was none."""
    with unit_of_work():
        others = along.taken(MIGRATE, _ALONG, priority=_PRIORITY)
        for one in sorted(others, key=_dossier):
            if one.dossier_id is not None and one.payload:
                _move_as_ordered(one)
        along.done(others)
    return bool(others)


def _move_as_ordered(work: Work) -> None:
    target = demarches.version(uuid.UUID(work.payload["version"]))
    move(uuid.UUID(str(work.dossier_id)), target, work.payload["mapping"], by=work.payload["by"])


def _dossier(work: Work) -> str:
    """Locks are taken in the order of dossiers, so that two who take along never wait for each other."""
    return str(work.dossier_id)


def _rename_done(dossier_id: uuid.UUID, mapping: Mapped, target: Version) -> None:
    """Tasks that were done are known by what their step is called now, so that the two-person rule finds them."""
    for source, renamed in mapping.items():
        if target.definition.elements.get(element_of(source)) is None:
            own = (TASKS.c.dossier_id == dossier_id) & (TASKS.c.element == element_of(source))
            db.session.execute(update(TASKS).where(own).values(element=element_of(renamed)))


def _chunk(target: Version, choice: Choice, after: uuid.UUID) -> list[Any]:
    query = (
        select(Dossier.id, Dossier.key_id, Dossier.revision)
        .where(*wanted(target.code, target.id, choice), Dossier.id > after)
        .order_by(Dossier.id)
        .limit(_CHUNK)
    )
    return list(db.session.execute(query))


def _posting(row: Any, target: Version, mapping: Mapped, by: str, at: datetime | None) -> Run:
    """The key says which dossier as it is, whereto and how: the same order is posted once."""
    how = hashlib.sha256(orjson.dumps(dict(mapping), option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
    return outbox.posting(
        MIGRATE,
        f"{row.id}:migrate:{target.id}:{row.revision}:{how}",
        {"version": str(target.id), "mapping": dict(mapping), "by": by},
        key_id=row.key_id,
        dossier_id=row.id,
        run_at=at,
        priority=_PRIORITY,
    )


__all__ = [
    "ALREADY",
    "FINISHED",
    "FOLLOWS",
    "HARMLESS",
    "MIGRATE",
    "MOVED",
    "NEEDS_TARGET",
    "REFUSED",
    "Choice",
    "Diff",
    "Moved",
    "Place",
    "carry",
    "check_mapping",
    "diff",
    "left_over",
    "move",
    "move_one",
    "order",
    "relevant",
    "running",
]
