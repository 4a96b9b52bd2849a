"""Many at once on PostgreSQL: no place has two takers, no link two appointments, nobody waits in a circle."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from prefecture.agenda import queries
from prefecture.agenda import service as agenda
from prefecture.identity import service as identity
from prefecture.kernel.db import db
from prefecture.kernel.errors import DomainError
from prefecture.kernel.unit_of_work import unit_of_work

pytestmark = pytest.mark.postgresql

FAR = date(2031, 3, 3)  # a Monday that stays in the future: these threads live on the real clock
PEOPLE = 12


@pytest.fixture
def crowd(postgresql_url: str) -> Iterator[Flask]:
    """An application on a fresh PostgreSQL database."""
    name = f"agenda_{uuid.uuid4().hex[:8]}"
    server = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    app = Flask("agenda")
    app.config["SQLALCHEMY_DATABASE_URI"] = postgresql_url.replace("/postgres", f"/{name}")
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": PEOPLE + 1}
    db.init_app(app)
    with app.app_context():
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture
def hall(crowd: Flask) -> tuple[uuid.UUID, list[str], list[datetime]]:
    """A service with three counters open for an hour, a link for each person, and the starts on offer."""
    with unit_of_work():
        identity.create_prefecture(
            "94", "Val-de-Marne", address="1", postal_code="94000", city="Créteil", email="p@example.fr", phone="0"
        )
        service_id = identity.create_service("94", "Séjour").id
        for number in range(3):
            counter = agenda.create_counter(service_id, f"A{number}")
            agenda.open_hours(counter, [0], time(9), time(10), valid_from=FAR)
        agenda.create_motif(service_id, "depot", "Dépôt", 20, step_minutes=10)
        agenda.generate_cells(service_id, FAR, FAR)
        links = [
            agenda.invite(uuid.uuid4(), service_id, "depot", f"k{index}", max_moves=99)[1] for index in range(PEOPLE)
        ]
    starts = [slot.starts_at for day in queries.free_slots(links[0], FAR, FAR) for slot in day.morning]
    return service_id, links, starts


def all_at_once(app: Flask, each: Callable[[str], str], links: list[str]) -> list[str]:
    def run(link: str) -> str:
        with app.app_context():
            return each(link)

    with ThreadPoolExecutor(len(links)) as pool:
        return list(pool.map(run, links))


def attempt(write: Callable, *args: object) -> str:
    try:
        with unit_of_work():
            return write(*args).status
    except DomainError as error:
        return str(error.status)


def test_three_places_have_three_takers(crowd: Flask, hall: tuple[uuid.UUID, list[str], list[datetime]]) -> None:
    service_id, links, starts = hall
    told = all_at_once(crowd, lambda link: attempt(agenda.book, link, starts[0]), links)
    assert Counter(told) == {"confirme": 3, "409": PEOPLE - 3}
    assert queries.drift(service_id) == {}


def test_one_link_in_many_tabs_gives_one_appointment(
    crowd: Flask, hall: tuple[uuid.UUID, list[str], list[datetime]]
) -> None:
    service_id, links, starts = hall
    tabs = [links[0]] * PEOPLE
    told = all_at_once(crowd, lambda link: attempt(agenda.book, link, starts[0]), tabs)
    assert Counter(told) == {"confirme": 1, "409": PEOPLE - 1}
    assert queries.drift(service_id) == {}


def test_a_busy_morning_leaves_every_count_right(
    crowd: Flask, hall: tuple[uuid.UUID, list[str], list[datetime]]
) -> None:
    service_id, links, starts = hall

    def busy(link: str) -> str:
        chance = random.Random(link)
        writes = [agenda.hold, agenda.book, agenda.move, agenda.cancel]
        for _ in range(25):
            write = chance.choice(writes)
            attempt(write, link, *([] if write is agenda.cancel else [chance.choice(starts)]))
        return "done"

    assert set(all_at_once(crowd, busy, links)) == {"done"}
    assert queries.drift(service_id) == {}
    assert queries.overbooked(service_id) == []
    assert timedelta(minutes=10) in {after - before for before, after in pairwise(starts)}
