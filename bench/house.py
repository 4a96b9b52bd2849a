"""An installation full of dossiers that wait for the same task, on either database."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask

from prefecture.documents import pdf
from prefecture.documents import service as documents
from prefecture.dossiers import queries, service
from prefecture.identity import service as identity
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock, logs, schema, worker
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work
from tests.town import PASSWORD, PDF, PIECES, TSE, build, demande, found, login_of

TASK = "verifier_completude"
COMPLETE = {"conclusion": "complet", "pieces": {code: {"etat": "valide"} for code in PIECES}}


@dataclass
class House:
    """An installation, who acts in it, and the letters that it would have printed."""

    app: Flask
    home: Path
    url: str
    service_id: uuid.UUID
    letters: list[str] = field(default_factory=list)

    def actor(self, name: str) -> Actor:
        """The account of that first name."""
        return identity.authenticate(login_of(name), PASSWORD)

    def waiting(self, count: int) -> list[tuple[uuid.UUID, str]]:
        """That many new dossiers, each with the id of its open task; their letters are not printed."""
        amina, claire = self.actor("amina"), self.actor("claire")
        filed = [self._file(amina) for _ in range(count)]
        printing, pdf.render_letter = pdf.render_letter, self._keep_letter
        try:
            worker.run_until_quiet(self.app)
        finally:
            pdf.render_letter = printing
        return [
            (view.id, next(one.id for one in queries.open_tasks(view.number, claire) if one.element == TASK))
            for view in filed
        ]

    def _file(self, amina: Actor) -> Any:
        with unit_of_work():
            brought = {code: [str(documents.receive(amina, "piece.pdf", BytesIO(PDF)).id)] for code in PIECES}
        with unit_of_work():
            return service.submit(amina, TSE, {**demande(), **brought}, service_id=self.service_id)

    def _keep_letter(self, html: str, *, title: str, lang: str = "fr") -> bytes:
        self.letters.append(html)
        return PDF


@contextmanager
def founded(url: str | None = None) -> Iterator[House]:
    """A new installation: on `url`, or on a SQLite file of its own."""
    with TemporaryDirectory(prefix="planipref-bench-") as folder:
        home = Path(folder)
        chosen = url or f"sqlite:///{home / 'planipref.sqlite3'}"
        os.environ.setdefault("PLANIPREF_DEMO", "1")
        os.environ["PLANIPREF_HOME"] = folder
        app = build(home, chosen)
        logs.configure("plain")
        with app.app_context():
            schema.upgrade()
            here = found(clock.now().date())
            db.session.remove()
            yield House(app, home, chosen, here)
            db.session.remove()
            db.engine.dispose()
