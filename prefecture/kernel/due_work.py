"""The table of due work, and the statements that the outbox runs most."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    Boolean,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    column,
    exists,
    func,
    literal_column,
    select,
    text,
    update,
    values,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, aliased, mapped_column

from prefecture.kernel.db import Model, UtcDateTime, db, new_id
from prefecture.kernel.prepared import Prepared


def _only(status: str, name: str, *columns: str) -> Index:
    where = text(f"status = '{status}'")
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


class DueWork(Model):
    """One piece of due work. Its payload is sealed with its dossier's key and forgotten when it is done."""

    __tablename__ = "due_work"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    key_id: Mapped[str | None] = mapped_column(String(32))
    dossier_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, index=True)
    payload: Mapped[bytes | None] = mapped_column(LargeBinary)
    status: Mapped[str] = mapped_column(String(12), default="ready")  # ready, running, done, incident, cancelled
    priority: Mapped[int] = mapped_column(Integer, default=5)
    exclusive: Mapped[bool] = mapped_column(Boolean, default=True)
    run_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    request: Mapped[str | None] = mapped_column(String(64))  # the request it came from, as log lines call it

    __table_args__ = (
        # What a drain looks at: neither the years that are done nor, above them, the months that are to come.
        _only("ready", "ix_due_work_ready", "priority", "run_at"),
        _only("running", "ix_due_work_running", "lease_until"),
        _only("incident", "ix_due_work_incident", "ended_at"),
        # One running job a dossier: two handlers of the same dossier never race.
        Index(
            "uq_due_work_running_dossier",
            "dossier_id",
            unique=True,
            sqlite_where=text("status = 'running' AND exclusive"),
            postgresql_where=text("status = 'running' AND exclusive"),
        ),
    )


_LIVING = ("ready", "running", "incident")

# One statement that a known key turns into nothing. A server's clock is read as the row is written.
_TABLE = cast(Table, DueWork.__table__)
_ROW = (
    *("id", "kind", "key", "key_id", "dossier_id", "payload"),
    *("status", "priority", "exclusive", "attempts", "request"),
)


def _or_now(name: str) -> Any:
    return func.coalesce(bindparam(name, type_=UtcDateTime), func.clock_timestamp())


_AT: dict[str, dict[str, Any]] = {
    "sqlite": {name: bindparam(name, type_=UtcDateTime) for name in ("due", "now")},
    "postgresql": {name: _or_now(name) for name in ("due", "now")},
}
POST = Prepared(
    {
        name: insert(_TABLE)
        .values(run_at=_AT[name]["due"], created_at=_AT[name]["now"], **{one: bindparam(one) for one in _ROW})
        .on_conflict_do_nothing(index_elements=["key"])
        for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
    },
    *_ROW,
    "due",
    "now",
)
CANCEL = Prepared(
    {
        name: update(_TABLE)
        .where(_TABLE.c.key == bindparam("of_key"), _TABLE.c.status == literal_column("'ready'"))
        .values(status="cancelled", payload=None, ended_at=at["now"])
        for name, at in _AT.items()
    },
    "of_key",
    "now",
)


# Said in the words of the indexes, which a bound value would not be.
IS_READY, IS_RUNNING, IS_INCIDENT = (DueWork.status == literal_column(f"'{one}'") for one in _LIVING)

MOST_URGENT, LEAST_URGENT = 0, 9
_ABANDONED = -1
_NOW = bindparam("now", type_=UtcDateTime)
_LEVEL = (
    values(column("level", Integer), name="levels")
    .data([(one,) for one in range(MOST_URGENT, LEAST_URGENT + 1)])
    .cte("levels")
).c.level


def _free() -> Any:
    other = aliased(DueWork)
    busy = exists().where(
        other.dossier_id == DueWork.dossier_id,
        other.status == literal_column("'running'"),
        other.exclusive,
        other.id != DueWork.id,
    )
    return ~and_(DueWork.exclusive, busy)


def due(level: Any) -> Any:
    """The condition on ready work of that priority that somebody may do at the instant `now`, bound when it runs."""
    return and_(IS_READY, DueWork.priority == level, DueWork.run_at <= _NOW, _free())


def _given_up() -> Any:
    return and_(IS_RUNNING, DueWork.lease_until < _NOW, DueWork.priority <= bindparam("least"), _free())


def _taken(condition: Any, *order: Any) -> Any:
    chosen = select(DueWork).where(condition).order_by(*order).limit(1)
    return chosen.with_for_update(skip_locked=True, of=DueWork)


# Built once: making these statements anew would cost more than running them. A drain asks first which levels of urgency
# have work, one probe of the index each, then takes the oldest of the first: sorting ten thousand pieces that fall due
# together would cost more than doing one. What a killed worker left behind comes before everything.
LEVELS = Prepared(
    select(literal_column(str(_ABANDONED), Integer).label("level"))
    .where(exists().where(_given_up()))
    .union_all(select(_LEVEL).where(bindparam("least") >= _LEVEL, exists().where(due(_LEVEL))))
    .order_by("level"),
    "now",
    "least",
)
_CLAIM = _taken(due(bindparam("level")), DueWork.run_at)
_CLAIM_ABANDONED = _taken(_given_up(), DueWork.lease_until)
NEXT = select(DueWork.run_at).where(IS_READY, DueWork.priority <= bindparam("least")).order_by(DueWork.run_at).limit(1)


def first(now: datetime, least: int = LEAST_URGENT) -> DueWork | None:
    """The work that a drain takes next, locked until the transaction ends; None if there is none, or others have it."""
    for (level,) in LEVELS.rows({"now": now, "least": least}):
        claim = _CLAIM_ABANDONED if level == _ABANDONED else _CLAIM
        bound = {"now": now, "least": least} if level == _ABANDONED else {"now": now, "level": level}
        row: DueWork | None = db.session.scalars(claim, bound).first()
        if row is not None:
            return row
    return None
