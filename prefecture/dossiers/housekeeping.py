"""Work that comes back by the clock: the hourly seal of the journals, the sweep for what stands still, the forgetting.

Workers plan the next of each once a minute, and each plans the one after it; so nothing has to be started by hand, and
a chain that broke is taken up again. A key holds the instant: however many plan it, it is done once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from prefecture.kernel import clock, outbox
from prefecture.kernel.db import db

SEAL = "dossiers.seal"
FORGET = "dossiers.forget"
SWEEP = "dossiers.sweep"
_EVERY = {SEAL: timedelta(hours=1), SWEEP: timedelta(minutes=15), FORGET: timedelta(days=1)}
_PRIORITY = 8


def plan() -> None:
    """Plan the next of each, in the caller's unit of work; doing it twice is doing it once."""
    now = clock.database_now(db.session)
    for kind in _EVERY:
        plan_next(kind, now)


def plan_next(kind: str, now: datetime) -> None:
    """Plan `kind` for the beginning of the next quarter, hour or day."""
    every = _EVERY[kind].total_seconds()
    run_at = datetime.fromtimestamp((now.timestamp() // every + 1) * every, tz=now.tzinfo)
    outbox.post(kind, f"{kind}:{run_at.isoformat()}", {}, key_id=None, run_at=run_at, priority=_PRIORITY)
