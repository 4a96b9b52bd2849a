"""The bell over Redis: tells RQ workers that work was posted. Best effort: a refused ring is ignored.

It is rung beside the requests, which never wait for Redis; short time-outs and no retry keep the thread that rings
free. The sweeper rings again every second while work is due.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable

from flask import Flask
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy.exc import SQLAlchemyError

from prefecture.kernel import outbox
from prefecture.kernel.errors import Unavailable
from prefecture.kernel.worker import Planning

QUEUE = "planipref"
DRAIN_JOB = "wsgi.drain_job"
SILENT_AFTER_REFUSAL_SECONDS = 2.0
SWEEP_SECONDS = 1.0
DRAIN_TIMEOUT_SECONDS = 120

log = logging.getLogger(__name__)


class RedisBell:
    """Enqueues the drain job unless `slots` of them wait already.

    A job has no name of its own: a name that is taken while its worker lives would stay taken for a minute after the
    worker was killed, and nobody could ring. One drain too many finds nothing to do.
    """

    def __init__(self, url: str, slots: int) -> None:
        client = Redis.from_url(url, socket_timeout=0.3, socket_connect_timeout=0.3, retry=Retry(NoBackoff(), 0))
        self._queue = Queue(QUEUE, connection=client, serializer=JSONSerializer)
        self._slots = slots
        self._silent_until = 0.0

    def ring(self) -> None:
        """Ring; neither raises nor waits longer than the socket time-out."""
        if time.monotonic() < self._silent_until:
            return
        try:
            if self._queue.count < self._slots:
                # A failed drain is forgotten at once: what it left undone is in the table of due work.
                self._queue.enqueue(DRAIN_JOB, result_ttl=0, failure_ttl=0, job_timeout=DRAIN_TIMEOUT_SECONDS)
        except RedisError as error:
            self._silent_until = time.monotonic() + SILENT_AFTER_REFUSAL_SECONDS
            log.warning("the bell is refused; the sweeper will ring again: %s", error)


class BesideRequests:
    """Rings in a thread of its own, so that no request ever waits for Redis, however it fails.

    Rings that come while one is under way become one more. The thread is this process's: a fork (a web server's worker)
    starts another at its first ring. If the process dies before ringing, the sweeper rings: the work is in the table.
    """

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._asked = threading.Event()
        self._starting = threading.Lock()
        self._process = 0

    def ring(self) -> None:
        """Have the bell rung; returns at once."""
        if self._process != os.getpid():
            self._start()
        self._asked.set()

    def _start(self) -> None:
        with self._starting:
            if self._process == os.getpid():
                return
            self._asked = threading.Event()  # a fork may have copied one in the middle of being waited for
            threading.Thread(target=self._loop, args=(self._asked,), name="bell", daemon=True).start()
            self._process = os.getpid()

    def _loop(self, asked: threading.Event) -> None:
        while True:
            asked.wait()
            asked.clear()  # before ringing: what is posted from here on is rung again
            self._ring()


def sweep(app: Flask, bell: RedisBell, wanted: Callable[[], bool]) -> None:
    """Ring every second while work is due, as long as `wanted()`; outlives a database that is away.

    What comes back by the clock is planned here too: drains come and go, and a sweeper is there as long as a worker is.
    """
    planning = Planning(app)
    while wanted():
        try:
            planning.beat()
            with app.app_context():
                if outbox.is_due():
                    bell.ring()
        except (Unavailable, SQLAlchemyError) as error:
            log.warning("the database is away; asking again: %s", error)
        time.sleep(SWEEP_SECONDS)
