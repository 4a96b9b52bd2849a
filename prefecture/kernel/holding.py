"""Due work that must wait although it is due: somebody holds what it belongs to. It is put off, not lost or failed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Flask, current_app
from sqlalchemy import update

from prefecture.kernel import clock
from prefecture.kernel.db import db
from prefecture.kernel.outbox import DueWork, LeaseLost, Work
from prefecture.kernel.unit_of_work import unit_of_work

# How long after a resumption the last of what waited is done.
ASKED_AGAIN = timedelta(minutes=5)
_QUESTION = "planipref-holding"


def hold_while(app: Flask, question: Callable[[Work], bool]) -> None:
    """Have an application's work wait as long as `question` says so of it; it is asked before each try."""
    app.extensions[_QUESTION] = question


def put_off(work: Work) -> bool:
    """Give work back for later if somebody holds it, without counting a try. Raises LeaseLost."""
    question: Callable[[Work], bool] | None = current_app.extensions.get(_QUESTION)
    if question is None or not question(work):
        return False
    own = (
        (DueWork.id == work.id)
        & (DueWork.status == "running")
        & (DueWork.owner == work.owner)
        & (DueWork.attempts == work.attempt)
    )
    with unit_of_work():
        run_at = clock.database_now(db.session) + ASKED_AGAIN
        back = {"status": "ready", "owner": None, "lease_until": None, "run_at": run_at, "attempts": work.attempt - 1}
        if not db.session.execute(update(DueWork).where(own).values(back)).rowcount:  # type: ignore[attr-defined]
            raise LeaseLost(work.key)
    return True
