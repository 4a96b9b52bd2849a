"""The one committer: all or nothing, never nested, and the bell after the commit."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from prefecture.kernel import keyring, outbox, unit_of_work
from prefecture.kernel.db import UnsafeDatabase, assert_safe, current_connection, db
from prefecture.kernel.keyring import DataKey
from prefecture.kernel.unit_of_work import NestedDoor

KEYS: Any = DataKey.__table__
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def keys() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(DataKey.owner)))


def test_an_error_keeps_nothing(any_kernel: Flask) -> None:
    def door() -> None:
        with unit_of_work.unit_of_work():
            keyring.new_key("half")
            raise KeyError("the rest")

    with pytest.raises(KeyError):
        door()
    assert keys() == []


def test_objects_and_statements_are_one_transaction(any_kernel: Flask) -> None:
    def door(*, falls: bool) -> None:
        with unit_of_work.unit_of_work():
            keyring.new_key("object")
            current_connection().execute(KEYS.insert().values(id="k", owner="statement", wrapped=b"", created_at=AT))
            assert sorted(db.session.scalars(select(DataKey.owner))) == ["object", "statement"]
            if falls:
                raise KeyError("the rest")

    with pytest.raises(KeyError):
        door(falls=True)
    assert keys() == []
    door(falls=False)
    assert sorted(keys()) == ["object", "statement"]


def test_what_could_not_be_committed_is_not_believed(any_kernel: Flask) -> None:
    def away(_connection: object) -> None:
        raise ConnectionError("at the worst moment")

    event.listen(db.engine, "commit", away)
    key = DataKey(id="k", owner="half", wrapped=b"", created_at=AT)
    with pytest.raises(ConnectionError), unit_of_work.unit_of_work():
        db.session.add(key)
    event.remove(db.engine, "commit", away)
    assert key not in db.session
    assert keys() == []
    with unit_of_work.unit_of_work():
        keyring.new_key("after")
    assert keys() == ["after"]


def test_another_database_is_not_drawn_into_the_unit(kernel: Flask, another: Flask) -> None:
    with unit_of_work.unit_of_work():
        keyring.new_key("here")
        with another.app_context():
            assert list(db.session.scalars(select(DataKey.owner))) == []
    assert keys() == ["here"]


def test_a_door_inside_a_door_is_refused(kernel: Flask) -> None:
    with pytest.raises(NestedDoor), unit_of_work.unit_of_work(), unit_of_work.unit_of_work():
        pass
    with unit_of_work.unit_of_work():
        keyring.new_key("after")
    assert keys() == ["after"]


def test_the_bell_rings_after_the_commit_and_only_then(kernel: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(unit_of_work, "_after_commit", [lambda: seen.append(keys())])
    with unit_of_work.unit_of_work():
        outbox.post("essai", "k", {}, key_id=keyring.new_key("dossier"))
        assert seen == []
    assert seen == [["dossier"]]
    with unit_of_work.unit_of_work():
        keyring.new_key("other")
    assert len(seen) == 1


def test_a_rolled_back_post_rings_no_bell(kernel: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    monkeypatch.setattr(unit_of_work, "_after_commit", [lambda: seen.append(1)])
    with pytest.raises(ZeroDivisionError), unit_of_work.unit_of_work():
        outbox.post("essai", "k", {}, key_id=keyring.new_key("dossier"))
        _ = 1 / 0
    with unit_of_work.unit_of_work():
        keyring.new_key("other")
    assert seen == []


def test_writers_on_sqlite_never_see_a_locked_database(kernel: Flask) -> None:
    failures: list[BaseException] = []

    def write() -> None:
        try:
            with kernel.app_context():
                for _ in range(20):
                    db.session.scalar(select(DataKey.id).limit(1))
                    with unit_of_work.unit_of_work():
                        keyring.new_key("writer")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(keys()) == 120


def test_safe_settings_are_in_force(any_kernel: Flask) -> None:
    assert_safe(db.engine)


def test_a_database_that_could_lose_work_is_refused(kernel: Flask) -> None:
    with db.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA synchronous=OFF")
        connection.exec_driver_sql("BEGIN")
    with pytest.raises(UnsafeDatabase, match="synchronous"):
        assert_safe(db.engine)
