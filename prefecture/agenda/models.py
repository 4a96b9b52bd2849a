"""Tables of the agenda. Nothing here names a person: a convocation knows its dossier by id.

Bookable time is one row for each service and five-minute cell, with what it can take and what is taken. Counters are
pooled: which one receives a person is decided when they are called, not when they book.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime, time

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Time,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from prefecture.kernel.db import Model, UtcDateTime, new_id

_ACTIVE = text("status IN ('retenu', 'confirme', 'arrive', 'en_retard')")
_HELD = text("status = 'retenu'")


class Guichet(Model):
    """A counter of a service; `number` is what the display calls."""

    __tablename__ = "guichet"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    service_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("service.id"))
    number: Mapped[str] = mapped_column(String(20))
    active: Mapped[bool] = mapped_column(Boolean, default=True)

    __table_args__ = (UniqueConstraint("service_id", "number"),)


class Plage(Model):
    """Opening hours of a counter: wall time of the préfecture on some weekdays, from one day to another."""

    __tablename__ = "plage"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    guichet_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("guichet.id"), index=True)
    weekdays: Mapped[str] = mapped_column(String(7))  # digits, 0 is Monday
    starts: Mapped[time] = mapped_column(Time)
    ends: Mapped[time] = mapped_column(Time)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)

    __table_args__ = (CheckConstraint("ends > starts", name="order"),)


class ExceptionalDay(Model):
    """A day on which a service is closed though its hours say open, or open though it is a public holiday."""

    __tablename__ = "exceptional_day"
    service_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("service.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    open: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str] = mapped_column(String(120))


class Motif(Model):
    """What one comes for, how long it lasts, and at which minutes it may begin."""

    __tablename__ = "motif"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    service_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("service.id"))
    code: Mapped[str] = mapped_column(String(60))
    label: Mapped[str] = mapped_column(String(120))
    minutes: Mapped[int] = mapped_column(SmallInteger)
    step_minutes: Mapped[int] = mapped_column(SmallInteger)

    __table_args__ = (
        UniqueConstraint("service_id", "code"),
        CheckConstraint("minutes > 0 AND minutes % 5 = 0 AND step_minutes > 0 AND step_minutes % 5 = 0", name="cells"),
    )


class Creneau(Model):
    """Five minutes of a service: how many persons can be received, how many places are taken."""

    __tablename__ = "creneau"
    service_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("service.id"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    capacity: Mapped[int] = mapped_column(SmallInteger)
    taken: Mapped[int] = mapped_column(SmallInteger, default=0)

    # Hours that shrink leave taken above capacity: those appointments are to be moved, not forgotten.
    __table_args__ = (CheckConstraint("capacity >= 0 AND taken >= 0", name="counts"),)


class Convocation(Model):
    """An invitation to choose an appointment: nominative by its dossier, unguessable, and for a time."""

    __tablename__ = "convocation"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(Uuid, index=True)
    service_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("service.id"))
    motif_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("motif.id"))
    purpose: Mapped[str] = mapped_column(String(10))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    max_moves: Mapped[int] = mapped_column(SmallInteger)
    moves: Mapped[int] = mapped_column(SmallInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replaced_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("convocation.id"))

    __table_args__ = (CheckConstraint("purpose IN ('depot', 'remise')", name="purpose"),)


class Rdv(Model):
    """An appointment, from the ten minutes in which it is held to what became of it."""

    __tablename__ = "rdv"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    convocation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("convocation.id"), index=True)
    service_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("service.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cells: Mapped[int] = mapped_column(SmallInteger)
    status: Mapped[str] = mapped_column(String(14))
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sequence: Mapped[int] = mapped_column(SmallInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint(
            "status IN ('retenu', 'confirme', 'arrive', 'en_retard', 'honore', 'absent',"
            " 'annule_usager', 'annule_service', 'expire')",
            name="status",
        ),
        # One active appointment a convocation, whatever two tabs ask at once.
        Index("uq_rdv_active", "convocation_id", unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
        Index("ix_rdv_day", "service_id", "starts_at"),
        Index("ix_rdv_held", "held_until", sqlite_where=_HELD, postgresql_where=_HELD),
    )
