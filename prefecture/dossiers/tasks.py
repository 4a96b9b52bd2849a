"""Tasks: who may do one, and what doing it changes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from engine import runtime
from engine.errors import DataRefused, TaskNotOpen
from prefecture.demarches import suspension
from prefecture.dossiers import answers as given
from prefecture.dossiers import journal, messages
from prefecture.dossiers.answers import NO_DOCUMENTS, Documents
from prefecture.dossiers.held import DONE, TASKS, Held, TaskRow, check_revision, hold_task, said_when
from prefecture.dossiers.journal import Fact
from prefecture.identity import permissions
from prefecture.identity import queries as identity
from prefecture.identity.permissions import Actor
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, Forbidden, Invalid, NotFound


@dataclass(frozen=True)
class Outcome:
    """What a completed task led to; `opened` are the tasks that it opened."""

    dossier_id: uuid.UUID
    number: str
    revision: int
    statut: str
    finished: bool


def complete_task(
    actor: Actor,
    task_id: str,
    answers: Mapping[str, Any],
    *,
    documents: Documents = NO_DOCUMENTS,
    revision: int | None = None,
) -> Outcome:
    """Do a task with these raw answers, in the caller's unit of work.

    NotFound: not this actor's to see. Forbidden: seen, but another role's. Conflict: done already, taken by a
    colleague, the dossier changed since `revision`, or the two-person rule. Invalid: wrong answers, by field.
    `documents` are ids by pièce, for file questions that the answers leave out.
    """
    held = hold_task(actor, task_id)
    task = _doable(held, task_id)
    check_revision(held.dossier, revision)
    _check_other_person(held, task)
    opened = runtime.Opened(held.version.definition, held.state, now=held.now)
    clean, before = _checked(held, task, opened, answers, documents)
    try:
        advance = opened.complete(task_id, clean)
    except TaskNotOpen as error:
        raise Conflict("Cette tâche n’est plus ouverte.", code="tache-close") from error
    except DataRefused as error:
        raise Invalid({"": "Une réponse contient une valeur que la démarche ne peut pas garder."}) from error
    fact = Fact("task_done", task["element"], task["name"], task_id, values={"before": before, "after": clean})
    messages.step(held, advance, [fact], done=task_id)
    dossier = held.dossier
    return Outcome(dossier.id, dossier.number, dossier.revision, dossier.statut, dossier.finished_at is not None)


def claim_task(actor: Actor, task_id: str) -> None:
    """Take a task for oneself; Conflict when a colleague has it. Taking it twice is taking it once."""
    held = hold_task(actor, task_id)
    task = _doable(held, task_id)
    if actor.kind != "agent":
        raise Forbidden("Cette tâche n’est pas à prendre.")
    if task["assignee_id"] == actor.id:
        return
    _assign(held, task, actor.id, actor.name, "task_claimed")


def release_task(actor: Actor, task_id: str) -> None:
    """Give a task back to the service: one's own, or anybody's for who may assign tasks."""
    held = hold_task(actor, task_id)
    task = _seen_and_open(held, task_id)
    if task["assignee_id"] is None:
        return
    if task["assignee_id"] != actor.id and not permissions.may(actor, "task.assign", held.subject):
        raise Conflict(f"Cette tâche est prise par {task['assignee']}.", code="tache-prise")
    _assign(held, task, None, None, "task_released")


def assign_task(actor: Actor, task_id: str, agent_id: uuid.UUID) -> None:
    """Give a task to a colleague of the service who may do it; Forbidden for who may not assign, Invalid otherwise."""
    held = hold_task(actor, task_id)
    task = _seen_and_open(held, task_id)
    if not permissions.may(actor, "task.assign", held.subject):
        raise Forbidden("Répartir les tâches revient au chef de service.")
    other = identity.agent(agent_id)
    if not other.active or not permissions.may_do_task(other.actor, task["lane"], held.subject):
        raise Invalid({"agent_id": "Cet agent ne peut pas traiter cette tâche."})
    if task["assignee_id"] != other.id:
        _assign(held, task, other.id, other.name, "task_assigned")


def _seen_and_open(held: Held, task_id: str) -> TaskRow:
    """The task, if the actor may see its dossier and it is open."""
    if not permissions.may(held.actor, "dossier.read", held.subject):
        raise NotFound
    task = held.tasks.get(task_id)
    if task is None:
        raise Conflict(_why_closed(held, task_id), code="tache-close")
    return task


def _why_closed(held: Held, task_id: str) -> str:
    task = db.session.execute(select(TASKS).where(TASKS.c.id == task_id)).mappings().one()
    if task["status"] != DONE:
        return "Cette tâche n’a plus lieu d’être\u00a0: le dossier a avancé sans elle."
    who = task["closed_by_name"] or ("vous" if task["closed_by"] == held.actor.id else "l’usager")
    return f"Cette tâche a déjà été traitée par {who}, {said_when(task['closed_at'], held.dossier.zone)}."


def _doable(held: Held, task_id: str) -> TaskRow:
    """The task, if the actor may do it now."""
    task = _seen_and_open(held, task_id)
    actor = held.actor
    if not permissions.may_do_task(actor, task["lane"], held.subject):
        raise Forbidden("Cette tâche revient à un autre rôle.")
    taken = task["assignee_id"] is not None and task["assignee_id"] != actor.id
    if taken and not permissions.may(actor, "task.assign", held.subject):
        raise Conflict(f"Cette tâche est prise par {task['assignee']}.", code="tache-prise")
    suspension.refuse_if_held(held.version.id, task["element"])
    return task


def _check_other_person(held: Held, task: TaskRow) -> None:
    """The two-person rule: not by who last did one of the elements that the drawing names."""
    if not task["not_by"]:
        return
    named = task["not_by"].replace(",", " ").split()
    query = (
        select(TASKS.c.element, TASKS.c.closed_by)
        .where(TASKS.c.dossier_id == held.dossier.id, TASKS.c.status == DONE, TASKS.c.element.in_(named))
        .order_by(TASKS.c.closed_at)
    )
    last = {row.element: row.closed_by for row in db.session.execute(query)}
    if held.actor.id in last.values():
        raise Forbidden(
            "Vous avez vous-même fait l’étape que cette tâche contrôle\u00a0: un autre agent doit la traiter.",
            code="second-agent-requis",
        )


def _checked(
    held: Held, task: TaskRow, opened: runtime.Opened, raw: Mapping[str, Any], documents: Documents
) -> tuple[dict[str, Any], Any]:
    """The clean answers of the task's form, their documents joined, and what its variable held before.

    A task without form takes no answer. What the task sees is told only to a form that looks at it.
    """
    if task["form"] is None:
        if raw:
            raise Invalid(dict.fromkeys(map(str, raw), "Cette tâche ne demande aucune réponse."))
        return {}, None
    form, needs = held.version.form(task["form"]), held.version.needs(task["form"])
    seen = _seen(opened, task["id"])
    context = seen if needs.context else {}
    clean = given.clean(form, raw, documents, context=context, zone=held.zone)
    if needs.documents:
        dossier = held.dossier
        key_id = str(dossier.key_id)
        given.attach(form, clean, context=context, dossier_id=dossier.id, key_id=key_id, owner=held.actor)
    return clean, seen.get(task["variable"])


def _seen(opened: runtime.Opened, task_id: str) -> Mapping[str, Any]:
    """The variables that the task sees; none once it is closed, which `complete` then says."""
    try:
        return opened.seen(task_id)
    except TaskNotOpen:
        return {}


def _assign(held: Held, task: TaskRow, agent_id: uuid.UUID | None, name: str | None, kind: str) -> None:
    assigned = update(TASKS).where(TASKS.c.id == task["id"]).values(assignee_id=agent_id, assignee=name)
    db.session.connection().execute(assigned)
    journal.append(held.dossier, held.actor, [Fact(kind, task["element"], task["name"], task["id"])], held.now)
