"""Rows by the million: copied from Python, or made by the database from one row that is there; indexes come last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

Row = Mapping[str, Any]
_INDEXES = """
    SELECT i.indexname AS name, i.indexdef AS made_by, c.conname AS held_by, pg_get_constraintdef(c.oid) AS held_as
    FROM pg_indexes i LEFT JOIN pg_constraint c ON c.conname = i.indexname AND c.contype IN ('p', 'u')
    WHERE i.schemaname = 'public' AND i.tablename = %s
      AND NOT EXISTS (SELECT 1 FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = i.indexname::regclass)
"""


def one_row(connection: psycopg.Connection[Any], table: str, column: str, value: object) -> dict[str, Any]:
    """The row of a table that has this value."""
    query = sql.SQL("SELECT * FROM {} WHERE {} = %s").format(sql.Identifier(table), sql.Identifier(column))
    found = connection.cursor(row_factory=dict_row).execute(query, (value,)).fetchone()
    if found is None:
        raise LookupError(f"{table}.{column} = {value}")
    return found


def copied(connection: psycopg.Connection[Any], table: str, rows: Sequence[Row]) -> None:
    """Write rows of the same columns by COPY."""
    names = list(rows[0])
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(_name(table), _names(names))
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row([row[name] for name in names])


def multiplied(
    connection: psycopg.Connection[Any],
    table: str,
    like: object,
    others: Mapping[str, str],
    source: str,
    among: Sequence[Row] = (),
) -> None:
    """Write the row whose id is `like` once for each row `s` of `source`; `others`: columns that differ, in SQL.

    among: rows that are to lie anywhere among them, as what arrives by and by does.
    """
    described = connection.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(_name(table))).description or ()
    kept = [column.name for column in described if column.name not in others]
    columns, told = [*kept, *others], [*(_name("t", name) for name in kept), *map(sql.SQL, others.values())]
    made = sql.SQL("SELECT {} FROM {} t CROSS JOIN {} s WHERE t.id = %s").format(
        sql.SQL(", ").join(told), _name(table), sql.SQL(source)
    )
    if among:
        connection.execute(sql.SQL("CREATE TEMP TABLE among (LIKE {})").format(_name(table)))
        copied(connection, "among", among)
        made = sql.SQL("SELECT * FROM ({} UNION ALL SELECT {} FROM among) made ORDER BY random()").format(
            made, _names(columns)
        )
    connection.execute(sql.SQL("INSERT INTO {} ({}) {}").format(_name(table), _names(columns), made), (like,))
    connection.execute("DROP TABLE IF EXISTS among")


@contextmanager
def unindexed(connection: psycopg.Connection[Any], tables: Sequence[str]) -> Iterator[None]:
    """Take the indexes that no foreign key leans on away, and make them anew at the end of the block."""
    held = [(table, row) for table in tables for row in connection.execute(_INDEXES, (table,)).fetchall()]
    for table, (name, _, constraint, _) in held:
        drop = "ALTER TABLE {table} DROP CONSTRAINT {name}" if constraint else "DROP INDEX {name}"
        connection.execute(sql.SQL(drop).format(table=_name(table), name=_name(name)))
    yield
    for table, (name, made_by, constraint, held_as) in held:
        if constraint:
            add = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} ").format(_name(table), _name(name))
            connection.execute(add + sql.SQL(held_as))
        else:
            connection.execute(made_by)


def _name(*parts: str) -> sql.Identifier:
    return sql.Identifier(*parts)


def _names(names: Sequence[str]) -> sql.Composable:
    return sql.SQL(", ").join(map(_name, names))
