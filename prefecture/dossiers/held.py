"""A dossier held under its lock: the row locked first, then its version, its open tasks and the instant of the act."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, literal_column, select

from prefecture.demarches import queries as demarches
from prefecture.demarches.version import Version
from prefecture.dossiers import record
from prefecture.dossiers.models import Dossier, DossierTask, JournalEntry, table_of
from prefecture.dossiers.record import Record
from prefecture.identity.permissions import Actor, Subject
from prefecture.kernel import clock, keyring
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, Gone, NotFound
from prefecture.kernel.prepared import Prepared, Row, together

TASKS, DOSSIERS = table_of(DossierTask), table_of(Dossier)
OPEN, DONE, CANCELLED = "open", "done", "cancelled"

# What a process may say that a dossier is, as citizens and the law know it.
EN_CONSTRUCTION, EN_INSTRUCTION = "en_construction", "en_instruction"
ACCEPTE, REFUSE, SANS_SUITE = "accepte", "refuse", "sans_suite"
STATUTS = (EN_CONSTRUCTION, EN_INSTRUCTION, ACCEPTE, REFUSE, SANS_SUITE)
ENDED = frozenset({ACCEPTE, REFUSE, SANS_SUITE})

# What a step asks of an open task; the rest of its row is what lists show.
_NAMES = ("id", "element", "name", "lane", "form", "variable", "not_by", "assignee_id", "assignee", "due_at")
# Written out: SQLite plans a statement anew at each run when a given value may decide between its partial indexes.
_OPEN_TASKS = select(*(TASKS.c[name] for name in _NAMES)).where(TASKS.c.status == literal_column(f"'{OPEN}'"))
_NUMBERED = select(DOSSIERS.c.id).where(DOSSIERS.c.number == bindparam("wanted")).scalar_subquery()
_SIBLING = TASKS.alias()
_WITH_TASK = select(_SIBLING.c.dossier_id).where(_SIBLING.c.id == bindparam("wanted")).scalar_subquery()
_OPEN_OF = {
    "id": Prepared(_OPEN_TASKS.where(TASKS.c.dossier_id == bindparam("wanted")), "wanted"),
    "number": Prepared(_OPEN_TASKS.where(TASKS.c.dossier_id == _NUMBERED), "wanted"),
    "task": Prepared(_OPEN_TASKS.where(TASKS.c.dossier_id == _WITH_TASK), "wanted"),
}

# What a step knows of an open task, by column of `dossier_task`.
TaskRow = Mapping[str, Any]


@dataclass
class Held:
    """What one step works on. `tasks` are the dossier's open tasks by id."""

    dossier: Record
    version: Version
    actor: Actor
    now: datetime
    tasks: Mapping[str, TaskRow]

    @property
    def state(self) -> bytes:
        """The process state, unsealed."""
        if self.dossier.state is None or self.dossier.key_id is None:
            raise Gone("Ce dossier a été effacé.")
        return keyring.unseal(self.dossier.key_id, self.dossier.state, place(self.dossier.id))

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the dossier's préfecture."""
        return ZoneInfo(self.dossier.zone)

    @property
    def subject(self) -> Subject:
        """Whose the dossier is, for permissions."""
        return subject_of(self.dossier)


def place(dossier_id: uuid.UUID) -> str:
    """What ties a sealed state to its dossier."""
    return f"dossier.state:{dossier_id}"


def subject_of(dossier: Dossier | Record) -> Subject:
    """Whose a dossier is, for permissions."""
    return Subject(dossier.person_id, dossier.service_id, dossier.prefecture)


def hold(actor: Actor, dossier_id: uuid.UUID) -> Held:
    """Lock a dossier by id; raises NotFound."""
    return _held(actor, "id", dossier_id)


def hold_number(actor: Actor, number: str) -> Held:
    """Lock a dossier by number; raises NotFound."""
    return _held(actor, "number", number.strip().upper())


def hold_task(actor: Actor, task_id: str) -> Held:
    """Lock the dossier of a task, open or not; raises NotFound."""
    return _held(actor, "task", task_id)


def open_tasks(dossier: Record) -> Mapping[str, TaskRow]:
    """The open tasks of a dossier by id: few, however many were done before them."""
    return _by_id(_OPEN_OF["id"].rows({"wanted": dossier.id}))


def check_revision(dossier: Record, revision: int | None) -> None:
    """Raise Conflict, saying who changed the dossier and when, unless `revision` is the present one (or None)."""
    if revision is None or revision == dossier.revision:
        return
    last = db.session.execute(
        select(JournalEntry.actor_name, JournalEntry.at).where(
            JournalEntry.dossier_id == dossier.id, JournalEntry.seq == dossier.journal_seq
        )
    ).one()
    raise Conflict(
        f"Le dossier a changé depuis l’ouverture de cette page, {said_when(last.at, dossier.zone)}, "
        f"par {last.actor_name or 'l’usager'}. Relisez-le avant de continuer.",
        code="dossier-modifie",
    )


def said_when(at: datetime, zone: str) -> str:
    """An instant in the middle of a sentence: « le 3/12/2026 à 14:05 »."""
    local = at.astimezone(ZoneInfo(zone))
    return f"le {local.day}/{local:%m/%Y} à {local:%H:%M}"


def _held(actor: Actor, by: str, wanted: object) -> Held:
    # The tasks are read after the lock is had, by a statement of their own: one that waits sees rows of before.
    locked, tasks = together([record.locking(by, wanted), (_OPEN_OF[by], {"wanted": wanted})])
    dossier = record.locked(locked)
    if dossier is None:
        raise NotFound
    return Held(dossier, demarches.version(dossier.version_id), actor, clock.now(), _by_id(tasks))


def _by_id(rows: Sequence[Row]) -> Mapping[str, TaskRow]:
    found = [dict(zip(_NAMES, row, strict=True)) for row in rows]
    return {row["id"]: row for row in found}
