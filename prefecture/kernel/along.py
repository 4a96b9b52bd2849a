"""Due work taken along: many small pieces of one kind done in one unit of work, where a claim of each would cost more.

The rows are locked, not claimed: they stay ready until the unit of work commits, so that a crash or an exception gives
all of them back as they were. A dossier whose other work is running is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update

from prefecture.kernel import clock, due_work, keyring, outbox
from prefecture.kernel.db import db
from prefecture.kernel.due_work import DueWork
from prefecture.kernel.outbox import Work


def taken(kind: str, most: int, *, priority: int) -> list[Work]:
    """Lock up to `most` due pieces of a kind and priority in the caller's unit of work, those of a dossier in order."""
    now = clock.database_now(db.session)
    query = (
        select(DueWork)
        .where(due_work.due(priority), DueWork.kind == kind)
        .order_by(DueWork.run_at)
        .limit(most)
        .with_for_update(skip_locked=True, of=DueWork)
    )
    rows = db.session.scalars(query, {"now": now}).all()
    keyring.preload(row.key_id for row in rows if row.key_id)
    return [outbox.work_of(row, owner="") for row in rows]


def done(work: Sequence[Work]) -> None:
    """Close what was taken, in the same unit of work."""
    told = {"status": "done", "payload": None, "ended_at": clock.database_now(db.session)}
    wanted = [one.id for one in work]
    db.session.execute(update(DueWork).where(DueWork.id.in_(wanted)).values(attempts=DueWork.attempts + 1, **told))
