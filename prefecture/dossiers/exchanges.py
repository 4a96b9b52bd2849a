"""What a citizen and their service write to each other about a dossier, beside its process: nothing waits for it.

A text is sealed with the dossier's key, like everything that names a person, and goes with it. The journal says that
somebody wrote, not what. A citizen's message is open until an agent answers it, or says that it asks for no answer.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import escape
from sqlalchemy import select, update

from engine.state import read_data
from prefecture.dossiers import journal
from prefecture.dossiers.held import Held, hold_number, subject_of
from prefecture.dossiers.journal import Fact
from prefecture.dossiers.models import Dossier, DossierMessage
from prefecture.identity import permissions
from prefecture.identity import queries as identity
from prefecture.identity.permissions import Actor
from prefecture.kernel import keyring, settings
from prefecture.kernel.db import db, new_id
from prefecture.kernel.errors import Conflict, Forbidden, Gone, Invalid, NotFound, TooMany
from prefecture.notifications import service as notifications
from prefecture.notifications.addressee import Recipient
from prefecture.notifications.templates import Mail

LONGEST = 4000
MOST_A_DAY = 10
DAY = timedelta(days=1)
VERB = "message.write"
WRITTEN, HANDLED = "message_written", "message_handled"
SHOWN = 20


@dataclass(frozen=True)
class MessageView:
    """One message; `by` is the agent's name, empty for the citizen. `open`: a citizen's that nobody answered yet."""

    id: uuid.UUID
    at: datetime
    by_citizen: bool
    by: str
    text: str
    open: bool


@dataclass(frozen=True)
class Waiting:
    """A dossier whose citizen waits for an answer since `since`."""

    number: str
    demarche_code: str
    since: datetime
    zone: str


def write(actor: Actor, number: str, text: str) -> None:
    """Write to the service, or to the citizen, in the caller's unit of work; an agent's message answers all before it.

    Raises NotFound, Forbidden, Invalid, Gone (erased), TooMany (a citizen's eleventh in a day).
    """
    held = _held(actor, number)
    said = text.replace("\r\n", "\n").strip()
    if not said:
        raise Invalid({"texte": "Écrivez votre message."})
    if len(said) > LONGEST or "\x00" in said:
        raise Invalid({"texte": f"{LONGEST} caractères au plus."})
    by_citizen = actor.kind == "person"
    if by_citizen:
        _check_pace(held)
    else:
        _answered(held)
    row = DossierMessage(
        id=new_id(),
        dossier_id=held.dossier.id,
        at=held.now,
        by_citizen=by_citizen,
        by_name="" if by_citizen else actor.name,
        sealed=b"",
        open=by_citizen,
    )
    row.sealed = keyring.seal_json(str(held.dossier.key_id), {"text": said}, _place(row.id))
    db.session.add(row)
    db.session.flush()
    journal.append(held.dossier, actor, [Fact(WRITTEN)], held.now)
    if not by_citizen:
        _tell(held, row.id)


def close(actor: Actor, number: str) -> None:
    """Say that a citizen's messages ask for no answer, in the caller's unit of work. Raises NotFound, Conflict."""
    held = _held(actor, number)
    if actor.kind == "person":
        raise NotFound
    if not _answered(held):
        raise Conflict("Aucun message n’attend de réponse.", code="rien-a-repondre")
    journal.append(held.dossier, actor, [Fact(HANDLED)], held.now)


def thread(number: str, actor: Actor) -> list[MessageView]:
    """What was written about a dossier, oldest first, if the actor may see the dossier; raises NotFound."""
    row = db.session.scalar(select(Dossier).where(Dossier.number == number.strip().upper()))
    if row is None or not permissions.may(actor, "dossier.read", subject_of(row)):
        raise NotFound
    if row.key_id is None:
        return []
    query = select(DossierMessage).where(DossierMessage.dossier_id == row.id).order_by(DossierMessage.at)
    return [_view(one, row.key_id) for one in db.session.scalars(query)]


def waiting(actor: Actor) -> list[Waiting]:
    """The dossiers of the actor's services whose citizen waits for an answer, the longest first."""
    query = (
        select(Dossier.number, Dossier.demarche_code, DossierMessage.at, Dossier.zone)
        .join(Dossier, Dossier.id == DossierMessage.dossier_id)
        .where(DossierMessage.open, Dossier.service_id.in_(actor.service_ids))
        .order_by(DossierMessage.at)
    )
    found: dict[str, Waiting] = {}
    for one in db.session.execute(query):
        found.setdefault(one.number, Waiting(*one))
    return list(found.values())[:SHOWN]


def _held(actor: Actor, number: str) -> Held:
    held = hold_number(actor, number)
    if not permissions.may(actor, "dossier.read", held.subject):
        raise NotFound
    if not permissions.may(actor, VERB, held.subject):
        raise Forbidden("Votre rôle ne permet pas d’écrire dans ce dossier.")
    if held.dossier.key_id is None:
        raise Gone("Ce dossier a été effacé.")
    return held


def _check_pace(held: Held) -> None:
    """Raise TooMany when the citizen has written enough for a day."""
    own = (DossierMessage.dossier_id == held.dossier.id) & DossierMessage.by_citizen
    recent = db.session.scalars(
        select(DossierMessage.at).where(own, DossierMessage.at > held.now - DAY).order_by(DossierMessage.at)
    ).all()
    if len(recent) >= MOST_A_DAY:
        wait = int((recent[-MOST_A_DAY] + DAY - held.now).total_seconds())
        raise TooMany(
            f"Vous avez écrit {MOST_A_DAY} messages en un jour\u00a0: le service les lira. Réessayez demain.",
            retry_after=max(1, wait),
        )


def _answered(held: Held) -> bool:
    """Close what the citizen wrote; whether anything was open."""
    waits = (DossierMessage.dossier_id == held.dossier.id) & DossierMessage.open
    return bool(db.session.execute(update(DossierMessage).where(waits).values(open=False)).rowcount)  # type: ignore[attr-defined]


def _tell(held: Held, message_id: uuid.UUID) -> None:
    """Have a mail say that a message is there, and not what it says."""
    dossier = held.dossier
    person = identity.person(dossier.person_id) if dossier.person_id is not None else None
    given = read_data(held.state).get("demande", {}).get("courriel") if dossier.state is not None else None
    address = given or (person.email if person else None)
    house = identity.prefecture(dossier.prefecture).name
    notifications.queue_mail(
        key=f"{dossier.id}:message:{message_id}",
        to=Recipient(name=person.name if person else "", email=address, person_id=dossier.person_id),
        mail=_mail(dossier.number, house),
        key_id=str(dossier.key_id),
        dossier_id=dossier.id,
        sender=house,
    )


def _mail(number: str, house: str) -> Mail:
    subject = "Le service vous a répondu"
    link = f"{settings.current().base_url}/dossiers/{number}"
    said = f"Un message vous attend dans votre dossier n°\u00a0{number}, rubrique «\u00a0Échanges\u00a0»."
    text = f"Bonjour,\n\n{said}\n\nVoir ma demande : {link}\n\nDossier n° {number}\n{house}\n"
    html = (
        f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{subject}</title></head><body>'
        f'<p>Bonjour,</p><p>{escape(said)}</p><p><a href="{escape(link)}">Voir ma demande</a></p>'
        f"<p>Dossier n° {escape(number)}<br>{escape(house)}</p></body></html>"
    )
    return Mail(subject, text, html)


def _view(row: DossierMessage, key_id: str) -> MessageView:
    text = keyring.unseal_json(key_id, row.sealed, _place(row.id))["text"]
    return MessageView(row.id, row.at, row.by_citizen, row.by_name, text, row.open)


def _place(message_id: uuid.UUID) -> str:
    return f"dossier.message:{message_id}"
