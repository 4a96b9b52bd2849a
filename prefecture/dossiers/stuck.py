"""Dossiers that nothing will ever move again: unfinished, and nobody and nothing is awaited. There must be none.

A sweep finds them, makes each an incident that operators see, and counts them. It looks at what is written down, task
rows and due work included, so that an answer or a timer lost outside the engine is found too; a lost timer is found
even while somebody has something to do, because a legal delay may hang on it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, func, select

from engine import runtime
from engine.model import Advance
from prefecture.demarches import queries as demarches
from prefecture.dossiers import journal
from prefecture.dossiers.advance import TIMER
from prefecture.dossiers.held import OPEN, Held, hold, place
from prefecture.dossiers.journal import Fact
from prefecture.dossiers.models import Dossier, DossierTask
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock, keyring, metrics
from prefecture.kernel.db import db
from prefecture.kernel.outbox import DueWork
from prefecture.kernel.unit_of_work import unit_of_work

_CHUNK = 500
_ALIVE = ("ready", "running", "incident")
NO_WAY_ON, EFFECT_LOST, TIMER_LOST, TASK_LOST = "blocage", "effet_perdu", "echeance_perdue", "tache_perdue"
_SAID = {
    NO_WAY_ON: "Plus rien n’est à faire ni à attendre, et le dossier n’est pas terminé.",
    EFFECT_LOST: "Une action a été demandée, et plus personne ne s’en charge.",
    TIMER_LOST: "Une échéance est attendue, et plus rien ne la surveille.",
    TASK_LOST: "Une tâche est ouverte, et personne ne la voit.",
}


@dataclass(frozen=True)
class Stuck:
    """A dossier that stands still: where, and why (a code)."""

    number: str
    element: str
    code: str


def sweep() -> list[Stuck]:
    """Find every dossier that nothing will move and that is no incident yet; make each one. Opens its own doors."""
    found = []
    for dossier_id in list(_candidates()):
        with unit_of_work():
            stuck = _mark(dossier_id)
        if stuck is not None:
            found.append(stuck)
    return found


def count() -> int:
    """How many dossiers stand still as a sweep found them, and nobody has repaired them yet."""
    marked = db.session.scalars(select(Dossier.incident).where(Dossier.incident.is_not(None)))
    return sum(str(one).rpartition(":")[2] in _SAID for one in marked)


def figures() -> list[metrics.Gauge]:
    """What a machine watches: it must be 0."""
    return [metrics.Gauge("planipref_stuck", "Dossiers that nothing will ever move again.", "", {"": float(count())})]


def _candidates() -> Iterator[uuid.UUID]:
    """Dossiers to look at again under their lock: few or none."""
    yield from _left_alone()
    yield from _without_their_timers()


def _unfinished() -> ColumnElement[bool]:
    return and_(Dossier.finished_at.is_(None), Dossier.state.is_not(None), Dossier.incident.is_(None))


def _left_alone() -> Iterator[uuid.UUID]:
    """Unfinished dossiers without incident, open task or living due work that await no message either."""
    task = exists().where(DossierTask.dossier_id == Dossier.id, DossierTask.status == OPEN)
    work = exists().where(DueWork.dossier_id == Dossier.id, DueWork.status.in_(_ALIVE))
    query = (
        select(Dossier.id, Dossier.version_id, Dossier.key_id, Dossier.state)
        .where(_unfinished(), ~task, ~work)
        .execution_options(yield_per=_CHUNK)
    )
    for part in db.session.execute(query).partitions():
        keyring.preload({row.key_id for row in part})
        for row in part:
            state = keyring.unseal(row.key_id, row.state, place(row.id))
            if _reason(_shown(row.version_id, state)) is not None:
                yield row.id


def _without_their_timers() -> Iterator[uuid.UUID]:
    """Unfinished dossiers that name more open timers than due work watches."""
    query = select(Dossier.id).where(_unfinished(), func.json_array_length(Dossier.timers) > _watched(Dossier.id))
    yield from db.session.scalars(query).all()


def _watched(dossier_id: Any) -> ScalarSelect[int]:
    living = select(func.count()).select_from(DueWork).where(DueWork.status.in_(_ALIVE), DueWork.kind == TIMER)
    return living.where(DueWork.dossier_id == dossier_id).scalar_subquery()


def _mark(dossier_id: uuid.UUID) -> Stuck | None:
    """Look again under the lock, then write it down: it may have gone on meanwhile."""
    held = hold(Actor.system(), dossier_id)
    dossier = held.dossier
    if dossier.finished_at is not None or dossier.incident is not None:
        return None
    shown, busy = _shown(dossier.version_id, held.state), bool(held.tasks) or _has_work(held)
    lost = _lost_timer(held) if busy else None
    code = (TIMER_LOST if lost else None) if busy else _reason(shown)
    if code is None:
        return None
    element = next((one.element for one in shown.timers if one.id == lost), None) or _where(shown)
    dossier.incident = f"{element}:{code}"[:200]
    told = {"code": code, "message": _SAID[code]}
    journal.append(dossier, held.actor, [Fact("incident", element, values=told)], held.now)
    return Stuck(dossier.number, element, code)


def _lost_timer(held: Held) -> str | None:
    """The engine's id of a timer that the dossier names and nothing watches."""
    living = select(DueWork.key).where(DueWork.dossier_id == held.dossier.id, DueWork.status.in_(_ALIVE))
    watched = set(db.session.scalars(living.where(DueWork.kind == TIMER)))
    lost = (name for name in held.dossier.timers if f"{held.dossier.id}:timer:{name}" not in watched)
    return next((name.partition("@")[0] for name in lost), None)


def _has_work(held: Held) -> bool:
    query = select(DueWork.id).where(DueWork.dossier_id == held.dossier.id, DueWork.status.in_(_ALIVE)).limit(1)
    return db.session.scalar(query) is not None


def _shown(version_id: uuid.UUID, state: bytes) -> Advance:
    return runtime.inspect(demarches.version(version_id).definition, state, now=clock.now())


def _reason(shown: Advance) -> str | None:
    """Why such a process without any open task or due work stands still; None when it awaits a message."""
    reasons = (
        (NO_WAY_ON, shown.incidents),
        (TASK_LOST, shown.open_tasks),
        (EFFECT_LOST, shown.pending_effects),
        (TIMER_LOST, shown.timers),
    )
    found = next((code for code, open_now in reasons if open_now), None)
    awaited = shown.messages or shown.signals or shown.conditions
    return found or (None if awaited else NO_WAY_ON)


def _where(shown: Advance) -> str:
    incidents = [one.element for one in shown.incidents]
    tasks = [one.element for one in shown.open_tasks]
    return next(iter([*incidents, *tasks, *shown.waiting]), "")
