"""Publication from the command line: `demarche draft gate|publish|changes`, `demarche changes|return|publications`,
`demarche threshold|retire|reopen|retirements`.

Whoever has the command line is no recetteur: a sign-off is given on the pages or by the API, by a person.
"""

from __future__ import annotations

import uuid

import click

from engine.comparing import ADDED, CHANGED, MOVED, REMOVED
from prefecture.demarches import queries as demarches
from prefecture.identity.permissions import Actor
from prefecture.kernel.errors import DomainError
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import acts, publication, queries, retiring
from prefecture.studio.comparison import Compared, compare

_WORDS = {ADDED: "ajouté", REMOVED: "retiré", CHANGED: "modifié", MOVED: "déplacé"}


def register(demarche: click.Group, draft: click.Group) -> None:
    """Add these commands to the groups of démarches and of drafts."""
    for command in (gate, publish, draft_changes):
        draft.add_command(command)
    for command in (changes, return_, publications, threshold, retire, reopen, retirements):
        demarche.add_command(command)


@click.command()
@click.argument("draft_id", type=click.UUID)
@click.pass_context
def gate(context: click.Context, draft_id: uuid.UUID) -> None:
    """Say what is asked before the draft is published; exit status 1 when something is missing."""
    try:
        found = publication.gate(draft_id)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    for one in found.conditions:
        click.echo(f"{'ok' if one.met else 'MANQUE'} {one.label}\u00a0: {one.message}")
    context.exit(not found.open)


@click.command()
@click.argument("draft_id", type=click.UUID)
@click.option("--reason", default="", help="Why the conditions that are not met are passed over; the journal keeps it.")
def publish(draft_id: uuid.UUID, reason: str) -> None:
    """Publish the draft as the version that new dossiers follow."""
    try:
        digest = publication.gate(draft_id).digest
        with unit_of_work():
            version = publication.publish(Actor.system(), draft_id, digest, reason)
    except DomainError as error:
        raise click.ClickException(said(error)) from error
    click.echo(f"PUBLISHED {version.code} {version.number} {version.digest}")


@click.command("changes")
@click.argument("draft_id", type=click.UUID)
def draft_changes(draft_id: uuid.UUID) -> None:
    """Say what the draft changes in the version in force."""
    try:
        _echo(compare(publication.in_force(queries.draft(draft_id).code), queries.version(draft_id)))
    except DomainError as error:
        raise click.ClickException(str(error)) from error


@click.command()
@click.argument("code")
@click.argument("before", type=int)
@click.argument("after", type=int)
def changes(code: str, before: int, after: int) -> None:
    """Say what differs between two published versions of démarche CODE."""
    _echo(compare(*(demarches.version(numbered(code, number)) for number in (before, after))))


@click.command("return")
@click.argument("code")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why; the journal keeps it.")
def return_(code: str, number: int, reason: str) -> None:
    """Have new dossiers of démarche CODE follow version NUMBER again."""
    try:
        with unit_of_work():
            version = publication.go_back(Actor.system(), code, numbered(code, number), reason)
    except DomainError as error:
        raise click.ClickException(said(error)) from error
    click.echo(f"IN FORCE {version.code} {version.number} {version.digest}")


@click.command()
@click.argument("code", required=False)
@click.pass_context
def publications(context: click.Context, code: str | None) -> None:
    """The journal of publications, the latest first; exit status 1 when a row of it was changed."""
    for one in acts.acts(code=code):
        click.echo(f"{one.number}\t{one.at:%Y-%m-%d %H:%M}\t{one.said}\t{one.code}\t{one.by}\t{one.reason}")
    broken = acts.verify()[1]
    if broken is not None:
        click.echo(f"row {broken} does not match its digest", err=True)
    context.exit(broken is not None)


@click.command()
@click.argument("code")
@click.argument("number", type=int, required=False)
@click.option("--reason", required=True, help="Why; the journal keeps it.")
@click.option("--told", default="", help="What citizens read: what they may do instead.")
def retire(code: str, number: int | None, reason: str, told: str) -> None:
    """Close démarche CODE, or its version NUMBER, to new dossiers; those that run go on."""
    version_id = None if number is None else numbered(code, number)
    try:
        with unit_of_work():
            made = retiring.retire(Actor.system(), code, version_id, reason, told)
    except DomainError as error:
        raise click.ClickException(said(error)) from error
    click.echo(f"RETIRED {made.id}")


@click.command()
@click.argument("retirement_id", type=click.UUID)
@click.option("--reason", required=True, help="Why; the journal keeps it.")
def reopen(retirement_id: uuid.UUID, reason: str) -> None:
    """Undo a retirement: new dossiers begin again."""
    try:
        with unit_of_work():
            retiring.reopen(Actor.system(), retirement_id, reason)
    except DomainError as error:
        raise click.ClickException(said(error)) from error
    click.echo(f"REOPENED {retirement_id}")


@click.command()
@click.argument("code")
def retirements(code: str) -> None:
    """What of CODE is closed to new dossiers, or was: id, version, since, until, why."""
    for one in retiring.retirements(code):
        until = f"{one.ended_at:%Y-%m-%dT%H:%MZ}" if one.ended_at else "-"
        click.echo("\t".join((str(one.id), str(one.number or "-"), f"{one.since:%Y-%m-%dT%H:%MZ}", until, one.reason)))


@click.command()
@click.argument("percent", type=click.IntRange(0, 100), required=False)
@click.option("--reason", default="", help="Why; the journal keeps it.")
def threshold(percent: int | None, reason: str) -> None:
    """Say, or set, the share of the elements (PERCENT) that scenarios must pass before a publication."""
    try:
        if percent is not None:
            with unit_of_work():
                publication.set_threshold(Actor.system(), percent, reason)
    except DomainError as error:
        raise click.ClickException(said(error)) from error
    click.echo(f"THRESHOLD {publication.threshold()}")


def numbered(code: str, number: int) -> uuid.UUID:
    """The version of that number; raises ClickException."""
    found = next((one.id for one in demarches.versions(code) if one.number == number), None)
    if found is None:
        raise click.ClickException(f"{code} has no version {number}")
    return found


def _echo(found: Compared) -> None:
    for files in found.sections.values():
        for one in files:
            click.echo(f"{one.path}\u00a0: {_WORDS[one.kind]}")
            for change in one.elements:
                click.echo(f"    {_WORDS[change.kind]} [{change.id}] {change.name}")
                for detail in change.details:
                    click.echo(f"        {detail}")
            for line in (*one.sentences, *one.lines):
                click.echo(f"    {line}")


def said(error: DomainError) -> str:
    """A refusal with all that it says."""
    return " ".join([error.message, *error.fields.values()])
