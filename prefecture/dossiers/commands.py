"""Operators' commands on dossiers. English: `flask --app wsgi dossiers verify | erase NUMBER | seal | sweep`."""

from __future__ import annotations

from typing import Final

import click
from flask import Flask
from flask.cli import AppGroup

from prefecture.dossiers import (
    incident_commands,
    journal,
    migration_commands,
    queries,
    service,
    stuck,
)
from prefecture.identity import queries as identity
from prefecture.kernel import clock
from prefecture.kernel.errors import DomainError
from prefecture.kernel.unit_of_work import unit_of_work

COMMANDS: Final = (migration_commands.diff, migration_commands.migrate)  # `demarche diff` and `demarche migrate`

dossiers = AppGroup("dossiers", help="Prove, seal and erase dossiers.")


def register(app: Flask) -> None:
    """Give `app` the commands of this desk."""
    app.cli.add_command(dossiers)
    app.cli.add_command(incident_commands.incidents)


@dossiers.command()
def verify() -> None:
    """Check every journal chain and seal; exit status 1 names the first broken row."""
    count, broken = journal.verify()
    if broken is not None:
        raise click.ClickException(f"BROKEN {broken.dossier} entry {broken.seq}: {broken.reason}")
    click.echo(f"OK {count} entries")


@dossiers.command()
def seal() -> None:
    """Seal the journals now and print the seal; keep the line outside this machine."""
    with unit_of_work():
        number, digest = journal.seal(clock.now())
    click.echo(f"SEAL {number} {digest}")


@dossiers.command()
def sweep() -> None:
    """Make an incident of every dossier that nothing will ever move again; the last line counts all of them."""
    found = stuck.sweep()
    for one in found:
        click.echo(f"{one.number} {one.element} {one.code}")
    click.echo(f"STUCK {stuck.count()}")


@dossiers.command()
@click.argument("number")
@click.confirmation_option(prompt="Erase this dossier for good?")
def erase(number: str) -> None:
    """Erase the finished dossier NUMBER: its key, its values, its documents. Its journal still verifies."""
    try:
        with unit_of_work():
            service.erase(queries.by_number(number).id)
    except DomainError as error:
        raise click.ClickException(error.message) from error
    click.echo(f"ERASED {number}")


@dossiers.command(name="erase-person")
@click.argument("email")
@click.option("--with-dossiers", is_flag=True, help="Their finished dossiers too.")
@click.confirmation_option(prompt="Erase this person's account for good?")
def erase_person(email: str, with_dossiers: bool) -> None:
    """Erase the account of EMAIL at every desk: files, messages, drafts, sessions and its key."""
    found = identity.person_by_email(email)
    if found is None:
        raise click.ClickException("no such account")
    try:
        with unit_of_work():
            count = service.erase_person(found.id, with_dossiers=with_dossiers)
    except DomainError as error:
        raise click.ClickException(error.message) from error
    click.echo(f"ERASED {found.id} dossiers={count}")
