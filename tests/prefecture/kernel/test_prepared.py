"""Prepared statements do what SQLAlchemy's own way does: values, transaction, exceptions, listeners."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql import bindparam

from prefecture.kernel import due_work, keyring, outbox
from prefecture.kernel.db import db, new_id
from prefecture.kernel.errors import Unavailable
from prefecture.kernel.prepared import Prepared, together
from prefecture.kernel.unit_of_work import unit_of_work

KEYS: Any = keyring.DataKey.__table__
AT = datetime(2026, 11, 23, 9, 0, 0, 5, tzinfo=UTC)
ADD = Prepared(insert(KEYS), "id", "owner", "wrapped", "created_at")
READ = Prepared(select(KEYS).where(KEYS.c.id == bindparam("wanted")), "wanted")
TAKE = Prepared(
    update(KEYS).where(KEYS.c.owner == "tests", KEYS.c.id == bindparam("wanted")).values(wrapped=b"x"), "wanted"
)


def key(name: str) -> dict[str, Any]:
    return {"id": name, "owner": "tests", "wrapped": b"w", "created_at": AT}


def test_values_go_in_and_come_back_as_sqlalchemy_keeps_them(any_kernel: Flask) -> None:
    with unit_of_work():
        ADD.rows(key("a"))
        assert READ.rows({"wanted": "a"}) == [("a", "tests", b"w", AT)]
        assert READ.rows({"wanted": "b"}) == []
    db.session.remove()
    assert db.session.get_one(keyring.DataKey, "a").created_at == AT


def test_a_run_tells_how_many_rows_it_touched(any_kernel: Flask) -> None:
    with unit_of_work():
        ADD.rows(key("a"))
        assert TAKE.touched({"wanted": "a"}) == 1
        assert TAKE.touched({"wanted": "b"}) == 0


def test_what_runs_together_runs_in_turn(any_kernel: Flask) -> None:
    with unit_of_work():
        added, touched, read = together([(ADD, key("a")), (TAKE, {"wanted": "a"}), (READ, {"wanted": "a"})])
    assert (added, touched) == ([], [])
    assert [row[2] for row in read] == [b"x"]


def test_what_runs_belongs_to_the_unit_of_work(any_kernel: Flask) -> None:
    with pytest.raises(RuntimeError), unit_of_work():
        together([(ADD, key("a")), (ADD, key("b"))])
        raise RuntimeError
    assert keyring.exists("a") is False


def test_a_broken_rule_is_the_same_exception_and_undoes_all(any_kernel: Flask) -> None:
    with pytest.raises(IntegrityError), unit_of_work():
        together([(ADD, key("a")), (ADD, key("b")), (ADD, key("a")), (ADD, key("c"))])
    assert [keyring.exists(name) for name in "abc"] == [False, False, False]
    with unit_of_work():
        ADD.rows(key("a"))
    assert keyring.exists("a")


def test_whoever_listens_hears_every_statement(any_kernel: Flask) -> None:
    heard: list[str] = []

    @event.listens_for(db.engine, "before_cursor_execute")
    def before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        heard.append(statement.split()[0])

    with unit_of_work():
        together([(ADD, key("a")), (READ, {"wanted": "a"})])
    event.remove(db.engine, "before_cursor_execute", before)
    assert heard[-2:] == ["INSERT", "SELECT"]


def test_a_default_that_nobody_would_fill_in_is_refused(kernel: Flask) -> None:
    forgetful = Prepared(insert(due_work.DueWork), "id", "kind")
    with pytest.raises(ValueError, match="default"), unit_of_work():
        forgetful.rows({"id": new_id(), "kind": "x"})


@pytest.mark.postgresql
def test_a_server_that_goes_away_is_told_as_such_and_found_again(kernel_on_postgresql: Flask) -> None:
    with pytest.raises(Unavailable), unit_of_work():
        ours = db.session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with db.engine.connect() as other:
            other.exec_driver_sql(f"SELECT pg_terminate_backend({ours})")
        together([(ADD, key("a")), (ADD, key("b"))])
    with unit_of_work():
        ADD.rows(key("a"))
    assert keyring.exists("a")


def test_due_work_is_posted_once_a_key_whenever_it_is_due(any_kernel: Flask) -> None:
    with unit_of_work():
        assert outbox.post("letter", "k", {}, key_id=None)
        assert not outbox.post("letter", "k", {}, key_id=None)
        assert outbox.post("letter", "later", {}, key_id=None, run_at=AT)
    rows = {row.key: row for row in db.session.scalars(select(outbox.DueWork))}
    assert abs(rows["k"].run_at - rows["k"].created_at) < timedelta(seconds=1)
    assert rows["later"].run_at == AT != rows["later"].created_at
