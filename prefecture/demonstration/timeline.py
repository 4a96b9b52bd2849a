"""Time, played: acts and due work in the order of their instants, under a clock that only moves forward.

What falls due between two acts is done at its own instant, so that a reminder is dated of its day and a dossier that
was left alone meets its legal deadline.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count

from flask import Flask

from prefecture.kernel import clock, outbox, worker
from prefecture.kernel.db import db

Act = Callable[[], None]
# Pages of pièces and printing of letters are left to the server's own worker.
BACKGROUND = 7


class Timeline:
    """A heap of acts by instant; `play` runs them until the present."""

    def __init__(self, app: Flask, begins: datetime, ends: datetime) -> None:
        self._app = app
        self._now = begins
        self._ends = ends
        self._acts: list[tuple[datetime, int, Act]] = []
        self._order = count()

    @property
    def now(self) -> datetime:
        """The instant being played."""
        return self._now

    def plan(self, at: datetime, act: Act) -> None:
        """Have `act` done at `at`; one that lies beyond the end is never done."""
        if at <= self._ends:
            heapq.heappush(self._acts, (max(at, self._now), next(self._order), act))

    def play(self) -> None:
        """Do every act and all due work, each at its instant."""
        with self._clock():
            while self._acts:
                at, _, act = heapq.heappop(self._acts)
                self._work_until(at)
                self._at(at)
                act()
                self._drain()
            self._work_until(self._ends)

    def _work_until(self, limit: datetime) -> None:
        while True:
            due = outbox.next_run_at(least=BACKGROUND - 1)
            db.session.close()
            if due is None or due > limit:
                return
            self._at(due)
            self._drain()

    def _at(self, instant: datetime) -> None:
        if instant > self._now:
            clock.move(instant - self._now)
            self._now = instant

    def _drain(self) -> None:
        worker.run_until_quiet(self._app, least=BACKGROUND - 1)
        db.session.close()

    @contextmanager
    def _clock(self) -> Iterator[None]:
        with clock.frozen(self._now):
            yield
