"""What stands still until somebody looks: due work that failed for good, and places where a process cannot go on.

An incident is known by the due work's id, by `NUMBER.TOKEN` for a place in a dossier's process, by `M-` and its id
for a message that nobody awaited in time. Whoever repairs needs `incident.repair` on the dossier; what they do is
journalled with their reason. Data are never shown here: who may repair is not always who may read.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from engine import migration, runtime
from engine.errors import DataRefused, TaskNotOpen
from engine.migration import MappingInvalid, MigrationRefused
from engine.model import Advance
from engine.state import read_data
from prefecture.demarches import queries as demarches
from prefecture.dossiers import journal, messages, waiting
from prefecture.dossiers.advance import TIMER
from prefecture.dossiers.held import Held, hold, place, subject_of
from prefecture.dossiers.journal import Fact
from prefecture.dossiers.migration import MIGRATE, carry
from prefecture.dossiers.models import Dossier, JournalEntry
from prefecture.identity import permissions
from prefecture.identity.permissions import ADMINISTRATEUR, ANALYSTE, Actor
from prefecture.kernel import clock, keyring, outbox
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from prefecture.kernel.outbox import DueWork

log = logging.getLogger(__name__)

WORK, PROCESS, MESSAGE = "work", "process", "message"
MOST = 1_000
_OVER = "Cet incident est déjà réglé."
_when_skipped: dict[str, Callable[[str], None]] = {}


@dataclass(frozen=True)
class IncidentView:
    """One incident. `kind`: work, process or message; `code`: the failed work's kind, the engine's code, or ours."""

    id: str
    kind: str
    number: str | None
    demarche_code: str | None
    element: str | None
    name: str | None
    code: str
    message: str
    since: datetime | None
    attempts: int


def when_skipped(kind: str, told: Callable[[str], None]) -> None:
    """Have `told` be called with the key of each work of that kind that is skipped, in the same unit of work."""
    _when_skipped[kind] = told


def incidents(actor: Actor, *, number: str | None = None) -> list[IncidentView]:
    """Every incident that the actor may see (of one dossier, if a number is given), by id."""
    wanted = number.strip().upper() if number else None
    found = [*_of_work(actor), *_of_processes(actor), *_of_messages(actor)]
    return sorted((one for one in found if wanted in (None, one.number)), key=lambda one: one.id)


def incident(actor: Actor, incident_id: str) -> IncidentView:
    """One incident; raises NotFound."""
    found = next((one for one in incidents(actor) if one.id == incident_id), None)
    if found is None:
        raise NotFound
    return found


def data(actor: Actor, incident_id: str) -> dict[str, Any]:
    """The variables of an incident's process, for who may read the dossier; raises NotFound."""
    found = incident(actor, incident_id)
    if found.number is None:
        return {}
    row = db.session.scalars(select(Dossier).where(Dossier.number == found.number)).one()
    if not permissions.may(actor, "dossier.read", subject_of(row)):
        raise NotFound
    return read_data(_state(row))


def retry(actor: Actor, incident_id: str) -> None:
    """Try again, in the caller's unit of work. NotFound; Conflict when there is nothing to try again any more."""
    if incident_id.startswith(waiting.PREFIX):
        waiting.send_again(actor, incident_id)
        return
    work_id = _work_id(incident_id)
    if work_id is None:
        held, token = _of_process(actor, incident_id)
        _step(held, "incident_retried", token, {}, lambda state: _retried(held, state, token))
        return
    row = _work(actor, work_id)
    if not outbox.retry(work_id):
        raise Conflict(_OVER, code="incident-regle")
    _note(actor, row, "incident_retried", {})


def skip(actor: Actor, incident_id: str, reason: str, results: Mapping[str, Any] | None = None) -> None:
    """Go on as if it had been done, with these results, in the caller's unit of work.

    A timer cannot be skipped: its dossier would wait for ever. Raises NotFound, Invalid, Conflict.
    """
    _check_reason(reason)
    if incident_id.startswith(waiting.PREFIX):
        waiting.drop(actor, incident_id, reason)
        return
    told, given = {"reason": reason, "results": dict(results or {})}, dict(results or {})
    work_id = _work_id(incident_id)
    if work_id is None:
        held, token = _of_process(actor, incident_id)
        _step(held, "incident_skipped", token, told, lambda state: _skipped(held, state, token, given))
        return
    row = _work(actor, work_id)
    if row.kind in (TIMER, MIGRATE):
        raise Conflict("Une échéance ne se saute pas\u00a0: elle se relance.", code="saut-impossible")
    _close(row)
    _note(actor, row, "incident_skipped", told)
    if row.kind in _when_skipped:
        _when_skipped[row.kind](row.key)
    if row.dossier_id is not None:
        _answer(actor, row, given)


def edit(actor: Actor, number: str, values: Mapping[str, Any], reason: str) -> None:
    """Change variables of a dossier's process, in the caller's unit of work; what they were is journalled."""
    _check_reason(reason)
    held = _repairable(actor, number)
    before = read_data(held.state)
    told = {"reason": reason, "before": {name: before.get(name) for name in values}, "after": dict(values)}
    _step(
        held,
        "data_edited",
        None,
        told,
        lambda state: runtime.set_variables(held.version.definition, state, values, now=held.now),
    )


def move(actor: Actor, number: str, mapping: Mapping[str, str], reason: str) -> None:
    """Move tokens of a dossier: what stands on A is ended, B begins; A=A begins A again. Conflict when refused."""
    _check_reason(reason)
    held = _repairable(actor, number)
    definition = held.version.definition
    try:
        advance = migration.migrate(held.state, definition, definition, mapping, now=held.now)
    except (MigrationRefused, MappingInvalid) as refusal:
        message = f"Ce déplacement n’est pas possible\u00a0: {refusal}."
        raise Conflict(message, code="deplacement-impossible") from refusal
    if not any(event.kind in {"cancelled", "entered"} for event in advance.events):
        raise Conflict("Rien ne se trouve à cet endroit.", code="deplacement-impossible")
    carry(held, advance, Fact("token_moved", values={"mapping": dict(mapping), "reason": reason}))


# -- due work ----------------------------------------------------------------------------------------------------------


def _of_work(actor: Actor) -> Iterator[IncidentView]:
    query = (
        select(DueWork, Dossier)
        .outerjoin(Dossier, Dossier.id == DueWork.dossier_id)
        .where(DueWork.status == "incident")
        .order_by(DueWork.ended_at.desc())
        .limit(MOST)
    )
    for work, dossier in db.session.execute(query):
        if _may(actor, "incident.read", dossier):
            yield IncidentView(
                id=str(work.id),
                kind=WORK,
                number=dossier.number if dossier else None,
                demarche_code=dossier.demarche_code if dossier else None,
                element=_effect_of(work)[0],
                name=None,
                code=work.kind,
                message=work.last_error or "",
                since=work.ended_at,
                attempts=work.attempts,
            )


def _of_messages(actor: Actor) -> Iterator[IncidentView]:
    for one in waiting.late(actor):
        code = waiting.EXPIRED_CODE if one.number else waiting.UNCLAIMED_CODE
        said = f"Le message «\u00a0{one.name}\u00a0» n’a été attendu par personne avant sa date limite."
        yield IncidentView(one.id, MESSAGE, one.number, one.demarche_code, None, one.name, code, said, one.since, 0)


def _work_id(incident_id: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(incident_id)
    except ValueError:
        return None


def _work(actor: Actor, work_id: uuid.UUID) -> DueWork:
    """The work in incident, its dossier locked first."""
    row = db.session.get(DueWork, work_id)
    dossier = db.session.get(Dossier, row.dossier_id) if row is not None and row.dossier_id else None
    if row is None or not _may(actor, "incident.read", dossier):
        raise NotFound
    if not _may(actor, "incident.repair", dossier):
        raise Forbidden("Réparer un incident demande un autre rôle.")
    if dossier is not None:
        hold(actor, dossier.id)
        db.session.refresh(row)
    if row.status != "incident":
        raise Conflict(_OVER, code="incident-regle")
    return row


def _close(row: DueWork) -> None:
    closed = {"status": "cancelled", "payload": None, "ended_at": clock.database_now(db.session)}
    own = (DueWork.id == row.id) & (DueWork.status == "incident")
    if not db.session.execute(update(DueWork).where(own).values(closed)).rowcount:  # type: ignore[attr-defined]
        raise Conflict(_OVER, code="incident-regle")


def _effect_of(work: DueWork) -> tuple[str | None, str | None]:
    """Element and id of the effect that the work is for, as its key says: `dossier:element:effect`."""
    parts = work.key.split(":")
    is_effect = len(parts) == 3 and parts[0] == str(work.dossier_id) and parts[1] != "timer"
    return (parts[1], parts[2]) if is_effect else (None, None)


def _answer(actor: Actor, row: DueWork, results: Mapping[str, Any]) -> None:
    """The process goes on with these results in place of the effect's own."""
    element, effect_id = _effect_of(row)
    if effect_id is None or row.dossier_id is None:
        return
    held = hold(actor, row.dossier_id)
    try:
        advance = runtime.answer(held.version.definition, held.state, effect_id, results, now=held.now)
    except TaskNotOpen:
        return  # the process went on without it
    except DataRefused as error:
        raise Invalid({"results": "Une valeur ne peut pas être gardée."}) from error
    messages.step(held, advance, [Fact("effect_answered", element, task_id=effect_id, values=results)])


def _note(actor: Actor, row: DueWork, kind: str, values: Mapping[str, Any]) -> None:
    log.info("%s %s %s by %s", kind, row.kind, row.id, actor.id)
    if row.dossier_id is not None:
        held = hold(actor, row.dossier_id)
        fact = Fact(kind, _effect_of(row)[0], name=row.kind, values=values or None)
        if held.dossier.key_id is not None:
            journal.append(held.dossier, actor, [fact], held.now)


# -- processes ---------------------------------------------------------------------------------------------------------


def _of_processes(actor: Actor) -> Iterator[IncidentView]:
    query = select(Dossier).where(Dossier.incident.is_not(None), Dossier.state.is_not(None))
    rows = [row for row in db.session.scalars(query.limit(MOST)) if _may(actor, "incident.read", row)]
    ids = [row.id for row in rows]
    entries = (
        select(JournalEntry.dossier_id, func.max(JournalEntry.at))
        .where(JournalEntry.dossier_id.in_(ids), JournalEntry.kind == "incident")
        .group_by(JournalEntry.dossier_id)
    )
    since: dict[uuid.UUID, datetime] = {row[0]: row[1] for row in db.session.execute(entries)}
    for row in rows:
        yield from _of_one(row, since.get(row.id))


def _of_one(row: Dossier, since: datetime | None) -> Iterator[IncidentView]:
    definition = demarches.version(row.version_id).definition
    shown = runtime.inspect(definition, _state(row), now=clock.now())
    marked, _, code = (row.incident or "").partition(":")
    told = [(one.id, one.element, one.process, one.code, one.message) for one in shown.incidents]
    # What a sweep has marked is no incident of the engine's: an answer or a timer was lost outside it.
    for token, element, process, reason, message in told or [("x", marked, definition.process, code, "")]:
        info = definition.element(process, element)
        yield IncidentView(
            id=f"{row.number}.{token}",
            kind=PROCESS,
            number=row.number,
            demarche_code=row.demarche_code,
            element=element,
            name=info.name if info else None,
            code=reason,
            message=message,
            since=since,
            attempts=0,
        )


def _state(row: Dossier) -> bytes:
    return keyring.unseal(str(row.key_id), row.state or b"", place(row.id))


def _of_process(actor: Actor, incident_id: str) -> tuple[Held, str]:
    number, separator, token = incident_id.rpartition(".")
    if not separator:
        raise NotFound
    return _repairable(actor, number), token


def _repairable(actor: Actor, number: str) -> Held:
    held = _held(actor, number)
    if not permissions.may(actor, "incident.read", held.subject):
        raise NotFound
    if not permissions.may(actor, "incident.repair", held.subject):
        raise Forbidden("Réparer un incident demande un autre rôle.")
    if held.dossier.finished_at is not None or held.dossier.state is None:
        raise Conflict("Ce dossier est déjà terminé.", code="dossier-termine")
    return held


def _held(actor: Actor, number: str) -> Held:
    found = db.session.scalar(select(Dossier.id).where(Dossier.number == number.strip().upper()))
    if found is None:
        raise NotFound
    return hold(actor, found)


def _retried(held: Held, state: bytes, token: str) -> Advance:
    return runtime.retry(held.version.definition, state, token, now=held.now)


def _skipped(held: Held, state: bytes, token: str, results: Mapping[str, Any]) -> Advance:
    return runtime.skip(held.version.definition, state, token, results, now=held.now)


def _step(held: Held, kind: str, token: str | None, values: Mapping[str, Any], act: Callable[[bytes], Advance]) -> None:
    try:
        advance = act(held.state)
    except TaskNotOpen as error:
        raise Conflict(_OVER, code="incident-regle") from error
    except DataRefused as error:
        raise Invalid({"results": "Une valeur ne peut pas être gardée."}) from error
    event = next((one for one in advance.events if one.task_id == token), None)
    element, name = (event.element, event.name) if event else (None, None)
    messages.step(held, advance, [Fact(kind, element, name, token, values=values or None)])


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid({"reason": "Dites pourquoi."})


def _may(actor: Actor, verb: str, dossier: Dossier | None) -> bool:
    """On a dossier's incident by whose the dossier is; the house's own are for who keeps or draws it."""
    if dossier is not None:
        return permissions.may(actor, verb, subject_of(dossier))
    keeps = actor.kind == "system" or bool(actor.roles & {ADMINISTRATEUR, ANALYSTE})
    return keeps and permissions.may(actor, verb)
