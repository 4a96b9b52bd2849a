"""Work that comes back by the clock: the hourly seal of the journals, the daily forgetting.

Whatever files a dossier plans the next of each, and each plans the one after it; so nothing has to be started by hand,
and a chain that broke is taken up again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from prefecture.kernel import outbox

SEAL = "dossiers.seal"
FORGET = "dossiers.forget"
_EVERY = {SEAL: timedelta(hours=1), FORGET: timedelta(days=1)}
_PRIORITY = 8


def plan(now: datetime) -> None:
    """Plan the next of each, in the caller's unit of work; doing it twice is doing it once."""
    for kind in _EVERY:
        plan_next(kind, now)


def plan_next(kind: str, now: datetime) -> None:
    """Plan `kind` for the beginning of the next hour or day."""
    every = _EVERY[kind].total_seconds()
    run_at = datetime.fromtimestamp((now.timestamp() // every + 1) * every, tz=now.tzinfo)
    outbox.post(kind, f"{kind}:{run_at.isoformat()}", {}, key_id=None, run_at=run_at, priority=_PRIORITY)
