"""Idempotency-Key: the same request under the same key gets the answer that it got first, and does nothing.

Key and answer are remembered in the unit of work that did the work, so both exist or neither does. The answer is
encrypted under a key made from the client's own, which is not kept.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, text

from prefecture.dossiers.models import Idempotency
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock, crypto
from prefecture.kernel.db import db
from prefecture.kernel.errors import Invalid

KEPT_FOR = timedelta(days=2)
_PLACE = "idempotency"


@dataclass(frozen=True)
class Remembered:
    """The answer given the first time."""

    status: int
    body: bytes


def remembered(actor: Actor, key: str, request_digest: bytes) -> Remembered | None:
    """The answer already given to this request, or None; Invalid if the key came with another request.

    To be called first in the unit of work: on PostgreSQL a second request under the same key waits here for the first.
    """
    name = _name(actor, key)
    if db.session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(name[:8], "big", signed=True)
        db.session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
    row = db.session.get(Idempotency, name)
    if row is None:
        return None
    if row.request_hash != hashlib.sha256(request_digest).digest():
        message = "Cette clé d’idempotence a déjà servi pour une autre demande\u00a0: choisissez-en une nouvelle."
        raise Invalid({"Idempotency-Key": message}, message)
    return Remembered(row.status, crypto.decrypt(_seal_key(actor, key), row.answer, _PLACE))


def remember(
    actor: Actor, key: str, request_digest: bytes, status: int, body: bytes, *, dossier_id: uuid.UUID | None = None
) -> None:
    """Remember the answer, in the unit of work that did the work. `dossier_id`: whose erasure takes it along."""
    db.session.add(
        Idempotency(
            key_hash=_name(actor, key),
            request_hash=hashlib.sha256(request_digest).digest(),
            status=status,
            answer=crypto.encrypt(_seal_key(actor, key), body, _PLACE),
            dossier_id=dossier_id,
            created_at=clock.now(),
        )
    )


def forget_old(now: datetime) -> None:
    """Forget answers older than KEPT_FOR."""
    db.session.execute(delete(Idempotency).where(Idempotency.created_at < now - KEPT_FOR))


def _name(actor: Actor, key: str) -> bytes:
    return crypto.keyed_hash(f"{actor.id.hex}:{key}", "idempotency.name")


def _seal_key(actor: Actor, key: str) -> bytes:
    return crypto.keyed_hash(f"{actor.id.hex}:{key}", "idempotency.seal")
