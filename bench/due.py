"""Due work on PostgreSQL, one drain: effects answered, timers fired, dossiers moved onto a newer version."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from sqlalchemy import text

from bench.figures import tell, timed
from bench.house import House
from prefecture.demarches import queries as demarches
from prefecture.demarches import service as publishing
from prefecture.demarches.version import Version
from prefecture.documents import pdf
from prefecture.documents import service as documents
from prefecture.dossiers import migration, service
from prefecture.dossiers.advance import TIMER
from prefecture.identity.permissions import Actor
from prefecture.kernel import worker
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work
from tests.town import PDF, PIECES, PROCESSES, TSE, demande

DOSSIERS = 200
# The earliest timer of each dossier is due; nothing else is.
_DUE = text(
    "UPDATE due_work SET run_at = now() - interval '1 hour' WHERE id IN (SELECT DISTINCT ON (dossier_id) id"
    " FROM due_work WHERE status = 'ready' AND kind = :kind ORDER BY dossier_id, run_at)"
)


def measure(house: House) -> None:
    """Tell the three rates; letters are not printed (`letter_ms` says what they take)."""
    amina, printing = house.actor("amina"), pdf.render_letter
    pdf.render_letter = _unprinted
    try:
        worker.run_until_quiet(house.app)
        for _ in range(DOSSIERS):
            _file(house, amina)
        _rate("effects_per_s", lambda: worker.run_until_quiet(house.app))
        target = _renamed()
        _rate("migrate_per_s", lambda: _migrate(house, target))
        worker.run_until_quiet(house.app)
        with unit_of_work():
            due = db.session.execute(_DUE, {"kind": TIMER}).rowcount  # type: ignore[attr-defined]
        _rate("timer_sweep_per_s", lambda: worker.drain(house.app, limit=due, max_seconds=120))
    finally:
        pdf.render_letter = printing


def _rate(name: str, work: Callable[[], int]) -> None:
    done: list[int] = []
    took = timed(lambda: done.append(work()))
    db.session.remove()
    if done[0] < DOSSIERS:
        raise RuntimeError(f"{name}: only {done[0]}")
    tell(name, done[0] / took, "per_s")


def _renamed() -> Version:
    """A published renewal in which something is called otherwise."""
    with tempfile.TemporaryDirectory() as home:
        folder = shutil.copytree(PROCESSES, Path(home) / "processes") / TSE
        drawing = folder / "processus.bpmn"
        drawing.write_text(drawing.read_text().replace('name="', 'name="Nouveau : ', 1))
        with unit_of_work():
            return demarches.version(publishing.publish(folder, by="bench").id)


def _migrate(house: House, target: Version) -> int:
    """Order every dossier onto a version, and see each there."""
    before = migration.running(TSE, target.id)
    migration.order(target, {}, by="bench")
    while migration.left_over():
        worker.drain(house.app, limit=before, max_seconds=60)
        db.session.remove()
    return before - migration.running(TSE, target.id)


def _file(house: House, amina: Actor) -> None:
    with unit_of_work():
        brought = {code: [str(documents.receive(amina, "piece.pdf", BytesIO(PDF)).id)] for code in PIECES}
    with unit_of_work():
        service.submit(amina, TSE, {**demande(), **brought}, service_id=house.service_id)


def _unprinted(html: str, *, title: str, lang: str = "fr") -> bytes:
    return PDF
