"""When a session was last used: its own short door, so that a GET writes nothing else.

It is written once a minute at most: idle time is counted to the minute, and a page with ten images costs one write.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from prefecture.identity.access import IDLE
from prefecture.identity.models import LoginSession
from prefecture.kernel import clock, crypto
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work

PRECISION = timedelta(minutes=1)


def record_seen(session_token: str) -> None:
    """Note that the session of this token is in use now; outside any unit of work, commits by itself."""
    digest = crypto.token_hash(session_token)
    now = clock.now()
    seen = db.session.scalar(select(LoginSession.last_seen_at).where(LoginSession.token_hash == digest))
    if seen is None or not PRECISION <= now - seen <= IDLE:  # nor may a look revive a session that was idle too long
        return
    with unit_of_work():
        db.session.execute(update(LoginSession).where(LoginSession.token_hash == digest).values(last_seen_at=now))
