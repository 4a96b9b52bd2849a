"""Moves of running dossiers from the command line: `flask --app wsgi demarche moves new|order|list|report|pause|…`."""

from __future__ import annotations

import getpass
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from prefecture.demarches import queries as demarches
from prefecture.dossiers.migration_commands import FILTER, MAP, read_choice, read_pairs
from prefecture.identity.permissions import Actor
from prefecture.kernel.errors import DomainError
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import campaigns, moves
from prefecture.studio.campaigns import CampaignView

moves_group = AppGroup("moves", help="Campaigns: running dossiers tried on a version, moved, paused, taken back.")
BY = click.option("--by", default=getpass.getuser, help="Who orders it.")


@moves_group.command("new")
@click.argument("code")
@click.option("--to", "number", type=int, help="The version (default: the one in force).")
@click.option("--from", "source", type=int, help="Only dossiers of this version.")
@MAP
@FILTER
@BY
def new(
    code: str, number: int | None, source: int | None, pairs: tuple[str, ...], filters: tuple[str, ...], by: str
) -> None:
    """Try the running dossiers of CODE on a version: nothing is moved. Large ones are tried by the workers."""
    ids = {one.number: one.id for one in demarches.versions(code)}
    if source is not None and source not in ids:
        raise click.ClickException(f"no version {source} of {code}")
    choice = read_choice(filters, None if source is None else ids[source])
    found: list[uuid.UUID] = []

    def begin(actor: Actor) -> None:
        target = demarches.current(code).id if number is None else ids.get(number, uuid.UUID(int=0))
        found.append(moves.begin(actor, code, target, read_pairs(pairs), choice))

    _do(by, begin)
    _tell(campaigns.campaign(Actor.system(), found[0]))


@moves_group.command("list")
@click.argument("code", required=False)
def list_(code: str | None) -> None:
    """The campaigns, the latest first."""
    for one in campaigns.campaigns(Actor.system(), code):
        _tell(one)


@moves_group.command("report")
@click.argument("campaign", type=click.UUID)
@click.option("--csv", "as_csv", is_flag=True, help="Every dossier, as a table.")
def report(campaign: uuid.UUID, as_csv: bool) -> None:
    """How far a campaign is, or with --csv what became of each dossier."""
    try:
        if as_csv:
            click.echo(campaigns.as_csv(Actor.system(), campaign), nl=False)
            return
        found = campaigns.campaign(Actor.system(), campaign)
    except DomainError as error:
        raise click.ClickException(error.message) from error
    _tell(found)
    for number, worse in found.warnings:
        for one in worse:
            click.echo(f"WORSE than version {number}: {one.message}")


@moves_group.command("order")
@click.argument("campaign", type=click.UUID)
@click.option("--at", type=click.DateTime(), help="Not before that moment (UTC).")
@click.option("--accept-worse", is_flag=True, help="The promises that get worse have been read.")
@BY
def order(campaign: uuid.UUID, at: datetime | None, accept_worse: bool, by: str) -> None:
    """Have the workers move the dossiers that follow."""
    moment = None if at is None else at.replace(tzinfo=UTC)
    _do(by, lambda actor: moves.order(actor, campaign, at=moment, accepted=accept_worse))
    _tell(campaigns.campaign(Actor.system(), campaign))


@moves_group.command("by-hand")
@click.argument("campaign", type=click.UUID)
@click.argument("number")
@MAP
@click.option("--leave", is_flag=True, help="Leave it on its version.")
@BY
def by_hand(campaign: uuid.UUID, number: str, pairs: tuple[str, ...], leave: bool, by: str) -> None:
    """Give one dossier targets of its own, or leave it where it is."""
    mapping, can = read_pairs(pairs), []
    if leave:
        _do(by, lambda actor: moves.leave(actor, campaign, number))
        click.echo("LEFT")
        return
    _do(by, lambda actor: can.append(moves.by_hand(actor, campaign, number, mapping)))
    click.echo("CAN MOVE" if can == [True] else "STAYS")


def _acting(name: str, act: Callable[[Actor, uuid.UUID], None], told: str) -> None:
    def run(campaign: uuid.UUID, by: str) -> None:
        _do(by, lambda actor: act(actor, campaign))
        _tell(campaigns.campaign(Actor.system(), campaign))

    moves_group.command(name, help=told)(click.argument("campaign", type=click.UUID)(BY(run)))


_acting("pause", moves.pause, "Stop where it is: what was moved stays moved.")
_acting("resume", moves.resume, "Go on; what failed for good is tried again.")
_acting("undo", moves.undo, "Put back the dossiers that have not advanced since their move.")
_acting("drop", moves.drop, "Give up a campaign of which nothing was ordered yet.")


def _do(by: str, act: Callable[[Actor], None]) -> None:
    try:
        with unit_of_work():
            act(replace(Actor.system(), name=by))
    except DomainError as error:
        raise click.ClickException(" ".join([error.message, *error.fields.values()])) from error


def _tell(one: CampaignView) -> None:
    counts = " ".join(f"{name}={one.outcomes[name]}" for name in campaigns.OUTCOMES if one.outcomes.get(name))
    incidents = f" incidents={one.incidents}" if one.incidents else ""
    click.echo(f"{one.id} {one.code} -> {one.told} {one.state} tried={one.done}/{one.total} {counts}{incidents}")
