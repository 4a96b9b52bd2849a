"""Messages that came too early: those kept for later, and those whose time was over before anybody awaited them.

A message that outlived its time is an incident until somebody sends it again or drops it with a reason.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from prefecture.dossiers import correlation, journal, messages
from prefecture.dossiers.held import Held, hold, subject_of
from prefecture.dossiers.journal import Fact
from prefecture.dossiers.messages import EXPIRED, KEPT
from prefecture.dossiers.models import Dossier, KeptMessage
from prefecture.identity import permissions
from prefecture.identity.permissions import ADMINISTRATEUR, Actor
from prefecture.kernel import clock
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, Forbidden, NotFound

PREFIX = "M-"
MOST = 1_000
EXPIRED_CODE, UNCLAIMED_CODE = "message_perime", "message_sans_dossier"


@dataclass(frozen=True)
class MessageView:
    """A kept message of a dossier: its name and its time, never what it says."""

    id: uuid.UUID
    name: str
    status: str  # kept, expired
    kept_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class LateMessage:
    """A message whose time is over; without a dossier if none ever bore its key."""

    id: str
    name: str
    number: str | None
    demarche_code: str | None
    since: datetime


def kept_messages(number: str, actor: Actor) -> list[MessageView]:
    """What waits for its moment in a dossier, and what waited in vain, oldest first. NotFound for citizens too."""
    row = db.session.scalars(select(Dossier).where(Dossier.number == number.strip().upper())).first()
    if row is None or actor.kind == "person" or not permissions.may(actor, "dossier.read", subject_of(row)):
        raise NotFound
    now = clock.database_now(db.session)
    open_ones = (KeptMessage.dossier_id == row.id) & KeptMessage.status.in_((KEPT, EXPIRED))
    return [
        MessageView(one.id, one.name, KEPT if now < one.expires_at else EXPIRED, one.kept_at, one.expires_at)
        for one in db.session.scalars(select(KeptMessage).where(open_ones).order_by(KeptMessage.kept_at))
    ]


def late(actor: Actor) -> Iterator[LateMessage]:
    """Every message whose time is over that the actor may see."""
    query = (
        select(KeptMessage, Dossier)
        .join(Dossier, Dossier.id == KeptMessage.dossier_id)
        .where(KeptMessage.status == EXPIRED)
        .limit(MOST)
    )
    for row, dossier in db.session.execute(query):
        if permissions.may(actor, "incident.read", subject_of(dossier)):
            yield LateMessage(f"{PREFIX}{row.id}", row.name, dossier.number, dossier.demarche_code, row.expires_at)
    if _keeps_the_house(actor):
        for one in correlation.unclaimed(clock.database_now(db.session)):
            yield LateMessage(f"{PREFIX}{one.id}", one.name, None, None, one.expires_at)


def send_again(actor: Actor, incident_id: str) -> None:
    """Send a late message once more, in the caller's unit of work. NotFound, Forbidden; Conflict when it is settled."""
    held, message_id = _held(actor, incident_id)
    if held is None:
        raise Conflict(
            "Aucun dossier ne porte cette clé\u00a0: ce message ne peut qu’être abandonné.", code="sans-dossier"
        )
    messages.send_again(held, message_id)
    _note(actor, held.dossier.id, Fact("incident_retried", name=EXPIRED_CODE))


def drop(actor: Actor, incident_id: str, reason: str) -> None:
    """Give a late message up, in the caller's unit of work; what send_again raises."""
    held, message_id = _held(actor, incident_id)
    if held is None:
        correlation.drop(message_id)
        return
    name = messages.drop(held, message_id)
    _note(actor, held.dossier.id, Fact("incident_skipped", name=EXPIRED_CODE, values={"reason": reason, "name": name}))


def _held(actor: Actor, incident_id: str) -> tuple[Held | None, uuid.UUID]:
    """The dossier of a late message under its lock, None for a message without one; and the message's id."""
    try:
        message_id = uuid.UUID(incident_id.removeprefix(PREFIX))
    except ValueError as error:
        raise NotFound from error
    row = db.session.get(KeptMessage, message_id)
    if row is None:
        if not _keeps_the_house(actor) or message_id not in {one.id for one in correlation.unclaimed(clock.now())}:
            raise NotFound
        return None, message_id
    held = hold(actor, row.dossier_id)
    if not permissions.may(actor, "incident.read", held.subject):
        raise NotFound
    if not permissions.may(actor, "incident.repair", held.subject):
        raise Forbidden("Réparer un incident demande un autre rôle.")
    db.session.refresh(row)
    return held, message_id


def _note(actor: Actor, dossier_id: uuid.UUID, fact: Fact) -> None:
    held = hold(actor, dossier_id)  # read anew: a delivery has written the row meanwhile
    journal.append(held.dossier, actor, [fact], held.now)


def _keeps_the_house(actor: Actor) -> bool:
    return actor.kind == "system" or ADMINISTRATEUR in actor.roles
