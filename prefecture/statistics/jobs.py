"""Due work of the observation: the journals read on every ten minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

from prefecture.kernel import clock, outbox
from prefecture.kernel.db import db
from prefecture.kernel.outbox import Work
from prefecture.statistics import observing

OBSERVE = "statistics.observe"
EVERY = timedelta(minutes=10)
_PRIORITY = 8


def plan() -> None:
    """Plan the next reading, in the caller's unit of work; doing it twice is doing it once."""
    now, every = clock.database_now(db.session), EVERY.total_seconds()
    run_at = datetime.fromtimestamp((now.timestamp() // every + 1) * every, tz=now.tzinfo)
    outbox.post(OBSERVE, f"{OBSERVE}:{run_at.isoformat()}", {}, key_id=None, run_at=run_at, priority=_PRIORITY)


@outbox.handler(OBSERVE)
def observe(work: Work) -> None:
    """Read the journals that grew; who plans the next is the worker."""
    observing.observe()
