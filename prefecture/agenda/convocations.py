"""Convocations found: by id, by the token of a link, by dossier. For this desk's own use."""

from __future__ import annotations

import base64
import uuid

from sqlalchemy import select

from prefecture.agenda.models import Convocation, Rdv
from prefecture.agenda.words import said_day
from prefecture.identity import queries as identity
from prefecture.kernel import clock, crypto
from prefecture.kernel.db import db
from prefecture.kernel.errors import Gone, NotFound

ACTIVE = ("retenu", "confirme", "arrive", "en_retard")

# A convocation is named by its id or by its token; what comes from an address is a token and nothing else.
Which = uuid.UUID | str


def token_of(key: str) -> str:
    """The link token of the convocation made with `key`: 256 bits, the same at every call."""
    return base64.urlsafe_b64encode(crypto.keyed_hash(key, "agenda.convocation")).decode().rstrip("=")


def find(which: Which, *, lock: bool = False, by_agent: bool = False) -> Convocation:
    """The convocation in force that `which` leads to, its row locked if asked.

    Raises NotFound if there is none, Gone if it is closed or, unless an agent asks, too late to choose.
    """
    row = _named(which, lock=lock)
    while row is not None and row.replaced_by_id is not None:
        row = _by_id(row.replaced_by_id, lock=lock)
    if row is None:
        raise NotFound("Cette convocation n’existe pas. Vérifiez le lien que vous avez reçu.")
    if row.closed_at is not None:
        raise Gone("Cette convocation n’est plus valable\u00a0: votre dossier n’attend plus de rendez-vous.")
    if not by_agent and row.expires_at <= clock.now():
        zone = identity.zone_of_service(row.service_id)
        day = said_day(row.expires_at.astimezone(zone).date())
        raise Gone(
            f"Le délai pour choisir un rendez-vous est passé depuis le {day}. Écrivez au service qui vous convoque."
        )
    return row


def of_dossier(dossier_id: uuid.UUID, *, lock: bool = False) -> list[Convocation]:
    """Every convocation of a dossier, the oldest first."""
    statement = select(Convocation).where(Convocation.dossier_id == dossier_id).order_by(Convocation.created_at)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return list(db.session.scalars(statement))


def active_rdv(convocation_id: uuid.UUID, *, lock: bool = False) -> Rdv | None:
    """The one appointment of a convocation that is held, booked or going on."""
    statement = select(Rdv).where(Rdv.convocation_id == convocation_id, Rdv.status.in_(ACTIVE))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(statement)


def _named(which: Which, *, lock: bool) -> Convocation | None:
    if isinstance(which, uuid.UUID):
        return _by_id(which, lock=lock)
    found = db.session.scalar(select(Convocation.id).where(Convocation.token_hash == crypto.token_hash(which)))
    return _by_id(found, lock=lock) if found is not None else None


def _by_id(convocation_id: uuid.UUID, *, lock: bool) -> Convocation | None:
    statement = select(Convocation).where(Convocation.id == convocation_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(statement)
