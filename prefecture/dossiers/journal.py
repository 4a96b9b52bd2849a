"""The journal: append-only, hash-chained per dossier, sealed hourly over all heads that moved.

An entry's hash covers the one before it and every column of its own; of the values it covers a salted hash only, and
the salt is sealed with them. So values can be erased with the key, and the chain still proves what is left.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import insert, select, text

from prefecture.dossiers.models import Dossier, JournalEntry, JournalSeal, JournalSealHead, JournalValue, table_of
from prefecture.dossiers.record import Record
from prefecture.identity.permissions import Actor
from prefecture.kernel import keyring
from prefecture.kernel.crypto import SealBroken
from prefecture.kernel.db import db
from prefecture.kernel.prepared import Prepared, Run

SALT_BYTES = 16
_ENTRIES = table_of(JournalEntry)
_VALUES = table_of(JournalValue)
_ADD_ENTRY = Prepared(insert(_ENTRIES), *(column.name for column in _ENTRIES.c))
_ADD_VALUE = Prepared(insert(_VALUES), *(column.name for column in _VALUES.c))


@dataclass(frozen=True)
class Fact:
    """Something that happened to a dossier; `values` may name people and are kept sealed."""

    kind: str
    element: str | None = None
    name: str | None = None
    task_id: str | None = None
    trail: Sequence[str] = ()
    values: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Broken:
    """The first row that does not verify: of which dossier, which entry, and why (English, for operators)."""

    dossier: str
    seq: int
    reason: str


def append(dossier: Record, actor: Actor, facts: Sequence[Fact], at: datetime, *, first: Sequence[Run] = ()) -> None:
    """Run `first`, chain `facts` to the dossier's journal, write its row, in the unit of work that holds its lock."""
    runs = list(first)
    for fact in facts:
        seq = dossier.journal_seq + 1
        opened = _salted(fact.values)
        entry: dict[str, Any] = {
            "dossier_id": dossier.id,
            "seq": seq,
            "at": at,
            "actor_kind": actor.kind,
            "actor_id": actor.id,
            "actor_name": "" if actor.kind == "person" else actor.name,
            "kind": fact.kind,
            "element": fact.element,
            "name": fact.name,
            "task_id": fact.task_id,
            "trail": orjson.dumps(list(fact.trail)).decode() if fact.trail else None,
            "values_hash": hashlib.sha256(opened).digest() if opened else None,
            "previous": dossier.journal_head,
        }
        entry["hash"] = _hash(entry)
        runs.append((_ADD_ENTRY, entry))
        if opened:
            sealed = keyring.seal(str(dossier.key_id), opened, _place(dossier.id, seq))
            runs.append((_ADD_VALUE, {"dossier_id": dossier.id, "seq": seq, "sealed": sealed}))
        dossier.journal_seq, dossier.journal_head, dossier.unsealed = seq, entry["hash"], True
    dossier.write(runs)


def values_of(key_id: str, dossier_id: uuid.UUID, seq: int, sealed: bytes) -> Any:
    """The values of an entry; raises keyring.KeyErased."""
    return orjson.loads(keyring.unseal(key_id, sealed, _place(dossier_id, seq))[SALT_BYTES:])


def verify() -> tuple[int, Broken | None]:
    """Check every chain and every seal; returns how many entries were read, and the first broken row."""
    count = 0
    ends: dict[uuid.UUID, tuple[int, bytes]] = {}
    for dossier_id, rows in groupby(_entries_with_values(), key=lambda row: row.dossier_id):
        last = None
        for row in rows:
            count += 1
            broken = _check(row, last)
            if broken:
                return count, broken
            last = row
        if last is not None:
            ends[dossier_id] = (last.seq, last.hash)
    return count, _check_heads(ends) or _check_seals()


def seal(at: datetime) -> tuple[int, str]:
    """Seal all heads that moved, in the caller's unit of work; returns the seal's number and its hash in hex.

    Keep the hash outside this database: it proves later that no entry before it was rewritten.
    """
    last = db.session.execute(
        select(JournalSeal.number, JournalSeal.hash).order_by(JournalSeal.number.desc()).limit(1)
    ).first()
    number, previous = (last.number + 1, last.hash) if last else (1, b"")
    moved = db.session.execute(
        text("UPDATE dossier SET unsealed = false WHERE unsealed RETURNING id, journal_seq, journal_head").columns(
            Dossier.id, Dossier.journal_seq, Dossier.journal_head
        )
    ).all()
    heads = sorted((row.id, row.journal_seq, bytes(row.journal_head)) for row in moved)
    found = _seal_hash(number, at, previous, heads)
    db.session.execute(
        insert(table_of(JournalSeal)),
        [{"number": number, "at": at, "heads": len(heads), "previous": previous, "hash": found}],
    )
    if heads:
        rows = [{"number": number, "dossier_id": one, "seq": seq, "head": head} for one, seq, head in heads]
        db.session.execute(insert(table_of(JournalSealHead)), rows)
    return number, found.hex()


def _salted(values: Mapping[str, Any] | None) -> bytes:
    if not values:
        return b""
    told = orjson.dumps(values, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return secrets.token_bytes(SALT_BYTES) + told


def _place(dossier_id: uuid.UUID, seq: int) -> str:
    return f"journal_value:{dossier_id}:{seq}"


def _hash(entry: Mapping[str, Any]) -> bytes:
    told = [
        entry["dossier_id"].hex,
        entry["seq"],
        entry["at"].astimezone(UTC).isoformat(),
        entry["actor_kind"],
        entry["actor_id"].hex,
        entry["actor_name"],
        entry["kind"],
        entry["element"],
        entry["name"],
        entry["task_id"],
        entry["trail"],
        entry["values_hash"].hex() if entry["values_hash"] else None,
    ]
    return hashlib.sha256(entry["previous"] + orjson.dumps(told)).digest()


def _entries_with_values() -> Iterator[Any]:
    query = (
        select(_ENTRIES, _VALUES.c.sealed, Dossier.key_id, Dossier.number)
        .outerjoin(_VALUES, (_VALUES.c.dossier_id == _ENTRIES.c.dossier_id) & (_VALUES.c.seq == _ENTRIES.c.seq))
        .join(Dossier, Dossier.id == _ENTRIES.c.dossier_id)
        .order_by(_ENTRIES.c.dossier_id, _ENTRIES.c.seq)
        .execution_options(yield_per=1000)
    )
    for part in db.session.execute(query).partitions():
        keyring.preload({row.key_id for row in part if row.key_id})
        yield from part


def _check(row: Any, last: Any) -> Broken | None:
    """What is wrong with an entry, given the one before it (None for the first)."""
    seq, previous = (last.seq + 1, last.hash) if last else (1, b"")
    reason = None
    if row.seq != seq:
        reason = f"entry {seq} is missing"
    elif row.previous != previous:
        reason = "it is not chained to the entry before it"
    elif _hash(row._mapping) != row.hash:
        reason = "its content was changed"
    elif row.values_hash and row.key_id:
        reason = _values_reason(row)
    return Broken(row.number, row.seq, reason) if reason else None


def _values_reason(row: Any) -> str | None:
    if row.sealed is None:
        return "its values are missing"
    try:
        opened = keyring.unseal(row.key_id, row.sealed, _place(row.dossier_id, row.seq))
    except (SealBroken, keyring.KeyErased, ValueError):  # ValueError: too short to hold a nonce
        return "its values cannot be opened"
    return None if hashlib.sha256(opened).digest() == row.values_hash else "its values were changed"


def _check_heads(ends: Mapping[uuid.UUID, tuple[int, bytes]]) -> Broken | None:
    """Whether each chain ends where its dossier says."""
    query = select(Dossier.id, Dossier.number, Dossier.journal_seq, Dossier.journal_head).order_by(Dossier.id)
    for row in db.session.execute(query.execution_options(yield_per=1000)):
        seq, head = ends.get(row.id, (0, b""))
        if (seq, head) != (row.journal_seq, row.journal_head):
            return Broken(row.number, seq + 1, f"the chain ends at {seq}, the dossier says {row.journal_seq}")
    return None


def _check_seals() -> Broken | None:
    """Whether each seal covers the chains as they are."""
    previous = b""
    for number, row in enumerate(db.session.scalars(select(JournalSeal).order_by(JournalSeal.number)), 1):
        if row.number != number or row.previous != previous:
            return Broken("seal", number, "it is not chained to the seal before it")
        heads = _heads(row.number)
        if _seal_hash(row.number, row.at, row.previous, heads) != row.hash:
            return Broken("seal", number, "its content was changed")
        previous = row.hash
    return _check_sealed_heads()


def _heads(number: int) -> list[tuple[uuid.UUID, int, bytes]]:
    rows = db.session.execute(
        select(JournalSealHead.dossier_id, JournalSealHead.seq, JournalSealHead.head).where(
            JournalSealHead.number == number
        )
    )
    return sorted((row.dossier_id, row.seq, bytes(row.head)) for row in rows)


def _check_sealed_heads() -> Broken | None:
    query = (
        select(JournalSealHead.dossier_id, JournalSealHead.seq, Dossier.number)
        .join(Dossier, Dossier.id == JournalSealHead.dossier_id)
        .outerjoin(
            _ENTRIES,
            (_ENTRIES.c.dossier_id == JournalSealHead.dossier_id)
            & (_ENTRIES.c.seq == JournalSealHead.seq)
            & (_ENTRIES.c.hash == JournalSealHead.head),
        )
        .where(_ENTRIES.c.seq.is_(None))
        .limit(1)
    )
    row = db.session.execute(query).first()
    return Broken(row.number, row.seq, "the entry is not the one that was sealed") if row else None


def _seal_hash(number: int, at: datetime, previous: bytes, heads: Sequence[tuple[uuid.UUID, int, bytes]]) -> bytes:
    digest = hashlib.sha256(previous + f"{number}:{at.astimezone(UTC).isoformat()}:{len(heads)}".encode())
    for dossier_id, seq, head in heads:
        digest.update(dossier_id.bytes + seq.to_bytes(8, "big") + head)
    return digest.digest()
