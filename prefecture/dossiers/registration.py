"""Making the desk's due work, its regular work, its figures and what it holds back known to the house."""

from __future__ import annotations

from typing import Final

from flask import Flask

from prefecture.dossiers import holding, housekeeping, jobs, migration, stuck
from prefecture.kernel import metrics, worker
from prefecture.kernel.holding import hold_while

# Importing them entered them in the table of due work's handlers.
HANDLERS: Final = (jobs.fire_timer, jobs.seal_journal, jobs.sweep, jobs.forget_old, migration.move_one)


def register(app: Flask) -> None:
    """Give `app` this desk's due work (composition root)."""
    worker.plan_regularly(housekeeping.plan)
    hold_while(app, holding.is_held)
    metrics.gauges(stuck.figures)
