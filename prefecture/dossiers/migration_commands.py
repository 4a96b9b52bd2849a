"""`flask --app wsgi demarche diff | migrate`: running dossiers and newer versions. English, for operators."""

from __future__ import annotations

import getpass
import time
import uuid
from collections.abc import Iterable
from pathlib import Path

import click
from flask import Flask, current_app

from engine.errors import DefinitionInvalid
from engine.migration import MappingInvalid
from prefecture.demarches import bundle
from prefecture.demarches import queries as demarches
from prefecture.demarches.commands import demarche
from prefecture.demarches.version import Version
from prefecture.dossiers import migration
from prefecture.dossiers.migration import FOLLOWS, HARMLESS, NEEDS_TARGET, REFUSED, Diff
from prefecture.kernel import worker
from prefecture.kernel.errors import NotFound

MAP = click.option("--map", "pairs", multiple=True, metavar="A=B", help="Where who stands on A goes (process:element).")
_AT_A_TIME = 200
_PAUSE = 0.2


@demarche.command("diff")
@click.argument("old")
@click.argument("new")
@MAP
def diff(old: str, new: str, pairs: tuple[str, ...]) -> None:
    """Say how the dossiers that run on OLD would fare on NEW. Both: CODE@NUMBER; NEW may be a folder."""
    before, after = _version(old), _version(new)
    try:
        found = migration.diff(after, read_pairs(pairs), code=before.code, only=before.id)
    except (MappingInvalid, DefinitionInvalid) as error:
        raise click.ClickException(str(error)) from error
    tell(found)


@demarche.command("migrate")
@click.argument("code")
@click.option("--to", "number", type=int, help="The version (default: the latest).")
@click.option("--from", "source", type=int, help="Only dossiers of this version (default: of every other one).")
@MAP
@click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
@click.option("--by", default=getpass.getuser, help="Who orders it.")
def migrate(code: str, number: int | None, source: int | None, pairs: tuple[str, ...], dry_run: bool, by: str) -> None:
    """Move the running dossiers of CODE onto another version. Broken off, run it again; a second run does nothing."""
    target = _numbered(code, number)
    only = None if source is None else _numbered(code, source).id
    mapping = read_pairs(pairs)
    try:
        migration.check_mapping(mapping, code, target)
    except (MappingInvalid, DefinitionInvalid) as error:
        raise click.ClickException(str(error)) from error
    if dry_run:
        tell(migration.diff(target, mapping, only=only))
        return
    _move_all(target, mapping, only, by)


def _move_all(target: Version, mapping: dict[str, str], only: uuid.UUID | None, by: str) -> None:
    before = migration.running(target.code, target.id, only)
    posted = migration.order(target, mapping, only=only, by=by)
    click.echo(f"ORDERED {posted} of {before}")
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    while (waiting := _left(app)) > 0:
        click.echo(f"left {waiting}", err=True)
        if not worker.drain(app, limit=_AT_A_TIME, max_seconds=5):
            time.sleep(_PAUSE)  # another worker has the rest in hand
    with app.app_context():  # what the worker wrote is seen by a new session only
        left = migration.diff(target, mapping, only=only)
    tell(left)
    stays = sum(left.dossiers.values())
    click.echo(f"MIGRATED {target.code}@{target.number} moved={before - stays} stays={stays}")


def _left(app: Flask) -> int:
    with app.app_context():
        return migration.left_over()


def read_pairs(pairs: Iterable[str]) -> dict[str, str]:
    """`A=B` options as a mapping; a usage error for anything else."""
    found = {}
    for pair in pairs:
        source, separator, target = pair.partition("=")
        if not separator or not source.strip() or not target.strip():
            raise click.UsageError(f"{pair!r} is not A=B")
        found[source.strip()] = target.strip()
    return found


def tell(found: Diff) -> None:
    """Print a report: each place with its counts and reasons, then one line for all."""
    for place, one in sorted(found.places.items()):
        counts = " ".join(f"{verdict}={one.verdicts[verdict]}" for verdict in _VERDICTS if one.verdicts[verdict])
        click.echo(f"{place} ({one.name}): {counts}" if one.name else f"{place}: {counts}")
        for reason, count in one.reasons.most_common():
            click.echo(f"    {count} × {reason}")
    for place in sorted(found.changed):
        click.echo(f"{place}: reads differently")
    counts = " ".join(f"{verdict}={found.dossiers[verdict]}" for verdict in _VERDICTS)
    click.echo(f"DOSSIERS {counts}")


_VERDICTS = (FOLLOWS, HARMLESS, NEEDS_TARGET, REFUSED)


def _version(text: str) -> Version:
    """A version by CODE@NUMBER, or a folder that is not published yet."""
    code, separator, number = text.rpartition("@")
    if separator and number.isdecimal():
        return _numbered(code, int(number))
    folder = Path(text)
    if not folder.is_dir():
        raise click.UsageError(f"{text!r} is neither CODE@NUMBER nor a folder")
    try:
        return Version(bundle.freeze(folder), version_id=uuid.UUID(int=0), code=folder.name, number=0)
    except bundle.FolderUnreadable as error:
        raise click.ClickException(str(error)) from error


def _numbered(code: str, number: int | None) -> Version:
    versions = demarches.versions(code)
    found = next((one for one in versions if number in {None, one.number}), None)
    if found is None:
        raise click.ClickException(f"no version {number or ''} of {code}")
    try:
        return demarches.version(found.id)
    except NotFound as error:
        raise click.ClickException(error.message) from error
