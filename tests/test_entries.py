"""Who may enter: every route of the real application × every role × somebody else's things."""

from __future__ import annotations

import hashlib
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from prefecture.identity.permissions import ROLES
from prefecture.kernel.db import Model, db
from prefecture.kernel.entry import LINK, PUBLIC, EntryNotDeclared, allows, assert_declared, declared
from tests.gate import LINKED, NOBODY, Gate, opened, routes
from tests.town import (
    sqlite_town,  # noqa: F401 (a fixture)
)

# Parameters of an address that name a thing which is somebody's.
THEIRS = frozenset({"number", "task_id", "document_id", "rdv_id", "session_id", "work_id", "incident_id", "prefecture"})
# For the national administrator, and analysts where they are named: who administers one préfecture is refused.
NATIONAL = frozenset(
    {
        *("analyst.keys", "analyst.add_key", "analyst.remove_key"),
        *("analyst.arrivals", "analyst.arrive", "analyst.arrival", "analyst.publish_arrival"),
        *("analyst.carry", "analyst.seal", "analyst.reopen"),
    }
)
# Written by a GET without a dossier being changed: looks, tries, when an account was last seen.
TRACES = frozenset({"trace", "tries", "login_session", "api_token"})


@pytest.fixture(scope="module")
def gate(sqlite_town: tuple[Path, uuid.UUID], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:  # noqa: F811
    with opened(sqlite_town, tmp_path_factory.mktemp("gate")) as found:
        yield found


def _wrong(gate: Gate, rule: Rule, method: str, who: str, status: int, location: str) -> str | None:
    """What is wrong with this answer, None if the declared policy was enforced."""
    entering = declared(gate.app, rule.endpoint) or frozenset()
    api = rule.rule.startswith("/api/")
    inside = allows(entering, gate.roles[who], link=who == LINKED and LINK in entering)
    if not inside:
        signed_in = gate.roles[who] is not None
        wanted = {403} if signed_in else {410} if LINK in entering else {401} if api else {302}
        sent_home = status != 302 or "/connexion" in location
        return None if status in wanted and sent_home else f"not refused: {status} {location}"
    if rule.endpoint in NATIONAL and who in {"administrateur", "marc"}:
        return None if status == 403 else f"open to who administers one préfecture: {status}"
    theirs = set(rule.arguments) & THEIRS and not rule.endpoint.startswith("demo.")
    if who == "analyste" and rule.endpoint.startswith(("analyst.", "api-incidents.", "api-observation.")):
        theirs = False  # analysts watch and repair every démarche, wherever its dossiers are
    if theirs:
        scopeless = api and (who in {"analyste", "recetteur", "administrateur"} or rule.endpoint == "api-tasks.claim")
        return None if status == 404 or (scopeless and status == 403) else f"somebody else's thing answers {status}"
    if status >= 500:
        return f"broken: {status}"
    shut = (status in {401, 403} and not api) or "/connexion" in location
    return f"shut to who may enter: {status} {location}" if shut and PUBLIC not in entering else None


def test_every_route_says_who_may_enter(gate: Gate) -> None:
    assert_declared(gate.app)


def test_a_route_that_says_nothing_is_named() -> None:
    app = Flask("silent", static_folder=None)
    app.add_url_rule("/secret", "secret", lambda: "open")
    with pytest.raises(EntryNotDeclared, match="secret"):
        assert_declared(app)


@pytest.mark.parametrize("who", [NOBODY, LINKED, *ROLES])
def test_every_route_lets_in_whom_it_declares_and_shows_nobody_elses_things(gate: Gate, who: str) -> None:
    wrong = []
    for rule, method in routes(gate.app):
        if rule.endpoint in {"account.sign_out", "api-auth.revoke"}:
            continue  # they end the session that the next routes need
        response = gate.ask(rule, method, who)
        said = _wrong(gate, rule, method, who, response.status_code, response.headers.get("Location", ""))
        response.close()
        if said:
            wrong.append(f"{method} {rule.rule} as {who}: {said}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("who", ["amina", "claire", "denis", "ana", "marc", LINKED])
def test_reading_changes_nothing(gate: Gate, who: str) -> None:
    before = _contents(gate.app)
    seen = 0
    with closing(sqlite3.connect(gate.settings.home / "planipref.sqlite3")) as watch:
        version = _version(watch)
        for rule, method in routes(gate.app):
            if method != "GET":
                continue
            response = gate.ask(rule, method, who)
            seen += response.status_code == 200
            assert response.status_code < 500, rule.rule
            response.close()
            if version != (version := _version(watch)):  # reading all tables takes long, on a loaded machine too long
                assert _contents(gate.app) == before, rule.rule
    assert seen > 10


def _version(watch: sqlite3.Connection) -> int:
    """A number that changes when anybody else commits a change to the file."""
    found: int = watch.execute("PRAGMA data_version").fetchone()[0]
    return found


def _contents(app: Flask) -> dict[str, str]:
    """A digest of each table's rows, apart from traces."""
    with app.app_context(), db.engine.connect() as connection:
        return {
            name: hashlib.sha256(
                repr(sorted(map(repr, connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()))).encode()  # noqa: S608
            ).hexdigest()
            for name in Model.metadata.tables
            if name not in TRACES
        }
