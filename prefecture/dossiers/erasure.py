"""Erasing a dossier: its key, and every row on this list. What is kept is argued here, and a test holds both against
the schema: a table that names a dossier or a person and stands on neither list fails it.

After an erasure the dossier's number, dates and end stay for the counts, and its chain still verifies.

Erasing a person asks every desk in the same way, by a list of its own: what hangs on the account goes, and their
dossiers with it if that is asked; else those keep what they hold for as long as they must be kept.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from sqlalchemy import delete, select, update

from prefecture.agenda import service as agenda
from prefecture.documents import service as documents
from prefecture.dossiers import drafts, journal
from prefecture.dossiers.held import CANCELLED, OPEN, TASKS, hold
from prefecture.dossiers.journal import Fact
from prefecture.identity import queries as identity
from prefecture.identity import service as accounts
from prefecture.identity.permissions import Actor
from prefecture.kernel import keyring, outbox
from prefecture.kernel.db import Model, db
from prefecture.kernel.errors import Conflict
from prefecture.notifications import service as notifications

# Rows deleted where they name the dossier, in this order (what points to another comes first).
ROWS = ("dossier_search", "business_key", "journal_value", "kept_message", "dossier_message", "idempotency")

# Tables that another room empties when it is asked.
BY_DESK: Mapping[str, str] = {
    "document": "documents.service.erase_for deletes the files, then the rows",
    "notification": "notifications.service.erase_for",
    "convocation": "agenda.service.erase_for frees what was booked and deletes the invitations",
    "due_work": "outbox.cancel_for cancels what is pending and forgets every payload",
}

# Tables whose rows stay, and why that names nobody.
KEPT: Mapping[str, str] = {
    "dossier": "number, dates and end stay for the counts; person, names, state and key are emptied",
    "dossier_task": "steps, dates and agents stay for the counts; the person and the card are emptied",
    "journal_entry": "the proof: kinds, elements, dates, agents, salted hashes whose salts are gone",
    "journal_seal_head": "numbers and hashes",
    "unclaimed_message": "belongs to no dossier yet: handed over to the first that bears its key, or deleted",
    "draft": "belongs to no dossier: deleted when it is filed, dropped, or after its time",
    "person": "the account outlives its dossiers; identity.service.erase_person erases it",
    "login_session": "the account's, not the dossier's; it ends by itself within hours",
    "api_token": "the account's, not the dossier's",
    "trace": "who looked, by ids alone",
    "studio_campaign_dossier": "steps and dates of a move; the state before it opens with the dossier's key alone",
    "data_key": "the dossier's key is deleted by its id",
    "passage": "steps, dates and services, as in journal_entry; the reading of the erasure empties the motif",
    "observed_dossier": "how far its journal was read; the reading of the erasure empties the motif",
}


# What an account's erasure does to each table that names a person, an owner or an account.
OF_PERSON: Mapping[str, str] = {
    "person": "identity.service.erase_person empties the row and deletes the key",
    "login_session": "identity.service.erase_person",
    "api_token": "identity.service.erase_person",
    "document": "documents.service.erase_of_owner deletes what belongs to no dossier",
    "notification": "notifications.service.erase_of_person deletes what is about no dossier",
    "draft": "drafts.delete_drafts_of, with the draft's key",
    "due_work": "outbox.cancel_sealed_with cancels what was sealed with the person's key",
    "convocation": "its dossier's: agenda.service.erase_for, by erase",
    "dossier": "erased with the account if that is asked; else it keeps the bare id, for as long as it must be kept",
    "dossier_task": "its dossier's",
    "trace": "who looked, by ids alone",
}


def erase_person(person_id: uuid.UUID, by: Actor | None = None, *, with_dossiers: bool = False) -> int:
    """Erase a person's account for good at every desk, in the caller's unit of work; how many dossiers went with it.

    with_dossiers: their finished dossiers too. Raises NotFound; Conflict while one of their dossiers runs.
    """
    person = identity.person(person_id)
    own = Model.metadata.tables["dossier"]
    mine = select(own.c.id).where(own.c.person_id == person_id, own.c.erased_at.is_(None))
    if db.session.scalars(mine.where(own.c.finished_at.is_(None), own.c.archived_at.is_(None)).limit(1)).first():
        raise Conflict("Cette personne a un dossier en cours\u00a0: il faut d’abord le clore.")
    ended = db.session.scalars(mine.order_by(own.c.id)).all() if with_dossiers else []
    for dossier_id in ended:
        erase(dossier_id, by)
    documents.erase_of_owner(person_id)
    notifications.erase_of_person(person_id)
    drafts.delete_drafts_of(person_id)
    outbox.cancel_sealed_with(person.key_id)
    accounts.erase_person(person_id)
    return len(ended)


def erase(dossier_id: uuid.UUID, by: Actor | None = None) -> None:
    """Erase a dossier for good, in the caller's unit of work. Twice is once. Conflict while it is not finished."""
    held = hold(by or Actor.system(), dossier_id)
    dossier = held.dossier
    if dossier.erased_at is not None:
        return
    if dossier.finished_at is None and dossier.archived_at is None:
        raise Conflict("Un dossier en cours ne peut pas être effacé\u00a0: il faut d’abord le clore.")
    documents.erase_for(dossier_id)
    notifications.erase_for(dossier_id)
    agenda.erase_for(dossier_id)
    outbox.cancel_for(dossier_id)
    tables = Model.metadata.tables
    for name in ROWS:
        table = tables[name]
        db.session.execute(delete(table).where(table.c.dossier_id == dossier_id))
    own = TASKS.c.dossier_id == dossier_id
    db.session.execute(update(TASKS).where(own, TASKS.c.status == OPEN).values(status=CANCELLED, closed_at=held.now))
    db.session.execute(update(TASKS).where(own).values(card=None, person_id=None))
    if dossier.key_id is not None:
        keyring.erase(dossier.key_id)
    dossier.key_id = dossier.state = dossier.person = dossier.person_id = dossier.incident = None
    dossier.timers, dossier.kept_messages = [], 0
    dossier.erased_at = held.now
    journal.append(dossier, held.actor, [Fact("erased")], held.now)
