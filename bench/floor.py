"""The floor: what a database's own driver takes to lock a row, update 2 KB, insert 3 rows and commit."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg

STATE = b"x" * 2048
ROWS = 3


def sqlite(path: Path) -> Callable[[], None]:
    """The bare transaction on a SQLite file, as safe as ours (WAL, synchronous=FULL)."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE floor_dossier (id INTEGER PRIMARY KEY, state BLOB)")
    connection.execute("CREATE TABLE floor_row (id INTEGER PRIMARY KEY, dossier INTEGER, what TEXT)")
    connection.execute("INSERT INTO floor_dossier VALUES (1, ?)", (STATE,))

    def once() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("SELECT state FROM floor_dossier WHERE id = 1").fetchone()
        connection.execute("UPDATE floor_dossier SET state = ? WHERE id = 1", (STATE,))
        for _ in range(ROWS):
            connection.execute("INSERT INTO floor_row (dossier, what) VALUES (1, 'task')")
        connection.execute("COMMIT")

    return once


def postgresql(url: str) -> Callable[[], None]:
    """The bare transaction on PostgreSQL."""
    connection = psycopg.connect(url.replace("postgresql+psycopg", "postgresql"))
    connection.execute("CREATE TABLE floor_dossier (id int PRIMARY KEY, state bytea)")
    connection.execute("CREATE TABLE floor_row (id serial PRIMARY KEY, dossier int, what text)")
    connection.execute("INSERT INTO floor_dossier VALUES (1, %s)", (STATE,))
    connection.commit()

    def once() -> None:
        connection.execute("SELECT state FROM floor_dossier WHERE id = 1 FOR UPDATE").fetchone()
        connection.execute("UPDATE floor_dossier SET state = %s WHERE id = 1", (STATE,))
        for _ in range(ROWS):
            connection.execute("INSERT INTO floor_row (dossier, what) VALUES (1, 'task')")
        connection.commit()

    return once
