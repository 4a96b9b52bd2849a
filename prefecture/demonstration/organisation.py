"""The seven préfectures of the demonstration, their services, and an agent of each role.

Addresses are those of the towns' préfectures in general terms; telephone numbers are of the ranges that ARCEP reserves
for fiction (01 99 00, 02 61 91, 03 53 01, 05 36 49…), mail addresses of the reserved domain `.example`.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from prefecture.identity import service as identity
from prefecture.identity.permissions import (
    ACCUEIL,
    ADMINISTRATEUR,
    ANALYSTE,
    CHEF_DE_SERVICE,
    GUICHET,
    INSTRUCTEUR,
    RECETTEUR,
    Actor,
)
from prefecture.kernel import crypto

PASSWORD = "demonstration-2026"  # noqa: S105 (printed at the start of every demonstration)
NATIONAL = "administrateur-national"  # of no préfecture
_NAMESPACE = uuid.UUID("6c1f0a52-8d1e-4a53-9d5c-0d8f4a6d1b10")


@dataclass(frozen=True)
class Place:
    """One préfecture of the demonstration."""

    code: str
    name: str
    address: str
    postal_code: str
    city: str
    phone: str


PLACES = (
    Place("02", "Préfecture de l’Aisne", "2 rue Paul-Doumer", "02000", "Laon", "03 53 01 02 00"),
    Place("56", "Préfecture du Morbihan", "24 place de la République", "56000", "Vannes", "02 61 91 56 00"),
    Place("60", "Préfecture de l’Oise", "1 place de la Préfecture", "60000", "Beauvais", "03 53 01 60 00"),
    Place("67", "Préfecture du Bas-Rhin", "5 place de la République", "67000", "Strasbourg", "03 53 01 67 00"),
    Place("93", "Préfecture de la Seine-Saint-Denis", "1 esplanade Jean-Moulin", "93000", "Bobigny", "01 99 00 93 00"),
    Place("94", "Préfecture du Val-de-Marne", "21 avenue du Général-de-Gaulle", "94000", "Créteil", "01 99 00 94 00"),
    Place("972", "Préfecture de la Martinique", "82 rue Victor-Sévère", "97200", "Fort-de-France", "05 36 49 72 00"),
)
FOREIGNERS = "Bureau des étrangers"
LICENCES = "Bureau des permis de conduire"
HOURS = "Du lundi au vendredi, de 8 h 45 à 12 h et de 13 h à 16 h"

# Role, login before the préfecture's code, and the family names of the agents of the seven préfectures.
STAFF = (
    (
        ACCUEIL,
        "accueil",
        ("Lucie Martin", "Yann Le Goff", "Chloé Petit", "Élise Muller", "Inès Diallo", "Hugo Leroy", "Maëva Joseph"),
    ),
    (
        GUICHET,
        "guichet",
        (
            "Paul Lefèvre",
            "Nolwenn Guillou",
            "Karim Haddad",
            "Marc Schmitt",
            "Sonia Benali",
            "Claire Fontaine",
            "Éric Marie-Rose",
        ),
    ),
    (
        INSTRUCTEUR,
        "instructeur",
        ("Anne Dubois", "Erwan Riou", "Julie Carpentier", "Léa Weber", "Omar Traoré", "Thomas Girard", "Nadège Zobel"),
    ),
    (
        CHEF_DE_SERVICE,
        "chef",
        (
            "Hélène Moreau",
            "Gaël Kermarrec",
            "Vincent Roche",
            "Catherine Klein",
            "Fatou Sow",
            "Bernard Colin",
            "Rose-Lyne Césaire",
        ),
    ),
    (
        ADMINISTRATEUR,
        "administrateur",
        (
            "Denis Caron",
            "Morgane Tanguy",
            "Alice Noël",
            "Jean Fischer",
            "Samir Amrani",
            "Sophie Lambert",
            "Steeve Nilor",
        ),
    ),
)


def service_id(prefecture_code: str, name: str) -> uuid.UUID:
    """The id of a service of the demonstration, the same at every load."""
    return uuid.uuid5(_NAMESPACE, f"{prefecture_code}:{name}")


def load() -> tuple[Actor, Actor]:
    """Make préfectures, services and agents, in the caller's unit of work; the analyst and who signs off."""
    hashed = crypto.hash_password(PASSWORD)
    for number, place in enumerate(PLACES):
        _load_place(place, number, hashed)
    analyst = identity.create_agent("analyste", "Camille Laurent", PASSWORD, [ANALYSTE])
    recetteur = identity.create_agent("recetteur", "Nadia Benhamou", PASSWORD, [RECETTEUR])
    identity.create_agent(NATIONAL, "Isabelle Maurin", PASSWORD, [ADMINISTRATEUR])
    return analyst.actor, recetteur.actor


def _load_place(place: Place, number: int, hashed: str) -> None:
    identity.create_prefecture(
        place.code,
        place.name,
        address=place.address,
        postal_code=place.postal_code,
        city=place.city,
        email=f"contact@prefecture-{place.code}.example",
        phone=place.phone,
    )
    services = [
        identity.create_service(
            place.code,
            name,
            hours=HOURS,
            email=f"{box}@prefecture-{place.code}.example",
            service_id=service_id(place.code, name),
        ).id
        for name, box in ((FOREIGNERS, "sejour"), (LICENCES, "permis"))
    ]
    for role, login, names in STAFF:
        identity.create_agent(
            f"{login}-{place.code}",
            names[number],
            PASSWORD,
            [role],
            prefecture=place.code,
            service_ids=[] if role == ADMINISTRATEUR else services,
            password_hash=hashed,
        )
