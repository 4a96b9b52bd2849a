"""The kernel alone: an application with its tables and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from prefecture.kernel import keyring, outbox, ratelimit, settings, traces
from prefecture.kernel.db import db, prepare


def build(home: Path, url: str) -> Flask:
    import os

    settings.use(settings.read({**os.environ, "PLANIPREF_HOME": str(home), "DATABASE_URL": url}))
    app = Flask("kernel")
    app.config.update(SQLALCHEMY_DATABASE_URI=url)
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
    return app


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Flask]:
    """The kernel on SQLite."""
    yield from _ready(build(tmp_path, f"sqlite:///{tmp_path / 'kernel.sqlite3'}"))


@pytest.fixture
def kernel_on_postgresql(tmp_path: Path, postgresql_url: str) -> Iterator[Flask]:
    """The kernel on PostgreSQL."""
    yield from _ready(build(tmp_path, postgresql_url))


@pytest.fixture
def another(tmp_path: Path) -> Flask:
    """A kernel on a database of its own, which nobody has entered."""
    app = build(tmp_path, f"sqlite:///{tmp_path / 'another.sqlite3'}")
    with app.app_context():
        db.metadata.create_all(db.engine, tables=[db.metadata.tables[name] for name in TABLES])
    return app


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def any_kernel(request: pytest.FixtureRequest) -> Flask:
    """The kernel on both databases, one after the other."""
    app: Flask = request.getfixturevalue("kernel" if request.param == "sqlite" else "kernel_on_postgresql")
    return app


@pytest.fixture(autouse=True)
def own_handlers() -> Iterator[None]:
    """Handlers that a test registers are gone after it."""
    kept = dict(outbox.handlers())
    yield
    outbox._handlers.clear()
    outbox._handlers.update(kept)


TABLES = [each.__tablename__ for each in (keyring.DataKey, outbox.DueWork, traces.Trace, ratelimit.Tries)]


def _ready(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        tables = [db.metadata.tables[name] for name in TABLES]
        db.metadata.create_all(db.engine, tables=tables)
        yield app
        db.session.remove()
        db.metadata.drop_all(db.engine, tables=tables)
        db.engine.dispose()
