"""`flask --app wsgi statistics observe`, and `demarche heat | suspend | resume | suspensions | replay`. English."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta

import click
from flask import Flask
from flask.cli import AppGroup

from prefecture.demarches import queries as demarches
from prefecture.demarches import suspension
from prefecture.demarches.commands import demarche
from prefecture.demarches.queries import VersionView
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.errors import DomainError
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.statistics import observing, queries, replay
from prefecture.statistics.queries import Asked

statistics = AppGroup("statistics", help="What is counted of the dossiers' ways.")
DAYS = click.option("--days", default=90, show_default=True, help="How many days back, today included.")


def register(app: Flask) -> None:
    """Give `app` the commands of this desk."""
    app.cli.add_command(statistics)


@statistics.command()
@click.option("--all", "everything", is_flag=True, help="Look at every journal, not only at those that grew.")
def observe(everything: bool) -> None:
    """Read the journals on and add to the counts; what was counted before is not counted again."""
    click.echo(f"OBSERVED {observing.observe(everything=everything)} dossiers")


@demarche.command()
@click.argument("code")
@DAYS
@click.option("--version", "number", type=int, help="Only this version.")
def heat(code: str, days: int, number: int | None) -> None:
    """Where the dossiers of CODE stand and pass: element, present, passages, median and p90 in seconds, returns."""
    with _told():
        demarches.current(code)
        today = clock.now().date()
        version = _version(code, number).id if number is not None else None
        asked = Asked(today - timedelta(days=days - 1), today, version)
        found = queries.heat(Actor.system(), code, asked)
    for element, one in sorted(found.measures.items(), key=lambda pair: (-(pair[1].median or 0), pair[0])):
        seconds = ("-" if value is None else f"{value:.0f}" for value in (one.median, one.p90))
        click.echo("\t".join((element, str(one.present), str(one.passages), *seconds, str(one.again))))


@demarche.command()
@click.argument("code")
@click.option("--version", "number", type=int, required=True, help="The version's number.")
@click.option("--element", default="", help="Only this element; the whole version without it.")
@click.option("--reason", required=True, help="Why; it is kept.")
@click.option("--expected", type=click.DateTime(["%Y-%m-%d"]), help="When it is hoped to go on; citizens read it.")
def suspend(code: str, number: int, element: str, reason: str, expected: datetime | None) -> None:
    """Hold a version of CODE, or one element of it: no new dossier, no task, no effect, no timer."""
    day = expected.date() if expected else None
    with _told(), unit_of_work():
        held = suspension.suspend(Actor.system(), _version(code, number).id, reason, element, day)
    click.echo(f"SUSPENDED {held.id}")


@demarche.command()
@click.argument("suspension_id", type=click.UUID)
def resume(suspension_id: uuid.UUID) -> None:
    """End a suspension; what waited goes on within five minutes."""
    with _told(), unit_of_work():
        suspension.resume(Actor.system(), suspension_id)
    click.echo(f"RESUMED {suspension_id}")


@demarche.command("suspensions")
@click.argument("code")
def list_suspensions(code: str) -> None:
    """What is held of CODE, or was."""
    for one in suspension.suspensions(code):
        until = f"{one.ended_at:%Y-%m-%dT%H:%MZ}" if one.ended_at else "-"
        click.echo("\t".join((str(one.id), one.element or "-", f"{one.since:%Y-%m-%dT%H:%MZ}", until, one.reason)))


@demarche.command("replay")
@click.argument("code")
@click.option("--version", "number", type=int, required=True, help="Through the tables of this version.")
@DAYS
def play_again(code: str, number: int, days: int) -> None:
    """Have the decisions of the dossiers of CODE filed lately asked again; a worker does it."""
    until = datetime.combine(clock.now().date() + timedelta(days=1), time.min, UTC)
    with _told(), unit_of_work():
        against = demarches.version(_version(code, number).id)
        since = until - timedelta(days=days)
        order = replay.order(Actor.system(), code, against, f"version {number}", since, until)
    click.echo(f"REPLAY {order}")


@demarche.command("replayed")
@click.argument("replay_id", type=click.UUID)
def replayed(replay_id: uuid.UUID) -> None:
    """How far a replay is: decision, same, different, changed, failed, missing."""
    with _told():
        found = replay.replay(Actor.system(), replay_id)
    for one in found.decisions:
        click.echo("\t".join(map(str, (one.decision, one.same, one.different, one.changed, one.failed, one.missing))))
    click.echo(f"{'DONE' if found.ended_at else 'GOING ON'} {found.done}/{found.total}")


def _version(code: str, number: int | None) -> VersionView:
    found = next((one for one in demarches.versions(code) if one.number == number), None)
    if found is None:
        raise click.ClickException(f"{code} has no version {number}")
    return found


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except DomainError as error:
        raise click.ClickException(error.message) from error
