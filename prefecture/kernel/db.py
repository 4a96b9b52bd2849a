"""The database: one metadata for all desks, column types, and connections that are safe or refused.

SQLite runs in WAL with synchronous=FULL and foreign keys on; a writing transaction begins IMMEDIATE (a read that
later writes would fail with "database is locked"). PostgreSQL must have fsync on and synchronous_commit not off.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    PoolProxiedConnection,
    TypeDecorator,
    event,
    orm,
    text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import DeclarativeBase

from prefecture.kernel import outages

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
BUSY_TIMEOUT_MS = 10_000

# True while a database is filled that can be filled again: see `hurried`.
_hurried: ContextVar[bool] = ContextVar("hurried", default=False)


class UnsafeDatabase(Exception):
    """The database's settings could lose acknowledged work; the start is refused."""


class _Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


class Unit:
    """What a unit of work has of its own: one transaction, begun when something first needs it.

    `info` is the session's where there is one: what is remembered there is forgotten with it.
    """

    def __init__(self, engine: Engine, info: dict[str, Any]) -> None:
        self.engine, self.info = engine, info
        self.ring = False
        self._connection: Connection | None = None

    @property
    def connection(self) -> Connection:
        """The connection whose transaction ends with the unit of work."""
        if self._connection is None:
            self._connection = self.engine.connect()
            self._connection.begin()
        return self._connection

    def commit(self) -> None:
        """Commit what was written, if anything began."""
        if self._connection is not None:
            self._connection.commit()

    def close(self) -> None:
        """Give the connection back; what was not committed is undone."""
        if self._connection is not None:
            self._connection.close()


# The unit of work that is open: what begins a transaction then means to write.
unit: ContextVar[Unit | None] = ContextVar("unit", default=None)


class _Session(Session):
    """A session that joins the transaction of the unit of work that is open."""

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **kwargs: Any) -> Engine | Connection:
        found = super().get_bind(mapper, clause, bind, **kwargs)
        opened = unit.get()
        return found if opened is None or opened.engine is not found else opened.connection


db = SQLAlchemy(model_class=_Base, session_options={"class_": _Session})


def session_in_use() -> orm.Session | None:
    """The session of this request or job if anybody asked for one: statements alone need none."""
    return db.session() if db.session.registry.has() else None


def current_connection() -> Connection:
    """Where statements of the present transaction run: the unit of work's, or else the session's, which reads."""
    opened = unit.get()
    return db.session.connection() if opened is None or opened.engine is not db.engine else opened.connection


if TYPE_CHECKING:

    class Model(DeclarativeBase):
        """Base of every table."""

else:
    Model = db.Model


class _InstantOnSqlite(sqlite.DATETIME):
    """SQLAlchemy's own text of an instant, written and read by Python's own words: a quarter of the time."""

    def bind_processor(self, dialect: Dialect) -> Any:
        return lambda value: value if value is None else value.replace(tzinfo=None).isoformat(" ", "microseconds")

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        return lambda value: value if value is None else datetime.fromisoformat(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC; naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """On SQLite a text that sorts as time does."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(_InstantOnSqlite())  # type: ignore[no-untyped-call]
        return dialect.type_descriptor(self.impl_instance)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime refused: the database keeps aware instants only")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def new_id() -> uuid.UUID:
    """A fresh identifier for a row."""
    return uuid.uuid4()


def prepare(engine: Engine) -> None:
    """Give every connection of `engine` its safe settings, and have SQLite's writers begin IMMEDIATE.

    What a database cannot do just now is raised as Unavailable.
    """
    outages.translate(engine)
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's own BEGIN below, not the driver's
        cursor = connection.cursor()
        level = "OFF" if _hurried.get() else "FULL"
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={level}",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    # The dialect's own word for it: a listener to "begin" would be asked about every statement as well.
    engine.dialect.do_begin = _begin  # type: ignore[assignment]


def _begin(connection: PoolProxiedConnection) -> None:
    connection.cursor().execute("BEGIN" if unit.get() is None else "BEGIN IMMEDIATE")


@contextmanager
def hurried(engine: Engine) -> Iterator[None]:
    """Let SQLite not wait for the disk within the block; only for data that a power cut may take and one can redo."""
    token = _hurried.set(True)
    engine.dispose()
    try:
        yield
    finally:
        _hurried.reset(token)
        engine.dispose()


def assert_safe(engine: Engine) -> None:
    """Raise UnsafeDatabase unless the settings in force keep acknowledged commits through a power cut."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            wanted = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"}
            found = {name: str(connection.execute(text(f"PRAGMA {name}")).scalar()) for name in wanted}
            memory = not engine.url.database or engine.url.database == ":memory:"
            if memory:
                wanted.pop("journal_mode")
            bad = {name: found[name] for name, value in wanted.items() if found[name] != value}
        else:
            found = {
                name: str(connection.execute(text(f"SHOW {name}")).scalar()) for name in ("fsync", "synchronous_commit")
            }
            bad = {name: value for name, value in found.items() if value == "off"}
    if bad:
        raise UnsafeDatabase(f"unsafe database settings, refusing to start: {bad}")
