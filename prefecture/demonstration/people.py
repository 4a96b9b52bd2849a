"""Invented citizens: names, births and addresses drawn from lists by a seeded generator, the same at every load."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from prefecture.demonstration.organisation import Place

# Given name and family name, country and nationality of the letter's reader.
_PEOPLE = (
    (
        ("Amina", "Karim", "Yasmine", "Sofiane", "Nadia", "Rachid"),
        ("Kaci", "Benali", "Haddad", "Mansouri", "Belkacem"),
        "Algérie",
        "Algérienne",
        "Oran",
    ),
    (
        ("Fatima", "Youssef", "Salma", "Hicham", "Imane", "Omar"),
        ("El Idrissi", "Alaoui", "Bennani", "Tazi", "Chraibi"),
        "Maroc",
        "Marocaine",
        "Fès",
    ),
    (
        ("Mariam", "Moussa", "Awa", "Ibrahima", "Kadiatou", "Cheikh"),
        ("Diallo", "Traoré", "Konaté", "Sow", "Camara"),
        "Sénégal",
        "Sénégalaise",
        "Dakar",
    ),
    (
        ("Mei", "Wei", "Lan", "Jun", "Xiu", "Hao"),
        ("Chen", "Li", "Wang", "Zhang", "Liu"),
        "Chine",
        "Chinoise",
        "Wenzhou",
    ),
    (
        ("Ana", "João", "Beatriz", "Rafael", "Camila", "Lucas"),
        ("Silva", "Souza", "Oliveira", "Pereira", "Costa"),
        "Brésil",
        "Brésilienne",
        "Belém",
    ),
    (
        ("Priya", "Arjun", "Lakshmi", "Ravi", "Anjali", "Kumar"),
        ("Nair", "Subramaniam", "Pillai", "Rajan", "Menon"),
        "Inde",
        "Indienne",
        "Chennai",
    ),
    (
        ("Marie-Ange", "Jean-Robert", "Rose-Laure", "Wilner", "Guerda", "Fritz"),
        ("Pierre", "Joseph", "Louis", "Charles", "Jean-Baptiste"),
        "Haïti",
        "Haïtienne",
        "Jacmel",
    ),
    (
        ("Olena", "Andrii", "Iryna", "Dmytro", "Sofiia", "Taras"),
        ("Kovalenko", "Shevchenko", "Bondar", "Melnyk", "Tkachenko"),
        "Ukraine",
        "Ukrainienne",
        "Lviv",
    ),
)
_STREETS = (
    "rue des Lilas",
    "avenue de la République",
    "rue Jean-Jaurès",
    "boulevard Voltaire",
    "allée des Tilleuls",
    "rue du Moulin",
)
_OLDEST, _YOUNGEST = date(1958, 1, 1), date(2005, 12, 31)


@dataclass(frozen=True)
class Citizen:
    """One invented person."""

    given_names: str
    family_name: str
    birth: date
    birth_place: str
    country: str
    nationality: str
    street: str
    email: str
    phone: str


def draw(number: int, dice: random.Random) -> Citizen:
    """The citizen of this number. Addresses are of the reserved domain, numbers of the range kept for fiction."""
    given, family, country, nationality, town = _PEOPLE[number % len(_PEOPLE)]
    name, surname = dice.choice(given), dice.choice(family)
    birth = _OLDEST + timedelta(days=dice.randrange((_YOUNGEST - _OLDEST).days))
    return Citizen(
        given_names=name,
        family_name=surname,
        birth=birth,
        birth_place=f"{town}, {country}",
        country=country,
        nationality=nationality,
        street=f"{dice.randrange(1, 120)}, {dice.choice(_STREETS)}",
        email=f"usager{number}@exemple.fr",
        phone=f"06 39 98 {number // 100:02} {number % 100:02}",
    )


def identity_answers(citizen: Citizen, place: Place) -> dict[str, object]:
    """What the shared questions of both démarches ask: identity, address, contact, declaration."""
    return {
        "nom": citizen.family_name,
        "prenoms": citizen.given_names,
        "naissance_le": citizen.birth.isoformat(),
        "naissance_lieu": citizen.birth_place,
        "nationalite": citizen.nationality,
        "adresse": citizen.street,
        "code_postal": place.postal_code,
        "ville": place.city,
        "logement": "locataire",
        "courriel": citizen.email,
        "telephone": citizen.phone,
        "sur_honneur": True,
        "notification_electronique": True,
    }
