"""The worker: drains the table of due work, in a thread of the server or in RQ workers.

RQ is a bell and a process manager: its one job is `drain`, and losing Redis loses nothing. This is the one module that
catches every exception, because whatever a handler raises must become a retry or an incident, never a dead loop.
"""

from __future__ import annotations

import fcntl
import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from prefecture.kernel import holding, logs, outbox
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work

POLL_SECONDS = 0.25
HEARTBEAT_SECONDS = 20.0
PLAN_SECONDS = 60.0

log = logging.getLogger(__name__)
_planners: list[Callable[[], None]] = []


def plan_regularly(planner: Callable[[], None]) -> None:
    """Have `planner` post what comes back by the clock; it is asked again and again, and twice must be once."""
    if planner not in _planners:
        _planners.append(planner)


def plan(app: Flask) -> None:
    """Ask every planner, in one door: work that comes back by the clock is never forgotten, whatever became of it."""
    with app.app_context(), unit_of_work():
        for planner in _planners:
            planner()


class Planning:
    """Plans at its first `beat` and once a minute from then on; one a process is enough, and more do no harm."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._next = 0.0

    def beat(self) -> None:
        """Plan if it is time. Raises what the database raises; it is tried again at the next beat."""
        if time.monotonic() >= self._next:
            plan(self._app)
            self._next = time.monotonic() + PLAN_SECONDS


def drain(app: Flask, *, limit: int = 50, max_seconds: float = 20.0, least: int = outbox.LEAST_URGENT) -> int:
    """Do due work until there is none, `limit` pieces are done or time is up; returns how many were tried.

    least: work of a greater number (less urgent) is left alone.
    """
    owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"[:64]
    until = time.monotonic() + max_seconds
    count = 0
    while count < limit and time.monotonic() < until:
        with app.app_context():
            work = outbox.claim(owner, least=least)
            if work is None:
                break
            _run(app, work)
        count += 1
    return count


def run_until_quiet(app: Flask, *, most: int = 10_000, least: int = outbox.LEAST_URGENT) -> int:
    """Drain until nothing is due (tests, demonstration data); returns how many pieces were tried."""
    total = 0
    while total < most:
        done = drain(app, limit=most, max_seconds=600, least=least)
        total += done
        if done < most:  # the drain ended because it found nothing more
            break
    return total


class EmbeddedWorker:
    """A thread that drains when the bell rings or a poll finds something due; one a host, elected by a file lock."""

    def __init__(self, app: Flask, lock_file: Path) -> None:
        self._app = app
        self._lock_file = lock_file
        self._bell = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="embedded-worker", daemon=True)

    def start(self) -> None:
        """Start draining; returns at once."""
        self._thread.start()

    def ring(self) -> None:
        """Say that work was posted; never blocks."""
        self._bell.set()

    def stop(self, timeout: float = 30.0) -> None:
        """End after the piece of work in hand."""
        self._stop.set()
        self._bell.set()
        self._thread.join(timeout)

    def _loop(self) -> None:
        planning = Planning(self._app)
        with _elected(self._lock_file, self._stop):
            while not self._stop.is_set():
                self._bell.wait(POLL_SECONDS)
                self._bell.clear()
                try:
                    planning.beat()
                    drain(self._app, limit=20, max_seconds=5)
                    with self._app.app_context():
                        if outbox.is_due():
                            self._bell.set()
                except Exception:  # the database is away for a moment: the thread must outlive it
                    log.exception("drain failed; trying again")
                    self._stop.wait(1.0)


@contextmanager
def _elected(lock_file: Path, stop: threading.Event) -> Iterator[None]:
    """Hold the lock file, waiting until it is free or `stop` is set."""
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("w") as file:
        while not stop.is_set():
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                stop.wait(1.0)
        yield


def _run(app: Flask, work: outbox.Work) -> None:
    """Run one piece of work with a heartbeat; failures become retries or incidents."""
    told = {"work": str(work.id), "kind": work.kind, **({"request": work.request} if work.request else {})}
    with logs.bound(**told), _heartbeat(app, work):
        began = time.monotonic()
        try:
            if not holding.put_off(work):
                outbox.deliver(work)
                log.info("work done in %d ms", (time.monotonic() - began) * 1000)
            return
        except outbox.LeaseLost:
            log.warning("lease lost; nothing of this attempt was kept")
            db.session.rollback()
            return
        except Exception as error:  # see the module's docstring
            db.session.rollback()
            failure = error
            log.warning("work failed", exc_info=error)
        try:
            status = outbox.record_failure(work, failure)
            if status == "incident":
                log.error("work became an incident")
        except outbox.LeaseLost:
            log.warning("lease lost before the failure could be recorded")


@contextmanager
def _heartbeat(app: Flask, work: outbox.Work) -> Iterator[None]:
    """Renew the lease every HEARTBEAT_SECONDS while the block runs."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(HEARTBEAT_SECONDS):
            try:
                with app.app_context():
                    if not outbox.renew(work):
                        return
            except Exception:  # a missed beat is caught up by the next one, or fenced
                log.warning("heartbeat missed", exc_info=True)

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
