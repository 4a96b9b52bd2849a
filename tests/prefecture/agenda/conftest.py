"""A bare application on a fresh SQLite file, and one service with a counter open in the morning."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from flask import Flask

from prefecture.agenda import service as agenda
from prefecture.identity import service as identity
from prefecture.kernel import clock
from prefecture.kernel import db as kernel_db
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work

MONDAY = date(2026, 11, 23)
START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # seven in the morning at the préfecture


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """An application context on a fresh database."""
    app = Flask("agenda")
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path / 'test.sqlite3'}"
    db.init_app(app)
    with app.app_context():
        kernel_db.prepare(db.engine)
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def morning() -> Iterator[datetime]:
    """The clock held at seven on a Monday morning."""
    with clock.frozen(START):
        yield START


@dataclass(frozen=True)
class Office:
    """A service with one counter, open 9 to 10 on weekdays, that receives for twenty minutes."""

    service_id: uuid.UUID
    counter_id: uuid.UUID
    plage_id: uuid.UUID


@pytest.fixture
def make_office(app: Flask, morning: datetime) -> Callable[[str], Office]:
    """Open an office in a département."""

    def make(code: str) -> Office:
        with unit_of_work():
            identity.create_prefecture(
                code,
                f"Préfecture {code}",
                address="1 rue du Lac",
                postal_code="94000",
                city="Créteil",
                email="pref@example.fr",
                phone="01 00 00 00 00",
            )
            service_id = identity.create_service(code, "Séjour").id
            counter_id = agenda.create_counter(service_id, "A1")
            plage_id = agenda.open_hours(counter_id, range(5), time(9), time(10), valid_from=MONDAY)
            agenda.create_motif(service_id, "depot_tse", "Dépôt de titre de séjour", 20)
            agenda.generate_cells(service_id, MONDAY, date(2026, 12, 31))
        return Office(service_id, counter_id, plage_id)

    return make


@pytest.fixture
def office(make_office: Callable[[str], Office]) -> Office:
    """An office in the Val-de-Marne."""
    return make_office("94")
