"""`python -m tests.torture.record NAME`: what the present release leaves in a database, for R14 of the next."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from engine.compile import ActionSpec
from prefecture.demarches import service as demarches
from prefecture.kernel import clock, outbox, schema, worker
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work
from tests import town
from tests.torture.quick import quick
from tests.torture.world import ACTION, FOLDER, World, hasten, marker

RECORDED = Path(__file__).parent / "recorded"
CHAPTERS = ("file", "to_slot", "to_visit", "to_decision", "to_title")
KEPT = ("planipref.sqlite3", "demo-secret", "demo-master-key")


@click.command()
@click.argument("name")
def main(name: str) -> None:
    """Record a database under NAME, a release's number."""
    home = Path(tempfile.mkdtemp(prefix="planipref-record-"))
    _tell(home)
    RECORDED.mkdir(exist_ok=True)
    with tarfile.open(RECORDED / f"{name}.tar.xz", "w:xz") as packed:
        for one in KEPT:
            packed.add(home / one, one)
    shutil.rmtree(home)


def _tell(home: Path) -> None:
    """Dossiers of the small démarche after none to five of their actions, of the real one after each chapter."""
    hasten()
    app = town.build(home, f"sqlite:///{home / 'planipref.sqlite3'}", PLANIPREF_DEMO="1")
    demarches.register_actions({**demarches.actions(), ACTION: ActionSpec({"pas": "number"}, {"fait": "number"})})
    outbox._handlers[ACTION] = marker(home / "ledger")
    with clock.frozen(town.START), ExitStack() as times:
        with app.app_context():
            schema.upgrade()
            service_id = town.found(town.START.date())
            with unit_of_work():
                demarches.publish(FOLDER, by="tests")
            db.session.remove()
        here = town.Town(app, service_id, times)
        for last in range(len(CHAPTERS)):
            story = quick(here)
            for chapter in CHAPTERS[: last + 1]:
                getattr(story, chapter)()
        amina = here.actor("amina")
        world = World(app, home, "", service_id, amina, amina)
        for steps in range(6):
            world.submit(1)
            for _ in range(steps):
                worker.drain(app, limit=1)
        with app.app_context():
            with db.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql("VACUUM")
                connection.exec_driver_sql("BEGIN")
            db.engine.dispose()


main()
