"""The documents desk without the faces, on a fresh database of each kind."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from prefecture.documents import service  # noqa: F401 (its handlers and tables)
from prefecture.kernel import settings
from prefecture.kernel.db import Model, db, prepare


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application context on a fresh database."""
    if request.param == "sqlite":
        yield from _built(tmp_path, f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    else:
        with _database(request.getfixturevalue("postgresql_url")) as url:
            yield from _built(tmp_path, url)


def _built(home: Path, url: str) -> Iterator[Flask]:
    settings.use(settings.read({**os.environ, "PLANIPREF_HOME": str(home), "DATABASE_URL": url}))
    app = Flask("documents")
    app.config.update(SQLALCHEMY_DATABASE_URI=url)
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
        Model.metadata.create_all(db.engine)
        yield app
        db.session.remove()
        db.engine.dispose()


@contextmanager
def _database(server: str) -> Iterator[str]:
    """A database of its own on the tests' PostgreSQL server."""
    name = f"desk_{uuid.uuid4().hex[:12]}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield server.replace("/postgres", f"/{name}")
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()
