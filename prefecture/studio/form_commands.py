"""A form tried from the command line: `demarche form SOURCE FORM [--answers FILE] [--invent]`."""

from __future__ import annotations

import json
from typing import IO, Any

import click

from prefecture.demarches import bundle
from prefecture.demarches.bundle import COMMON
from prefecture.demarches.version import Version
from prefecture.kernel.errors import DomainError
from prefecture.studio import form_trials
from prefecture.studio.sources import version_of


def register(demarche: click.Group) -> None:
    """Add the command to the group of démarches."""
    demarche.add_command(form)


@click.command()
@click.argument("source")
@click.argument("form_name", metavar="FORM")
@click.option("--answers", "given", type=click.File(), help="A JSON file of answers; `-` for the standard input.")
@click.option("--scenario", default="", help="The scenario whose data and answers are used, as scenarios/nominal.toml.")
@click.option("--invent", is_flag=True, help="Invent what is missing.")
def form(source: str, form_name: str, given: IO[str] | None, scenario: str, invent: bool) -> None:
    """Check answers by FORM (demande, completude) of SOURCE: a draft, a folder, a published démarche.

    Prints what the process would receive; what is refused is told on standard error, and ends with code 1.
    """
    try:
        answers = None if given is None else _read(given)
        version = version_of(source)
        tried = form_trials.tried(version, _path(version, form_name), answers, example=scenario, invent=invent)
    except (DomainError, bundle.FolderUnreadable) as error:
        fields = error.fields if isinstance(error, DomainError) else {}
        raise click.ClickException(" ".join(dict.fromkeys([str(error), *fields.values()]))) from error
    click.echo(
        f"Vu par {tried.who}, {len(tried.pages)} pages, pièces\u00a0: {', '.join(tried.pieces) or 'aucune'}", err=True
    )
    for path, message in tried.refused.items():
        click.echo(f"REFUSED {path}: {message}", err=True)
    told = tried.given if tried.refused else tried.answers
    click.echo(json.dumps(told, ensure_ascii=False, indent=2, default=str))
    if tried.refused:
        raise click.exceptions.Exit(1)


def _read(given: IO[str]) -> dict[str, Any]:
    try:
        read = json.load(given)
    except ValueError as error:
        raise click.ClickException(f"these answers are no JSON: {error}") from error
    if not isinstance(read, dict):
        raise click.ClickException("these answers are no JSON object")
    return read


def _path(version: Version, name: str) -> str:
    """The file of a form named as a diagram names it, or by its path; the démarche's own first."""
    wanted = (name, f"forms/{name}.json", f"{COMMON}/forms/{name}.json")
    return next((one for one in wanted if one in version.files), f"forms/{name}.json")
