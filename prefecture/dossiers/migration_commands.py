"""`flask --app wsgi demarche diff | migrate`: running dossiers and newer versions. English, for operators."""

from __future__ import annotations

import getpass
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app

from engine.errors import DefinitionInvalid
from engine.migration import MappingInvalid
from prefecture.demarches import bundle
from prefecture.demarches import queries as demarches
from prefecture.demarches.commands import demarche
from prefecture.demarches.version import PARIS, Version
from prefecture.dossiers import migration
from prefecture.dossiers.migration import FOLLOWS, HARMLESS, NEEDS_TARGET, REFUSED, Choice, Diff
from prefecture.kernel import clock, worker
from prefecture.kernel.errors import NotFound

MAP = click.option("--map", "pairs", multiple=True, metavar="A=B", help="Where who stands on A goes (process:element).")
FILTER = click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="NAME=VALUE",
    help="Only some: prefecture, service (id), place, filed-from, filed-before (2026-11-23), numbers (A,B,…).",
)
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
@FILTER
@click.option("--at", type=click.DateTime(), help="Not before that moment (UTC); the workers do it then.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
@click.option("--by", default=getpass.getuser, help="Who orders it.")
def migrate(
    code: str,
    number: int | None,
    source: int | None,
    pairs: tuple[str, ...],
    filters: tuple[str, ...],
    at: datetime | None,
    dry_run: bool,
    by: str,
) -> None:
    """Move the running dossiers of CODE onto another version. Broken off, run it again; a second run does nothing.

    `demarche moves` keeps a report of each dossier, and can pause, resume and undo.
    """
    target = _numbered(code, number)
    choice = read_choice(filters, None if source is None else _numbered(code, source).id)
    if choice.place:
        raise click.UsageError("where dossiers stand is chosen with `demarche moves new`")
    mapping = read_pairs(pairs)
    try:
        migration.check_mapping(mapping, code, target)
    except (MappingInvalid, DefinitionInvalid) as error:
        raise click.ClickException(str(error)) from error
    if dry_run:
        tell(migration.diff(target, mapping, choice=choice))
        return
    before = migration.running(target.code, target.id, choice=choice)
    moment = None if at is None else at.replace(tzinfo=UTC)
    posted = migration.order(target, mapping, choice=choice, at=moment, by=by)
    click.echo(f"ORDERED {posted} of {before}" + ("" if moment is None else f" at {moment.isoformat()}"))
    if moment is None or moment <= clock.now():
        _see_them_moved(target, mapping, choice, before)


def _see_them_moved(target: Version, mapping: dict[str, str], choice: Choice, before: int) -> None:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    while (waiting := _left(app)) > 0:
        click.echo(f"left {waiting}", err=True)
        if not worker.drain(app, limit=_AT_A_TIME, max_seconds=5):
            time.sleep(_PAUSE)  # another worker has the rest in hand
    with app.app_context():  # what the worker wrote is seen by a new session only
        left = migration.diff(target, mapping, choice=choice)
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


def read_choice(filters: Iterable[str], version_id: uuid.UUID | None = None) -> Choice:
    """`NAME=VALUE` options as a choice of dossiers; a usage error for anything else."""
    found: dict[str, Any] = {"version_id": version_id}
    for text in filters:
        name, _, value = text.partition("=")
        try:
            found |= _FILTERS[name.strip()](value.strip())
        except (KeyError, ValueError) as error:
            raise click.UsageError(f"{text!r}: one of {', '.join(_FILTERS)} = a value that can be read") from error
    return Choice(**found)


def _day(value: str) -> datetime:
    return datetime.combine(date.fromisoformat(value), time_of_day.min, PARIS)


_FILTERS: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "prefecture": lambda value: {"prefecture": value},
    "service": lambda value: {"service_id": uuid.UUID(value)},
    "place": lambda value: {"place": value},
    "filed-from": lambda value: {"filed_from": _day(value)},
    "filed-before": lambda value: {"filed_before": _day(value)},
    "numbers": lambda value: {"numbers": tuple(one.strip().upper() for one in value.split(",") if one.strip())},
}


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
