"""Traces: who looked at what, and when an account was last seen.

Their own short door, so that a GET never changes a dossier.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from prefecture.kernel import clock
from prefecture.kernel.db import Model, UtcDateTime, db, new_id
from prefecture.kernel.unit_of_work import unit_of_work


class Trace(Model):
    """One consultation: account and subject by id only, no name, no content."""

    __tablename__ = "trace"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_trace_subject", "subject_id", "at"),)


def record(kind: str, subject_id: uuid.UUID | str, account_id: uuid.UUID | str | None) -> None:
    """Record that `account_id` did `kind` (`dossier.consulte`, `piece.vue`…) on `subject_id`; commits by itself."""
    with unit_of_work():
        db.session.add(
            Trace(
                kind=kind,
                subject_id=str(subject_id),
                account_id=str(account_id) if account_id else None,
                at=clock.now(),
            )
        )
