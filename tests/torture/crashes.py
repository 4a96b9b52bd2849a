"""Dying at a chosen point of one piece of work: `os._exit` before its commit, before it is marked done, after both."""

from __future__ import annotations

import os

from sqlalchemy import event

from prefecture.kernel import clock, due_work, outbox, worker
from prefecture.kernel.db import db
from tests.torture.faults import after_commits
from tests.torture.world import World

# In this order one piece of work can die at all of them: after its commit it is done.
POINTS = ("before the commit", "before it is marked done", "after the commit")
KILLED = 9


def next_kind() -> str | None:
    """The kind of work that a drain would take now."""
    db.session.rollback()
    row = due_work.first(clock.now())
    kind = row.kind if row is not None else None
    db.session.rollback()
    return kind


def die(world: World, kind: str, point: str) -> None:
    """Do one piece of work, and die at that point of it."""

    def fall(*_: object, **__: object) -> None:
        os._exit(KILLED)

    handler = outbox._handlers[kind]

    def doomed(work: outbox.Work) -> None:
        if point == "before the commit":
            event.listen(db.engine, "commit", fall)
        elif point == "after the commit":
            after_commits(db.engine, fall)
        else:
            outbox._close = fall  # type: ignore[assignment]
        handler(work)

    outbox._handlers[kind] = doomed
    worker.drain(world.app, limit=1)
