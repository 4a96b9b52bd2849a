"""The one committer: all or nothing, never nested, and the bell after the commit."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import select

from prefecture.kernel import keyring, outbox, unit_of_work
from prefecture.kernel.db import UnsafeDatabase, assert_safe, db
from prefecture.kernel.keyring import DataKey
from prefecture.kernel.unit_of_work import NestedDoor


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
