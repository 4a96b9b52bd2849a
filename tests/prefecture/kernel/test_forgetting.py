"""What ended long ago is deleted; what somebody may still need is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from prefecture.kernel import clock, forgetting, outbox
from prefecture.kernel.db import db
from prefecture.kernel.outbox import DueWork
from prefecture.kernel.unit_of_work import unit_of_work


def ended(key: str, status: str, days: int) -> None:
    """A piece of work that came to that status so many days ago."""
    with unit_of_work():
        outbox.post("kind", key, {}, key_id=None)
        at = clock.now() - timedelta(days=days)
        values = {"status": status, "created_at": at, "ended_at": at if status not in {"ready", "running"} else None}
        db.session.execute(update(DueWork).where(DueWork.key == key).values(values))


def keys() -> list[str]:
    """What the table still holds."""
    return sorted(db.session.scalars(select(DueWork.key)))


@pytest.mark.parametrize(("status", "days"), [("done", 91), ("cancelled", 401)])
def test_what_ended_long_ago_is_deleted(any_kernel: Flask, status: str, days: int) -> None:
    ended("old", status, days)
    ended("young", status, days - 2)
    assert forgetting.forget_ended(clock.now()) == 1
    assert keys() == ["young"]


@pytest.mark.parametrize("status", ["ready", "running", "incident"])
def test_what_somebody_must_still_do_is_kept_for_ever(any_kernel: Flask, status: str) -> None:
    ended("waits", status, 5_000)
    assert forgetting.forget_ended(clock.now()) == 0
    assert keys() == ["waits"]


def test_it_goes_by_portions_and_has_an_end(any_kernel: Flask) -> None:
    for number in range(7):
        ended(f"old {number}", "done", 100)
    assert forgetting.forget_ended(clock.now(), most=5, portion=2) == 5
    assert forgetting.forget_ended(clock.now(), most=5, portion=2) == 2
    assert keys() == []
