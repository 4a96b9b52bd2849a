"""A préfecture with its two démarches, two agents, a counter and a citizen; due work is done on demand."""

from __future__ import annotations

import io
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from prefecture import steps
from prefecture.agenda import queries as agenda_queries
from prefecture.agenda import service as agenda
from prefecture.demarches import service as demarches
from prefecture.documents import jobs as documents_jobs  # noqa: F401 (its handlers and tables)
from prefecture.documents import queries as documents_queries
from prefecture.documents import service as documents
from prefecture.dossiers import jobs, queries, service  # noqa: F401 (its handlers)
from prefecture.identity import queries as identity_queries
from prefecture.identity import service as identity
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock, settings, worker
from prefecture.kernel.db import Model, db, prepare
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.notifications import jobs as notifications_jobs  # noqa: F401 (its handlers)
from prefecture.notifications import queries as notifications_queries

PROCESSES = Path(__file__).parents[3] / "processes"
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MONDAY = date(2026, 11, 23)
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\nxref\n0 4\n0000000000 65535 f \n"
    b"0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \n"
    b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n"
)
DEMANDE: Mapping[str, Any] = {
    "numero_etranger": "7503054321",
    "nom": "El Kébir",
    "prenoms": "Amina Sarah",
    "naissance_le": "1994-05-04",
    "naissance_lieu": "Oran, Algérie",
    "nationalite": "Algérienne",
    "titre_nature": "vie_privee_familiale",
    "titre_numero": "AB123456",
    "titre_expire_le": "2027-02-28",
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
}
PIECES = ("passeport", "titre_actuel", "photo", "domicile")


@dataclass
class World:
    """What a test acts on."""

    app: Flask
    amina: Actor
    claire: Actor
    denis: Actor
    service_id: uuid.UUID
    times: ExitStack = field(default_factory=ExitStack)

    def file(self, **answers: Any) -> queries.DossierView:
        """A dossier filed, its first effects done."""
        told = {**DEMANDE, **answers, **{code: [self.document()] for code in PIECES}}
        with unit_of_work():
            view = service.submit(self.amina, "renouvellement_titre_sejour", told, service_id=self.service_id)
        self.drain()
        return view

    def document(self) -> str:
        with unit_of_work():
            return str(documents.receive(self.amina, "piece.pdf", io.BytesIO(PDF)).id)

    def drain(self) -> None:
        worker.run_until_quiet(self.app)
        db.session.rollback()  # what the worker committed is seen by a new transaction only

    def at(self, moment: datetime) -> None:
        """Time passes, and what falls due is done."""
        self.times.enter_context(clock.frozen(moment))
        self.drain()

    def later(self, **span: float) -> None:
        self.at(clock.now() + timedelta(**span))

    def do(
        self, view: queries.DossierView, element: str, answers: Mapping[str, Any], actor: Actor | None = None
    ) -> None:
        """Complete the open task of that element, and do what follows."""
        who = actor or self.claire
        with unit_of_work():
            service.complete_task(who, self.task(view, element), answers)
        self.drain()

    def task(self, view: queries.DossierView, element: str) -> str:
        return next(one.id for one in queries.open_tasks(view.number, self.claire) if one.element == element)

    def open(self, view: queries.DossierView) -> list[str]:
        return sorted(one.element for one in queries.open_tasks(view.number, self.claire))

    def now(self, view: queries.DossierView) -> queries.DossierView:
        return queries.dossier(view.number, self.claire)

    def letters(self, view: queries.DossierView) -> list[str]:
        return [one.code or "" for one in documents_queries.of_dossier(view.id) if one.kind == "courrier"]

    def sent(self, view: queries.DossierView, kind: str = "mail") -> list[str]:
        """Subjects of mails, texts of SMS, in order."""
        found = [one for one in notifications_queries.of_dossier(view.id) if one.kind == kind]
        return [one.subject if kind == "mail" else one.text for one in found]


@pytest.fixture
def demande() -> Mapping[str, Any]:
    """The answers of a complete renewal."""
    return DEMANDE


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, Any]]:
    """A database with the préfecture in it, copied for each test, and who is in it."""
    home = tmp_path_factory.mktemp("steps")
    with _application(home), clock.frozen(START):
        Model.metadata.create_all(db.engine)
        steps.register()
        with unit_of_work():
            made = _furnish()
        amina = identity_queries.person(made.pop("amina")).actor
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    return home / "planipref.sqlite3", {**made, "amina": amina}


@pytest.fixture
def app(furnished: tuple[Path, Mapping[str, Any]], tmp_path: Path) -> Iterator[Flask]:
    shutil.copy(furnished[0], tmp_path / "planipref.sqlite3")
    with _application(tmp_path) as app:
        yield app


@pytest.fixture
def world(app: Flask, furnished: tuple[Path, Mapping[str, Any]]) -> Iterator[World]:
    steps.register()
    with ExitStack() as times:
        times.enter_context(clock.frozen(START))
        yield World(app, times=times, **furnished[1])


@contextmanager
def _application(home: Path) -> Iterator[Flask]:
    chosen = settings.read({**os.environ, "PLANIPREF_HOME": str(home), "PLANIPREF_BASE_URL": "https://pref.example"})
    settings.use(chosen)
    app = Flask("steps")
    app.config.update(
        SQLALCHEMY_DATABASE_URI=chosen.database_url, SQLALCHEMY_ENGINE_OPTIONS={"connect_args": {"timeout": 10}}
    )
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
        yield app
        db.session.remove()
        db.engine.dispose()


def _furnish() -> dict[str, Any]:
    for code in ("renouvellement_titre_sejour", "echange_permis_conduire"):
        demarches.publish(PROCESSES / code, by="tests")
    identity.create_prefecture(
        "94",
        "Préfecture du Val-de-Marne",
        address="21 avenue du Général-de-Gaulle",
        postal_code="94000",
        city="Créteil",
        email="p94@example.fr",
        phone="01 49 56 60 00",
    )
    here = identity.create_service("94", "Bureau des étrangers", email="etrangers@example.fr").id
    person = identity.create_person(
        "amina@example.fr", given_names="Amina", family_name="El Kébir", birth_date=date(1994, 5, 4)
    )
    _office(here)
    return {
        "service_id": here,
        "claire": _agent("claire", "Claire Petit", here, "instructeur", "guichet"),
        "denis": _agent("denis", "Denis Roux", here, "chef_de_service"),
        "amina": person.id,
    }


def _agent(login: str, name: str, service_id: uuid.UUID, *roles: str) -> Actor:
    return identity.create_agent(
        login, name, "mot de passe de " + login, roles, prefecture="94", service_ids=[service_id]
    ).actor


def _office(service_id: uuid.UUID) -> None:
    counter = agenda.create_counter(service_id, "A1")
    agenda.open_hours(counter, range(5), time(9), time(12), valid_from=MONDAY)
    for code, label in (("depot_biometrie", "Dépôt et empreintes"), ("remise_titre", "Remise de titre")):
        agenda.create_motif(service_id, code, label, 20)
    agenda.generate_cells(service_id, MONDAY, MONDAY + timedelta(days=120))


@pytest.fixture
def first_slot(world: World) -> Any:
    """The first start that a dossier's convocation can choose."""

    def choose(view: queries.DossierView) -> datetime:
        found = agenda_queries.convocation_of(view.id)
        assert found is not None
        return agenda_queries.free_slots(found.id)[-1].morning[0].starts_at

    return choose
