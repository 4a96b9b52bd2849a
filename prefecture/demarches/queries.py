"""What other rooms may read of the démarches: published versions, loaded once a process."""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from prefecture.demarches import bundle
from prefecture.demarches.models import DemarcheInForce, DemarcheVersion
from prefecture.demarches.version import Version
from prefecture.kernel.db import db
from prefecture.kernel.errors import NotFound

KEPT = 64


@dataclass(frozen=True)
class VersionView:
    """A published version in a list."""

    id: uuid.UUID
    code: str
    number: int
    digest: str
    title: str
    published_at: datetime
    published_by: str


_loaded: OrderedDict[uuid.UUID, Version] = OrderedDict()
_lock = threading.Lock()


def version(version_id: uuid.UUID) -> Version:
    """A published version by id; raises NotFound."""
    with _lock:
        if version_id in _loaded:
            _loaded.move_to_end(version_id)
            return _loaded[version_id]
    row = db.session.get(DemarcheVersion, version_id, options=[undefer(DemarcheVersion.bundle)])
    if row is None:
        raise NotFound("Cette version de la démarche n’existe pas.")
    loaded = Version(
        bundle.unpack(row.bundle),
        version_id=row.id,
        code=row.code,
        number=row.number,
        published_at=row.published_at,
    )
    with _lock:
        kept = _loaded.setdefault(version_id, loaded)
        while len(_loaded) > KEPT:
            _loaded.popitem(last=False)
    return kept


def current(code: str) -> Version:
    """The version that a new dossier follows: the latest, or the one returned to; raises NotFound."""
    found = db.session.scalar(
        select(DemarcheVersion.id)
        .outerjoin(DemarcheInForce, DemarcheInForce.code == DemarcheVersion.code)
        .where(DemarcheVersion.code == code)
        .order_by((DemarcheVersion.id == DemarcheInForce.version_id).desc(), DemarcheVersion.number.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound("Cette démarche n’existe pas.")
    return version(found)


def demarches() -> list[VersionView]:
    """The version in force of each démarche, by title."""
    latest = (
        select(DemarcheVersion.code, func.max(DemarcheVersion.number).label("number"))
        .group_by(DemarcheVersion.code)
        .subquery()
    )
    rows = db.session.scalars(
        select(DemarcheVersion)
        .join(latest, DemarcheVersion.code == latest.c.code)
        .outerjoin(DemarcheInForce, DemarcheInForce.code == DemarcheVersion.code)
        .where(
            (DemarcheVersion.id == DemarcheInForce.version_id)
            | (DemarcheInForce.version_id.is_(None) & (DemarcheVersion.number == latest.c.number))
        )
        .order_by(DemarcheVersion.title)
    )
    return [view(row) for row in rows]


def versions(code: str) -> list[VersionView]:
    """Every version of a démarche, the latest first."""
    rows = db.session.scalars(
        select(DemarcheVersion).where(DemarcheVersion.code == code).order_by(DemarcheVersion.number.desc())
    )
    return [view(row) for row in rows]


def view(row: DemarcheVersion) -> VersionView:
    """The view of a row of this desk."""
    return VersionView(row.id, row.code, row.number, row.digest, row.title, row.published_at, row.published_by)
