"""Due work that ended long ago is deleted: the journal says what was done, and the table stays as small as a season.

What was cancelled waits longer, because a move of its dossier that is undone puts it back. What is ready, running or in
incident is never deleted, however old.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, or_, select

from prefecture.kernel.db import db
from prefecture.kernel.outbox import DueWork
from prefecture.kernel.unit_of_work import unit_of_work

KEPT: Final = {"done": timedelta(days=90), "cancelled": timedelta(days=400)}
MOST: Final = 500_000
_PORTION: Final = 5_000


def forget_ended(now: datetime, *, most: int = MOST, portion: int = _PORTION) -> int:
    """Delete up to `most` pieces that ended longer ago than KEPT says, each portion in a door of its own; how many."""
    old = or_(*(((DueWork.status == status) & (DueWork.ended_at < now - kept)) for status, kept in KEPT.items()))
    gone = 0
    while gone < most:
        with unit_of_work():
            ids = db.session.scalars(select(DueWork.id).where(old).limit(min(portion, most - gone))).all()
            db.session.execute(delete(DueWork).where(DueWork.id.in_(ids)))
        gone += len(ids)
        if len(ids) < portion:
            break
    return gone
