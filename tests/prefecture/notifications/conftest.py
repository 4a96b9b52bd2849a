"""The notifications desk beside the documents desk, on a fresh database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from prefecture.documents import queries as documents
from prefecture.documents import service as _documents  # noqa: F401 (its handlers and tables)
from prefecture.kernel import settings
from prefecture.kernel.db import Model, db, prepare
from prefecture.notifications import service


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """An application context on a fresh database, attachments read from the documents desk."""
    chosen = settings.read({**os.environ, "PLANIPREF_HOME": str(tmp_path)})
    settings.use(chosen)
    service.read_with(documents.download)
    app = Flask("notifications")
    app.config.update(SQLALCHEMY_DATABASE_URI=chosen.database_url)
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
        Model.metadata.create_all(db.engine)
        yield app
        db.session.remove()
        db.engine.dispose()
