"""The dossiers' desk on a fresh database, with one small démarche, its actions, two agents and two citizens."""

from __future__ import annotations

import io
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from engine.compile import ActionSpec
from prefecture.demarches import service as demarches
from prefecture.documents import jobs as documents_jobs  # noqa: F401 (its handlers and tables)
from prefecture.documents import service as documents
from prefecture.dossiers import jobs, queries, service  # noqa: F401 (its handlers)
from prefecture.identity import queries as identity_queries
from prefecture.identity import service as identity
from prefecture.identity.permissions import Actor
from prefecture.kernel import outbox, settings, worker
from prefecture.kernel.db import Model, db, prepare
from prefecture.kernel.unit_of_work import unit_of_work

FOLDER = Path(__file__).parent / "demarches" / "essai"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\nxref\n0 4\n0000000000 65535 f \n"
    b"0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \n"
    b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n"
)
ACTIONS = {
    "essai.accuser": ActionSpec({"objet": "string"}, {"recu": "boolean"}),
    "essai.rappeler": ActionSpec(),
}


@dataclass
class World:
    """What a test acts on. `done` lists the effects that the actions made, as the outside world saw them."""

    app: Flask
    amina: Actor
    boris: Actor
    claire: Actor
    denis: Actor
    foreign: Actor
    service_id: uuid.UUID
    done: list[str] = field(default_factory=list)

    def submit(self, actor: Actor | None = None, **answers: Any) -> queries.DossierView:
        told = {"objet": "Renouveler", "le": "2026-11-01"} | answers
        with unit_of_work():
            return service.submit(actor or self.amina, "essai", told, service_id=self.service_id)

    def drain(self) -> int:
        count = worker.run_until_quiet(self.app)
        db.session.rollback()  # what the worker committed is seen by a new transaction only
        return count

    def filed(self, actor: Actor | None = None) -> queries.DossierView:
        """A dossier whose first task is open."""
        view = self.submit(actor)
        self.drain()
        return view

    def task(self, view: queries.DossierView, element: str) -> str:
        found = [one.id for one in queries.open_tasks(view.number, self.claire) if one.element == element]
        assert found, [one.element for one in queries.open_tasks(view.number, self.claire)]
        return found[0]

    def complete(self, actor: Actor, task_id: str, answers: Mapping[str, Any], **more: Any) -> service.Outcome:
        with unit_of_work():
            return service.complete_task(actor, task_id, answers, **more)

    def agent(self, login: str, name: str, roles: list[str]) -> Actor:
        with unit_of_work():
            return _agent(login, name, self.service_id, roles)

    def document(self, owner: Actor) -> str:
        with unit_of_work():
            return str(documents.receive(owner, "piece.pdf", io.BytesIO(PDF)).id)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A database with the démarche published and everybody's accounts, copied for each test, and who is in it."""
    home = tmp_path_factory.mktemp("furnished")
    with _application(home):
        Model.metadata.create_all(db.engine)
        demarches.register_actions(ACTIONS)
        with unit_of_work():
            made = _furnish()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    return home / "planipref.sqlite3", made


@pytest.fixture
def app(furnished: tuple[Path, Any], tmp_path: Path) -> Iterator[Flask]:
    shutil.copy(furnished[0], tmp_path / "planipref.sqlite3")
    with _application(tmp_path) as app:
        yield app


@pytest.fixture
def world(app: Flask, furnished: tuple[Path, Any], frozen_clock: datetime, monkeypatch: pytest.MonkeyPatch) -> World:
    demarches.register_actions(ACTIONS)
    found = World(app, **furnished[1])
    _install(monkeypatch, found.done)
    return found


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def any_world(request: pytest.FixtureRequest) -> World:
    """The same on both databases: for whatever depends on locks and on the database's own ways."""
    found: World = request.getfixturevalue("world" if request.param == "sqlite" else "postgresql_world")
    return found


@pytest.fixture(scope="session")
def postgresql_furnished(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Any]:
    """The name of a PostgreSQL database with the same in it, and who is in it."""
    name = f"dossiers_{uuid.uuid4().hex[:8]}"
    _administer(postgresql_url, f"CREATE DATABASE {name}")
    with _application(tmp_path_factory.mktemp("furnished-pg"), postgresql_url.replace("/postgres", f"/{name}")):
        Model.metadata.create_all(db.engine)
        demarches.register_actions(ACTIONS)
        with unit_of_work():
            made = _furnish()
    return name, made


@pytest.fixture
def postgresql_world(
    postgresql_url: str,
    postgresql_furnished: tuple[str, Any],
    tmp_path: Path,
    frozen_clock: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[World]:
    name = f"dossiers_{uuid.uuid4().hex[:8]}"
    _administer(postgresql_url, f"CREATE DATABASE {name} TEMPLATE {postgresql_furnished[0]} STRATEGY FILE_COPY")
    with _application(tmp_path, postgresql_url.replace("/postgres", f"/{name}")) as app:
        demarches.register_actions(ACTIONS)
        found = World(app, **postgresql_furnished[1])
        _install(monkeypatch, found.done)
        yield found
    _administer(postgresql_url, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(url: str, statement: str) -> None:
    engine = create_engine(settings.database_url(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@contextmanager
def _application(home: Path, database_url: str | None = None) -> Iterator[Flask]:
    told = {"DATABASE_URL": database_url} if database_url else {}
    chosen = settings.read({**os.environ, "PLANIPREF_HOME": str(home), **told})
    settings.use(chosen)
    app = Flask("dossiers")
    app.config["SQLALCHEMY_DATABASE_URI"] = chosen.database_url
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
        yield app
        db.session.remove()
        db.engine.dispose()


def _furnish() -> dict[str, Any]:
    demarches.publish(FOLDER, by="tests")
    code = "94"
    identity.create_prefecture(
        code,
        "Préfecture du Val-de-Marne",
        address="21 avenue du Général-de-Gaulle",
        postal_code="94000",
        city="Créteil",
        email="p94@example.fr",
        phone="01 00 00 00 00",
    )
    here = identity.create_service(code, "Bureau des étrangers").id
    there = identity.create_service(code, "Bureau des permis").id
    return {
        "service_id": here,
        "claire": _agent("claire", "Claire Petit", here),
        "denis": _agent("denis", "Denis Roux", here),
        "foreign": _agent("fanny", "Fanny Blanc", there),
        "amina": _person("amina@example.fr", "Amina", "El Kébir"),
        "boris": _person("boris@example.fr", "Boris", "Martinet"),
    }


def _agent(login: str, name: str, service_id: uuid.UUID, roles: Sequence[str] = ("instructeur",)) -> Actor:
    return identity.create_agent(
        login, name, "mot de passe de " + login, roles, prefecture="94", service_ids=[service_id]
    ).actor


def _person(email: str, given_names: str, family_name: str) -> Actor:
    made = identity.create_person(email, given_names=given_names, family_name=family_name, birth_date=date(1994, 5, 4))
    return identity_queries.person(made.id).actor


def _install(monkeypatch: pytest.MonkeyPatch, done: list[str]) -> None:
    """The démarche's actions: they answer first, and act only when the answer was wanted."""

    def act(name: str, result: Mapping[str, Any]) -> Callable[[outbox.Work], None]:
        def run(work: outbox.Work) -> None:
            assert work.dossier_id is not None
            with unit_of_work():
                if service.answer(work.dossier_id, work.payload["effect_id"], result):
                    done.append(f"{name}:{work.payload['params'].get('objet', '')}")
                work.done()

        return run

    handlers = outbox.handlers()
    monkeypatch.setitem(handlers, "essai.accuser", act("accuser", {"recu": True}))  # type: ignore[arg-type]
    monkeypatch.setitem(handlers, "essai.rappeler", act("rappeler", {}))  # type: ignore[arg-type]
