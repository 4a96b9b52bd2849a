"""Who changes an appointment and who plays a process lock in the same order, so that nobody waits in a circle."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from datetime import time as hour

import pytest

from prefecture.agenda import queries as agenda_queries
from prefecture.agenda import service as agenda
from prefecture.dossiers import service as dossiers
from prefecture.kernel import clock
from prefecture.kernel.errors import Gone
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.steps import appointments
from tests.torture.world import World

pytestmark = pytest.mark.postgresql
FAR = date(2031, 3, 3)  # a Monday that stays in the future: these threads live on the real clock


@pytest.fixture
def world(postgresql_world: World) -> World:
    with _door(postgresql_world):
        service_id = postgresql_world.service_id
        agenda.open_hours(agenda.create_counter(service_id, "A1"), range(7), hour(8), hour(18), valid_from=FAR)
        agenda.create_motif(service_id, "depot_biometrie", "Dépôt", 20)
        agenda.generate_cells(service_id, FAR, FAR)
    return postgresql_world


@pytest.mark.parametrize("what", ["book", "move", "cancel"])
def test_a_citizen_and_a_process_change_an_appointment_at_once(world: World, what: str) -> None:
    dossier_id = world.submit(1)[0]
    with world.app.app_context():
        with unit_of_work():
            until = datetime(2031, 4, 1, tzinfo=UTC) - clock.now()
            invited, _ = agenda.invite(dossier_id, world.service_id, "depot_biometrie", "k", valid_for=until)
        starts = [slot.starts_at for slot in agenda_queries.free_slots(invited.id, FAR, FAR)[0].morning]
        if what != "book":
            with unit_of_work():
                appointments.book(invited.id, starts[0])
    acts: dict[str, Callable[[], object]] = {
        "book": lambda: appointments.book(invited.id, starts[0]),
        "move": lambda: appointments.move(invited.id, starts[1]),
        "cancel": lambda: appointments.cancel(invited.id),
    }
    holds, goes = threading.Event(), threading.Event()

    def process() -> None:
        with _door(world):
            dossiers.note(dossier_id, "notice", "essai", {})
            holds.set()
            goes.wait(10)
            time.sleep(0.5)
            agenda.withdraw(dossier_id)

    def citizen() -> None:
        holds.wait(10)
        goes.set()
        with _door(world):
            acts[what]()

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.submit(process), threads.submit(citizen)
        first.result(20)
        with pytest.raises(Gone):
            second.result(20)


@contextmanager
def _door(world: World) -> Iterator[None]:
    with world.app.app_context(), unit_of_work():
        yield
