"""What other rooms may read of dossiers. Whoever asks as an actor gets what is theirs to see, or NotFound.

Functions without an actor are for the desks above (actions, statistics), never for a face's parameters.
"""

from __future__ import annotations

import uuid
from collections.abc import Container, Mapping
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import select

from engine import runtime
from engine.state import read_data
from prefecture.demarches import queries as demarches
from prefecture.dossiers import journal
from prefecture.dossiers.drafts import draft, drafts
from prefecture.dossiers.figures import OpenCount, Span, StatutCount, open_counts, spans, statut_counts
from prefecture.dossiers.held import place, subject_of
from prefecture.dossiers.inbox import (
    Counts,
    InboxFilter,
    counts,
    dossiers_of_person,
    dossiers_of_service,
    inbox,
    search,
    tasks,
)
from prefecture.dossiers.models import Dossier, DossierTask, JournalEntry, JournalValue
from prefecture.dossiers.views import (
    DossierPage,
    DossierView,
    HistoryEntry,
    Page,
    Progress,
    TaskDetail,
    TaskView,
    dossier_view,
    task_view,
)
from prefecture.dossiers.waiting import MessageView, kept_messages
from prefecture.identity import permissions
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock, keyring
from prefecture.kernel.db import db
from prefecture.kernel.errors import Gone, NotFound

__all__ = [
    "Counts",
    "DossierPage",
    "DossierView",
    "HistoryEntry",
    "InboxFilter",
    "MessageView",
    "OpenCount",
    "Page",
    "Progress",
    "Span",
    "StatutCount",
    "TaskDetail",
    "TaskView",
    "by_id",
    "by_number",
    "counts",
    "data",
    "data_of",
    "dossier",
    "dossiers_of_person",
    "dossiers_of_service",
    "draft",
    "drafts",
    "history",
    "inbox",
    "is_pending",
    "kept_messages",
    "open_counts",
    "open_tasks",
    "progress",
    "search",
    "spans",
    "statut_counts",
    "task",
    "tasks",
]

# What a citizen reads of the history: what they, the préfecture and its tables did, not how the office is run.
_TOLD_TO_CITIZENS = frozenset(
    {
        "decision",
        "deadline",
        "document",
        "filed",
        "finished",
        "letter",
        "notice",
        "returned",
        "statut",
        "task_done",
        "withdrawn",
    }
)
_MIGRATED = "migrated"
_OPENED_TO_CITIZENS = frozenset({"decision", _MIGRATED})
# What a step leaves by itself, whoever made it: a move that was taken back leaves nothing of it.
_BY_THE_WAY = frozenset({"decision", "notice", "finished"})


def dossier(number: str, actor: Actor) -> DossierView:
    """A dossier by its number, if the actor may see it; raises NotFound."""
    return dossier_view(_row(number, actor))


def task(task_id: str, actor: Actor) -> TaskDetail:
    """A task with what is needed to do it; of a closed one, what was answered is in the history."""
    found = db.session.execute(
        select(DossierTask, Dossier)
        .join(Dossier, Dossier.id == DossierTask.dossier_id)
        .where(DossierTask.id == task_id)
    ).one_or_none()
    if found is None or not permissions.may(actor, "dossier.read", subject_of(found.Dossier)):
        raise NotFound
    row, owner = found.DossierTask, found.Dossier
    definition = demarches.version(owner.version_id).definition
    info = definition.element(row.process, row.element)
    seen: Mapping[str, Any] = {}
    if row.status == "open" and owner.state is not None:
        shown = runtime.inspect(definition, _state(owner), now=clock.now())
        seen = next((one.data for one in shown.open_tasks if one.id == task_id), {})
    answers = seen.get(row.variable) if row.variable else None
    return TaskDetail(
        task=task_view(row, owner),
        dossier=dossier_view(owner),
        variable=row.variable,
        data=seen,
        answers=answers if isinstance(answers, Mapping) else {},
        documentation=info.documentation if info else "",
    )


def open_tasks(number: str, actor: Actor) -> list[TaskView]:
    """The open tasks of a dossier, agents' and citizen's alike, the most urgent first."""
    row = _row(number, actor)
    query = (
        select(DossierTask)
        .where(DossierTask.dossier_id == row.id, DossierTask.status == "open")
        .order_by(DossierTask.sort_at, DossierTask.opened_at)
    )
    return [task_view(one, row) for one in db.session.scalars(query)]


def history(number: str, actor: Actor) -> list[HistoryEntry]:
    """What happened to a dossier, oldest first. Agents read the values; citizens their part of the history, and of its
    values the rules by which tables decided (CRPA, art. L.311-3-1)."""
    row = _row(number, actor)
    if actor.kind == "person":
        kept = _without_undone(_entries(row, opened=_OPENED_TO_CITIZENS))
        told = [entry for entry in kept if entry.kind in _TOLD_TO_CITIZENS]
        return [replace(entry, values=_rules(entry.values)) for entry in told]
    return _entries(row, opened=None)


def progress(number: str, actor: Actor) -> Progress:
    """Where the tokens of a dossier stand on its drawing, and what they passed."""
    row = _row(number, actor)
    done = {mark[1:] for entry in _entries(row) for mark in entry.trail if mark[0] in "->"}
    if row.state is None or row.finished_at is not None:
        return Progress(frozenset(), frozenset(done))
    seen = runtime.inspect(demarches.version(row.version_id).definition, _state(row), now=clock.now())
    tokens = {one.element for one in seen.open_tasks} | set(seen.waiting)
    return Progress(frozenset(tokens), frozenset(done))


def data(number: str, actor: Actor) -> dict[str, Any]:
    """The variables of a dossier's process; raises Gone after erasure."""
    return read_data(_state(_row(number, actor)))


def by_id(dossier_id: uuid.UUID) -> DossierView:
    """A dossier for the desks above; raises NotFound."""
    row = db.session.get(Dossier, dossier_id)
    if row is None:
        raise NotFound
    return dossier_view(row)


def by_number(number: str) -> DossierView:
    """A dossier for commands; raises NotFound."""
    row = db.session.scalar(select(Dossier).where(Dossier.number == number.strip().upper()))
    if row is None:
        raise NotFound
    return dossier_view(row)


def data_of(dossier_id: uuid.UUID) -> dict[str, Any]:
    """The variables of a dossier's process, for the desks above; raises NotFound, Gone."""
    row = db.session.get(Dossier, dossier_id)
    if row is None:
        raise NotFound
    return read_data(_state(row))


def is_pending(dossier_id: uuid.UUID, effect_id: str) -> bool:
    """Whether an effect still waits for its answer: asked before costly work, without a lock."""
    row = db.session.get(Dossier, dossier_id)
    if row is None or row.state is None or row.finished_at is not None:
        return False
    seen = runtime.inspect(demarches.version(row.version_id).definition, _state(row), now=clock.now())
    return effect_id in seen.pending_effects


def _row(number: str, actor: Actor) -> Dossier:
    row = db.session.scalar(select(Dossier).where(Dossier.number == number.strip().upper()))
    if row is None or not permissions.may(actor, "dossier.read", subject_of(row)):
        raise NotFound
    return row


def _state(row: Dossier) -> bytes:
    if row.state is None or row.key_id is None:
        raise Gone("Ce dossier a été effacé.")
    return keyring.unseal(row.key_id, row.state, place(row.id))


def _without_undone(entries: list[HistoryEntry]) -> list[HistoryEntry]:
    """Without what dossiers passed in moves that were taken back: it did not happen, and may happen later."""
    gone: set[int] = set()
    moves: list[HistoryEntry] = []
    for one in entries:
        if one.kind == _MIGRATED and (one.values or {}).get("undone") and moves:
            first = moves.pop()
            between = (other for other in entries if first.seq < other.seq < one.seq and other.at == first.at)
            gone.update(other.seq for other in between if other.kind in _BY_THE_WAY)
        elif one.kind == _MIGRATED:
            moves.append(one)
    return [one for one in entries if one.seq not in gone]


def _rules(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Of what a table's decision left, the rules that fired."""
    return {"rules": values.get("rules") or []} if values else None


def _entries(row: Dossier, *, opened: Container[str] | None = frozenset()) -> list[HistoryEntry]:
    """The journal of a dossier; `opened`: the kinds of entries whose values are opened, None for all."""
    query = (
        select(JournalEntry, JournalValue.sealed)
        .outerjoin(
            JournalValue,
            (JournalValue.dossier_id == JournalEntry.dossier_id) & (JournalValue.seq == JournalEntry.seq),
        )
        .where(JournalEntry.dossier_id == row.id)
        .order_by(JournalEntry.seq)
    )
    found = []
    for entry, sealed in db.session.execute(query):
        readable = sealed is not None and row.key_id is not None and (opened is None or entry.kind in opened)
        found.append(
            HistoryEntry(
                seq=entry.seq,
                at=entry.at,
                actor_kind=entry.actor_kind,
                actor_id=entry.actor_id,
                actor_name=entry.actor_name,
                kind=entry.kind,
                element=entry.element,
                name=entry.name,
                task_id=entry.task_id,
                trail=tuple(orjson.loads(entry.trail)) if entry.trail else (),
                values=journal.values_of(str(row.key_id), row.id, entry.seq, sealed) if readable else None,
                hash=entry.hash.hex(),
            )
        )
    return found
