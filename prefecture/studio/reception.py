"""A sealed version that arrives: verified, kept, judged by what this installation asks, published, the same by digest.

What is kept is the file itself: its signature and the trust in its key are looked at again at each reading, so that a
key that is taken away meanwhile stops what it sealed.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from engine.state import FORMAT as ENGINE
from prefecture.demarches import queries as demarches
from prefecture.demarches import service as publishing
from prefecture.demarches.bundle import Bundle
from prefecture.demarches.queries import VersionView
from prefecture.demarches.version import Version
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.db import db, new_id
from prefecture.kernel.errors import DomainError, NotFound
from prefecture.studio import acts, held, promotion, publication, trust, variants
from prefecture.studio import findings as finding
from prefecture.studio.acts import RECEIVED
from prefecture.studio.models_promotion import Arrival
from prefecture.studio.promotion import Sealed
from prefecture.studio.publication import BASE, FINDINGS, SCENARIOS, Condition, PublicationRefused

SEAL, KEY, MOTOR = "sceau", "cle", "moteur"


class KeyUnknown(DomainError):
    """The file is whole, but sealed by an installation that is not trusted here; `sealed` says which."""

    status = 403
    code = "cle-inconnue"

    def __init__(self, sealed: Sealed) -> None:
        super().__init__(
            "Ce fichier est intact, mais l’installation qui l’a scellé n’est pas de confiance ici. "
            f"L’empreinte de sa clé est {sealed.fingerprint}."
        )
        self.sealed = sealed


@dataclass(frozen=True)
class Reception:
    """What arrived, what is asked of it here, and where it stands.

    `before`: the version in force here; `here`: the version with these very files, if there is one; `published`:
    whether that one is in force.
    """

    id: uuid.UUID
    sealed: Sealed
    trusted_as: str
    version: Version
    conditions: tuple[Condition, ...]
    before: Version | None
    here: VersionView | None
    arrived_at: datetime
    arrived_by: str

    @property
    def published(self) -> bool:
        """Whether new dossiers follow these very files already."""
        return self.before is not None and self.before.digest == self.sealed.digest

    @property
    def unmet(self) -> tuple[Condition, ...]:
        """What is missing."""
        return tuple(one for one in self.conditions if not one.met)

    @property
    def stopped(self) -> bool:
        """Whether something is missing that nobody may pass over."""
        return any(one.firm for one in self.unmet)


@dataclass(frozen=True)
class ArrivalRow:
    """An arrival in a list; `version` is its number here once it was published."""

    id: uuid.UUID
    code: str
    number: int
    digest: str
    arrived_at: datetime
    arrived_by: str
    version: int | None


def arrive(actor: Actor, content: bytes, also: Collection[str] = ()) -> uuid.UUID:
    """Keep a sealed file whose key is trusted, in the caller's unit of work; the same file twice is one arrival.

    also: keys trusted besides those of the list. Raises Forbidden, Invalid, TooLarge, KeyUnknown.
    """
    publication.assert_governs(actor)
    sealed = promotion.opened(content)
    if sealed.key not in _names(also):
        raise KeyUnknown(sealed)
    promotion.files(sealed)
    digest = hashlib.sha256(content).hexdigest()
    known = db.session.scalar(select(Arrival.id).where(Arrival.file_digest == digest))
    if known is not None:
        return known
    row = Arrival(id=new_id(), file_digest=digest, content=content, arrived_at=clock.now(), arrived_by=actor.id)
    db.session.add(row)
    db.session.flush()
    return row.id


def reception(actor: Actor, arrival_id: uuid.UUID, also: Collection[str] = ()) -> Reception:
    """What arrived and what is asked of it. Raises Forbidden, NotFound, KeyUnknown (its key is trusted no more)."""
    publication.assert_governs(actor)
    return _judged(_row(arrival_id), also)


def arrivals(actor: Actor) -> list[ArrivalRow]:
    """What arrived, the latest first. Raises Forbidden."""
    publication.assert_governs(actor)
    rows = list(db.session.scalars(select(Arrival).order_by(Arrival.arrived_at.desc()).limit(50)))
    names = held.names({row.arrived_by for row in rows})
    return [_listed(row, names[row.arrived_by]) for row in rows]


def publish(actor: Actor, arrival_id: uuid.UUID, reason: str = "", also: Collection[str] = ()) -> VersionView:
    """Publish what arrived as the version that new dossiers follow here, in the caller's unit of work.

    What is in force already changes nothing. reason: why what is missing is passed over. Raises Forbidden, NotFound,
    KeyUnknown, PublicationRefused, Invalid, demarches.service.DemarcheRefused.
    """
    publication.assert_governs(actor)
    row = _row(arrival_id, lock=True)
    found = _judged(row, also)
    if found.published and found.before is not None:
        row.version_id = found.before.id
        return next(one for one in demarches.versions(found.sealed.code) if one.id == row.version_id)
    if found.unmet and (found.stopped or not reason.strip()):
        raise PublicationRefused(found.unmet)
    if found.unmet:
        publication.check_reason(reason)
    version = _put(actor, found)
    variants.tell(found.sealed.code)
    row.version_id = version.id
    told = {
        "number": version.number,
        "sealed_as": found.sealed.number,
        "key": found.sealed.key,
        "installation": found.trusted_as,
        "signature": found.sealed.signature,
        "passed_over": [one.key for one in found.unmet],
    }
    acts.record(
        actor,
        RECEIVED,
        code=found.sealed.code,
        version_id=version.id,
        digest=version.digest,
        reason=reason if found.unmet else "",
        told=told,
    )
    return version


def _put(actor: Actor, found: Reception) -> VersionView:
    if found.here is not None:
        return publishing.put_in_force(found.sealed.code, found.here.id)
    return publishing.publish_files(promotion.files(found.sealed), found.sealed.code, actor.name)


def _row(arrival_id: uuid.UUID, *, lock: bool = False) -> Arrival:
    row = db.session.get(Arrival, arrival_id, with_for_update=lock or None)
    if row is None:
        raise NotFound("Ce fichier n’est pas arrivé ici.")
    return row


def _judged(row: Arrival, also: Collection[str]) -> Reception:
    sealed = promotion.opened(row.content)
    name = _names(also).get(sealed.key)
    if name is None:
        raise KeyUnknown(sealed)
    frozen = promotion.files(sealed)
    before = publication.in_force(sealed.code)
    versions = demarches.versions(sealed.code)
    return Reception(
        id=row.id,
        sealed=sealed,
        trusted_as=name,
        version=Version(frozen, version_id=uuid.UUID(int=0), code=sealed.code, number=0),
        conditions=tuple(_conditions(sealed, name, frozen, before)),
        before=before,
        here=next((one for one in versions if one.digest == sealed.digest), None),
        arrived_at=row.arrived_at,
        arrived_by=held.name_of(row.arrived_by),
    )


def _names(also: Collection[str]) -> dict[str, str]:
    """The installations that are trusted, by key: those of the list, and those that the caller trusts besides."""
    given = {"".join(key.split()).lower(): "ligne de commande" for key in also}
    return {**given, **trust.trusted()}


def _listed(row: Arrival, by: str) -> ArrivalRow:
    sealed = promotion.opened(row.content)
    number = next((one.number for one in demarches.versions(sealed.code) if one.id == row.version_id), None)
    return ArrivalRow(row.id, sealed.code, sealed.number, sealed.digest, row.arrived_at, by, number)


def _conditions(sealed: Sealed, name: str, frozen: Bundle, before: Version | None) -> Iterator[Condition]:
    yield Condition(
        SEAL,
        "Le fichier est intact",
        True,
        f"Sa signature est juste, et ses fichiers ont l’empreinte signée, {sealed.digest[:12]}.",
        firm=True,
    )
    yield Condition(KEY, "La clé est de confiance", True, f"C’est celle de «\u00a0{name}\u00a0».", firm=True)
    runs = sealed.engine <= ENGINE
    said = "Le moteur d’ici sait exécuter ce que celui de là-bas a scellé."
    newer = f"Le moteur de là-bas (format {sealed.engine}) est plus récent que celui d’ici (format {ENGINE})\u00a0: "
    yield Condition(MOTOR, "Le moteur", runs, said if runs else newer + "mettez cette installation à jour.", firm=True)
    yield _findings(sealed, frozen)
    yield _scenarios(sealed, frozen)
    if before is not None and before.digest != sealed.digest:
        yield _base(sealed, before)


def _findings(sealed: Sealed, frozen: Bundle) -> Condition:
    errors = [one for one in finding.of_bundle(frozen, sealed.code) if one.severity == "error"]
    if not errors:
        return Condition(
            FINDINGS, "Aucune erreur ici", True, "La vérification d’ici ne trouve pas d’erreur.", firm=True
        )
    count = "Une erreur" if len(errors) == 1 else f"{len(errors)} erreurs, dont celle-ci"
    where = errors[0].element_name or errors[0].file
    said = f"{count}\u00a0: «\u00a0{where}\u00a0». {errors[0].message}"
    return Condition(FINDINGS, "Aucune erreur ici", False, said, firm=True)


def _scenarios(sealed: Sealed, frozen: Bundle) -> Condition:
    label = "Scénarios réussis ici"
    try:
        tested = finding.tested(frozen, sealed.code)
    except ValueError:  # settings that cannot be read: the findings say so
        tested = None
    if tested is None or not tested.scenarios:
        return Condition(SCENARIOS, label, False, "Aucun scénario ne s’est joué ici.")
    if tested.failed:
        said = f"Scénarios qui ne vont pas ici comme ils le disent\u00a0: {tested.failed} sur {tested.scenarios}."
        return Condition(SCENARIOS, label, False, said)
    return Condition(SCENARIOS, label, True, f"Scénarios joués par le moteur d’ici\u00a0: {tested.scenarios}.")


def _base(sealed: Sealed, before: Version) -> Condition:
    """Whether what is in force here is one of the versions that this one follows where it comes from."""
    label = "La version d’ici comme point de départ"
    if before.digest not in sealed.before:
        said = (
            f"La version {before.number} en vigueur ici n’est pas connue là d’où vient celle-ci\u00a0: "
            "ce qu’elle a changé serait perdu."
        )
        return Condition(BASE, label, False, said)
    said = f"Elle suit la version {before.number} d’ici."
    skipped = sealed.before.index(before.digest)
    if skipped == 1:
        said += " Une version entre les deux n’est pas passée par ici\u00a0: ce qu’elle changeait vient avec celle-ci."
    elif skipped:
        said += (
            f" {skipped} versions entre les deux ne sont pas passées par ici\u00a0: ce qu’elles changeaient vient avec."
        )
    return Condition(BASE, label, True, said)
