"""Dated data from the command line: `demarche data CODE`, `demarche draft data|set-data|drop-data DRAFT`; what a draft
says of itself: `demarche draft presentation DRAFT [--set NAME=VALUE]…`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime

import click

from prefecture.demarches import queries as demarches
from prefecture.identity.permissions import Actor
from prefecture.kernel.errors import DomainError
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import dated_data, dated_writing, presentation
from prefecture.studio.dated_data import KINDS, Sheet
from prefecture.studio.dated_writing import Written

_DAY = click.DateTime(["%Y-%m-%d"])
_KIND = click.Choice(KINDS)


def register(demarche: click.Group, draft: click.Group) -> None:
    """Add these commands to the groups of démarches and of drafts."""
    demarche.add_command(published)
    for command in (drafted, set_data, drop_data, presented):
        draft.add_command(command)


@click.command("data")
@click.argument("code")
@click.option("--at", type=_DAY, help="As of that day; today without it.")
def published(code: str, at: datetime | None) -> None:
    """The pièces, delays and amounts of démarche CODE, as published."""
    try:
        _echo(dated_data.of_version(demarches.current(code), _day(at)))
    except DomainError as error:
        raise click.ClickException(str(error)) from error


@click.command("data")
@click.argument("draft_id", type=click.UUID)
@click.option("--at", type=_DAY, help="As of that day; today without it.")
def drafted(draft_id: uuid.UUID, at: datetime | None) -> None:
    """The pièces, delays and amounts of a draft."""
    try:
        _echo(dated_data.of_draft(draft_id, _day(at)))
    except DomainError as error:
        raise click.ClickException(str(error)) from error


@click.command("set-data")
@click.argument("draft_id", type=click.UUID)
@click.argument("kind", type=_KIND)
@click.argument("name")
@click.option("--from", "since", type=_DAY, help="The first day on which it counts.")
@click.option("--until", type=_DAY, help="The last day.")
@click.option("--value", default="", help="A figure, a period (P6M, « 6 mois ») or a text.")
@click.option("--source", default="", help="The text that says so, and its date.")
@click.option("--label", default="", help="What the citizen reads: of a pièce, or of a new amount.")
@click.option("--required", is_flag=True, help="Of a pièce: the dossier is incomplete without it.")
def set_data(
    draft_id: uuid.UUID,
    kind: str,
    name: str,
    since: datetime | None,
    until: datetime | None,
    value: str,
    source: str,
    label: str,
    required: bool,
) -> None:
    """Give a pièce, a delay (silence.delai…) or an amount another value from a day on."""
    told = {"depuis": _day(since), "jusqu_au": _day(until), "valeur": value, "source": source}
    fields = {**told, "libelle": label, "indispensable": required, "original": False}
    _written(draft_id, lambda revision: dated_writing.add(Actor.system(), draft_id, revision, kind, name, fields))


@click.command("drop-data")
@click.argument("draft_id", type=click.UUID)
@click.argument("kind", type=_KIND)
@click.argument("name")
@click.argument("index", type=int)
def drop_data(draft_id: uuid.UUID, kind: str, name: str, index: int) -> None:
    """Take away the value of line INDEX, which does not hold yet."""
    _written(draft_id, lambda revision: dated_writing.remove(Actor.system(), draft_id, revision, kind, name, index))


@click.command("presentation")
@click.argument("draft_id", type=click.UUID)
@click.option(
    "--set", "given", multiple=True, metavar="NAME=VALUE", help="Another value: titre=…, accuse_reception=oui."
)
def presented(draft_id: uuid.UUID, given: tuple[str, ...]) -> None:
    """The name of the démarche, what it is for, who may ask; with --set, other values."""
    try:
        card = presentation.of_draft(draft_id)
        kinds = {one.name: one.kind for one in card.fields}
        values = {name: _value(kinds.get(name, ""), text) for name, _, text in (one.partition("=") for one in given)}
        with unit_of_work():
            refused = (
                presentation.write(Actor.system(), draft_id, card.revision, values).saved.refused if given else None
            )
        card = presentation.of_draft(draft_id)
    except DomainError as error:
        raise click.ClickException(" ".join(error.fields.values()) or error.message) from error
    if refused is not None:
        raise click.ClickException(refused.message)
    for one in card.fields:
        told = one.value if isinstance(one.value, str) else "oui" if one.value else "non"
        click.echo(f"{one.name}\t{told}")


def _value(kind: str, text: str) -> str | bool:
    return {"oui": True, "non": False}.get(text, text) if kind == presentation.FLAG else text


def _written(draft_id: uuid.UUID, act: Callable[[int], Written]) -> None:
    try:
        with unit_of_work():
            done = act(dated_data.of_draft(draft_id).revision)
    except DomainError as error:
        raise click.ClickException(" ".join(error.fields.values()) or error.message) from error
    if done.saved.refused is not None:
        raise click.ClickException(done.saved.refused.message)
    for note in done.notes:
        click.echo(note, err=True)
    click.echo(f"REVISION {done.saved.revision}")


def _echo(sheet: Sheet) -> None:
    for one in sheet.subjects:
        for value in one.values:
            days = f"{value.since or '…'}\t{value.until or '…'}"
            origin = value.source or value.basis
            click.echo(f"{one.kind}\t{one.name}\t{value.index}\t{days}\t{value.state}\t{value.said}\t{origin}")
        for found in one.findings:
            click.echo(f"{found.severity.upper()} {found.message} {found.fix}", err=True)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()
