"""Figures over many dossiers for statistics: counts and spans, never names."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, true

from prefecture.dossiers.models import Dossier, DossierTask
from prefecture.kernel import clock
from prefecture.kernel.db import db


@dataclass(frozen=True)
class OpenCount:
    """How many open tasks of agents stand at a step, and how many of them are late."""

    service_id: uuid.UUID
    demarche_code: str
    etape: str | None
    open: int
    late: int


@dataclass(frozen=True)
class StatutCount:
    """How many dossiers have a status."""

    service_id: uuid.UUID
    demarche_code: str
    statut: str
    dossiers: int


@dataclass(frozen=True)
class Span:
    """How long a dossier stayed at a step, from its first task's opening to its last one's end."""

    service_id: uuid.UUID
    demarche_code: str
    etape: str
    opened_at: datetime
    closed_at: datetime


def open_counts(service_ids: Collection[uuid.UUID] | None, prefecture: str | None = None) -> list[OpenCount]:
    """Open tasks by service, démarche and step. None: every service (of the préfecture, if one is given)."""
    late = func.sum(case((DossierTask.sort_at < clock.now(), 1), else_=0))
    query = (
        select(DossierTask.service_id, Dossier.demarche_code, DossierTask.etape, func.count(), late)
        .join(Dossier, Dossier.id == DossierTask.dossier_id)
        .where(
            _within(DossierTask, service_ids, prefecture), DossierTask.status == "open", DossierTask.audience == "agent"
        )
        .group_by(DossierTask.service_id, Dossier.demarche_code, DossierTask.etape)
        .order_by(Dossier.demarche_code, DossierTask.etape)
    )
    return [OpenCount(service, code, etape, count, int(n or 0)) for service, code, etape, count, n in _rows(query)]


def statut_counts(service_ids: Collection[uuid.UUID] | None, prefecture: str | None = None) -> list[StatutCount]:
    """Dossiers by service, démarche and status, archived ones included."""
    query = (
        select(Dossier.service_id, Dossier.demarche_code, Dossier.statut, func.count())
        .where(_within(Dossier, service_ids, prefecture))
        .group_by(Dossier.service_id, Dossier.demarche_code, Dossier.statut)
        .order_by(Dossier.demarche_code, Dossier.statut)
    )
    return [StatutCount(*row) for row in _rows(query)]


def spans(since: datetime, service_ids: Collection[uuid.UUID] | None, prefecture: str | None = None) -> list[Span]:
    """Every step that dossiers left since then, with its beginning and its end."""
    opened, closed = func.min(DossierTask.opened_at), func.max(DossierTask.closed_at)
    still_open = func.sum(case((DossierTask.status == "open", 1), else_=0))
    query = (
        select(DossierTask.service_id, Dossier.demarche_code, DossierTask.etape, opened, closed)
        .join(Dossier, Dossier.id == DossierTask.dossier_id)
        .where(_within(DossierTask, service_ids, prefecture), DossierTask.etape.is_not(None))
        .group_by(DossierTask.dossier_id, DossierTask.service_id, Dossier.demarche_code, DossierTask.etape)
        .having(still_open == 0, closed >= since)
    )
    return [Span(*row) for row in _rows(query)]


def running_since(code: str, moment: datetime) -> int:
    """How many dossiers of a démarche were filed at `moment` or after, and are not finished."""
    wanted = (Dossier.demarche_code == code) & (Dossier.filed_at >= moment) & Dossier.finished_at.is_(None)
    return db.session.scalar(select(func.count()).select_from(Dossier).where(wanted)) or 0


def running_by_version() -> dict[uuid.UUID, int]:
    """How many unfinished dossiers follow each version."""
    query = (
        select(Dossier.version_id, func.count())
        .where(Dossier.finished_at.is_(None), Dossier.archived_at.is_(None))
        .group_by(Dossier.version_id)
    )
    return {row[0]: row[1] for row in _rows(query)}


def _within(model: type[Any], service_ids: Collection[uuid.UUID] | None, prefecture: str | None) -> ColumnElement[bool]:
    wanted: ColumnElement[bool] = true()
    if service_ids is not None:
        wanted = model.service_id.in_(sorted(service_ids))
    elif prefecture is not None:
        wanted = model.prefecture == prefecture
    return wanted


def _rows(query: Any) -> list[Any]:
    return list(db.session.execute(query))
