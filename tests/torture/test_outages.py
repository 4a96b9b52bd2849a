"""A database that is away, stuck or full is told as such, in French and at once; nothing has to be started again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import make_url, text
from sqlalchemy.exc import IntegrityError

from prefecture.kernel import outages
from prefecture.kernel.db import db
from prefecture.kernel.errors import Unavailable
from prefecture.kernel.unit_of_work import unit_of_work
from tests.torture.http import token
from tests.torture.proxy import Proxy
from tests.torture.world import World, build, database


def file(client: FlaskClient, world: World, bearer: str, key: str) -> Any:
    told = {"demarche": "torture", "answers": {"objet": "Survivre"}, "service_id": str(world.service_id)}
    headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": key}
    return client.post("/api/v1/dossiers", json=told, headers=headers)


@pytest.fixture
def cable(postgresql_url: str, postgresql_furnished: str, tmp_path: Path) -> Iterator[tuple[World, Proxy]]:
    """A world whose database is at the other end of a cable."""
    with database(postgresql_url, postgresql_furnished) as url:
        target = make_url(url)
        proxy = Proxy(int(target.port or 5432))
        there = target.set(port=proxy.port).render_as_string(hide_password=False)
        world = build(tmp_path, there, migrated=True)
        world.app.testing = True
        yield world, proxy
        world.close()
        proxy.close()


@pytest.mark.postgresql
def test_a_page_and_the_api_say_that_the_database_is_away_and_come_back_by_themselves(
    cable: tuple[World, Proxy],
) -> None:
    world, proxy = cable
    bearer, client = token(world.app, world.amina), world.app.test_client()
    assert file(client, world, bearer, "before").status_code == 201
    proxy.fault = "reset"
    proxy.cut()
    client.set_cookie("session", "somebody")
    shown = client.get("/", headers={"Accept": "text/html"})
    assert shown.status_code == 503
    assert shown.headers["Retry-After"] == str(outages.RETRY_AWAY)
    assert "momentanément indisponible" in shown.get_data(as_text=True)
    refused = file(client, world, bearer, "during")
    assert (refused.status_code, refused.mimetype) == (503, "application/problem+json")
    assert refused.headers["Retry-After"] == str(outages.RETRY_AWAY)
    assert "momentanément indisponible" in refused.json["detail"]
    assert client.get("/readyz").status_code == 503
    assert world.app.test_client().get("/healthz").status_code == 200
    proxy.fault = "pass"
    assert file(client, world, bearer, "during").status_code == 201
    assert world.count("dossier") == 2


@pytest.mark.postgresql
def test_two_who_wait_for_each_other_are_told_to_try_again_and_nothing_of_theirs_is_kept(
    postgresql_world: World,
) -> None:
    first, second = postgresql_world.submit(2)
    meet = threading.Barrier(2)

    def cross(here: Any, there: Any) -> str:
        with postgresql_world.app.app_context():
            try:
                with unit_of_work():
                    _touch(here)
                    meet.wait(10)
                    _touch(there)
            except Unavailable as error:
                return f"{error.status} {error.retry_after} {error.message}"
        return ""

    with ThreadPoolExecutor(2) as threads:
        said = sorted(threads.map(cross, (first, second), (second, first)))
    assert said == ["", f"503 {outages.RETRY_BUSY} {outages.BUSY}"]
    assert [row[0] for row in postgresql_world.statement("SELECT revision FROM dossier")] == [100, 100]


def _touch(dossier_id: Any) -> None:
    table = db.metadata.tables["dossier"]
    db.session.execute(table.update().where(table.c.id == dossier_id).values(revision=100))


def test_a_locked_sqlite_file_is_busy_and_a_broken_rule_is_not(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prefecture.kernel.db.BUSY_TIMEOUT_MS", 50)
    with sqlite_world.app.app_context():
        db.engine.dispose()  # connections made from now on wait no longer
    with sqlite_world.app.app_context(), db.engine.connect() as other:
        other.exec_driver_sql("COMMIT")
        other.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="Trop de personnes") as busy, unit_of_work():
            db.session.execute(text("SELECT 1"))
        assert busy.value.retry_after == outages.RETRY_BUSY
        other.exec_driver_sql("COMMIT")
        other.exec_driver_sql("BEGIN")
    with sqlite_world.app.app_context(), pytest.raises(IntegrityError), unit_of_work():
        db.session.execute(text("INSERT INTO dossier (id) VALUES ('x')"))
