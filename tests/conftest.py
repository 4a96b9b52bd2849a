"""Fixtures of all tests: an application on a fresh database, the clock held still, and due work done on demand."""

from __future__ import annotations

import base64
import gc
import importlib.util
import os
import shutil
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from tests.addresses import KnownRule
from tests.homes import COMPILED, furnished

# Before any room is imported: the settings of this process are the tests' own.
os.environ.update(
    PLANIPREF_DEMO="1",
    PLANIPREF_SECRET="secret-of-the-tests-" + "x" * 32,
    PLANIPREF_MASTER_KEY=base64.b64encode(bytes(range(32))).decode(),
    PLANIPREF_LOGS="plain",
)
for name in ("DATABASE_URL", "REDIS_URL", "PLANIPREF_SMTP_URL", "PLANIPREF_SMS_URL", "PLANIPREF_CLAMAV"):
    os.environ.pop(name, None)

# Tests build whole applications and drop them: looking for circles after every 700 objects took a fifth of their time.
gc.set_threshold(50_000, 20, 10)

# What tests keep for a moment is kept in memory where there is room: a database waits for no disk there.
MEMORY = Path("/dev/shm")  # noqa: S108 (only private folders are made in it)
ROOM = 2 << 30
if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
    tempfile.tempdir = str(MEMORY)

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def _module(name: str) -> ModuleType:
    """A module of tests/ by path: tests are no package, so that they never hide the rooms they mirror."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name.removeprefix('tests_')}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


servers = _module("tests_servers")
Flask.url_rule_class = KnownRule


def pytest_configure(config: pytest.Config) -> None:
    """Whoever starts the tests makes the folder of compiled templates, and takes it away."""
    if not hasattr(config, "workerinput"):
        os.environ[COMPILED] = tempfile.mkdtemp(prefix="planipref-compiled-")
        config.add_cleanup(lambda: shutil.rmtree(os.environ.pop(COMPILED), ignore_errors=True))


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server for this test process."""
    with servers.postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis server for this test process."""
    with servers.redis() as url:
        yield url


# What takes longest begins first where processes share the files: the many short ones then even out the end.
LONGEST_FIRST = (
    "browser/test_every_page.py",
    "torture/test_torture.py",
    "browser/",
    "flows/",
    "torture/",
    "test_entries.py",
    "web/",
    "test_answers.py",
    "api/",
    "prefecture/",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In a process that shares the files with another, long ones first; within a file nothing changes."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: _place(item.path.relative_to(Path(__file__).parent).as_posix()))


def _place(path: str) -> int:
    return next((n for n, start in enumerate(LONGEST_FIRST) if path.startswith(start)), len(LONGEST_FIRST))


def build_app(home: Path, database_url: str, **environment: str) -> Flask:
    """The real application on the given database, its schema made by the migrations."""
    from prefecture.kernel import settings
    from wsgi import create_app

    chosen = settings.read(
        {**os.environ, "PLANIPREF_HOME": str(furnished(home)), "DATABASE_URL": database_url, **environment}
    )
    app = create_app(chosen)
    app.testing = True
    return app


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, copied for each test."""
    from prefecture.kernel import schema
    from prefecture.kernel.db import db

    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    app = build_app(path.parent, f"sqlite:///{path}")
    with app.app_context():
        schema.upgrade()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        db.engine.dispose()
    return path


@pytest.fixture
def sqlite_app(sqlite_template: Path, tmp_path: Path) -> Iterator[Flask]:
    """The application on a fresh SQLite file."""
    shutil.copy(sqlite_template, tmp_path / "planipref.sqlite3")
    yield from _in_context(build_app(tmp_path, f"sqlite:///{tmp_path / 'planipref.sqlite3'}"))


@pytest.fixture(scope="session")
def postgresql_template(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a migrated PostgreSQL database, cloned for each test."""
    from prefecture.kernel import schema
    from prefecture.kernel.db import db

    name = f"template_{uuid.uuid4().hex[:8]}"
    _administer(postgresql_url, f"CREATE DATABASE {name}")
    app = build_app(tmp_path_factory.mktemp("pg"), postgresql_url.replace("/postgres", f"/{name}"))
    with app.app_context():
        schema.upgrade()
        db.engine.dispose()
    return name


@pytest.fixture
def postgresql_database(postgresql_url: str, postgresql_template: str) -> Iterator[str]:
    """The URL of a fresh migrated PostgreSQL database."""
    name = f"test_{uuid.uuid4().hex[:8]}"
    _administer(postgresql_url, f"CREATE DATABASE {name} TEMPLATE {postgresql_template} STRATEGY FILE_COPY")
    yield postgresql_url.replace("/postgres", f"/{name}")
    _administer(postgresql_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgresql_app(postgresql_database: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on a fresh PostgreSQL database."""
    yield from _in_context(build_app(tmp_path, postgresql_database))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def any_app(request: pytest.FixtureRequest) -> Flask:
    """The application on both databases, one after the other."""
    app: Flask = request.getfixturevalue(f"{request.param}_app")
    return app


@pytest.fixture
def app(sqlite_app: Flask) -> Flask:
    """The application on SQLite: for whatever does not depend on the database."""
    return sqlite_app


@pytest.fixture
def drain() -> Callable[[Flask], int]:
    """Do all due work of an application now; returns how many pieces were tried."""
    from prefecture.kernel import worker

    return worker.run_until_quiet


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> None:
    """Passwords of tests are hashed at the least cost: slowness protects real ones only."""
    from argon2 import PasswordHasher

    from prefecture.kernel import crypto

    crypto._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def frozen_clock() -> Iterator[datetime]:
    """The clock held at a Monday morning; `kernel.clock.move` advances it."""
    from prefecture.kernel import clock

    with clock.frozen(START):
        yield START


def _in_context(app: Flask) -> Iterator[Flask]:
    from prefecture.kernel.db import db

    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def _administer(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
