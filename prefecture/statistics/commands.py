"""`flask --app wsgi statistics observe`: the journals read on now. English, for operators."""

from __future__ import annotations

from typing import Final

import click
from flask import Flask
from flask.cli import AppGroup

from prefecture.kernel import worker
from prefecture.statistics import jobs, observing, replay

# Importing them entered them in the table of due work's handlers.
HANDLERS: Final = (jobs.observe, replay.go_on)

statistics = AppGroup("statistics", help="What is counted of the dossiers' ways.")


def register(app: Flask) -> None:
    """Give `app` the commands of this desk, and its work that comes back by the clock."""
    app.cli.add_command(statistics)
    worker.plan_regularly(jobs.plan)


@statistics.command()
@click.option("--all", "everything", is_flag=True, help="Look at every journal, not only at those that grew.")
def observe(everything: bool) -> None:
    """Read the journals on and add to the counts; what was counted before is not counted again."""
    click.echo(f"OBSERVED {observing.observe(everything=everything)} dossiers")
