"""The keyring: one data key for each dossier or person, wrapped by the master key of the environment.

Whatever names a person is sealed with its owner's data key. Deleting that key is erasing the person: nothing sealed
with it can be read again, in backups neither.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, LargeBinary, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from prefecture.kernel import clock, crypto, settings
from prefecture.kernel.crypto import Cipher
from prefecture.kernel.db import Model, UtcDateTime, db, unit


class DataKey(Model):
    """A data key, readable only with the master key. `owner` says whose it is (`dossier`, `personne`…)."""

    __tablename__ = "data_key"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class KeyErased(Exception):
    """The data key is gone: what it sealed was erased."""


def new_key(owner: str) -> str:
    """Make a data key in the caller's unit of work and return its id."""
    key_id = uuid.uuid4().hex
    raw = crypto.random_key()
    wrapped = crypto.encrypt(settings.current().master_key, raw, f"data_key:{key_id}")
    db.session.add(DataKey(id=key_id, owner=owner, wrapped=wrapped, created_at=clock.now()))
    db.session.flush()
    _keys().opened[key_id] = crypto.cipher(raw)
    return key_id


def preload(key_ids: Iterable[str]) -> None:
    """Open many keys with one query (lists of dossiers); erased ones are passed over."""
    opened = _keys().opened
    wanted = set(key_ids) - opened.keys()
    if not wanted:
        return
    for row in db.session.execute(select(DataKey.id, DataKey.wrapped).where(DataKey.id.in_(wanted))):
        opened[row.id] = _unwrapped(row.id, row.wrapped)


def wrapped(key_id: ColumnElement[Any]) -> ColumnElement[bytes]:
    """A column for a query of another desk: the key of that id as it is kept, for `bring`; null once erased."""
    return select(DataKey.wrapped).where(DataKey.id == key_id).scalar_subquery()


def bring(key_id: str, kept: bytes) -> None:
    """Have at hand a key that a query brought along; it is opened when it is first needed."""
    _keys().brought[key_id] = kept


def seal(key_id: str, plain: bytes, aad: str) -> bytes:
    """Seal `plain` under the data key, tied to its place `aad` (for example `dossier.state:<id>`)."""
    return crypto.sealed(_cipher(key_id), plain, aad)


def unseal(key_id: str, sealed: bytes, aad: str) -> bytes:
    """The bytes sealed at `aad`; raises KeyErased or crypto.SealBroken."""
    return crypto.opened(_cipher(key_id), sealed, aad)


def seal_json(key_id: str, value: Any, aad: str) -> bytes:
    """Seal a JSON value (datetimes and UUIDs become text, as orjson writes them)."""
    return seal(key_id, orjson.dumps(value, default=str), aad)


def unseal_json(key_id: str, sealed: bytes, aad: str) -> Any:
    """The JSON value sealed at `aad`."""
    return orjson.loads(unseal(key_id, sealed, aad))


def wrap(key_id: str, raw_key: bytes, aad: str) -> bytes:
    """Wrap another key (a document's) under the data key."""
    return seal(key_id, raw_key, aad)


def unwrap(key_id: str, wrapped: bytes, aad: str) -> bytes:
    """The key wrapped by `wrap`."""
    return unseal(key_id, wrapped, aad)


def exists(key_id: str) -> bool:
    """Whether the key can still be opened."""
    return db.session.scalar(select(DataKey.id).where(DataKey.id == key_id)) is not None


def erase(key_id: str) -> None:
    """Delete the data key: what it sealed is unreadable from the commit on."""
    db.session.execute(delete(DataKey).where(DataKey.id == key_id))
    keys = _keys()
    keys.opened.pop(key_id, None)
    keys.brought.pop(key_id, None)


def _cipher(key_id: str) -> Cipher:
    keys = _keys()
    cipher = keys.opened.get(key_id)
    if cipher is None:
        kept = keys.brought.pop(key_id, None)
        if kept is None:
            preload([key_id])
        else:
            keys.opened[key_id] = _unwrapped(key_id, kept)
        cipher = keys.opened.get(key_id)
    if cipher is None:
        raise KeyErased(key_id)
    return cipher


@dataclass(slots=True)
class _Keys:
    """Keys opened in this session, and those that its queries brought along, still wrapped."""

    opened: dict[str, Cipher] = field(default_factory=dict)
    brought: dict[str, bytes] = field(default_factory=dict)


def _keys() -> _Keys:
    """What this session or unit of work knows; it leaves memory with it, at the end of the request or job."""
    within = unit.get()
    info = db.session.info if within is None else within.info
    found: _Keys | None = info.get("keys")
    if found is None:
        found = info["keys"] = _Keys()
    return found


def _unwrapped(key_id: str, kept: bytes) -> Cipher:
    return crypto.cipher(crypto.decrypt(settings.current().master_key, kept, f"data_key:{key_id}"))
