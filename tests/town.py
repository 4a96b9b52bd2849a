"""A préfecture for the tests that go in by the doors: two services, an agent of each role, citizens, an open counter.

It is founded once a session and copied for each test. Accounts are known by their first name, which is their login
(citizens: `name@example.fr`); everybody's password is `PASSWORD`.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from prefecture.agenda import service as agenda
from prefecture.demarches import service as demarches
from prefecture.documents import queries as documents_queries
from prefecture.dossiers import queries as dossiers_queries
from prefecture.identity import service as identity
from prefecture.identity.permissions import SERVICE_ROLES, Actor
from prefecture.kernel import clock, schema, settings, worker
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.notifications import queries as notifications_queries
from tests.homes import furnished
from wsgi import create_app

PROCESSES = Path(__file__).parents[1] / "processes"
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday
PASSWORD = "une phrase de passe assez longue"
TSE = "renouvellement_titre_sejour"
PIECES = ("passeport", "titre_actuel", "photo", "domicile")
# Login, name, roles. The last two belong to another service than the others.
AGENTS = (
    ("claire", "Claire Petit", ("instructeur", "guichet")),
    ("ines", "Inès Morel", ("instructeur",)),
    ("denis", "Denis Roux", ("chef_de_service",)),
    ("gil", "Gil Faure", ("guichet",)),
    ("awa", "Awa Diop", ("accueil",)),
    ("ana", "Ana Lopez", ("analyste",)),
    ("rita", "Rita Sow", ("recetteur",)),
    ("marc", "Marc Weber", ("administrateur",)),
    ("omar", "Omar Haddad", ("instructeur", "guichet", "chef_de_service")),
    ("paul", "Paul Girard", ("administrateur",)),
)
ELSEWHERE = frozenset({"omar", "paul"})
CITIZENS = (("amina", "Amina", "El Kébir"), ("boris", "Boris", "Ivanov"))
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\nxref\n0 4\n0000000000 65535 f \n"
    b"0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \n"
    b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n"
)


def demande(**others: Any) -> dict[str, Any]:
    """What Amina answers; her title expires three months after the present day."""
    expires = clock.now().date() + timedelta(days=97)
    return {
        "numero_etranger": "7503054321",
        "nom": "El Kébir",
        "prenoms": "Amina Sarah",
        "naissance_le": "1994-05-04",
        "naissance_lieu": "Oran, Algérie",
        "nationalite": "Algérienne",
        "titre_nature": "vie_privee_familiale",
        "titre_numero": "AB123456",
        "titre_expire_le": expires.isoformat(),
        "adresse": "12, rue des Lilas",
        "code_postal": "94000",
        "ville": "Créteil",
        "logement": "locataire",
        "courriel": "amina@example.fr",
        "telephone": "06 12 34 56 78",
        "situation_famille": "celibataire",
        "changement": "non",
        "sur_honneur": True,
        "notification_electronique": True,
        **others,
    }


def login_of(name: str) -> str:
    """What an account signs in with."""
    return f"{name}@example.fr" if name in {one[0] for one in CITIZENS} else name


def found(first_day: date) -> uuid.UUID:
    """Found the préfecture in a migrated database; its counter opens on `first_day`. Returns its service."""
    with unit_of_work():
        for code in (TSE, "echange_permis_conduire"):
            demarches.publish(PROCESSES / code, by="tests")
        here = _prefecture("94", "Préfecture du Val-de-Marne", "94000", "Créteil")
        there = _prefecture("93", "Préfecture de la Seine-Saint-Denis", "93000", "Bobigny")
        for login, name, roles in AGENTS:
            of, service = ("93", there) if login in ELSEWHERE else ("94", here)
            services = [service] if set(roles) & SERVICE_ROLES else []
            identity.create_agent(login, name, PASSWORD, roles, prefecture=of, service_ids=services)
        for login, given, family in CITIZENS:
            identity.create_person(
                login_of(login), given_names=given, family_name=family, birth_date=date(1994, 5, 4), password=PASSWORD
            )
        counter = agenda.create_counter(here, "A1")
        agenda.open_hours(counter, range(7), time(8), time(18), valid_from=first_day)
        for code, label in (("depot_biometrie", "Dépôt et empreintes"), ("remise_titre", "Remise de titre")):
            agenda.create_motif(here, code, label, 20)
        agenda.generate_cells(here, first_day, first_day + timedelta(days=120))
    return here


@dataclass
class Town:
    """The préfecture of one test."""

    app: Flask
    service_id: uuid.UUID
    times: ExitStack = field(default_factory=ExitStack)

    def actor(self, name: str) -> Actor:
        """The account of that first name."""
        with self.app.app_context():
            return identity.authenticate(login_of(name), PASSWORD)

    def drain(self) -> int:
        """Do all due work now."""
        return worker.run_until_quiet(self.app)

    def at(self, moment: datetime) -> None:
        """Time passes, and what falls due is done."""
        self.times.enter_context(clock.frozen(moment))
        self.drain()

    def later(self, **span: float) -> None:
        """A span of time passes, and what falls due is done."""
        self.at(clock.now() + timedelta(**span))

    def sent(self, number: str, kind: str = "mail") -> list[str]:
        """Subjects of the mails, texts of the SMS about a dossier, oldest first."""
        with self.app.app_context():
            return sent(number, kind)

    def letters(self, number: str) -> list[str]:
        """Codes of the letters of a dossier."""
        with self.app.app_context():
            return letters(number)

    def link_of(self, number: str) -> str:
        """The token of the newest link that the citizen got by SMS."""
        with self.app.app_context():
            return link_of(number)


def sent(number: str, kind: str = "mail") -> list[str]:
    """Subjects of the mails, texts of the SMS about a dossier, oldest first."""
    found = [one for one in notifications_queries.of_dossier(dossiers_queries.by_number(number).id) if one.kind == kind]
    return [one.subject if kind == "mail" else one.text for one in found]


def letters(number: str) -> list[str]:
    """Codes of the letters of a dossier."""
    held = documents_queries.of_dossier(dossiers_queries.by_number(number).id)
    return [one.code or "" for one in held if one.kind == "courrier"]


def link_of(number: str) -> str:
    """The token of the newest link that the citizen got by SMS."""
    texts = [one for one in sent(number, "sms") if "/rendez-vous/" in one]
    return texts[-1].partition("/rendez-vous/")[2].split()[0].rstrip(".,")


# A fixture imported into several modules is made in each of them: what it founds is kept here, once for the process.
_founded: dict[str, tuple[Any, uuid.UUID]] = {}


@pytest.fixture(scope="session")
def sqlite_town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, uuid.UUID]:
    """A SQLite file with the préfecture founded, and its service."""
    return town_on_sqlite(tmp_path_factory)


def town_on_sqlite(places: pytest.TempPathFactory) -> tuple[Path, uuid.UUID]:
    """A SQLite file with the préfecture founded, to be copied, and its service."""
    if "sqlite" not in _founded:
        home = places.mktemp("town")
        path = home / "planipref.sqlite3"
        _founded["sqlite"] = path, make(home, f"sqlite:///{path}", START)
    return _founded["sqlite"]


@pytest.fixture(scope="session")
def postgresql_town(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, uuid.UUID]:
    """The name of a PostgreSQL database with the préfecture founded, and its service."""
    if postgresql_url not in _founded:
        name = f"town_{uuid.uuid4().hex[:8]}"
        administer(postgresql_url, f"CREATE DATABASE {name}")
        url = postgresql_url.replace("/postgres", f"/{name}")
        _founded[postgresql_url] = name, make(tmp_path_factory.mktemp("town-pg"), url, START)
    return _founded[postgresql_url]


def make(home: Path, url: str, now: datetime) -> uuid.UUID:
    """Found the préfecture in the empty database of `url`, whole on the disk when it returns; returns its service."""
    app = build(home, url)
    with app.app_context(), clock.frozen(now):
        schema.upgrade()
        here = found(now.date())
        db.session.remove()
        if url.startswith("sqlite"):
            with db.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql("BEGIN")
        db.engine.dispose()
    return here


@pytest.fixture
def town(sqlite_town: tuple[Path, uuid.UUID], tmp_path: Path) -> Iterator[Town]:
    """The préfecture on SQLite, on a Monday morning."""
    shutil.copy(sqlite_town[0], tmp_path / "planipref.sqlite3")
    app = build(tmp_path, f"sqlite:///{tmp_path / 'planipref.sqlite3'}")
    yield from _opened(app, sqlite_town[1])


@pytest.fixture
def postgresql_copy(postgresql_url: str, postgresql_town: tuple[str, uuid.UUID]) -> Iterator[str]:
    """The URL of a fresh PostgreSQL copy of the préfecture."""
    name = f"copy_{uuid.uuid4().hex[:8]}"
    administer(postgresql_url, f"CREATE DATABASE {name} TEMPLATE {postgresql_town[0]} STRATEGY FILE_COPY")
    yield postgresql_url.replace("/postgres", f"/{name}")
    administer(postgresql_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def any_town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """The préfecture on both databases, one after the other."""
    if request.param == "sqlite":
        yield request.getfixturevalue("town")
        return
    url = request.getfixturevalue("postgresql_copy")
    service_id = request.getfixturevalue("postgresql_town")[1]
    yield from _opened(build(tmp_path, url), service_id)


def administer(url: str, statement: str) -> None:
    """Run one statement outside any transaction."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _opened(app: Flask, service_id: uuid.UUID) -> Iterator[Town]:
    with ExitStack() as times:  # no application context stays open: requests would share its `g`
        times.enter_context(clock.frozen(START))
        yield Town(app, service_id, times)
    with app.app_context():
        db.engine.dispose()


def _prefecture(code: str, name: str, postal_code: str, city: str) -> uuid.UUID:
    identity.create_prefecture(
        code,
        name,
        address="1, place de la République",
        postal_code=postal_code,
        city=city,
        email=f"p{code}@example.fr",
        phone="01 49 56 60 00",
    )
    return identity.create_service(code, "Bureau des étrangers", email="etrangers@example.fr").id


def answers_of(pieces: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The judgement of each pièce by its state."""
    return {code: {"etat": state} for code, state in pieces.items()}


def build(home: Path, database_url: str, **environment: str) -> Flask:
    """The real application, as the composition root makes it."""
    chosen = settings.read(
        {**os.environ, "PLANIPREF_HOME": str(furnished(home)), "DATABASE_URL": database_url, **environment}
    )
    app = create_app(chosen)
    app.testing = True
    return app
