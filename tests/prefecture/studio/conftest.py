"""The studio on a small préfecture: two analysts, who signs off, and a draft of the first démarche."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from prefecture.demarches import queries as demarches
from prefecture.demarches import service as publishing
from prefecture.identity import service as identity
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import service
from tests.town import PASSWORD, PROCESSES, START, TSE, build

PEOPLE = (("ana", "Ana Lopez", "analyste"), ("bob", "Bob Denis", "analyste"), ("rita", "Rita Sow", "recetteur"))


def furnish() -> None:
    """One published démarche and its people, in a migrated database."""
    with unit_of_work():
        publishing.publish(PROCESSES / TSE, by="tests")
        for login, name, role in PEOPLE:
            identity.create_agent(login, name, PASSWORD, [role])


@pytest.fixture(scope="session")
def furnished(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with one published démarche, copied for each test."""
    home = tmp_path_factory.mktemp("studio")
    shutil.copy(sqlite_template, home / "planipref.sqlite3")
    app = build(home, f"sqlite:///{home / 'planipref.sqlite3'}")
    with app.app_context(), clock.frozen(START):
        furnish()
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        db.engine.dispose()
    return home / "planipref.sqlite3"


@pytest.fixture
def studio(furnished: Path, tmp_path: Path, frozen_clock: datetime) -> Iterator[Flask]:
    """The application with one published démarche."""
    shutil.copy(furnished, tmp_path / "planipref.sqlite3")
    app = build(tmp_path, f"sqlite:///{tmp_path / 'planipref.sqlite3'}")
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def ana(studio: Flask) -> Actor:
    """An analyst."""
    return identity.authenticate("ana", PASSWORD)


@pytest.fixture
def bob(studio: Flask) -> Actor:
    """Another analyst."""
    return identity.authenticate("bob", PASSWORD)


@pytest.fixture
def rita(studio: Flask) -> Actor:
    """Whoever signs off."""
    return identity.authenticate("rita", PASSWORD)


@pytest.fixture
def draft(ana: Actor) -> uuid.UUID:
    """Ana's draft of the démarche's next version."""
    with unit_of_work():
        return service.from_version(ana, demarches.current(TSE).id, "Version 2")
