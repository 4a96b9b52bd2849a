"""Due work of the agenda: holds end on time, and bookable time is always open eight weeks ahead."""

from __future__ import annotations

import uuid

from prefecture.agenda.booking import RELEASE, release_expired
from prefecture.agenda.opening import EXTEND, generate_everywhere, plan_extension
from prefecture.kernel import outbox
from prefecture.kernel.outbox import Work
from prefecture.kernel.unit_of_work import unit_of_work


@outbox.handler(RELEASE)
def release(work: Work) -> None:
    """End a hold that nobody confirmed."""
    with unit_of_work():
        release_expired(uuid.UUID(work.key.removeprefix(f"{RELEASE}:")))
        work.done()


@outbox.handler(EXTEND)
def extend(work: Work) -> None:
    """Open the next day of the horizon everywhere, and plan the day after's."""
    with unit_of_work():
        generate_everywhere()
        plan_extension()
        work.done()
