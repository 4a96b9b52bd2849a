"""The one committer: a transaction begins at a door and ends at the same door; services join it.

Entering ends the read transaction that the session may hold (its rows are reread), so that a writer on SQLite
begins IMMEDIATE and one on PostgreSQL sees what is committed. A door inside a door is refused.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from prefecture.kernel.db import Unit, db, session_in_use, unit

_after_commit: list[Callable[[], None]] = []
# SQLite lets one writer in; waiting here is fair, waiting in its busy handler can starve a thread for seconds.
_sqlite_queue = threading.Lock()


class NestedDoor(RuntimeError):
    """A unit of work was opened inside another: half of it would be committed on its own."""


@contextmanager
def unit_of_work() -> Iterator[None]:
    """Commit all that the block wrote, or nothing: any exception rolls back and goes on."""
    if unit.get() is not None:
        raise NestedDoor("a unit of work is already open")
    session = _end_reading()
    opened = Unit(db.engine, {} if session is None else session.info)
    queue = _sqlite_queue if opened.engine.dialect.name == "sqlite" else None
    if queue is not None:
        queue.acquire()
    token = unit.set(opened)
    try:
        try:
            yield
            _commit(opened)
        except BaseException:
            _end_reading()
            raise
        finally:
            unit.reset(token)
            opened.close()
    finally:
        if queue is not None:
            queue.release()
    if opened.ring:
        for call in _after_commit:
            call()


def _commit(opened: Unit) -> None:
    """The session's objects are written in the unit's transaction; they are believed only once that is committed."""
    session = session_in_use()
    if session is None or not session.in_transaction():
        opened.commit()
        return
    session.flush()
    opened.commit()
    session.commit()


def _end_reading() -> Session | None:
    session = session_in_use()
    if session is not None and session.in_transaction():
        session.rollback()
    return session


def ring_after_commit() -> None:
    """Have the bell rung once this unit of work is committed: it posted due work."""
    opened = unit.get()
    if opened is not None:
        opened.ring = True


def on_commit(call: Callable[[], None]) -> None:
    """Register the bell (composition root); it must neither raise nor block."""
    _after_commit[:] = [call]


def is_open() -> bool:
    """Whether the caller stands inside a unit of work."""
    return unit.get() is not None
