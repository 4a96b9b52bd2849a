"""A version, or a whole démarche, that nobody begins any more; dossiers that run go on to their end.

Unlike a suspension nothing waits: only the way in is closed, and citizens read why before they type anything.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index, String, Text, Uuid, select
from sqlalchemy.orm import Mapped, mapped_column

from prefecture.kernel import clock
from prefecture.kernel.db import Model, UtcDateTime, db, new_id
from prefecture.kernel.errors import Conflict, NotFound

CLOSED = "Cette démarche ne reçoit plus de nouvelles demandes."


class DemarcheRetired(Conflict):
    """No new dossier begins: the démarche is retired, or the version that new dossiers would follow."""

    code = "demarche-retiree"


class Retirement(Model):
    """A démarche (or one version of it) retired from `since`, until `ended_at` if that was undone.

    `reason` is for colleagues, `told` for citizens: what they may do instead.
    """

    __tablename__ = "demarche_retirement"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(80))
    version_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)  # none: the whole démarche
    reason: Mapped[str] = mapped_column(Text)
    told: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[uuid.UUID] = mapped_column(Uuid)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)

    __table_args__ = (Index("ix_demarche_retirement_code", "code", "since"),)


@dataclass(frozen=True)
class RetirementView:
    """A retirement; `version_id` is None for the whole démarche."""

    id: uuid.UUID
    code: str
    version_id: uuid.UUID | None
    reason: str
    told: str
    since: datetime
    by: uuid.UUID
    ended_at: datetime | None
    ended_by: uuid.UUID | None


def retire(by: uuid.UUID, code: str, version_id: uuid.UUID | None, reason: str, told: str) -> RetirementView:
    """Close the way in, in the caller's unit of work. Raises Conflict when it is closed already."""
    if any(one.version_id == version_id for one in retirements(code) if one.ended_at is None):
        raise Conflict("C’est déjà fermé aux nouveaux dossiers.", code="deja-retire")
    row = Retirement(id=new_id(), code=code, version_id=version_id, reason=reason, told=told, since=clock.now(), by=by)
    db.session.add(row)
    db.session.flush()
    return _view(row)


def reopen(by: uuid.UUID, retirement_id: uuid.UUID) -> RetirementView:
    """Undo a retirement, in the caller's unit of work. Raises NotFound, Conflict (undone already)."""
    row = db.session.get(Retirement, retirement_id, with_for_update=True)
    if row is None:
        raise NotFound("Cette fermeture n’existe pas.")
    if row.ended_at is not None:
        raise Conflict("C’est déjà rouvert.", code="deja-rouvert")
    row.ended_at, row.ended_by = clock.now(), by
    db.session.flush()
    return _view(row)


def retirements(code: str) -> list[RetirementView]:
    """Every retirement of a démarche or of its versions, those that last first, then the latest."""
    query = (
        select(Retirement)
        .where(Retirement.code == code)
        .order_by(Retirement.ended_at.is_not(None), Retirement.since.desc())
    )
    return [_view(row) for row in db.session.scalars(query)]


def retired(code: str, version_id: uuid.UUID) -> RetirementView | None:
    """Why no new dossier begins on that version: it is retired, or its démarche; None while one may."""
    query = select(Retirement).where(
        Retirement.code == code,
        Retirement.ended_at.is_(None),
        (Retirement.version_id.is_(None)) | (Retirement.version_id == version_id),
    )
    row = db.session.scalar(query.order_by(Retirement.version_id.is_not(None), Retirement.since).limit(1))
    return None if row is None else _view(row)


def refuse_if_retired(code: str, version_id: uuid.UUID) -> None:
    """Raise DemarcheRetired unless a new dossier may begin on that version."""
    found = retired(code, version_id)
    if found is not None:
        raise DemarcheRetired(f"{CLOSED} {found.told}".strip())


def _view(row: Retirement) -> RetirementView:
    return RetirementView(
        row.id,
        row.code,
        row.version_id,
        row.reason,
        row.told,
        row.since,
        row.by,
        row.ended_at,
        row.ended_by,
    )
