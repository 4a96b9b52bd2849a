"""Versions carried between installations, from the command line: `demarche seal|receive|key|trust|distrust|trusted`."""

from __future__ import annotations

import uuid
from pathlib import Path

import click

from prefecture.identity.permissions import Actor
from prefecture.kernel.errors import DomainError
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import promotion, reception, trust
from prefecture.studio.publication_commands import numbered, said
from prefecture.studio.reception import Reception


def register(demarche: click.Group) -> None:
    """Add these commands to the group of démarches."""
    for command in (seal, receive, key, trust_, distrust, trusted):
        demarche.add_command(command)


@click.command()
@click.argument("code")
@click.argument("number", type=int)
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
def seal(code: str, number: int, target: Path) -> None:
    """Write version NUMBER of démarche CODE to TARGET, signed, for another installation to receive."""
    version_id = numbered(code, number)
    with unit_of_work():
        sealed = promotion.seal(Actor.system(), version_id)
    target.write_bytes(sealed)
    click.echo(f"SEALED {code} {number} {promotion.public_key()}")


@click.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path, dir_okay=False))
@click.option(
    "--trust",
    "also",
    multiple=True,
    envvar="PLANIPREF_TRUSTED_KEYS",
    help="A key trusted besides those of the list (demarche trusted); several are separated by spaces.",
)
@click.option(
    "--check", is_flag=True, help="Say what is asked, publish nothing; exit status 1 when something is missing."
)
@click.option("--reason", default="", help="Why the conditions that are not met are passed over; the journal keeps it.")
@click.pass_context
def receive(context: click.Context, source: Path, also: tuple[str, ...], check: bool, reason: str) -> None:
    """Publish the sealed version in SOURCE here, the same files by digest."""
    actor = Actor.system()
    try:
        with unit_of_work():
            arrival = reception.arrive(actor, source.read_bytes(), also)
        if check:
            found = reception.reception(actor, arrival, also)
            _tell(found)
            context.exit(bool(found.unmet))
        with unit_of_work():
            version = reception.publish(actor, arrival, reason, also)
    except DomainError as error:
        raise click.ClickException(said(error)) from error
    click.echo(f"PUBLISHED {version.code} {version.number} {version.digest}")


@click.command()
def key() -> None:
    """The key by which other installations recognise what this one seals; its fingerprint on standard error."""
    click.echo(promotion.public_key())
    click.echo(trust.fingerprint(promotion.public_key()), err=True)


@click.command("trust")
@click.argument("public")
@click.option("--name", required=True, help="Whose key it is.")
@click.option("--reason", required=True, help="Why; the journal keeps it.")
def trust_(public: str, name: str, reason: str) -> None:
    """Believe what the installation of key PUBLIC seals; compare the fingerprint that is printed."""
    try:
        with unit_of_work():
            added = trust.add(Actor.system(), public, name, reason)
    except DomainError as error:
        raise click.ClickException(said(error)) from error
    click.echo(f"TRUSTED {added.id} {added.fingerprint}")


@click.command()
@click.argument("key_id", type=click.UUID)
@click.option("--reason", required=True, help="Why; the journal keeps it.")
def distrust(key_id: uuid.UUID, reason: str) -> None:
    """Believe the key of that id no more; what was published stays."""
    try:
        with unit_of_work():
            trust.remove(Actor.system(), key_id, reason)
    except DomainError as error:
        raise click.ClickException(said(error)) from error
    click.echo(f"DISTRUSTED {key_id}")


@click.command()
def trusted() -> None:
    """The keys that are trusted, or were: id, name, fingerprint, key, since, until."""
    for one in trust.known():
        until = f"{one.removed_at:%Y-%m-%d %H:%M}" if one.removed_at else ""
        click.echo(f"{one.id}\t{one.name}\t{one.fingerprint}\t{one.key}\t{one.added_at:%Y-%m-%d %H:%M}\t{until}")


def _tell(found: Reception) -> None:
    for one in found.conditions:
        click.echo(f"{'ok' if one.met else 'MANQUE'} {one.label}\u00a0: {one.message}")
