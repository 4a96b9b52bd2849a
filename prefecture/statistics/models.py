"""Tables of the observation: how far each journal was read, who passed where and when, and the counts of it.

Nothing here names a person: steps, instants, services, and codes that a form offers as choices. The counts are kept
in a month's and in a day's grain (for all services in that of ten days too), for each service and for all, for each
motif and for all: a question reads few rows, those of its own kind, and histograms are merged by adding them.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from prefecture.kernel.db import Model, UtcDateTime, new_id

# What stands for all services and for all motifs in the counts.
ALL_SERVICES = uuid.UUID(int=0)
ALL_MOTIFS = "*"
DAY, TEN_DAYS, MONTH = "d", "t", "m"
_Serial = BigInteger().with_variant(Integer, "sqlite")


def table_of(model: type[Model]) -> Table:
    """The table of a model, for statements in bulk that need no objects."""
    return cast(Table, model.__table__)


def ten_days_of(day: date) -> date:
    """The first of the ten days (or so) that a day lies in: the 1st, the 11th or the 21st."""
    return day.replace(day=min((day.day - 1) // 10, 2) * 10 + 1)


class Reading(Model):
    """Up to which seal the journals were read; its one row is the lock of whoever reads on."""

    __tablename__ = "observation_reading"
    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    seal: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class FollowedDossier(Model):
    """How far a dossier's journal was read, and what the next entries are read with."""

    __tablename__ = "observed_dossier"
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(80))
    version_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    service_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    motif: Mapped[str] = mapped_column(String(60))
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    silence_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided: Mapped[bool] = mapped_column(Boolean)


class Passage(Model):
    """A dossier's stay at an element that lasted beyond one step; `left_at` is None while it stands there.

    `ending`: done, interrupted or ended (with its dossier). `turn` says the how manieth stay of that dossier it is.
    """

    __tablename__ = "passage"
    id: Mapped[int] = mapped_column(_Serial, primary_key=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossier.id"))
    code: Mapped[str] = mapped_column(String(80))
    version_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    service_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    motif: Mapped[str] = mapped_column(String(60))
    element: Mapped[str] = mapped_column(String(120))
    turn: Mapped[int] = mapped_column(Integer)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ending: Mapped[str | None] = mapped_column(String(12))

    __table_args__ = (
        Index("ix_passage_dossier", "dossier_id", "element"),
        Index(
            "ix_passage_present",
            "code",
            "version_id",
            "element",
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
    )


class Rollup(Model):
    """Stays and flows that ended in a period, by how long they lasted; `element` is a flow's id for a flow."""

    __tablename__ = "observation_rollup"
    code: Mapped[str] = mapped_column(String(80), primary_key=True)
    grain: Mapped[str] = mapped_column(String(1), primary_key=True)
    service_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    motif: Mapped[str] = mapped_column(String(60), primary_key=True)
    period: Mapped[date] = mapped_column(Date, primary_key=True)
    version_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    element: Mapped[str] = mapped_column(String(120), primary_key=True)
    bucket: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    passages: Mapped[int] = mapped_column(Integer)
    again: Mapped[int] = mapped_column(Integer)
    interrupted: Mapped[int] = mapped_column(Integer)
    seconds: Mapped[float] = mapped_column(Float)

    __table_args__ = ({"sqlite_with_rowid": False},)  # the rows lie in the order of their key


class Tally(Model):
    """How many times something was said on a day: a pièce refused, a motive, a decision in or out of time."""

    __tablename__ = "observation_tally"
    code: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    service_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    motif: Mapped[str] = mapped_column(String(60), primary_key=True)
    version_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    subject: Mapped[str] = mapped_column(String(120), primary_key=True)
    detail: Mapped[str] = mapped_column(String(60), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)


class Replay(Model):
    """Past decisions asked again of other tables: what to play, how far it is, what differed (counts alone)."""

    __tablename__ = "decision_replay"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(80), index=True)
    against: Mapped[str] = mapped_column(String(200))
    tables: Mapped[bytes] = mapped_column(LargeBinary)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(120))
    total: Mapped[int] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer)
    after: Mapped[uuid.UUID] = mapped_column(Uuid)
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
