"""Dossiers that nothing will ever move again: unfinished, and nobody and nothing is awaited. There must be none.

A sweep finds them, makes each an incident that operators see, and counts them. It looks at what is written down, task
rows and due work included, so that an answer or a timer lost outside the engine is found too.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import exists, select

from engine import runtime
from engine.model import Advance
from prefecture.demarches import queries as demarches
from prefecture.dossiers import journal
from prefecture.dossiers.held import OPEN, Held, hold, place
from prefecture.dossiers.journal import Fact
from prefecture.dossiers.models import Dossier, DossierTask
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock, keyring
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


def _candidates() -> Iterator[uuid.UUID]:
    """Unfinished dossiers without incident, open task or living due work: few, most of them await a message."""
    task = exists().where(DossierTask.dossier_id == Dossier.id, DossierTask.status == OPEN)
    work = exists().where(DueWork.dossier_id == Dossier.id, DueWork.status.in_(_ALIVE))
    query = (
        select(Dossier.id, Dossier.version_id, Dossier.key_id, Dossier.state)
        .where(Dossier.finished_at.is_(None), Dossier.state.is_not(None), Dossier.incident.is_(None), ~task, ~work)
        .execution_options(yield_per=_CHUNK)
    )
    for part in db.session.execute(query).partitions():
        keyring.preload({row.key_id for row in part})
        for row in part:
            state = keyring.unseal(row.key_id, row.state, place(row.id))
            if _reason(_shown(row.version_id, state)) is not None:
                yield row.id


def _mark(dossier_id: uuid.UUID) -> Stuck | None:
    """Look again under the lock, then write it down: it may have gone on meanwhile."""
    held = hold(Actor.system(), dossier_id)
    dossier = held.dossier
    if dossier.finished_at is not None or dossier.incident is not None or held.tasks or _has_work(held):
        return None
    shown = _shown(dossier.version_id, held.state)
    code = _reason(shown)
    if code is None:
        return None
    element = _where(shown)
    dossier.incident = f"{element}:{code}"[:200]
    told = {"code": code, "message": _SAID[code]}
    journal.append(dossier, held.actor, [Fact("incident", element, values=told)], held.now)
    return Stuck(dossier.number, element, code)


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
