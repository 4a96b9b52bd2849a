"""The schema's migrations: numbered Alembic files, one head, run on SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from prefecture.kernel.db import Model, current_connection
from prefecture.kernel.unit_of_work import unit_of_work

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def upgrade() -> None:
    """Bring the database to the newest schema; nothing happens if it is there."""
    with _migrating() as connection:
        command.upgrade(_config(connection), "head")


def write_migration(message: str, number: str) -> None:
    """Write the next migration file from what the models say and the database lacks."""
    with _migrating() as connection:
        command.revision(_config(connection), message, autogenerate=True, rev_id=number)


def check() -> None:
    """Raise alembic's CommandError if models and migrations differ."""
    with _migrating() as connection:
        command.check(_config(connection))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    config.attributes["target_metadata"] = Model.metadata
    return config


@contextmanager
def _migrating() -> Iterator[Connection]:
    """A connection whose transaction ends with the block; on PostgreSQL one process migrates at a time."""
    with unit_of_work():
        connection = current_connection()
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7464)")
        yield connection
