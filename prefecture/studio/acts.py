"""The journal of publications: append only, numbered without a gap, each row chained to the one before."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import func, select, text

from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.db import db
from prefecture.studio import held
from prefecture.studio.models_publication import PublicationAct

ASKED, ACCEPTED, REFUSED = "asked", "accepted", "refused"
PUBLISHED, FORCED, RETURNED, THRESHOLD, RECEIVED = "published", "forced", "returned", "threshold", "received"
SEALED, TRUSTED, UNTRUSTED, RETIRED, REOPENED = "sealed", "trusted", "untrusted", "retired", "reopened"
WORDS: Mapping[str, str] = {
    ASKED: "Recette demandée",
    ACCEPTED: "Recette donnée",
    REFUSED: "Recette refusée",
    PUBLISHED: "Version publiée",
    FORCED: "Publiée malgré les conditions",
    RETURNED: "Retour à une version",
    THRESHOLD: "Seuil de couverture fixé",
    RECEIVED: "Reçue d’une autre installation, publiée ici en version",
    SEALED: "Scellée pour une autre installation, version",
    TRUSTED: "Clé de confiance ajoutée\u00a0:",
    UNTRUSTED: "Clé de confiance retirée\u00a0:",
    RETIRED: "Fermée aux nouveaux dossiers\u00a0:",
    REOPENED: "Rouverte aux nouveaux dossiers\u00a0:",
}
EVERYWHERE = ""  # the code of an act that is about all démarches
_LOCK = 7465  # of this journal, among the advisory locks of the database
NO_FILES = ""  # the digest of an act that is about none


@dataclass(frozen=True)
class Act:
    """One act of the journal; `said` is it in French."""

    number: int
    at: datetime
    by_id: uuid.UUID
    by: str
    act: str
    code: str
    draft_id: uuid.UUID | None
    version_id: uuid.UUID | None
    digest: str
    reason: str
    told: Mapping[str, Any]

    @property
    def said(self) -> str:
        """The act in French, with its version, its figure or the key's name."""
        if self.act in (RETIRED, REOPENED):
            number = self.told.get("number")
            return f"{WORDS[self.act]} {f'version {number}' if number else 'toute la démarche'}"
        figure = self.told.get("name") or self.told.get("number") or self.told.get("percent")
        unit = "" if figure is None else f" {figure}" + ("\u00a0%" if self.act == THRESHOLD else "")
        return WORDS[self.act] + ("" if self.act in (ASKED, ACCEPTED, REFUSED) else unit)


def record(
    actor: Actor,
    act: str,
    *,
    code: str = EVERYWHERE,
    draft_id: uuid.UUID | None = None,
    version_id: uuid.UUID | None = None,
    digest: str = NO_FILES,
    reason: str = "",
    told: Mapping[str, Any] | None = None,
) -> None:
    """Write an act down, in the caller's unit of work; a second writer waits until the first is committed."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
    last = db.session.scalar(select(PublicationAct).order_by(PublicationAct.number.desc()).limit(1))
    row = PublicationAct(
        number=1 if last is None else last.number + 1,
        at=clock.now(),
        by=actor.id,
        act=act,
        code=code,
        draft_id=draft_id,
        version_id=version_id,
        digest=digest,
        reason=reason.strip(),
        told=dict(told or {}),
    )
    row.chain = _chained("" if last is None else last.chain, row)
    db.session.add(row)
    db.session.flush()


def acts(*, code: str | None = None, draft_id: uuid.UUID | None = None, limit: int = 200) -> list[Act]:
    """The journal, or what it says of a démarche or a draft; the latest first."""
    query = select(PublicationAct)
    if code is not None:
        query = query.where(PublicationAct.code == code)
    if draft_id is not None:
        query = query.where(PublicationAct.draft_id == draft_id)
    return _read(list(db.session.scalars(query.order_by(PublicationAct.number.desc()).limit(limit))))


def latest(act: str, *, code: str | None = None) -> Act | None:
    """The last act of a kind."""
    query = select(PublicationAct).where(PublicationAct.act == act)
    if code is not None:
        query = query.where(PublicationAct.code == code)
    found = _read(list(db.session.scalars(query.order_by(PublicationAct.number.desc()).limit(1))))
    return found[0] if found else None


def verify() -> tuple[int, int | None]:
    """How many acts follow one another unchanged, and the number of the first that does not; None: all do."""
    before, count = "", 0
    for row in db.session.scalars(select(PublicationAct).order_by(PublicationAct.number)):
        if row.number != count + 1 or row.chain != _chained(before, row):
            return count, row.number
        before, count = row.chain, count + 1
    known = db.session.scalar(select(func.count()).select_from(PublicationAct)) or 0
    return known, None


def _chained(before: str, row: PublicationAct) -> str:
    said = (
        before,
        row.number,
        row.at.astimezone(UTC).isoformat(),
        str(row.by),
        row.act,
        row.code,
        str(row.draft_id),
        str(row.version_id),
        row.digest,
        row.reason,
        dict(row.told),
    )
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _read(rows: list[PublicationAct]) -> list[Act]:
    names = held.names({row.by for row in rows})
    return [
        Act(
            row.number,
            row.at,
            row.by,
            names[row.by],
            row.act,
            row.code,
            row.draft_id,
            row.version_id,
            row.digest,
            row.reason,
            row.told,
        )
        for row in rows
    ]
