"""The one clock of the préfecture: aware UTC instants, which tests may freeze or move.

Leases and due dates are compared with the database's clock (`database_now`), so that a worker whose
own clock is wrong neither steals work nor fires early; a frozen clock replaces both.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

_frozen_at: list[datetime] = []


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _frozen_at[-1] if _frozen_at else datetime.now(UTC)


def today(zone: tzinfo) -> date:
    """The calendar day at this instant in `zone`."""
    return now().astimezone(zone).date()


def database_now(session: Session | scoped_session[Any]) -> datetime:
    """The database server's present instant, aware, in UTC (not the start of its transaction)."""
    known = known_now(session.get_bind().dialect.name)
    if known is not None:
        return known
    value: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return value.astimezone(UTC)


def known_now(dialect: str) -> datetime | None:
    """The database's present instant where it need not be asked: SQLite runs in this process. None for a server."""
    if _frozen_at:
        return _frozen_at[-1]
    return datetime.now(UTC) if dialect == "sqlite" else None


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold the clock at `at` (aware) for the length of the block; blocks nest."""
    if at.tzinfo is None:
        raise ValueError("the clock takes aware datetimes only")
    _frozen_at.append(at.astimezone(UTC))
    try:
        yield
    finally:
        _frozen_at.pop()


def move(by: timedelta) -> None:
    """Advance a frozen clock by `by`."""
    if not _frozen_at:
        raise RuntimeError("only a frozen clock can be moved")
    _frozen_at[-1] += by
