"""The journals read afterwards, for the desks above: whose moved, what they passed, the way of one dossier.

Completing a task writes nothing for statistics. What is read here is what the journal tells in clear (kinds, elements,
instants, trails); the values are opened only for the kinds that the reader asks for.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import Select, and_, func, or_, select, text

from prefecture.dossiers import journal
from prefecture.dossiers.held import place, subject_of
from prefecture.dossiers.models import Dossier, JournalEntry, JournalSeal, JournalSealHead, JournalValue, table_of
from prefecture.identity import permissions
from prefecture.identity.permissions import Actor
from prefecture.kernel import keyring
from prefecture.kernel.crypto import SealBroken
from prefecture.kernel.db import db
from prefecture.kernel.errors import NotFound

_ENTRIES, _VALUES = table_of(JournalEntry), table_of(JournalValue)


@dataclass(frozen=True)
class Entry:
    """A fact of a journal. `trail`: marks in their order, `+` entered, `-` done, `x` cancelled, `>` a flow taken.

    `values`: those of the kinds asked for, None once they are erased.
    """

    seq: int
    at: datetime
    actor_kind: str
    kind: str
    element: str | None
    name: str | None
    trail: tuple[str, ...]
    values: Mapping[str, Any] | None


@dataclass(frozen=True)
class Trail:
    """A dossier without its names, and entries of its journal, oldest first."""

    dossier_id: uuid.UUID
    number: str
    code: str
    version_id: uuid.UUID
    service_id: uuid.UUID
    prefecture: str
    zone: str
    statut: str
    filed_at: datetime
    finished_at: datetime | None
    entries: tuple[Entry, ...]


def moved(seal: int) -> tuple[int, list[uuid.UUID]]:
    """The dossiers whose journal grew since that hourly seal, and the number of the latest seal."""
    latest = db.session.scalar(select(func.max(JournalSeal.number))) or 0
    sealed = select(JournalSealHead.dossier_id).where(JournalSealHead.number > seal)
    # Said as the partial index says it, so that it is used.
    growing = select(Dossier.id).where(text("unsealed"))
    return latest, sorted(set(db.session.scalars(sealed)) | set(db.session.scalars(growing)))


def everybody() -> list[uuid.UUID]:
    """Every dossier that was ever filed."""
    return list(db.session.scalars(select(Dossier.id).order_by(Dossier.id)))


def entries_after(read: Mapping[uuid.UUID, int], values_of: Collection[str] = ()) -> Iterator[Trail]:
    """For each of these dossiers, what its journal tells after that entry; those without anything new are left out."""
    if not read:
        return
    first = [one for one, seq in read.items() if not seq]
    later = [_after(one, seq) for one, seq in read.items() if seq]
    yield from _trails(or_(_ENTRIES.c.dossier_id.in_(first), *later), values_of)


def trail(actor: Actor, number: str) -> Trail:
    """The way of one dossier, for who may see what stands still in it; raises NotFound."""
    row = db.session.scalar(select(Dossier).where(Dossier.number == number.strip().upper()))
    if row is None or not permissions.may(actor, "incident.read", subject_of(row)):
        raise NotFound("Ce dossier n’existe pas, ou il n’est pas à vous.")
    return next(_trails(_ENTRIES.c.dossier_id == row.id, ()))


def decided(
    code: str, since: datetime, until: datetime, after: uuid.UUID, limit: int
) -> list[tuple[uuid.UUID, Trail | None, bytes | None]]:
    """Dossiers of a démarche filed in a period, in the order of their ids: their decisions (if any), their state."""
    query = (
        select(Dossier.id, Dossier.key_id, Dossier.state)
        .where(*_filed(code, since, until), Dossier.id > after)
        .order_by(Dossier.id)
        .limit(limit)
    )
    rows = {row.id: row for row in db.session.execute(query)}
    keyring.preload({row.key_id for row in rows.values() if row.key_id})
    wanted = _ENTRIES.c.dossier_id.in_(rows) & (_ENTRIES.c.kind == "decision")
    told = {one.dossier_id: one for one in _trails(wanted, ("decision",))}
    return [(one, told.get(one), _opened(row)) for one, row in rows.items()]


def count_filed(code: str, since: datetime, until: datetime) -> int:
    """How many dossiers of a démarche were filed in a period and are not erased."""
    return int(db.session.scalar(select(func.count()).select_from(Dossier).where(*_filed(code, since, until))) or 0)


def _filed(code: str, since: datetime, until: datetime) -> list[Any]:
    in_time = Dossier.filed_at >= since, Dossier.filed_at < until
    return [Dossier.demarche_code == code, *in_time, Dossier.state.is_not(None)]


def _opened(row: Any) -> bytes | None:
    if row.key_id is None or row.state is None:
        return None
    return keyring.unseal(row.key_id, row.state, place(row.id))


def _after(dossier_id: uuid.UUID, seq: int) -> Any:
    return and_(_ENTRIES.c.dossier_id == dossier_id, _ENTRIES.c.seq > seq)


def _trails(wanted: Any, values_of: Collection[str]) -> Iterator[Trail]:
    rows = db.session.execute(_query(wanted, values_of)).all()
    keyring.preload({row.key_id for row in rows if row.sealed is not None and row.key_id})
    for _, group in groupby(rows, key=lambda row: row.dossier_id):
        found = list(group)
        first = found[0]
        yield Trail(
            dossier_id=first.dossier_id,
            number=first.number,
            code=first.demarche_code,
            version_id=first.version_id,
            service_id=first.service_id,
            prefecture=first.prefecture,
            zone=first.zone,
            statut=first.statut,
            filed_at=first.filed_at,
            finished_at=first.finished_at,
            entries=tuple(_entries(found)),
        )


def _query(wanted: Any, values_of: Collection[str]) -> Select[Any]:
    told = (_ENTRIES.c.kind.in_(values_of)) if values_of else text("1 = 0")
    same = (_VALUES.c.dossier_id == _ENTRIES.c.dossier_id) & (_VALUES.c.seq == _ENTRIES.c.seq) & told
    entry = (_ENTRIES.c[name] for name in ("dossier_id", "seq", "at", "actor_kind", "kind", "element", "name", "trail"))
    dossier = (
        *(Dossier.number, Dossier.demarche_code, Dossier.version_id, Dossier.service_id, Dossier.prefecture),
        *(Dossier.zone, Dossier.statut, Dossier.filed_at, Dossier.finished_at, Dossier.key_id),
    )
    return (
        select(*entry, *dossier, _VALUES.c.sealed)
        .join(Dossier, Dossier.id == _ENTRIES.c.dossier_id)
        .outerjoin(_VALUES, same)
        .where(wanted)
        .order_by(_ENTRIES.c.dossier_id, _ENTRIES.c.seq)
    )


def _entries(rows: Iterable[Any]) -> Iterator[Entry]:
    for row in rows:
        yield Entry(
            seq=row.seq,
            at=row.at,
            actor_kind=row.actor_kind,
            kind=row.kind,
            element=row.element,
            name=row.name,
            trail=tuple(orjson.loads(row.trail)) if row.trail else (),
            values=_values(row),
        )


def _values(row: Any) -> Mapping[str, Any] | None:
    if row.sealed is None or row.key_id is None:
        return None
    try:
        found: Mapping[str, Any] = journal.values_of(row.key_id, row.dossier_id, row.seq, row.sealed)
    except (keyring.KeyErased, SealBroken):
        return None
    return found
