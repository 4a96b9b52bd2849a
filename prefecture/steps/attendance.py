"""An agent's hand on an appointment: the person is here. What the visit leads to is said by the counter's task."""

from __future__ import annotations

import uuid

from prefecture.agenda import queries as agenda_queries
from prefecture.agenda import service as agenda
from prefecture.agenda.queries import RdvView
from prefecture.dossiers import queries as dossiers
from prefecture.dossiers import service as dossiers_service
from prefecture.identity.permissions import Actor, Subject, may
from prefecture.kernel.errors import NotFound


def arrive(actor: Actor, rdv_id: uuid.UUID) -> RdvView:
    """Note that the person is here, in the caller's unit of work. Raises NotFound (or another service's), Conflict."""
    rdv = agenda_queries.appointment(rdv_id)
    dossier = dossiers.by_id(rdv.dossier_id)
    if not may(actor, "appointment.attend", Subject(dossier.person_id, rdv.service_id, dossier.prefecture)):
        raise NotFound
    dossiers_service.lock(dossier.id)  # before the appointment, as the actions of a process do
    seen = agenda.mark_arrived(rdv_id)
    dossiers_service.note(
        dossier.id, "notice", "arrivee", {"rendez_vous": str(rdv_id), "statut": seen.status}, actor=actor
    )
    return seen
