"""Decision tables from the command line: `demarche table SOURCE [TABLE] [--set NAME=VALUE]… [--row-tests]`.

Without values: what each table asks, what is wrong with it, and how the examples kept with it go. The exit status is 1
where a table has an error, a rule does not answer to its own example, or nothing answers. `demarche draft keep-example`
and `drop-example` keep what is tried with a draft, and take it back.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence

import click

from prefecture.demarches import bundle
from prefecture.demarches.bundle import COMMON
from prefecture.demarches.version import Version
from prefecture.identity.permissions import Actor
from prefecture.kernel.errors import DomainError
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import queries, table_examples, tables
from prefecture.studio.service import Saved
from prefecture.studio.sources import version_of
from prefecture.studio.tables import OpenTable


def register(demarche: click.Group, draft: click.Group) -> None:
    """Add these commands to the groups of démarches and of drafts."""
    demarche.add_command(table)
    draft.add_command(keep_example)
    draft.add_command(drop_example)


@click.command()
@click.argument("source")
@click.argument("table_name", metavar="TABLE", default="")
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="An input, by its name (c0) or its title.")
@click.option("--row-tests", is_flag=True, help="Try each rule with an example that should make it answer.")
def table(source: str, table_name: str, given: tuple[str, ...], row_tests: bool) -> None:
    """Judge and try TABLE (delai_silence), or all tables of SOURCE: a draft, a folder, a published démarche."""
    try:
        opened = list(_tables(version_of(source), table_name))
        if not opened:
            raise click.ClickException("there is no such decision table")
        well = [_told(one, given, row_tests=row_tests) for one in opened]
    except (DomainError, bundle.FolderUnreadable) as error:
        fields = error.fields if isinstance(error, DomainError) else {}
        raise click.ClickException(" ".join(dict.fromkeys([str(error), *fields.values()]))) from error
    if not all(well):
        raise click.exceptions.Exit(1)


@click.command("keep-example")
@click.argument("draft_id", type=click.UUID)
@click.argument("table_name", metavar="TABLE")
@click.argument("name", default="")
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="An input, by its name (c0) or its title.")
@click.option("--rows", is_flag=True, help="Keep one example for each rule, named by its values.")
def keep_example(draft_id: uuid.UUID, table_name: str, name: str, given: tuple[str, ...], rows: bool) -> None:
    """Keep these values and what TABLE answers to them under NAME; every check plays them."""

    def act(opened: OpenTable) -> Saved:
        values = _values(opened, given)
        named = table_examples.of_rows(opened, values) if rows else {name: values}
        return table_examples.keep(Actor.system(), draft_id, opened, named)

    _changed(draft_id, table_name, act)


@click.command("drop-example")
@click.argument("draft_id", type=click.UUID)
@click.argument("table_name", metavar="TABLE")
@click.argument("name")
def drop_example(draft_id: uuid.UUID, table_name: str, name: str) -> None:
    """Take an example of TABLE back."""
    _changed(draft_id, table_name, lambda opened: table_examples.forget(Actor.system(), draft_id, opened, name))


def _changed(draft_id: uuid.UUID, wanted: str, act: Callable[[OpenTable], Saved]) -> None:
    try:
        with unit_of_work():
            opened = next(_tables(queries.version(draft_id), wanted), None)
            if opened is None:
                raise click.ClickException("there is no such decision table")
            saved = act(opened)
    except DomainError as error:
        raise click.ClickException(" ".join(dict.fromkeys([str(error), *error.fields.values()]))) from error
    if saved.refused is not None:
        raise click.ClickException(saved.refused.message)
    now = tables.open_table(queries.version(draft_id), opened.table.path, opened.table.decision)
    _examples(now)


def _examples(opened: OpenTable) -> None:
    for one in table_examples.of_table(opened).kept:
        click.echo(f"{'ok' if one.passed else 'ÉCHEC'} exemple\u00a0: {one.name}")


def _tables(version: Version, wanted: str) -> Iterator[OpenTable]:
    for path in version.files:
        if path.endswith(".dmn") and not path.startswith(f"{COMMON}/"):
            for key in tables.tables_of(version, path):
                if wanted in ("", key):
                    yield tables.open_table(version, path, key)


def _told(opened: OpenTable, given: Sequence[str], *, row_tests: bool) -> bool:
    """Print what is known of a table; whether all is well."""
    found = opened.table
    click.echo(f"TABLE {found.decision}\t{found.path}\t{found.name}\t{len(found.rules)} règles, {found.policy}")
    values = _values(opened, given)
    if row_tests:
        return _rows(opened, values)
    if given:
        return _played(opened, values)
    for asked in (*found.columns, *found.others):
        click.echo(f"  {asked.name}\t{asked.kind or 'Any'}\t{asked.label}")
    findings = opened.findings()
    for one in findings:
        click.echo(
            f"{one.severity.upper()} {one.file}:{one.line} [{one.element}] {one.rule}\u00a0: {one.message} {one.fix}"
        )
    _examples(opened)
    return not any(one.severity == "error" for one in findings)


def _values(opened: OpenTable, given: Sequence[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    for one in (*opened.table.columns, *opened.table.others):
        names |= {one.label: one.name, one.expression: one.name, one.name: one.name}
    values = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or name.strip() not in names:
            known = ", ".join(one.name for one in (*opened.table.columns, *opened.table.others))
            raise click.ClickException(f"{text}: write NAME=VALUE; the names are {known}")
        values[names[name.strip()]] = value
    return values


def _played(opened: OpenTable, values: Mapping[str, str]) -> bool:
    result = opened.play(values)
    applying, answering = _numbers(result.applying), _numbers(result.answering)
    click.echo(f"  règles qui s’appliquent\u00a0: {applying}\u00a0; qui répondent\u00a0: {answering}")
    for label, value in result.answers if result.answering else ():
        click.echo(f"  {label}\t{value}")
    for reason in [result.broken] if result.broken else result.warnings:
        click.echo(f"  {reason}", err=True)
    return bool(result.answering)


def _rows(opened: OpenTable, values: Mapping[str, str]) -> bool:
    rows = opened.rows(values)
    for row in rows:
        example = ", ".join(f"{label} = {value}" for label, value in row.said)
        click.echo(f"{'ok' if row.answers else 'ÉCHEC'} règle {row.rule.number}\u00a0: {example}")
        if row.why:
            click.echo(f"    {row.why}")
    return all(row.answers for row in rows)


def _numbers(rules: Sequence[int]) -> str:
    return ", ".join(map(str, rules)) or "aucune"
