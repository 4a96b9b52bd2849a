"""What other rooms may do to dossiers, in their own unit of work. Services join a transaction; they never commit."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update

from engine import runtime
from engine.errors import TaskNotOpen
from engine.model import Advance
from prefecture.dossiers import advance as advancing
from prefecture.dossiers import filing, journal, messages, record, views
from prefecture.dossiers.answers import NO_DOCUMENTS, Documents
from prefecture.dossiers.correlation import correlate
from prefecture.dossiers.drafts import DraftView, delete_draft, delete_drafts_of, save_draft
from prefecture.dossiers.erasure import erase, erase_person
from prefecture.dossiers.held import (
    EN_CONSTRUCTION,
    ENDED,
    SANS_SUITE,
    STATUTS,
    TASKS,
    Held,
    check_revision,
    hold,
    hold_number,
)
from prefecture.dossiers.idempotency import remember, remembered
from prefecture.dossiers.journal import Fact
from prefecture.dossiers.messages import send_message
from prefecture.dossiers.tasks import (
    Outcome,
    assign_task,
    claim_task,
    complete_task,
    release_task,
)
from prefecture.dossiers.views import DossierView
from prefecture.identity import permissions
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, Forbidden, NotFound

__all__ = [
    "DossierView",
    "DraftView",
    "Outcome",
    "answer",
    "archive",
    "assign_task",
    "change_statut",
    "claim_task",
    "complete_task",
    "correlate",
    "delete_draft",
    "delete_drafts_of",
    "erase",
    "erase_person",
    "fail_effect",
    "fire_timers",
    "lock",
    "note",
    "release_task",
    "remember",
    "remembered",
    "retry_incident",
    "return_to_construction",
    "save_draft",
    "send_message",
    "set_deadline",
    "submit",
    "withdraw",
]

WITHDRAWAL = "retrait"
RETURN = "renvoi_en_construction"


def submit(
    actor: Actor,
    demarche_code: str,
    answers: Mapping[str, Any],
    documents: Documents = NO_DOCUMENTS,
    *,
    service_id: uuid.UUID | None = None,
    prefecture: str | None = None,
    person_id: uuid.UUID | None = None,
) -> DossierView:
    """File a dossier; see `filing.submit`."""
    dossier = filing.submit(
        actor,
        demarche_code,
        answers,
        documents,
        service_id=service_id,
        prefecture=prefecture,
        person_id=person_id,
    )
    return views.dossier_view(dossier)


def answer(dossier_id: uuid.UUID, effect_id: str, result: Mapping[str, Any]) -> bool:
    """Answer an effect of a dossier; False if it was answered before or is no longer wanted.

    Call it first in the handler's last unit of work: only when it says True is the rest owed.
    """
    held = hold(Actor.system(), dossier_id)
    if held.dossier.finished_at is not None:
        return False
    try:
        advance = runtime.answer(held.version.definition, held.state, effect_id, result, now=held.now)
    except TaskNotOpen:
        return False
    messages.step(held, advance, [_effect_fact(advance, "effect_answered", effect_id, result)])
    return True


def fail_effect(dossier_id: uuid.UUID, effect_id: str, code: str, message: str) -> bool:
    """Answer an effect with an error that the drawing may catch; False as for `answer`."""
    held = hold(Actor.system(), dossier_id)
    if held.dossier.finished_at is not None:
        return False
    try:
        advance = runtime.fail(held.version.definition, held.state, effect_id, code, message, now=held.now)
    except TaskNotOpen:
        return False
    told = {"code": code, "message": message}
    messages.step(held, advance, [_effect_fact(advance, "effect_failed", effect_id, told)])
    return True


def retry_incident(actor: Actor, number: str, incident: str) -> None:
    """Try again where the process stands still (the incident's id, or its element's). Conflict when it does not."""
    held = hold_number(actor, number)
    if not permissions.may(actor, "incident.repair", held.subject):
        raise NotFound
    if held.dossier.finished_at is not None:
        raise Conflict("Ce dossier est terminé\u00a0: il n’y a plus d’incident à régler.", code="dossier-termine")
    try:
        advance = runtime.retry(held.version.definition, held.state, incident, now=held.now)
    except TaskNotOpen as error:
        raise Conflict("Cet incident est déjà réglé.", code="incident-regle") from error
    messages.step(held, advance, [Fact("incident_retried", incident)])


def fire_timers(dossier_id: uuid.UUID, due: datetime) -> None:
    """Fire every timer of a dossier that is due at `due`, each once; nothing happens if they are gone."""
    held = hold(Actor.system(), dossier_id)
    if held.dossier.state is None or not held.dossier.timers:
        return
    now = max(due, clock.database_now(db.session))  # a worker whose own clock is ahead fires nothing early
    advance = runtime.fire(held.version.definition, held.state, now=now)
    if advance.events:
        messages.step(held, advance, ())


def withdraw(actor: Actor, number: str, reason: str, *, revision: int | None = None) -> DossierView:
    """Take back one's request: the process is told (`retrait`); a process that does not listen is closed."""
    held = _visible(hold_number(actor, number))
    if not permissions.may(actor, "dossier.withdraw", held.subject):
        raise Forbidden("Seul l’usager peut retirer sa demande.")
    check_revision(held.dossier, revision)
    if held.dossier.finished_at is not None or held.dossier.statut in ENDED:
        raise Conflict("Ce dossier est déjà terminé\u00a0: il ne peut plus être retiré.", code="dossier-termine")
    fact = Fact("withdrawn", values={"reason": reason})
    if not messages.deliver(held, WITHDRAWAL, {"motif_retrait": reason}, facts=[fact]):
        advancing.close(held, SANS_SUITE, [fact])
    return views.dossier_view(held.dossier)


def return_to_construction(actor: Actor, number: str, reason: str, *, revision: int | None = None) -> DossierView:
    """Send a dossier back to its author; the process tells them. Conflict where the drawing foresees no return."""
    held = _visible(hold_number(actor, number))
    if not permissions.may(actor, "dossier.move", held.subject):
        raise Forbidden("Renvoyer un dossier revient à un instructeur.")
    check_revision(held.dossier, revision)
    fact = Fact("returned", values={"reason": reason})
    if held.dossier.finished_at is not None or not messages.deliver(held, RETURN, {"message": reason}, facts=[fact]):
        raise Conflict("À cette étape, le dossier ne peut pas être renvoyé à l’usager.", code="renvoi-impossible")
    _set_statut(held, EN_CONSTRUCTION)
    return views.dossier_view(held.dossier)


def archive(actor: Actor, number: str) -> DossierView:
    """Put a finished dossier away; it stays readable."""
    held = _visible(hold_number(actor, number))
    if not permissions.may(actor, "dossier.move", held.subject):
        raise Forbidden("Archiver un dossier revient à un instructeur.")
    if held.dossier.statut not in ENDED and held.dossier.finished_at is None:
        raise Conflict("Seul un dossier terminé peut être archivé.", code="dossier-en-cours")
    if held.dossier.archived_at is None:
        held.dossier.archived_at = held.now
        journal.append(held.dossier, actor, [Fact("archived")], held.now)
    return views.dossier_view(held.dossier)


def change_statut(dossier_id: uuid.UUID, statut: str) -> None:
    """Say what a dossier is now (for the actions that a drawing names); ValueError for an unknown status."""
    if statut not in STATUTS:
        raise ValueError(f"no such status: {statut}")
    _set_statut(hold(Actor.system(), dossier_id), statut)


def set_deadline(dossier_id: uuid.UUID, silence_at: datetime | None, *, suspended: bool = False) -> None:
    """Say when the administration's silence becomes an answer, and whether that clock stands still."""
    held = hold(Actor.system(), dossier_id)
    dossier = held.dossier
    if (dossier.silence_at, dossier.suspended) == (silence_at, suspended):
        return
    before = {"silence_at": dossier.silence_at, "suspended": dossier.suspended}
    dossier.silence_at, dossier.suspended = silence_at, suspended
    after = {"silence_at": silence_at, "suspended": suspended}
    _move_tasks(held, before["silence_at"], silence_at)
    journal.append(dossier, held.actor, [Fact("deadline", values={"before": before, "after": after})], held.now)


def lock(dossier_id: uuid.UUID) -> None:
    """Lock a dossier before what hangs on it (convocations, appointments), for who does not begin with its process.

    Everybody locks in this order, so that nobody waits in a circle. What the session read before the wait is read anew.
    Raises NotFound.
    """
    db.session.flush()
    if record.lock("id", dossier_id) is None:
        raise NotFound
    db.session.expire_all()


def note(dossier_id: uuid.UUID, kind: str, name: str, values: Mapping[str, Any], *, actor: Actor | None = None) -> None:
    """Write a fact of another desk into the journal (a letter sent, a document seen)."""
    held = hold(actor or Actor.system(), dossier_id)
    journal.append(held.dossier, held.actor, [Fact(kind, name=name, values=values)], held.now)


def _visible(held: Held) -> Held:
    if not permissions.may(held.actor, "dossier.read", held.subject):
        raise NotFound
    return held


def _move_tasks(held: Held, before: Any, after: datetime | None) -> None:
    """Tasks that were due on the old deadline's day are due on the new one."""
    moved = [
        task_id
        for task_id, row in held.tasks.items()
        if before is not None
        and row["due_at"] is not None
        and row["due_at"].astimezone(held.zone).date() == before.astimezone(held.zone).date()
    ]
    if moved:
        due = {"due_at": after, "sort_at": after or advancing.NEVER}
        db.session.connection().execute(update(TASKS).where(TASKS.c.id.in_(moved)).values(due))


def _set_statut(held: Held, statut: str) -> None:
    dossier = held.dossier
    if dossier.statut != statut:
        before, dossier.statut = dossier.statut, statut
        fact = Fact("statut", name=statut, values={"before": before, "after": statut})
        journal.append(dossier, held.actor, [fact], held.now)


def _effect_fact(advance: Advance, kind: str, effect_id: str, values: Mapping[str, Any]) -> Fact:
    """The effect by its place on the drawing, which the step's own events tell."""
    event = next((one for one in advance.events if one.task_id == effect_id), None)
    element, name = (event.element, event.name) if event else (None, None)
    return Fact(kind, element, name, effect_id, values=values)
