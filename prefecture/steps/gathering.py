"""What an action reads before it decides: the dossier as it stands, its démarche, its people, its appointment."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from prefecture.agenda import queries as agenda
from prefecture.agenda.queries import RdvView
from prefecture.demarches import queries as demarches
from prefecture.dossiers import queries as dossiers
from prefecture.dossiers.settings import settings_of
from prefecture.dossiers.views import DossierView
from prefecture.identity import queries as identity
from prefecture.identity.permissions import Actor
from prefecture.identity.queries import PersonView, ServiceView
from prefecture.kernel import clock, settings
from prefecture.kernel.errors import NotFound
from prefecture.steps.letters import Setting, Signer, appointment_code
from prefecture.steps.mention import calculated
from prefecture.steps.plan import Appointment, Facts

_QUALITIES: Final[Mapping[str, str]] = {
    "chef_de_service": "Chef de service",
    "instructeur": "Instructeur",
    "guichet": "Agent de guichet",
    "accueil": "Agent d’accueil",
}


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that was read. `rdv` is the dossier's appointment, None where it has none."""

    facts: Facts
    setting: Setting
    rdv: RdvView | None


def gather(dossier_id: uuid.UUID, action: str, params: Mapping[str, Any]) -> Gathered:
    """Read what the action needs. Raises NotFound, Gone (erased)."""
    dossier = dossiers.by_id(dossier_id)
    version = demarches.version(dossier.version_id)
    service = identity.service(dossier.service_id)
    prefecture = identity.prefecture(dossier.prefecture)
    rdv = _appointment(dossier.id, action, params)
    now = clock.now()
    facts = Facts(
        params=params,
        now=now,
        zone=prefecture.zone,
        settings=settings_of(dossier),
        statut=dossier.statut,
        silence_day=dossier.silence_at.astimezone(prefecture.zone).date() if dossier.silence_at else None,
        appointment=_told(rdv, service) if rdv else None,
    )
    setting = Setting(
        dossier=dossier,
        version=version,
        demande=dossiers.data_of(dossier.id).get("demande") or {},
        person=_person(dossier),
        prefecture=prefecture,
        service=service,
        signer=_signer(dossier) if action.startswith("decision.") else Signer("", ""),
        now=now,
        base_url=settings.current().base_url,
        calculated=calculated(version, action, params),
    )
    return Gathered(facts, setting, rdv)


def purpose_of(motif: str) -> Literal["depot", "remise"]:
    """What the agenda calls an appointment for that motif."""
    return "remise" if motif.startswith("remise") else "depot"


def _appointment(dossier_id: uuid.UUID, action: str, params: Mapping[str, Any]) -> RdvView | None:
    if not action.startswith("convocation."):
        return None
    motif = params.get("motif")
    return agenda.appointment_of(dossier_id, purpose=purpose_of(str(motif)) if motif else None)


def _told(rdv: RdvView, service: ServiceView) -> Appointment:
    place = "\n".join(part for part in (service.name, service.address) if part)
    return Appointment(rdv.local, rdv.local_end, rdv.label, place, appointment_code(rdv.id))


def _person(dossier: DossierView) -> PersonView | None:
    if dossier.person_id is None:
        return None
    try:
        return identity.person(dossier.person_id)
    except NotFound:
        return None


def _signer(dossier: DossierView) -> Signer:
    """The agent who last did a task of the dossier: who decided, or approved the decision."""
    for entry in reversed(dossiers.history(dossier.number, Actor.system())):
        if entry.kind == "task_done" and entry.actor_kind == "agent":
            roles = identity.agent(entry.actor_id).roles
            quality = next((said for role, said in _QUALITIES.items() if role in roles), "Agent")
            return Signer(entry.actor_name, quality)
    return Signer("", "")
