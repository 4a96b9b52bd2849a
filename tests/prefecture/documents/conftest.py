"""The documents desk on a fresh database, until the house has its migrations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from prefecture.documents import service  # noqa: F401 (its handlers and tables)
from prefecture.kernel import settings
from prefecture.kernel.db import Model, db, prepare


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    import os

    chosen = settings.read({**os.environ, "PLANIPREF_HOME": str(tmp_path)})
    settings.use(chosen)
    app = Flask("documents")
    app.config.update(
        SQLALCHEMY_DATABASE_URI=chosen.database_url, SQLALCHEMY_ENGINE_OPTIONS={"connect_args": {"timeout": 10}}
    )
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
        Model.metadata.create_all(db.engine)
        yield app
        db.session.remove()
        db.engine.dispose()
