"""Real processes that die: the server killed in the middle, Redis frozen and gone, two of everything on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from prefecture.kernel import clock, outbox, schema
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work
from tests.api.caller import COMPLETE
from tests.flows.processes import BIN, FLASK, RemoteCaller, answers, environment_of, kill, process, until
from tests.flows.story import Story
from tests.servers import free_port
from tests.town import administer, build, found, letters, link_of, sent

GUNICORN = (str(BIN / "gunicorn"), "--workers", "2", "--threads", "4", "--bind")
FAST = 1.5  # seconds that an answer may take while Redis is frozen: its bell waits 0.3 at most, once


@dataclass
class House:
    """An installation, and a view into its database from here."""

    app: Flask
    home: Path
    url: str
    port: int
    log: Path

    def story(self) -> Story:
        """A story told to the running servers; what follows is waited for."""
        amina, claire, denis = (RemoteCaller(self.port, name) for name in ("amina", "claire", "denis"))
        return Story(amina, claire, denis, RemoteCaller(self.port), self.settle, self.link_of)

    def settle(self) -> None:
        """Wait until no work is due."""
        until("all due work done", self.quiet, self.log)

    def quiet(self) -> bool:
        with self.app.app_context():
            counts = outbox.counts()
        assert counts["incident"] == 0, self.log.read_text()[-3000:]
        return counts["ready"] + counts["running"] == 0

    def a_lease_later(self) -> None:
        """What a killed server held is free again, as it is a minute after its last sign of life."""
        with self.app.app_context(), unit_of_work():
            running = update(outbox.DueWork).where(outbox.DueWork.status == "running")
            db.session.execute(running.values(lease_until=outbox.DueWork.created_at))

    def link_of(self, number: str) -> str:
        with self.app.app_context():
            return link_of(number)

    def leaving(self, number: str) -> tuple[list[str], list[str]]:
        """Letters and mails of a dossier."""
        with self.app.app_context():
            return letters(number), sent(number)


def _settled(home: Path, url: str) -> House:
    """An installation founded today, on the real clock."""
    app = build(home, url)
    with app.app_context():
        schema.upgrade()
        found(clock.now().date())
        db.session.remove()
    return House(app, home, url, free_port(), home / "log")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = _settled(tmp_path, f"sqlite:///{tmp_path / 'planipref.sqlite3'}")
    yield made
    with made.app.app_context():
        db.engine.dispose()


@pytest.fixture
def large_house(tmp_path: Path, postgresql_url: str) -> Iterator[House]:
    name = f"house_{uuid.uuid4().hex[:8]}"
    administer(postgresql_url, f"CREATE DATABASE {name}")
    made = _settled(tmp_path, postgresql_url.replace("/postgres", f"/{name}"))
    yield made
    with made.app.app_context():
        db.engine.dispose()
    administer(postgresql_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.slow
def test_a_server_killed_in_the_middle_starts_again_and_loses_nothing(house: House) -> None:
    environment = environment_of(house.home, house.url, house.port)
    with process((*FLASK, "serve"), environment, house.log) as server:
        until("the server", lambda: answers(house.port), house.log)
        story = house.story()
        story.number = story.amina.file()
        kill(server)  # the letter, the mail, the agent's task: nothing of it is done yet, or half of it
    house.a_lease_later()
    with process((*FLASK, "serve"), environment, house.log) as server:
        until("the server again", lambda: answers(house.port), house.log)
        until("the first task", lambda: _has_task(story, "verifier_completude"), house.log, seconds=90)
        house.settle()
        assert house.leaving(story.number) == (["attestation_depot"], ["Votre demande est enregistrée"])
        done = story.claire.complete(story.number, "verifier_completude", COMPLETE)
        kill(server)
    house.a_lease_later()
    assert done.status_code == 200
    with process((*FLASK, "serve"), environment, house.log):
        until("the server a third time", lambda: answers(house.port), house.log)
        until("the second task", lambda: _has_task(story, "autoriser_convocation"), house.log, seconds=90)
        assert story.claire.get(f"/dossiers/{story.number}").json["statut"] == "en_instruction"


def _has_task(story: Story, element: str) -> bool:
    waiting = story.claire.get("/tasks", number=story.number).json["items"]
    return element in [one["element"] for one in waiting]


@pytest.fixture
def redis_port() -> int:
    return free_port()


def _redis(port: int, folder: Path) -> tuple[str, ...]:
    program = shutil.which("redis-server")
    assert program is not None
    return (
        program,
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        str(folder),
    )


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.redis
def test_the_story_on_postgresql_and_redis_with_two_of_everything_and_redis_failing(
    large_house: House, redis_port: int, tmp_path: Path
) -> None:
    house = large_house
    environment = environment_of(house.home, house.url, house.port, f"redis://127.0.0.1:{redis_port}/0")
    web = (*GUNICORN, f"127.0.0.1:{house.port}", "wsgi:create_app()")
    redis_log = tmp_path / "redis.log"
    with (
        process(web, environment, house.log),
        process((*FLASK, "worker"), environment, house.log),
        process((*FLASK, "worker"), environment, house.log),
    ):
        with process(_redis(redis_port, tmp_path), os.environ, redis_log) as redis:
            until("the servers", lambda: answers(house.port), house.log)
            story = house.story()
            story.file()
            story.to_slot()
            _freeze(redis)
            slowest = _slowest_while(story)
            redis.send_signal(signal.SIGCONT)
            assert slowest < FAST
            house.settle()
            story.to_visit()
        # Redis is gone: commits go on, work waits.
        began = time.monotonic()
        gone = RemoteCaller(house.port, "boris")
        number = gone.file()
        assert time.monotonic() - began < 10 * FAST
        with process(_redis(redis_port, tmp_path), os.environ, redis_log):
            house.settle()
            assert house.leaving(number) == (["attestation_depot"], ["Votre demande est enregistrée"])
            story.to_decision()
            story.to_title()
            story.to_end()
            kept, mails = house.leaving(story.number)
            assert kept.count("decision_favorable") == 1
            assert mails.count("Votre titre vous a été remis") == 1


def _freeze(redis: subprocess.Popen[bytes]) -> None:
    redis.send_signal(signal.SIGSTOP)


def _slowest_while(story: Story) -> float:
    """The slowest of a few answers, writes among them."""
    slowest = 0.0
    for _ in range(3):
        for ask in (lambda: story.amina.get("/dossiers"), story.amina.upload):
            began = time.monotonic()
            assert ask().status_code in {200, 201}
            slowest = max(slowest, time.monotonic() - began)
    return slowest
