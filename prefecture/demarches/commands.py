"""Analysts' commands: `flask --app wsgi demarche check|test|publish FOLDER`, `demarche list`.

With `--json`, standard output holds only the list of findings. The exit status tells: 0 when nothing is wrong.
"""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from pathlib import Path

import click
import orjson
from flask import Flask
from flask.cli import AppGroup

from engine import compile as compiler
from engine.compile import Finding
from engine.errors import DefinitionInvalid
from prefecture.demarches import bundle, queries, service
from prefecture.demarches import check as checking
from prefecture.demarches.engine_commands import engine
from prefecture.demarches.examples import Tried
from prefecture.kernel.errors import DomainError
from prefecture.kernel.unit_of_work import unit_of_work

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
demarche = AppGroup("demarche", help="Check, test and publish the folders of démarches.")


def register(app: Flask) -> None:
    """Give `app` the commands of this desk."""
    app.cli.add_command(demarche)
    app.cli.add_command(engine)


@demarche.command()
@click.argument("folder", type=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one JSON list, and nothing else.")
@click.option("--fix", is_flag=True, help="First correct what can be corrected by itself.")
@click.pass_context
def check(context: click.Context, folder: Path, as_json: bool, fix: bool) -> None:
    """Say everything that is wrong or doubtful in FOLDER; exit status 1 when there is an error."""
    if fix:
        _fix(folder)
    findings = service.check(folder)
    if as_json:
        click.echo(orjson.dumps(checking.as_json(findings), option=orjson.OPT_INDENT_2).decode())
    else:
        for one in findings:
            click.echo(_line(one))
        errors = sum(one.severity == "error" for one in findings)
        click.echo(f"{errors} erreur(s), {len(findings) - errors} remarque(s)")
    context.exit(any(one.severity == "error" for one in findings))


@demarche.command()
@click.argument("folder", type=FOLDER)
@click.pass_context
def test(context: click.Context, folder: Path) -> None:
    """Play the scenarios of FOLDER and the examples of its tables; exit status 1 when one does not go as it says."""
    try:
        report = service.test(folder)
    except (DefinitionInvalid, bundle.FolderUnreadable) as error:
        raise click.ClickException(f"{error} (demarche check {folder} dit tout)") from error
    for one in report.played:
        click.echo(f"{'ok' if one.passed else 'ÉCHEC'} {one.file}\u00a0: {one.title}")
        for failure in one.failures:
            click.echo(f"    {failure}")
    failed = sum(not one.passed for one in report.played)
    click.echo(
        f"{len(report.played) - failed} réussi(s), {failed} échoué(s)\u00a0; "
        f"éléments {report.coverage.elements:.0%}, flux {report.coverage.flows:.0%}"
    )
    echo_examples(report.examples)
    context.exit(not report.passed)


@demarche.command()
@click.argument("folder", type=FOLDER)
@click.option("--by", default=getpass.getuser, help="Who publishes.")
def publish(folder: Path, by: str) -> None:
    """Freeze FOLDER as the version that new dossiers follow."""
    try:
        with unit_of_work():
            version = service.publish(folder, by)
    except service.DemarcheRefused as error:
        for one in error.findings:
            click.echo(_line(one), err=True)
        raise click.ClickException(error.message) from error
    except (DomainError, bundle.FolderUnreadable) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"PUBLISHED {version.code} {version.number} {version.digest}")


@demarche.command("list")
def list_() -> None:
    """The published démarches with their latest version."""
    for one in queries.demarches():
        click.echo(f"{one.code}\t{one.number}\t{one.digest[:12]}\t{one.published_at:%Y-%m-%d}\t{one.title}")


def echo_examples(tried: Sequence[Tried]) -> None:
    """Print how the examples of tables went; nothing when there are none."""
    for one in tried:
        click.echo(f"{'ok' if one.passed else 'ÉCHEC'} {one.path} {one.example.table}\u00a0: {one.example.name}")
        if one.failure:
            click.echo(f"    {one.failure}")
    failed = sum(not one.passed for one in tried)
    if tried:
        click.echo(f"{len(tried) - failed} exemple(s) réussi(s), {failed} échoué(s)")


def _fix(folder: Path) -> None:
    """Rewrite the diagrams whose findings can be corrected by themselves."""
    for path in sorted(folder.glob("*.bpmn")):
        before = path.read_bytes()
        after = compiler.apply_fixes(before)
        if after != before:
            path.write_bytes(after)
            click.echo(f"corrigé\u00a0: {path.name}", err=True)


def _line(one: Finding) -> str:
    words = {"error": "ERREUR", "warning": "ATTENTION", "info": "INFO"}
    place = f"{one.file}:{one.line}" if one.line else one.file
    what = f" [{one.element}]" if one.element else ""
    return f"{words[one.severity]} {place}{what} {one.rule}\u00a0: {one.message} {one.fix}"
