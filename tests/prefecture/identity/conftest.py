"""A bare application on a fresh SQLite file: what the desks of identity need, without the faces."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from prefecture.identity import service  # noqa: F401 (its tables)
from prefecture.kernel import db as kernel_db
from prefecture.kernel.db import db


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """An application context on a fresh database."""
    app = Flask("identity")
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path / 'test.sqlite3'}"
    db.init_app(app)
    with app.app_context():
        kernel_db.prepare(db.engine)
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()
