"""The bell over Redis: tells RQ workers that work was posted. Best effort: a refused ring is ignored.

Short time-outs and no retry, so that a frozen Redis costs a request a third of a second at most, once; the sweeper
rings again every second while work is due.
"""

from __future__ import annotations

import logging
import time

from flask import Flask
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.serializers import JSONSerializer

from prefecture.kernel import outbox

QUEUE = "planipref"
DRAIN_JOB = "wsgi.drain_job"
SILENT_AFTER_REFUSAL_SECONDS = 2.0

log = logging.getLogger(__name__)


class RedisBell:
    """Enqueues the drain job under one of `slots` fixed ids, so that at most `slots` drains wait at once."""

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
            self._enqueue()
        except RedisError as error:
            self._silent_until = time.monotonic() + SILENT_AFTER_REFUSAL_SECONDS
            log.warning("the bell is refused; the sweeper will ring again: %s", error)

    def _enqueue(self) -> None:
        for slot in range(self._slots):
            try:
                self._queue.enqueue(
                    DRAIN_JOB, job_id=f"drain-{slot}", unique=True, result_ttl=0, failure_ttl=0, job_timeout=120
                )
            except DuplicateJobError:
                continue
            return


def sweep(app: Flask, bell: RedisBell, stop_after: float | None = None) -> None:
    """Ring every second while work is due; runs until `stop_after` seconds have passed (None: for ever)."""
    until = None if stop_after is None else time.monotonic() + stop_after
    while until is None or time.monotonic() < until:
        with app.app_context():
            if outbox.is_due():
                bell.ring()
        time.sleep(1.0)
