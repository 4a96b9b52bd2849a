"""A real dossier lent to the proof of a letter: masked before anything is computed from it.

Analysts see nobody's answers; what they get here is a dossier's dates, choices and amounts under another name.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.definition import Definition
from engine.errors import DefinitionInvalid
from engine.service_task import ServiceTask
from engine.spiff.formulas import Failure, Formula
from prefecture.agenda import queries as agenda
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import Version
from prefecture.dossiers import queries as dossiers
from prefecture.dossiers.views import DossierView
from prefecture.identity import permissions
from prefecture.identity import queries as identity
from prefecture.identity.permissions import Actor, Subject
from prefecture.identity.queries import PrefectureView, ServiceView
from prefecture.kernel import clock, settings
from prefecture.kernel.errors import NotFound
from prefecture.steps import rehearsal, specimens
from prefecture.steps.actions import ACTIONS
from prefecture.steps.letters import Setting
from prefecture.steps.masks import Masks
from prefecture.steps.mention import calculated
from prefecture.steps.plan import Appointment, Facts
from prefecture.steps.rehearsal import templates_of


@dataclass(frozen=True)
class Real:
    """What a letter says of a masked dossier; `told` is where that comes from."""

    dossier_id: uuid.UUID
    setting: Setting
    says: dict[str, Any]
    told: str


def read(number: str, actor: Actor, version: Version, name: str, examples: Mapping[str, Any]) -> Real:
    """A dossier of the démarche for the template of that name; `examples` fill what it does not tell yet.

    Raises NotFound (no such dossier, not of this démarche, not of this account's préfecture), Gone (erased).
    """
    found = _allowed(number, actor, version)
    town = identity.prefecture(found.prefecture)
    office = identity.service(found.service_id)
    filed = found.filed_at.astimezone(town.zone)
    shown = specimens.number(version, town.code, filed.year)
    masks = Masks(demarches.version(found.version_id), shown, filed.date(), town.name, office.name, town.code)
    data = masks.data(dossiers.data_of(found.id))
    planned, tables = _planned(version, name, data, found, town, office)
    known = {tag: data[tag] for tag, example in examples.items() if _alike(data.get(tag), example)}
    says = {**examples, **known, **planned}
    setting = Setting(
        dossier=replace(found, number=shown, person=None, person_id=None, key_id=None),
        version=version,
        demande=data.get("demande") or {},
        person=None,
        prefecture=town,
        service=office,
        signer=specimens.SIGNER,
        now=clock.now(),
        base_url=settings.current().base_url,
        link=specimens.link(name, settings.current().base_url),
        calculated={name: tables} if tables else {},
    )
    left = [] if planned else [tag for tag in examples if tag not in known]
    told = "Dossier réel, masqué\u00a0: noms, adresses, numéros, naissance et textes libres sont remplacés."
    if left:
        told += f" Ce que le dossier ne dit pas encore est un exemple\u00a0: {', '.join(left)}."
    return Real(found.id, setting, says, told)


def _alike(held: Any, example: Any) -> bool:
    """Whether what the dossier holds under a tag's name is of the kind that letters expect there."""
    if held is None:
        return False
    return all(isinstance(held, kind) == isinstance(example, kind) for kind in (Mapping, list, bool))


def _allowed(number: str, actor: Actor, version: Version) -> DossierView:
    """The dossier, if this account may look at how dossiers of its préfecture go; an analyst of no préfecture is
    national."""
    refused = NotFound("Ce dossier n’existe pas, n’est pas de cette démarche, ou n’est pas de votre préfecture.")
    try:
        found = dossiers.by_number(number)
    except NotFound:
        raise refused from None
    subject = Subject(found.person_id, found.service_id, found.prefecture)
    here = actor.kind == "system" or actor.prefecture in (None, found.prefecture)
    if not here or not permissions.may(actor, "incident.read", subject) or found.demarche_code != version.code:
        raise refused
    return found


def _planned(
    version: Version, name: str, data: Mapping[str, Any], found: DossierView, town: PrefectureView, office: ServiceView
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What an action would say in that template, given what the dossier holds now; nothing while none can."""
    zone, now = town.zone, clock.now()
    for action, params in _asked(version, data, now, zone):
        facts = Facts(
            params=params,
            now=now,
            zone=zone,
            settings=version.settings,
            statut=found.statut,
            silence_day=found.silence_at.astimezone(zone).date() if found.silence_at else None,
            appointment=_appointment(found, office),
        )
        try:
            sent = templates_of(ACTIONS[action].plan(facts))
        except (LookupError, ValueError, TypeError):
            continue  # something that it needs is not known yet
        if name in sent:
            return dict(sent[name][1]), calculated(rehearsal.apart(version), action, params).get(name, ())
    return {}, ()


def _asked(
    version: Version, data: Mapping[str, Any], now: datetime, zone: ZoneInfo
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each action that the drawing asks for, with what it would be given."""
    try:
        definition: Definition = rehearsal.apart(version).definition
    except DefinitionInvalid:
        return
    for node in definition.nodes.values():
        if not isinstance(node, ServiceTask) or node.action not in ACTIONS:
            continue
        try:
            params = {
                key: what.value(data, now, zone) if isinstance(what, Formula) else what
                for key, what in node.mappings.entrees
            }
        except Failure:
            continue
        if all(params.get(key) is not None for key in ACTIONS[node.action].required):
            yield node.action, params


def _appointment(found: DossierView, office: ServiceView) -> Appointment | None:
    """The dossier's appointment, its code another's."""
    rdv = agenda.appointment_of(found.id)
    if rdv is None:
        return None
    place = "\n".join(part for part in (office.name, office.address) if part)
    return Appointment(rdv.local, rdv.local_end, rdv.label, place, specimens.RDV_CODE)
