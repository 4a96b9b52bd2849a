"""Whose seals are believed here: the public keys of other installations, each under a name, added and taken away.

A key is recognised by its fingerprint, which two people compare by another way than the one by which the key came.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select

from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.db import db, new_id
from prefecture.kernel.errors import Conflict, Invalid, NotFound
from prefecture.studio import acts, held, publication
from prefecture.studio.acts import TRUSTED, UNTRUSTED
from prefecture.studio.models_promotion import TrustedKey

LONGEST_NAME = 120
_FINGERPRINT_BYTES = 16
_NOT_A_KEY = "Une clé a 64 caractères, de 0 à 9 et de a à f\u00a0: recopiez-la en entier."


@dataclass(frozen=True)
class KeyView:
    """A key that is trusted, or was until `removed_at`."""

    id: uuid.UUID
    key: str
    name: str
    added_at: datetime
    added_by: str
    removed_at: datetime | None
    removed_by: str | None

    @property
    def fingerprint(self) -> str:
        """What people compare."""
        return fingerprint(self.key)


def fingerprint(key: str) -> str:
    """A key's fingerprint: 32 hexadecimal digits in groups of four."""
    digits = hashlib.sha256(bytes.fromhex(key)).hexdigest()[: 2 * _FINGERPRINT_BYTES]
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def add(actor: Actor, key: str, name: str, reason: str) -> KeyView:
    """Trust a key, in the caller's unit of work. Raises Forbidden, Invalid, Conflict (it is trusted already)."""
    publication.assert_governs(actor)
    name, key = name.strip(), "".join(key.split()).lower()
    wrong = {}
    if not 0 < len(name) <= LONGEST_NAME:
        wrong["nom"] = f"Nommez l’installation, en {LONGEST_NAME} caractères au plus."
    if not _is_key(key):
        wrong["cle"] = _NOT_A_KEY
    if wrong:
        raise Invalid(wrong)
    publication.check_reason(reason)
    known = trusted().get(key)
    if known is not None:
        raise Conflict(f"Cette clé est déjà de confiance, sous le nom «\u00a0{known}\u00a0».", code="cle-connue")
    row = TrustedKey(id=new_id(), key=key, name=name, added_at=clock.now(), added_by=actor.id)
    db.session.add(row)
    db.session.flush()
    acts.record(actor, TRUSTED, reason=reason, told={"name": name, "key": key, "fingerprint": fingerprint(key)})
    return _views([row])[0]


def remove(actor: Actor, key_id: uuid.UUID, reason: str) -> KeyView:
    """Trust a key no more; what it sealed and was published stays. Raises Forbidden, NotFound, Invalid, Conflict."""
    publication.assert_governs(actor)
    publication.check_reason(reason)
    row = db.session.get(TrustedKey, key_id, with_for_update=True)
    if row is None:
        raise NotFound("Cette clé n’est pas dans la liste.")
    if row.removed_at is not None:
        raise Conflict("Cette clé est déjà retirée.", code="cle-retiree")
    row.removed_at, row.removed_by = clock.now(), actor.id
    db.session.flush()
    told = {"name": row.name, "key": row.key, "fingerprint": fingerprint(row.key)}
    acts.record(actor, UNTRUSTED, reason=reason, told=told)
    return _views([row])[0]


def known() -> list[KeyView]:
    """Every key that is trusted or was, those that are first, by name."""
    query = select(TrustedKey).order_by(TrustedKey.removed_at.is_not(None), TrustedKey.name, TrustedKey.added_at)
    return _views(list(db.session.scalars(query)))


def trusted() -> Mapping[str, str]:
    """The names of the installations that are trusted now, by their key."""
    query = select(TrustedKey.key, TrustedKey.name).where(TrustedKey.removed_at.is_(None))
    return {row.key: row.name for row in db.session.execute(query)}


def _is_key(key: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
    except ValueError:
        return False
    return True


def _views(rows: list[TrustedKey]) -> list[KeyView]:
    names = held.names({one for row in rows for one in (row.added_by, row.removed_by) if one is not None})
    return [
        KeyView(
            row.id,
            row.key,
            row.name,
            row.added_at,
            names[row.added_by],
            row.removed_at,
            None if row.removed_by is None else names[row.removed_by],
        )
        for row in rows
    ]
