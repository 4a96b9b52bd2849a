"""The daily piece of work of identity: sessions and tokens that are over leave the database."""

from __future__ import annotations

from prefecture.identity.access import FORGET, forget_expired
from prefecture.kernel import outbox
from prefecture.kernel.outbox import Work
from prefecture.kernel.unit_of_work import unit_of_work


@outbox.handler(FORGET)
def forget(work: Work) -> None:
    """Forget what is over; the next login plans the next time."""
    with unit_of_work():
        forget_expired()
        work.done()
