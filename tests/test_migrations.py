"""The numbered migrations: they make what the models say, and the last one can be taken back with its data."""

from __future__ import annotations

from typing import Any

from alembic import command
from flask import Flask
from sqlalchemy import column, select, table, text

from prefecture.dossiers import journal
from prefecture.kernel import clock, schema
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work
from tests.api.caller import Caller
from tests.town import Town, any_town, postgresql_copy, postgresql_town, sqlite_town, town  # noqa: F401 (fixtures)


def test_the_migrations_make_what_the_models_say(any_app: Flask) -> None:
    schema.check()


def test_what_awaits_its_seal_is_the_same_before_and_after_the_lighter_updates(any_town: Town) -> None:  # noqa: F811
    _, open_ = Caller(any_town.app, "amina").file(), Caller(any_town.app, "amina").file()
    any_town.drain()
    with any_town.app.app_context(), unit_of_work():
        journal.seal(clock.now())
    left = Caller(any_town.app, "amina").post(f"/dossiers/{open_}/withdrawal", {"reason": "Je pars."}, key="w")
    assert left.status_code == 200
    with any_town.app.app_context():
        assert awaiting("unsealed") == [open_]
        move(command.downgrade, "0012")
        assert awaiting("journal_seq > sealed_seq") == [open_]
        move(command.upgrade, "0013")
        assert awaiting("unsealed") == [open_]
        schema.check()


def awaiting(condition: str) -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(column("number")).select_from(table("dossier")).where(text(condition))))


def move(verb: Any, to: str) -> None:
    db.session.remove()
    with schema._migrating() as connection:
        verb(schema._config(connection), to)
