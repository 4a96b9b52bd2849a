"""Filing: a citizen's answers and pièces become a dossier, its number and the first step of its process.

What a process finds at its start, whatever the démarche:

* `demande`: the answers to the démarche's form, typed;
* `dossier`: `numero`, `depose_le` (date in the préfecture's zone), `prefecture` (code), `service` (name),
  `canal` (`teleservice` or `guichet`: who filed it);
* `usager`: `nom`, `prenoms`, `date_naissance` as the account says;
* `demarche`: `version`, and what `demarche.toml` says that day apart from its lists (`silence`, `complement`…).
"""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine import runtime
from prefecture.demarches import queries as demarches
from prefecture.demarches import retirement, start, suspension, variants
from prefecture.demarches.version import Version
from prefecture.dossiers import answers, correlation, drafts, messages, numbers, search
from prefecture.dossiers.answers import NO_DOCUMENTS, Documents
from prefecture.dossiers.held import EN_CONSTRUCTION, Held, hold
from prefecture.dossiers.journal import Fact
from prefecture.dossiers.record import Record
from prefecture.dossiers.views import person_place
from prefecture.identity import permissions
from prefecture.identity import queries as identity
from prefecture.identity.permissions import Actor, Subject
from prefecture.identity.queries import PersonView, ServiceView
from prefecture.kernel import clock, keyring
from prefecture.kernel.db import new_id
from prefecture.kernel.errors import Forbidden, Invalid


def submit(
    actor: Actor,
    demarche_code: str,
    raw: Mapping[str, Any],
    documents: Documents = NO_DOCUMENTS,
    *,
    service_id: uuid.UUID | None = None,
    prefecture: str | None = None,
    person_id: uuid.UUID | None = None,
) -> Record:
    """File a dossier, in the caller's unit of work: all of it or nothing.

    service_id: where it goes; else `prefecture`, in which the démarche's service is found. person_id: for whom, when
    an agent files for a person who stands before them. Raises NotFound (démarche, service, another's document),
    Forbidden, Invalid (answers, by field), Conflict (closed to new dossiers, or held).
    """
    version = demarches.current(demarche_code)
    retirement.refuse_if_retired(version.code, version.id)
    suspension.refuse_if_held(version.id)
    service = _service(version, service_id, prefecture)
    person = identity.person(person_id or actor.id)
    if not permissions.may(actor, "dossier.submit", Subject(person.id, service.id, service.prefecture_code)):
        raise Forbidden("Vous ne pouvez pas déposer cette demande.")
    zone = identity.prefecture(service.prefecture_code).zone
    form = version.form(version.form_id)
    context = {"usager": _usager(person)}
    clean = answers.clean(form, raw, documents, context=context, zone=zone)
    now = clock.now()
    dossier = _row(version, service, person, zone, now)
    key_id = str(dossier.key_id)
    answers.attach(form, clean, context=context, dossier_id=dossier.id, key_id=key_id, owner=actor)
    data = {
        "demande": clean,
        "dossier": _told(dossier, service, zone, actor),
        "usager": _usager(person),
        "demarche": _demarche(version, service.prefecture_code, now.astimezone(zone).date()),
    }
    advance = runtime.start(version.definition, data=data, now=now, zone=zone)
    held = Held(dossier, version, actor, now, {})
    messages.step(held, advance, [Fact("filed", values={"after": clean})])
    came_before = correlation.remember_keys(held, data)
    names = [person.family_name, person.given_names, *_names_in(clean)]
    search.index(dossier.id, service.id, names, person.birth_date)
    drafts.delete_draft(person.actor, demarche_code)
    return hold(actor, dossier.id).dossier if came_before else dossier


def _row(version: Version, service: ServiceView, person: PersonView, zone: ZoneInfo, now: datetime) -> Record:
    dossier_id = new_id()
    key_id = keyring.new_key(f"dossier:{dossier_id}")
    year = now.astimezone(zone).year
    told = {
        "family_name": person.family_name,
        "given_names": person.given_names,
        "birth_date": person.birth_date,
    }
    dossier = Record(
        id=dossier_id,
        number=numbers.next_number(version.prefix, service.prefecture_code, year),
        demarche_code=version.code,
        version_id=version.id,
        person_id=person.id,
        service_id=service.id,
        prefecture=service.prefecture_code,
        zone=zone.key,
        statut=EN_CONSTRUCTION,
        key_id=key_id,
        person=keyring.seal_json(key_id, told, person_place(dossier_id)),
        filed_at=now,
    )
    dossier.create()
    return dossier


def _service(version: Version, service_id: uuid.UUID | None, prefecture: str | None) -> ServiceView:
    """Where the dossier goes: the service asked for, or the one of the préfecture that the démarche names."""
    if service_id is not None:
        return identity.service(service_id)
    found = identity.services_of(identity.prefecture(prefecture).code) if prefecture else []
    if not found:
        raise Invalid({"prefecture": "Indiquez la préfecture ou le service qui recevra la demande."})
    wanted = _plain(str(version.settings.get("service", "")))
    return next((one for one in found if wanted and wanted in _plain(one.name)), found[0])


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in folded if sign.isalnum())


def _usager(person: PersonView) -> dict[str, Any]:
    return {"nom": person.family_name, "prenoms": person.given_names, "date_naissance": person.birth_date}


def _told(dossier: Record, service: ServiceView, zone: ZoneInfo, actor: Actor) -> dict[str, Any]:
    day: date = dossier.filed_at.astimezone(zone).date()
    return {
        "numero": dossier.number,
        "depose_le": day,
        "prefecture": dossier.prefecture,
        "service": service.name,
        "canal": "teleservice" if actor.kind == "person" else "guichet",
    }


def _demarche(version: Version, prefecture: str, day: date) -> dict[str, Any]:
    return start.told(variants.effective(version, prefecture, day), version.number)


def _names_in(answers: Mapping[str, Any]) -> list[str]:
    """Names of the answers that may differ from the account's: those under a key that says so."""
    found = []
    for key, value in answers.items():
        if isinstance(value, Mapping):
            found += _names_in(value)
        elif isinstance(value, str) and key in {"nom", "nom_usage", "nom_naissance", "prenom", "prenoms"}:
            found.append(value)
    return found
