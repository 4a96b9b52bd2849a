"""Convocations made, opened by their link, withdrawn and erased. Everything joins the caller's unit of work.

The token comes from the key under this installation's secret: work that is played again gives the same link, and the
database, which keeps only its hash, does not give it.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Literal

from sqlalchemy import delete, select, update

from prefecture.agenda import booking, queries
from prefecture.agenda.convocations import active_rdv, find, of_dossier, token_of
from prefecture.agenda.models import Convocation, Rdv
from prefecture.agenda.opening import motif_of
from prefecture.agenda.queries import LINK, ConvocationView
from prefecture.identity import service as identity
from prefecture.kernel import clock, crypto
from prefecture.kernel.db import db, new_id

VALID_FOR = timedelta(days=30)
MAX_MOVES = 2


def invite(
    dossier_id: uuid.UUID,
    service_id: uuid.UUID,
    motif: str,
    key: str,
    *,
    purpose: Literal["depot", "remise"] = "depot",
    valid_for: timedelta = VALID_FOR,
    max_moves: int = MAX_MOVES,
) -> tuple[ConvocationView, str]:
    """Invite the person of a dossier to choose an appointment; returns the convocation and the token of its link.

    The same key again gives the same convocation and token. A former convocation of the dossier for the same purpose is
    replaced: its link leads to this one, its appointment, if it had one, is cancelled. Raises NotFound if the service
    does not have the motif.
    """
    token = token_of(key)
    found = db.session.scalar(select(Convocation).where(Convocation.key == key))
    if found is not None:
        return queries.convocation_view(found), token
    now = clock.now()
    former = [row for row in of_dossier(dossier_id, lock=True) if row.purpose == purpose and row.replaced_by_id is None]
    row = Convocation(
        id=new_id(),
        key=key,
        dossier_id=dossier_id,
        service_id=service_id,
        motif_id=motif_of(service_id, motif).id,
        purpose=purpose,
        token_hash=crypto.token_hash(token),
        expires_at=now + valid_for,
        max_moves=max_moves,
        created_at=now,
    )
    db.session.add(row)
    db.session.flush()
    for each in former:
        if each.closed_at is None:
            _close(each)
        each.replaced_by_id = row.id
    db.session.flush()
    return queries.convocation_view(row), token


def open_link(token: str) -> str:
    """Exchange a link's token for a ten-minute link session and return the session's token.

    Only a POST does it. The link itself stays good until it expires, so that the mail works again; `queries.opened_by`
    says what a session opens. Raises NotFound, Gone.
    """
    return identity.open_session(None, "link", subject=f"{LINK}{find(token).id}")


def withdraw(dossier_id: uuid.UUID, *, purpose: Literal["depot", "remise"] | None = None) -> None:
    """The dossier awaits no appointment any more: its convocations are closed, what was booked is cancelled.

    With `purpose`, only the convocations for it. Appointments that took place stay as they are.
    """
    for row in of_dossier(dossier_id, lock=True):
        if row.closed_at is None and purpose in (None, row.purpose):
            _close(row)


def erase_for(dossier_id: uuid.UUID) -> None:
    """Erase every convocation and appointment of a dossier; the places they took are given back."""
    rows = of_dossier(dossier_id, lock=True)
    ids = [row.id for row in rows]
    for rdv in db.session.scalars(select(Rdv).where(Rdv.convocation_id.in_(ids))).all():
        booking.give_back(rdv)
    db.session.execute(delete(Rdv).where(Rdv.convocation_id.in_(ids)))
    db.session.execute(update(Convocation).where(Convocation.id.in_(ids)).values(replaced_by_id=None))
    db.session.execute(delete(Convocation).where(Convocation.id.in_(ids)))


def _close(row: Convocation) -> None:
    row.closed_at = clock.now()
    rdv = active_rdv(row.id, lock=True)
    if rdv is not None:
        booking.end(rdv, "annule_service")
