"""Drafts: a form begun and not yet sent, one a person and démarche, sealed with a key of its own."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from prefecture.dossiers.models import Draft
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock, keyring
from prefecture.kernel.db import db, new_id
from prefecture.kernel.errors import Forbidden

KEPT_FOR = timedelta(days=92)  # three months, as the démarches' own retention says of a draft


@dataclass(frozen=True)
class DraftView:
    """A draft: raw answers as JSON gives them, and the page where the person stopped."""

    id: uuid.UUID
    demarche_code: str
    answers: dict[str, Any]
    page: int
    updated_at: datetime
    expires_at: datetime


def save_draft(actor: Actor, demarche_code: str, answers: Mapping[str, Any], page: int = 1) -> DraftView:
    """Keep what the person wrote so far, in place of what was kept before."""
    if actor.kind != "person":
        raise Forbidden("Seul l’usager garde un brouillon.")
    now = clock.now()
    row = _row(actor, demarche_code)
    if row is None:
        row_id = new_id()
        key_id = keyring.new_key(f"draft:{row_id}")
        row = Draft(id=row_id, person_id=actor.id, demarche_code=demarche_code, key_id=key_id, created_at=now)
        db.session.add(row)
    row.answers = keyring.seal_json(row.key_id, dict(answers), _place(row.id))
    row.page, row.updated_at = page, now
    db.session.flush()
    return _view(row)


def delete_draft(actor: Actor, demarche_code: str) -> bool:
    """Forget the person's draft of a démarche; False if there was none."""
    row = _row(actor, demarche_code)
    if row is None:
        return False
    _delete(row)
    return True


def draft(actor: Actor, demarche_code: str) -> DraftView | None:
    """The person's draft of a démarche, if any."""
    row = _row(actor, demarche_code)
    return None if row is None else _view(row)


def drafts(actor: Actor) -> list[DraftView]:
    """The person's drafts, the latest first."""
    rows = db.session.scalars(select(Draft).where(Draft.person_id == actor.id).order_by(Draft.updated_at.desc()))
    return [_view(row) for row in rows]


def delete_drafts_of(person_id: uuid.UUID) -> None:
    """Forget every draft of a person (erasure)."""
    for row in db.session.scalars(select(Draft).where(Draft.person_id == person_id)):
        _delete(row)


def delete_old_drafts(now: datetime) -> int:
    """Forget the drafts that nobody touched for KEPT_FOR; returns how many."""
    rows = db.session.scalars(select(Draft).where(Draft.updated_at < now - KEPT_FOR).limit(1000)).all()
    for row in rows:
        _delete(row)
    return len(rows)


def _row(actor: Actor, demarche_code: str) -> Draft | None:
    query = select(Draft).where(Draft.person_id == actor.id, Draft.demarche_code == demarche_code)
    return db.session.scalar(query)


def _delete(row: Draft) -> None:
    keyring.erase(row.key_id)
    db.session.delete(row)


def _view(row: Draft) -> DraftView:
    answers = keyring.unseal_json(row.key_id, row.answers, _place(row.id))
    return DraftView(row.id, row.demarche_code, answers, row.page, row.updated_at, row.updated_at + KEPT_FOR)


def _place(row_id: uuid.UUID) -> str:
    return f"draft:{row_id}"
