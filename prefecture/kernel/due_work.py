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
    exists,
    func,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, aliased, mapped_column

from prefecture.kernel.db import Model, UtcDateTime, new_id
from prefecture.kernel.prepared import Prepared


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
        Index(
            "ix_due_work_pending",
            "status",
            "run_at",
            sqlite_where=text("status IN ('ready', 'running')"),
            postgresql_where=text("status IN ('ready', 'running')"),
        ),
        # One running job a dossier: two handlers of the same dossier never race.
        Index(
            "uq_due_work_running_dossier",
            "dossier_id",
            unique=True,
            sqlite_where=text("status = 'running' AND exclusive"),
            postgresql_where=text("status = 'running' AND exclusive"),
        ),
    )


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


def claimable() -> Any:
    """The condition on due work that somebody may do at the instant `now`, which is bound when it runs."""
    now = bindparam("now", type_=UtcDateTime)
    ready = and_(DueWork.status == "ready", DueWork.run_at <= now)
    abandoned = and_(DueWork.status == "running", DueWork.lease_until < now)
    other = aliased(DueWork)
    busy = exists().where(
        other.dossier_id == DueWork.dossier_id, other.status == "running", other.exclusive, other.id != DueWork.id
    )
    return and_(DueWork.status.in_(("ready", "running")), ready | abandoned, ~and_(DueWork.exclusive, busy))


# Built once: making these statements anew would cost more than running them.
CLAIM = (
    select(DueWork)
    .where(claimable(), DueWork.priority <= bindparam("least"))
    .order_by(DueWork.priority, DueWork.run_at)
    .limit(1)
    .with_for_update(skip_locked=True, of=DueWork)
)
IS_DUE = select(DueWork.id).where(claimable()).limit(1)
NEXT = (
    select(DueWork.run_at)
    .where(DueWork.status == "ready", DueWork.priority <= bindparam("least"))
    .order_by(DueWork.run_at)
    .limit(1)
)
