"""Due work of the dossiers: timers that fire, the hourly seal, and forgetting what has outlived its time."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from prefecture.dossiers import drafts, idempotency, journal, service
from prefecture.dossiers.advance import TIMER
from prefecture.kernel import clock, outbox
from prefecture.kernel.outbox import Work
from prefecture.kernel.unit_of_work import unit_of_work

SEAL = "dossiers.seal"
FORGET = "dossiers.forget"
_EVERY = {SEAL: timedelta(hours=1), FORGET: timedelta(days=1)}

log = logging.getLogger(__name__)


def schedule(now: datetime) -> None:
    """Post the next seal and the next forgetting, in the caller's unit of work; doing it twice is doing it once."""
    for kind in _EVERY:
        _post_next(kind, now)


@outbox.handler(TIMER)
def fire_timer(work: Work) -> None:
    """Fire what is due in a dossier; the instant is in the work's key, so that no clock can lose it."""
    if work.dossier_id is None:
        raise outbox.PermanentFailure("a timer without a dossier")
    due = datetime.fromisoformat(work.key.rpartition("@")[2])
    with unit_of_work():
        service.fire_timers(work.dossier_id, due)
        work.done()


@outbox.handler(SEAL)
def seal_journal(work: Work) -> None:
    """Seal all heads that moved; the line in the log is the copy kept outside the database."""
    with unit_of_work():
        now = clock.now()
        number, digest = journal.seal(now)
        _post_next(SEAL, now)
        work.done()
    log.info("journal seal %d %s", number, digest)


@outbox.handler(FORGET)
def forget_old(work: Work) -> None:
    """Delete drafts and remembered answers that have outlived their time."""
    with unit_of_work():
        now = clock.now()
        drafts.delete_old_drafts(now)
        idempotency.forget_old(now)
        _post_next(FORGET, now)
        work.done()


def _post_next(kind: str, now: datetime) -> None:
    every = _EVERY[kind].total_seconds()
    run_at = datetime.fromtimestamp((now.timestamp() // every + 1) * every, tz=now.tzinfo)
    outbox.post(kind, f"{kind}:{run_at.isoformat()}", {}, key_id=None, run_at=run_at, priority=8)
