"""What a database cannot do just now, told as such: away, full, or two who wait for each other.

Such errors are nobody's bug: a face answers 503 with Retry-After, a worker tries again. They are translated where
SQLAlchemy raises them, so that no door can forget it.
"""

from __future__ import annotations

import sqlite3
from typing import Any, Final

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError

from prefecture.kernel.errors import Unavailable

AWAY: Final = (
    "Le service est momentanément indisponible. Si vous veniez de valider quelque chose, vérifiez dans un instant si "
    "c’est enregistré\u00a0; sinon, recommencez."
)
BUSY: Final = (
    "Trop de personnes agissent en même temps. Rien n’a été enregistré\u00a0: recommencez dans quelques secondes."
)
FULL: Final = (
    "Le service ne peut plus rien enregistrer pour le moment. Rien n’a été enregistré\u00a0: réessayez plus tard."
)
RETRY_BUSY, RETRY_AWAY, RETRY_FULL = 2, 5, 60

# PostgreSQL: serialization, deadlock and lock time-outs; no room; shut down, starting, read-only, too many connections.
_BUSY_STATES: Final = frozenset({"40001", "40P01", "55P03", "57014"})
_FULL_STATES: Final = frozenset({"53100", "53200"})
_AWAY_STATES: Final = frozenset({"53300", "57P01", "57P02", "57P03", "25006"})
_BUSY_CODES: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_FULL_CODES: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
_AWAY_CODES: Final = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})
_PRIMARY: Final = 0xFF  # the low byte of an extended code is the kind of the error


def translate(engine: Engine) -> None:
    """Have `engine` raise Unavailable for what is not the caller's fault and passes."""

    @event.listens_for(engine, "handle_error")
    def handle(context: ExceptionContext) -> Unavailable | None:
        if context.is_pre_ping:
            return None  # a connection of the pool has died: the pool opens another
        return _unavailable(context.original_exception, context.dialect.loaded_dbapi, context.is_disconnect)


def told(connection: Connection, error: Any) -> BaseException:
    """What to raise for an error of the driver on a cursor of ours; a connection that died leaves the pool."""
    driver: Any = connection.dialect.loaded_dbapi
    disconnected = connection.dialect.is_disconnect(error, connection.connection, None)
    if disconnected:
        connection.invalidate(error)
    return _unavailable(error, driver, disconnected) or DBAPIError.instance(
        None, None, error, driver.Error, connection_invalidated=disconnected, dialect=connection.dialect
    )


def _unavailable(error: Any, driver: Any, disconnected: bool) -> Unavailable | None:
    if hasattr(error, "sqlstate"):
        return _of_postgresql(error, driver, disconnected)
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else _of_sqlite(code & _PRIMARY)


def _of_postgresql(error: Any, driver: Any, disconnected: bool) -> Unavailable | None:
    state = error.sqlstate
    if state in _BUSY_STATES:
        return Unavailable(BUSY, retry_after=RETRY_BUSY)
    if state in _FULL_STATES:
        return Unavailable(FULL, retry_after=RETRY_FULL)
    if disconnected or state in _AWAY_STATES or (state is None and isinstance(error, driver.OperationalError)):
        return Unavailable(AWAY, retry_after=RETRY_AWAY)
    return None


def _of_sqlite(code: int) -> Unavailable | None:
    if code in _BUSY_CODES:
        return Unavailable(BUSY, retry_after=RETRY_BUSY)
    if code in _FULL_CODES:
        return Unavailable(FULL, retry_after=RETRY_FULL)
    return Unavailable(AWAY, retry_after=RETRY_AWAY) if code in _AWAY_CODES else None
