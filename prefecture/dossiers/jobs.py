"""Due work of the dossiers: timers that fire, the hourly seal, the sweep, forgetting what has outlived its time."""

from __future__ import annotations

import logging
from datetime import datetime

from prefecture.dossiers import correlation, drafts, idempotency, journal, messages, service, stuck
from prefecture.dossiers.advance import TIMER
from prefecture.dossiers.housekeeping import FORGET, SEAL, SWEEP, plan_next
from prefecture.kernel import clock, forgetting, outbox
from prefecture.kernel.db import db
from prefecture.kernel.outbox import Work
from prefecture.kernel.unit_of_work import unit_of_work

log = logging.getLogger(__name__)


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
        plan_next(SEAL, now)
        work.done()
    log.info("journal seal %d %s", number, digest)


@outbox.handler(SWEEP)
def sweep(work: Work) -> None:
    """Make incidents of what nobody will ever move again, and of messages that nobody awaited in time."""
    with unit_of_work():
        plan_next(SWEEP, clock.database_now(db.session))
    correlation.hand_over()
    expired = messages.expire()
    for one in stuck.sweep():
        log.error("dossier %s is stuck at %s: %s", one.number, one.element, one.code)
    if expired:
        log.warning("%d kept messages outlived their time", expired)


@outbox.handler(FORGET)
def forget_old(work: Work) -> None:
    """Delete drafts, remembered answers and done work that have outlived their time."""
    now = clock.now()
    forgetting.forget_ended(now)
    with unit_of_work():
        drafts.delete_old_drafts(now)
        idempotency.forget_old(now)
        correlation.forget_old(now)
        plan_next(FORGET, now)
        work.done()
