"""A dossier's row while it is held: read once under its lock, written once with what changed.

Completing a task is the house's hottest path, so it goes by prepared statements, without objects of the ORM; whatever
the session had read of the dossier before is forgotten when the row is written.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from prefecture.dossiers.models import Dossier, DossierTask, table_of
from prefecture.kernel import keyring
from prefecture.kernel.db import db, session_in_use
from prefecture.kernel.prepared import Prepared, Row, Run, together

_DOSSIERS = table_of(Dossier)
_TASKS = table_of(DossierTask)


@dataclass(eq=False)
class Record:
    """The columns of `dossier`, as the holder of the lock sees and changes them."""

    id: uuid.UUID
    number: str
    demarche_code: str
    version_id: uuid.UUID
    person_id: uuid.UUID | None
    service_id: uuid.UUID
    prefecture: str
    zone: str
    statut: str
    filed_at: datetime
    key_id: str | None = None
    person: bytes | None = None
    etape: str | None = None
    file: str | None = None
    revision: int = 0
    state: bytes | None = None
    timers: list[str] = field(default_factory=list)
    kept_messages: int = 0
    incident: str | None = None
    silence_at: datetime | None = None
    suspended: bool = False
    finished_at: datetime | None = None
    archived_at: datetime | None = None
    erased_at: datetime | None = None
    journal_seq: int = 0
    journal_head: bytes = b""
    unsealed: bool = False

    def __post_init__(self) -> None:
        self._written = self._columns()

    def create(self) -> None:
        """Insert the row."""
        self._written = self._columns()
        db.session.connection().execute(insert(_DOSSIERS), self._written)

    def write(self, first: Sequence[Run] = ()) -> None:
        """Run these, then update what changed since the row was read or written, all in one journey."""
        now, before = self._columns(), self._written
        changed = {name: value for name, value in now.items() if value != before[name]}
        own = [(_writing(tuple(changed)), {"key": self.id, **changed})] if changed else []
        if first or own:
            together([*first, *own])
            self._written = now
        forget_read()

    def _columns(self) -> dict[str, Any]:
        return dict(zip(_NAMES, _VALUES(self), strict=True))


_NAMES = tuple(one.name for one in fields(Record))
_VALUES = attrgetter(*_NAMES)
_READ = select(*(_DOSSIERS.c[name] for name in _NAMES), keyring.wrapped(_DOSSIERS.c.key_id)).with_for_update()
_OWNER = select(_TASKS.c.dossier_id).where(_TASKS.c.id == bindparam("wanted")).scalar_subquery()
_BY = {
    "id": Prepared(_READ.where(_DOSSIERS.c.id == bindparam("wanted")), "wanted"),
    "number": Prepared(_READ.where(_DOSSIERS.c.number == bindparam("wanted")), "wanted"),
    "task": Prepared(_READ.where(_DOSSIERS.c.id == _OWNER), "wanted"),
}


def lock(by: str, wanted: object) -> Record | None:
    """Lock and read a dossier by its `id`, its `number` or one of its tasks (`task`); None if there is none."""
    return locked(together([locking(by, wanted)])[0])


def locking(by: str, wanted: object) -> Run:
    """What `lock` runs, for who reads more in the same journey; `locked` takes its rows."""
    return _BY[by], {"wanted": wanted}


def locked(rows: Sequence[Row]) -> Record | None:
    """The dossier of these rows, its key at hand."""
    for *columns, wrapped in rows:
        record = Record(*columns)
        if record.key_id is not None and wrapped is not None:
            keyring.bring(record.key_id, wrapped)
        return record
    return None


@lru_cache(maxsize=256)
def _writing(names: tuple[str, ...]) -> Prepared:
    return Prepared(update(_DOSSIERS).where(_DOSSIERS.c.id == bindparam("key")), "key", *names)


def forget_read() -> None:
    """Have rows of dossiers and tasks that the session read before read again."""
    session = session_in_use()
    for one in [] if session is None else list(session.identity_map.values()):
        if isinstance(one, Dossier | DossierTask):
            db.session.expire(one)
