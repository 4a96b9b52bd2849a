"""Appointments as both the agenda and the process know them: one act, one unit of work, both told.

The agenda knows no process; the faces call these instead of the agenda, so that neither face can forget the message.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from prefecture.agenda import queries as agenda_queries
from prefecture.agenda import service as agenda
from prefecture.agenda.queries import RdvView
from prefecture.dossiers import queries as dossiers_queries
from prefecture.dossiers import service as dossiers
from prefecture.identity.permissions import Actor, Subject, may
from prefecture.kernel.errors import NotFound

BOOKED, MOVED, CANCELLED = "creneau_reserve", "creneau_deplace", "creneau_annule"


def book(which: str | uuid.UUID, starts_at: datetime, *, by_agent: bool = False) -> RdvView:
    """Book or, when something is booked already, move. Raises what `agenda.book` and `agenda.move` raise."""
    convocation = agenda_queries.convocation(which, by_agent=by_agent)
    if convocation.rdv is not None and convocation.rdv.status != "retenu":
        rdv, message = agenda.move(which, starts_at, by_agent=by_agent), MOVED
    else:
        rdv, message = agenda.book(which, starts_at, by_agent=by_agent), BOOKED
    _tell(rdv, message)
    return rdv


def cancel(which: str | uuid.UUID, *, by_agent: bool = False) -> RdvView:
    """Cancel what is booked; another date can be chosen. Raises what `agenda.cancel` raises."""
    rdv = agenda.cancel(which, by_agent=by_agent)
    if rdv.status != "expire":  # letting go what was only held changes nothing for the process
        _tell(rdv, CANCELLED)
    return rdv


def arrive(actor: Actor, rdv_id: uuid.UUID) -> RdvView:
    """The person is here. Raises NotFound (not this agent's service either), Conflict."""
    _check_counter(actor, rdv_id)
    return agenda.mark_arrived(rdv_id)


def _tell(rdv: RdvView, message: str) -> None:
    dossiers.send_message(rdv.dossier_id, message, rdv.variables(), key=f"{message}:{rdv.id}:{rdv.sequence}")


def _check_counter(actor: Actor, rdv_id: uuid.UUID) -> None:
    rdv = agenda_queries.appointment(rdv_id)
    dossier = dossiers_queries.by_id(rdv.dossier_id)
    if not may(actor, "appointment.attend", Subject(dossier.person_id, rdv.service_id, dossier.prefecture)):
        raise NotFound
