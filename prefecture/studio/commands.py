"""Drafts from the command line: `flask --app wsgi demarche draft list|new|import|export|check|test`.

An analyst who works with git and Camunda Modeler sends the same folder, and gets the same findings.
"""

from __future__ import annotations

import uuid
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from prefecture.demarches import bundle, examples
from prefecture.demarches import queries as demarches
from prefecture.demarches.commands import demarche, echo_examples
from prefecture.identity.permissions import Actor
from prefecture.kernel.errors import DomainError
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import (
    archive,
    dated_commands,
    form_commands,
    importing,
    letter_commands,
    promotion_commands,
    publication_commands,
    queries,
    run_commands,
    service,
    table_commands,
    trials,
)
from prefecture.studio.importing import Imported
from prefecture.studio.local_commands import local_group
from prefecture.studio.moves_commands import moves_group

SOURCE = click.Path(exists=True, path_type=Path)
TARGET = click.Path(path_type=Path)
draft = AppGroup("draft", help="Drafts of démarches: list, begin, import, export, check, test.")


def register(app: Flask) -> None:
    """Give `app` the commands of this desk, beside those of the démarches."""
    publication_commands.register(demarche, draft)
    promotion_commands.register(demarche)
    dated_commands.register(demarche, draft)
    run_commands.register(demarche)
    letter_commands.register(demarche)
    form_commands.register(demarche)
    table_commands.register(demarche, draft)
    demarche.add_command(draft)
    demarche.add_command(moves_group)
    demarche.add_command(local_group)
    app.cli.add_command(demarche)


@draft.command("list")
@click.option("--archived", is_flag=True, help="Those that were put away.")
def list_(archived: bool) -> None:
    """The drafts, the latest changed first."""
    for one in queries.drafts(archived=archived):
        after = f"after {one.based_on}" if one.based_on else "new"
        click.echo(f"{one.id}\t{one.code}\t{after}\t{one.changed_at:%Y-%m-%d %H:%M}\t{one.changed_by}\t{one.title}")


@draft.command()
@click.argument("code")
@click.option("--title", help="The draft's name; for a new démarche, its title.")
@click.option("--prefix", help="The first letters of a new démarche's dossiers.")
@click.option("--version", "number", type=int, help="Begin from that published version, not from the latest.")
def new(code: str, title: str | None, prefix: str | None, number: int | None) -> None:
    """Begin the next version of démarche CODE, or with --prefix a new démarche from the archetype."""
    try:
        with unit_of_work():
            draft_id = _begun(code, title, prefix, number)
    except DomainError as error:
        raise click.ClickException(_said(error)) from error
    click.echo(f"DRAFT {draft_id}")


@draft.command("import")
@click.argument("source", type=SOURCE)
@click.option("--into", type=click.UUID, help="The draft that receives the files, in place of a new one.")
def import_(source: Path, into: uuid.UUID | None) -> None:
    """Take in SOURCE: the folder of a démarche, its zip, or with --into one file of it."""
    try:
        with unit_of_work():
            imported = _imported(source, into)
    except (DomainError, bundle.FolderUnreadable) as error:
        raise click.ClickException(_said(error)) from error
    for note in imported.notes:
        click.echo(note, err=True)
    click.echo(f"DRAFT {imported.draft_id}")


@draft.command()
@click.argument("draft_id", type=click.UUID)
@click.argument("target", type=TARGET, required=False)
def export(draft_id: uuid.UUID, target: Path | None) -> None:
    """Write the draft's folder as a zip: to TARGET, or beside here under the démarche's code."""
    try:
        name, content = importing.export(draft_id)
    except DomainError as error:
        raise click.ClickException(_said(error)) from error
    path = target or Path(name)
    path.write_bytes(content)
    click.echo(f"EXPORTED {path}")


@draft.command()
@click.argument("draft_id", type=click.UUID)
@click.pass_context
def check(context: click.Context, draft_id: uuid.UUID) -> None:
    """Say everything that is wrong or doubtful in the draft; exit status 1 when there is an error."""
    try:
        findings = queries.findings(draft_id)
    except DomainError as error:
        raise click.ClickException(_said(error)) from error
    for one in findings:
        place = f"{one.file}:{one.line} [{one.element}]"
        click.echo(f"{one.severity.upper()} {place} {one.rule}\u00a0: {one.message} {one.fix}")
    errors = sum(one.severity == "error" for one in findings)
    click.echo(f"{errors} erreur(s), {len(findings) - errors} remarque(s)")
    context.exit(errors > 0)


@draft.command()
@click.argument("draft_id", type=click.UUID)
@click.pass_context
def test(context: click.Context, draft_id: uuid.UUID) -> None:
    """Play the draft's scenarios and keep how they went, and the examples of its tables; exit status as `test`."""
    try:
        playing = trials.play(draft_id)
        tried = examples.play(queries.version(draft_id))
        with unit_of_work():
            found = trials.keep(Actor.system(), playing)
    except DomainError as error:
        raise click.ClickException(_said(error)) from error
    if found.refused:
        raise click.ClickException(found.refused)
    for one in found.tried:
        click.echo(f"{'ok' if one.passed else 'ÉCHEC'} {one.file}\u00a0: {one.title}")
        for failure in one.failures:
            click.echo(f"    {failure}")
    click.echo(
        f"{len(found.tried) - len(found.failed)} réussi(s), {len(found.failed)} échoué(s)\u00a0; "
        f"éléments {found.elements:.0%}, flux {found.flows:.0%}"
    )
    echo_examples(tried)
    context.exit(bool(found.failed or examples.failures(tried)))


def _begun(code: str, title: str | None, prefix: str | None, number: int | None) -> uuid.UUID:
    actor = Actor.system()
    if prefix is not None:
        return service.from_archetype(actor, code, title or code, prefix)
    found = demarches.current(code).id
    if number is not None:
        found = next((one.id for one in demarches.versions(code) if one.number == number), found)
    return service.from_version(actor, found, title or f"Suite de la version {demarches.version(found).number}")


def _imported(source: Path, into: uuid.UUID | None) -> Imported:
    actor = Actor.system()
    if source.is_dir():
        content = archive.pack(source.name, bundle.freeze(source).files)
    elif source.suffix == ".zip" or into is None:
        content = source.read_bytes()
    else:
        return importing.file_into_draft(actor, into, source.name, source.read_bytes())
    return importing.into_new(actor, content) if into is None else importing.into_draft(actor, into, content)


def _said(error: Exception) -> str:
    fields = error.fields if isinstance(error, DomainError) else {}
    return " ".join([str(error), *(f"{name}: {said}" for name, said in fields.items() if said != str(error))])
