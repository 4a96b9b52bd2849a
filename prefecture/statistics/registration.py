"""Making the desk's due work known to the house, with what comes back by the clock."""

from __future__ import annotations

from typing import Final

from flask import Flask

from prefecture.kernel import worker
from prefecture.statistics import jobs, replay

# Importing them entered them in the table of due work's handlers.
HANDLERS: Final = (jobs.observe, replay.go_on)


def register(app: Flask) -> None:
    """Give `app` this desk's due work (composition root)."""
    worker.plan_regularly(jobs.plan)
