"""The daily piece of work of identity: sessions and tokens that are over leave the database."""

from __future__ import annotations

from datetime import UTC, timedelta

from prefecture.identity.access import forget_expired
from prefecture.kernel import clock, outbox
from prefecture.kernel.outbox import Work
from prefecture.kernel.unit_of_work import unit_of_work

FORGET = "identity.forget_expired"


def plan_forgetting() -> None:
    """Have expired access forgotten tomorrow and every day after; in the caller's unit of work, once a day counts."""
    tomorrow = clock.now() + timedelta(days=1)
    outbox.post(FORGET, f"{FORGET}:{tomorrow.astimezone(UTC).date()}", {}, key_id=None, run_at=tomorrow, priority=9)


@outbox.handler(FORGET)
def forget(work: Work) -> None:
    """Forget what is over and plan the next day's."""
    with unit_of_work():
        forget_expired()
        plan_forgetting()
        work.done()
