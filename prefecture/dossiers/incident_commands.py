"""`flask --app wsgi incidents list | show | retry | edit | skip | move`. English, for operators."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import orjson
from flask.cli import AppGroup

from prefecture.dossiers import incidents as desk
from prefecture.dossiers.incidents import IncidentView
from prefecture.dossiers.migration_commands import read_pairs
from prefecture.identity.permissions import Actor
from prefecture.kernel.errors import DomainError
from prefecture.kernel.unit_of_work import unit_of_work

incidents = AppGroup("incidents", help="See and repair what stands still.")
REASON = click.option("--reason", required=True, help="Why; it is journalled.")
SET = click.option("--set", "values", multiple=True, metavar="NAME=JSON", help="A variable and its value in JSON.")


@incidents.command("list")
@click.option("--dossier", "number", help="Only of this dossier.")
def list_(number: str | None) -> None:
    """Every incident, with its id."""
    found = desk.incidents(Actor.system(), number=number)
    for one in found:
        click.echo(_line(one))
    click.echo(f"INCIDENTS {len(found)}")


@incidents.command()
@click.argument("incident_id")
@click.option("--data", is_flag=True, help="Show the process's variables too.")
def show(incident_id: str, data: bool) -> None:
    """One incident: where, since when, why."""
    with _told():
        one = desk.incident(Actor.system(), incident_id)
        for name, value in vars(one).items():
            click.echo(f"{name}: {'' if value is None else value}")
        if data:
            click.echo(
                orjson.dumps(desk.data(Actor.system(), incident_id), default=str, option=orjson.OPT_INDENT_2).decode()
            )


@incidents.command()
@click.argument("incident_id")
def retry(incident_id: str) -> None:
    """Try again."""
    with _told(), unit_of_work():
        desk.retry(Actor.system(), incident_id)
    click.echo(f"RETRIED {incident_id}")


@incidents.command()
@click.argument("incident_id")
@REASON
@SET
def skip(incident_id: str, reason: str, values: tuple[str, ...]) -> None:
    """Go on as if it had been done, with these results."""
    with _told(), unit_of_work():
        desk.skip(Actor.system(), incident_id, reason, _read(values))
    click.echo(f"SKIPPED {incident_id}")


@incidents.command()
@click.argument("number")
@REASON
@SET
def edit(number: str, reason: str, values: tuple[str, ...]) -> None:
    """Change variables of the dossier NUMBER's process."""
    with _told(), unit_of_work():
        desk.edit(Actor.system(), number, _read(values), reason)
    click.echo(f"EDITED {number}")


@incidents.command()
@click.argument("number")
@click.argument("pairs", nargs=-1, required=True)
@REASON
def move(number: str, pairs: tuple[str, ...], reason: str) -> None:
    """Move tokens of the dossier NUMBER by pairs A=B; A=A begins A again."""
    with _told(), unit_of_work():
        desk.move(Actor.system(), number, read_pairs(pairs), reason)
    click.echo(f"MOVED {number}")


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except DomainError as error:
        raise click.ClickException(error.message) from error


def _read(values: tuple[str, ...]) -> dict[str, Any]:
    found = {}
    for name, text in read_pairs(values).items():
        try:
            found[name] = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise click.UsageError(f"the value of {name} is not JSON: {text}") from error
    return found


def _line(one: IncidentView) -> str:
    since = f"{one.since:%Y-%m-%dT%H:%MZ}" if one.since else "-"
    return "\t".join((one.id, one.kind, one.number or "-", one.element or "-", one.code, since, one.message[:200]))
