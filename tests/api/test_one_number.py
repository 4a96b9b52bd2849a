"""One number through all that a request sets off: its own line, the due work in the table, the worker's lines."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from prefecture.kernel import logs
from prefecture.kernel.db import db
from tests.api.caller import Caller
from tests.town import Town

NUMBER = "4bf92f3577b34da6"


class Kept(logging.Handler):
    """The lines as an operator gets them."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logs.JsonFormatter())
        self.lines: list[dict[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@pytest.fixture
def kept(town: Town) -> Iterator[Kept]:
    handler = Kept()
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


def test_what_a_request_sets_off_carries_its_number_to_the_last_worker(town: Town, kept: Kept) -> None:
    amina = Caller(town.app, "amina")
    answer = amina.post("/dossiers", amina.filing(), **{"X-Request-Id": NUMBER})
    assert answer.status_code == 201, answer.json
    assert answer.headers["X-Request-Id"] == NUMBER
    [told] = [line for line in kept.lines if line["message"].startswith("POST /api/v1/dossiers 201")]
    assert told["request"] == NUMBER
    kept.lines.clear()
    town.drain()
    done = [line for line in kept.lines if line["message"].startswith("work done")]
    kinds = {line["kind"] for line in done if line.get("request") == NUMBER}
    # An effect of the process, and the mail that another effect has queued: work that came out of work.
    assert {"depot.attester", "notifications.mail"} <= kinds, [line["kind"] for line in done]
    with town.app.app_context():
        query = db.text("SELECT DISTINCT request FROM due_work WHERE kind = 'notifications.mail'")
        assert list(db.session.scalars(query)) == [NUMBER]


def test_work_done_for_another_request_keeps_its_own_number(town: Town, kept: Kept) -> None:
    amina = Caller(town.app, "amina")
    for number in (NUMBER, "other"):
        assert amina.post("/dossiers", amina.filing(), **{"X-Request-Id": number}).status_code == 201
    town.drain()
    assert {line["request"] for line in kept.lines if line.get("kind") == "notifications.mail"} == {NUMBER, "other"}


def test_a_number_is_made_for_who_brings_none_or_nonsense(town: Town, kept: Kept) -> None:
    given = [Caller(town.app).get("/demarches", q="Amina").headers["X-Request-Id"] for _ in range(2)]
    nonsense = town.app.test_client().get("/", headers={"X-Request-Id": "<script>"}).headers["X-Request-Id"]
    assert len({*given, nonsense}) == 3
    assert all(one.isalnum() for one in (*given, nonsense))
    assert not [line for line in kept.lines if "Amina" in line["message"]]  # the query stays out of the log


def test_machines_that_ask_every_second_leave_no_line(town: Town, kept: Kept) -> None:
    client = town.app.test_client()
    assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200
    assert client.get("/metrics").status_code == 200
    assert kept.lines == []
