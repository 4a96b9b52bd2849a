"""Due work: once by key, claimed under a lease, fenced at the end, retried, and never silently dropped."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, text, update

from prefecture.kernel import clock, due_work, keyring, outbox, worker
from prefecture.kernel.db import db
from prefecture.kernel.outbox import DueWork
from prefecture.kernel.unit_of_work import unit_of_work

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def post(key: str, kind: str = "essai", **more: object) -> bool:
    with unit_of_work():
        key_id = keyring.new_key("dossier")
        return outbox.post(kind, key, {"n": 1}, key_id=key_id, **more)  # type: ignore[arg-type]


def status_of(key: str) -> str:
    db.session.rollback()
    return db.session.execute(select(DueWork.status).where(DueWork.key == key)).scalar_one()


def test_posting_twice_is_posting_once(any_kernel: Flask) -> None:
    assert post("d:1:a")
    assert not post("d:1:a")
    assert db.session.query(DueWork).count() == 1


def test_due_work_is_done_once_and_its_payload_forgotten(any_kernel: Flask) -> None:
    seen: list[object] = []
    outbox.handler("essai")(lambda work: seen.append(work.payload["n"]))
    post("d:1:a")
    assert worker.run_until_quiet(any_kernel) == 1
    assert worker.run_until_quiet(any_kernel) == 0
    assert seen == [1]
    db.session.rollback()
    row = db.session.scalars(select(DueWork)).one()
    assert (row.status, row.payload) == ("done", None)


def test_a_payload_is_not_readable_in_the_table(any_kernel: Flask) -> None:
    with unit_of_work():
        key_id = keyring.new_key("dossier")
        outbox.post("essai", "k", {"nom": "Amina"}, key_id=key_id)
    row = db.session.scalars(select(DueWork)).one()
    assert row.payload is not None
    assert b"Amina" not in row.payload


def test_work_for_later_waits_for_its_time(any_kernel: Flask) -> None:
    seen: list[str] = []
    outbox.handler("essai")(lambda work: seen.append(work.key))
    with clock.frozen(NOON):
        post("later", run_at=NOON + timedelta(hours=1))
        worker.run_until_quiet(any_kernel)
        assert seen == []
        clock.move(timedelta(hours=1))
        worker.run_until_quiet(any_kernel)
    assert seen == ["later"]


def test_a_dossier_has_one_running_job(any_kernel: Flask) -> None:
    dossier = uuid.uuid4()
    post("a", dossier_id=dossier)
    post("b", dossier_id=dossier)
    assert outbox.claim("one") is not None
    assert outbox.claim("two") is None


def test_jobs_that_exclude_nobody_run_beside(any_kernel: Flask) -> None:
    dossier = uuid.uuid4()
    post("a", dossier_id=dossier, exclusive=False)
    post("b", dossier_id=dossier, exclusive=False)
    assert outbox.claim("one") is not None
    assert outbox.claim("two") is not None


def test_who_lost_the_lease_commits_nothing(any_kernel: Flask) -> None:
    with clock.frozen(NOON):
        post("slow")
        first = outbox.claim("one")
        clock.move(outbox.LEASE + timedelta(seconds=1))
        second = outbox.claim("two")
        assert first is not None
        assert second is not None
        with pytest.raises(outbox.LeaseLost), unit_of_work():
            keyring.new_key("written by the one who lost")
            first.done()
        with unit_of_work():
            second.done()
    assert status_of("slow") == "done"
    owners = db.session.scalars(select(keyring.DataKey.owner)).all()
    assert "written by the one who lost" not in owners


def test_a_renewed_lease_is_not_stolen(any_kernel: Flask) -> None:
    with clock.frozen(NOON):
        post("slow")
        first = outbox.claim("one")
        assert first is not None
        clock.move(timedelta(seconds=50))
        assert outbox.renew(first)
        clock.move(timedelta(seconds=50))
        assert outbox.claim("two") is None


def test_five_retries_then_an_incident(any_kernel: Flask) -> None:
    tries: list[datetime] = []

    def fail(work: outbox.Work) -> None:
        tries.append(clock.now())
        raise OSError("mail server away")

    outbox.handler("essai")(fail)
    with clock.frozen(NOON):
        post("poison")
        for _ in range(12):
            worker.run_until_quiet(any_kernel)
            clock.move(timedelta(hours=2))
        assert len(tries) == 1 + len(outbox.RETRIES)
        assert status_of("poison") == "incident"
        row = db.session.scalars(select(DueWork)).one()
        assert row.last_error == "OSError: mail server away"
        with unit_of_work():
            assert outbox.retry(row.id)
        worker.run_until_quiet(any_kernel)
    assert len(tries) == 2 + len(outbox.RETRIES)


def test_what_cannot_succeed_is_an_incident_at_once(any_kernel: Flask) -> None:
    def refuse(work: outbox.Work) -> None:
        raise outbox.PermanentFailure("no such address")

    outbox.handler("essai")(refuse)
    post("hopeless")
    worker.run_until_quiet(any_kernel)
    assert status_of("hopeless") == "incident"


def test_work_without_a_handler_is_an_incident(any_kernel: Flask) -> None:
    post("unknown", kind="inconnu")
    worker.run_until_quiet(any_kernel)
    assert status_of("unknown") == "incident"


def test_cancelled_work_is_not_done(any_kernel: Flask) -> None:
    seen: list[str] = []
    outbox.handler("essai")(lambda work: seen.append(work.key))
    post("gone")
    with unit_of_work():
        assert outbox.cancel("gone")
        assert not outbox.cancel("gone")
    worker.run_until_quiet(any_kernel)
    assert seen == []


def test_a_dead_workers_job_is_taken_over_after_its_lease(any_kernel: Flask) -> None:
    seen: list[int] = []
    outbox.handler("essai")(lambda work: seen.append(work.attempt))
    with clock.frozen(NOON):
        post("orphan")
        assert outbox.claim("dead") is not None
        worker.run_until_quiet(any_kernel)
        assert seen == []
        clock.move(outbox.LEASE + timedelta(seconds=1))
        worker.run_until_quiet(any_kernel)
    assert seen == [2]


@pytest.mark.postgresql
def test_many_workers_do_each_piece_once(kernel_on_postgresql: Flask) -> None:
    seen: list[str] = []
    outbox.handler("essai")(lambda work: seen.append(work.key))
    for n in range(40):
        post(f"k{n}", dossier_id=uuid.UUID(int=n % 7))
    db.session.remove()
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            worker.drain(kernel_on_postgresql, limit=5)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    deadline = threading.Event()
    for _ in range(200):
        if len(seen) >= 40:
            break
        deadline.wait(0.05)
    stop.set()
    for thread in threads:
        thread.join(10)
    assert sorted(seen) == sorted(f"k{n}" for n in range(40))


def test_an_expired_lease_of_a_dossier_does_not_let_another_job_overtake(any_kernel: Flask) -> None:
    dossier = uuid.uuid4()
    with clock.frozen(NOON):
        post("first", dossier_id=dossier)
        post("second", dossier_id=dossier)
        assert outbox.claim("dead") is not None
        clock.move(outbox.LEASE + timedelta(seconds=1))
        again = outbox.claim("alive")
        assert again is not None
        assert again.key == "first"


def test_posting_outside_a_door_is_refused(kernel: Flask) -> None:
    with pytest.raises(RuntimeError):
        outbox.post("essai", "k", {}, key_id=None)


def test_erased_work_runs_with_nothing_to_read(kernel: Flask) -> None:
    post("k")
    key_id = db.session.scalars(select(DueWork.key_id)).one()
    with unit_of_work():
        assert key_id is not None
        keyring.erase(key_id)
    db.session.remove()
    work = outbox.claim("one")
    assert work is not None
    assert work.payload == {}


def test_the_poll_sees_only_what_is_due(kernel: Flask) -> None:
    with clock.frozen(NOON):
        post("k", run_at=NOON + timedelta(seconds=5))
        assert not outbox.is_due()
        assert outbox.next_run_at() == NOON + timedelta(seconds=5)
        with unit_of_work():
            db.session.execute(update(DueWork).values(run_at=NOON))
        assert outbox.is_due()


def test_the_most_urgent_goes_first_and_then_the_oldest(any_kernel: Flask) -> None:
    with clock.frozen(NOON):
        for key, priority, hours in (("old", 5, 9), ("young", 5, 1), ("urgent", 0, 1), ("background", 9, 30)):
            post(key, priority=priority, run_at=NOON - timedelta(hours=hours))
        post("to come", priority=0, run_at=NOON + timedelta(hours=1))
        claimed = [work.key for work in iter(lambda: outbox.claim("one", least=8), None)]
    assert claimed == ["urgent", "old", "young"]


def test_who_is_busy_hides_no_less_urgent_work(any_kernel: Flask) -> None:
    dossier = uuid.uuid4()
    for key, priority, owner in (("a", 0, dossier), ("b", 0, dossier), ("other", 7, uuid.uuid4())):
        post(key, priority=priority, dossier_id=owner)
    assert [work.key for work in iter(lambda: outbox.claim("one"), None)] == ["a", "other"]


def test_a_claim_reads_its_index_in_order_and_sorts_nothing(any_kernel: Flask) -> None:
    explain = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}[db.engine.dialect.name]
    said: list[str] = []

    def ask(connection: Any, cursor: Any, statement: str, parameters: Any, *_: object) -> None:
        if "ORDER BY due_work.run_at" in statement and not statement.startswith("EXPLAIN"):
            told = connection.exec_driver_sql(explain + statement, parameters)
            said.append(" ".join(str(value) for row in told for value in row))

    post("a")
    event.listen(db.engine, "before_cursor_execute", ask)
    try:
        with unit_of_work():
            if db.engine.dialect.name == "postgresql":  # so small a table would be read from one end to the other
                db.session.execute(text("SET LOCAL enable_seqscan = off"))
            assert due_work.first(clock.database_now(db.session)) is not None
    finally:
        event.remove(db.engine, "before_cursor_execute", ask)
    assert "ix_due_work_ready" in said[0]
    assert "TEMP B-TREE" not in said[0]
    assert "Sort" not in said[0]
