"""The table of due work: effects, timers and notifications. It is the only memory of what is pending.

A row is posted in the transaction that decides it. A drain claims it under a lease on the database's clock, runs its
handler, and the handler's last commit is fenced on owner and attempt: who lost the lease commits nothing. Keys are
deterministic (`dossier:step:visit:kind`), so that posting twice is posting once. Five retries with back-off, then an
incident that an operator sees. At least once outside, exactly once in the database.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select, update
from sqlalchemy.exc import IntegrityError

from prefecture.kernel import clock, due_work, keyring, logs
from prefecture.kernel.db import db, new_id
from prefecture.kernel.prepared import Run
from prefecture.kernel.unit_of_work import is_open, ring_after_commit, unit_of_work

DueWork = due_work.DueWork
LEASE = timedelta(seconds=60)
RETRIES = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)
JITTER = 0.2
LEAST_URGENT = due_work.LEAST_URGENT


class LeaseLost(Exception):
    """Somebody else holds this work now; nothing of this attempt may be committed."""


class PermanentFailure(Exception):
    """Trying again cannot help: the work becomes an incident at once."""


@dataclass(frozen=True)
class Work:
    """What a handler receives. `key` goes out with the effect (Message-ID, Idempotency-Key)."""

    id: uuid.UUID
    kind: str
    key: str
    payload: Mapping[str, Any]
    dossier_id: uuid.UUID | None
    key_id: str | None
    attempt: int
    owner: str
    finished: list[bool] = field(default_factory=list, compare=False)
    request: str | None = None

    def done(self) -> None:
        """Mark the work done inside the handler's last unit of work; raises LeaseLost when fenced off."""
        _close(self, status="done", error=None)
        self.finished.append(True)


Handler = Callable[[Work], None]
_handlers: dict[str, Handler] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does work of `kind`; a kind has one handler."""

    def register(function: Handler) -> Handler:
        if kind in _handlers and _handlers[kind] is not function:
            raise ValueError(f"two handlers for {kind}")
        _handlers[kind] = function
        return function

    return register


def handlers() -> Mapping[str, Handler]:
    """Every registered handler by kind."""
    return _handlers


def post(
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    *,
    key_id: str | None,
    dossier_id: uuid.UUID | None = None,
    run_at: datetime | None = None,
    priority: int = 5,
    exclusive: bool = True,
) -> bool:
    """Post due work in the caller's unit of work; False if `key` was posted before.

    key_id: the data key that seals the payload (None only for payloads that name nobody). run_at: aware, default now.
    """
    statement, row = posting(
        kind, key, payload, key_id=key_id, dossier_id=dossier_id, run_at=run_at, priority=priority, exclusive=exclusive
    )
    return statement.touched(row) == 1


def posting(
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    *,
    key_id: str | None,
    dossier_id: uuid.UUID | None = None,
    run_at: datetime | None = None,
    priority: int = 5,
    exclusive: bool = True,
) -> Run:
    """What `post` would run, for who runs it together with other statements of the same unit of work."""
    if not is_open():
        raise RuntimeError("due work is posted inside a unit of work")
    row_id = new_id()
    now = _known_now()
    # The bell may ring once for nothing (a known key, a clock ahead of the server's): the drain finds that out.
    if run_at is None or run_at <= (now or clock.now()):
        ring_after_commit()
    return due_work.POST, {
        "id": row_id,
        "kind": kind,
        "key": key,
        "key_id": key_id,
        "dossier_id": dossier_id,
        "payload": keyring.seal_json(key_id, dict(payload), f"due_work:{row_id}") if key_id else _plain(payload),
        "status": "ready",
        "priority": priority,
        "exclusive": exclusive and dossier_id is not None,
        "attempts": 0,
        "request": logs.value("request"),
        "due": run_at or now,
        "now": now,
    }


def reschedule(key: str, run_at: datetime) -> bool:
    """Move pending work to `run_at`; False if it is not pending."""
    changed = db.session.execute(
        update(DueWork).where(DueWork.key == key, DueWork.status == "ready").values(run_at=run_at)
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def cancel(key: str) -> bool:
    """Cancel pending work by key; False if it is not pending. Work that runs meanwhile is fenced by its own door."""
    statement, told = cancelling(key)
    return statement.touched(told) > 0


def cancelling(key: str) -> Run:
    """What `cancel` would run, for who runs it together with other statements of the same unit of work."""
    return due_work.CANCEL, {"of_key": key, "now": _known_now()}


def cancel_for(dossier_id: uuid.UUID) -> None:
    """Cancel all pending work of a dossier and forget its payloads (erasure)."""
    _cancel(DueWork.dossier_id == dossier_id)
    db.session.execute(update(DueWork).where(DueWork.dossier_id == dossier_id).values(payload=None, last_error=None))


def cancel_sealed_with(key_id: str) -> None:
    """Cancel all pending work whose payload a data key seals, and forget those payloads (erasure of its owner)."""
    _cancel(DueWork.key_id == key_id)
    db.session.execute(update(DueWork).where(DueWork.key_id == key_id).values(payload=None, last_error=None))


def claim(owner: str, *, least: int = LEAST_URGENT) -> Work | None:
    """Claim the most urgent due work under a lease, in a door of its own; None if there is none or all is taken.

    least: work of a greater number (less urgent) is left alone.
    """
    try:
        with unit_of_work():
            return _claim(owner, least)
    except IntegrityError:  # another drain took work of the same dossier at the same instant
        return None


def renew(work: Work) -> bool:
    """Renew the lease (heartbeat, in a door of its own); False if it was lost."""
    with unit_of_work():
        until = clock.database_now(db.session) + LEASE
        changed = db.session.execute(update(DueWork).where(_fence(work)).values(lease_until=until))
        return bool(changed.rowcount)  # type: ignore[attr-defined]


def deliver(work: Work) -> None:
    """Run the handler of `work`, then mark it done if the handler has not. Raises what the handler raises."""
    function = _handlers.get(work.kind)
    if function is None:
        raise PermanentFailure(f"no handler for {work.kind}")
    function(work)
    if not work.finished:
        with unit_of_work():
            work.done()


def record_failure(work: Work, error: BaseException) -> str:
    """Give failed work back for a later try, or make it an incident; returns its new status. In a door of its own."""
    with unit_of_work():
        message = f"{type(error).__name__}: {error}"[:2000]
        if isinstance(error, PermanentFailure) or work.attempt > len(RETRIES):
            _close(work, status="incident", error=message)
            return "incident"
        delay = RETRIES[work.attempt - 1] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 (spread, not secrecy)
        run_at = clock.database_now(db.session) + delay
        values = {"status": "ready", "owner": None, "lease_until": None, "run_at": run_at, "last_error": message}
        if not db.session.execute(update(DueWork).where(_fence(work)).values(values)).rowcount:  # type: ignore[attr-defined]
            raise LeaseLost(work.key)
        return "ready"


def retry(work_id: uuid.UUID) -> bool:
    """Have an operator's hand put an incident back to work; False if it is none."""
    changed = db.session.execute(
        update(DueWork)
        .where(DueWork.id == work_id, DueWork.status == "incident")
        .values(status="ready", attempts=0, run_at=clock.database_now(db.session), last_error=None)
    )
    ring_after_commit()
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def is_due() -> bool:
    """Whether a drain would find something now (the sweeper's and the poll's question)."""
    return bool(due_work.LEVELS.rows({"now": clock.database_now(db.session), "least": LEAST_URGENT}))


@dataclass(frozen=True)
class IncidentView:
    """Work that failed for good, as an operator sees it: what it was and why it failed, not what it carried."""

    id: uuid.UUID
    kind: str
    dossier_id: uuid.UUID | None
    attempts: int
    error: str
    ended_at: datetime | None


def incidents(limit: int = 100) -> list[IncidentView]:
    """Work that waits for an operator, the latest first."""
    query = select(DueWork).where(due_work.IS_INCIDENT).order_by(DueWork.ended_at.desc()).limit(limit)
    return [
        IncidentView(row.id, row.kind, row.dossier_id, row.attempts, row.last_error or "", row.ended_at)
        for row in db.session.scalars(query)
    ]


def counts() -> dict[str, int]:
    """How much work is due now, later, running, and in incident."""
    now = clock.database_now(db.session)
    conditions = {
        "ready": and_(due_work.IS_READY, DueWork.run_at <= now),
        "later": and_(due_work.IS_READY, DueWork.run_at > now),
        "running": due_work.IS_RUNNING,
        "incident": due_work.IS_INCIDENT,
    }
    each = (select(func.count()).select_from(DueWork).where(one).scalar_subquery() for one in conditions.values())
    return dict(zip(conditions, db.session.execute(select(*each)).one(), strict=True))


def next_run_at(*, least: int = LEAST_URGENT) -> datetime | None:
    """When the next pending work falls due, among work at least that urgent."""
    found: datetime | None = db.session.scalar(due_work.NEXT, {"least": least})
    return found


def _known_now() -> datetime | None:
    return clock.known_now(db.engine.dialect.name)


def _plain(payload: Mapping[str, Any]) -> bytes:
    if payload:
        raise ValueError("a payload needs the data key that seals it")
    return b""


def _claim(owner: str, least: int) -> Work | None:
    now = clock.database_now(db.session)
    row = due_work.first(now, least)
    if row is None:
        return None
    row.status, row.owner, row.lease_until = "running", owner, now + LEASE
    row.attempts += 1
    db.session.flush()
    return work_of(row, owner)


def work_of(row: DueWork, owner: str) -> Work:
    """What a handler receives of a row of the table."""
    told = (row.id, row.kind, row.key, _opened(row), row.dossier_id, row.key_id, row.attempts, owner)
    return Work(*told, request=row.request)


def _opened(row: DueWork) -> Mapping[str, Any]:
    if not row.payload or not row.key_id:
        return {}
    try:
        value: Mapping[str, Any] = keyring.unseal_json(row.key_id, row.payload, f"due_work:{row.id}")
    except keyring.KeyErased:
        return {}
    return value


def _fence(work: Work) -> Any:
    return and_(
        DueWork.id == work.id,
        DueWork.status == "running",
        DueWork.owner == work.owner,
        DueWork.attempts == work.attempt,
    )


def _close(work: Work, *, status: str, error: str | None) -> None:
    values: dict[str, Any] = {
        "status": status,
        "lease_until": None,
        "last_error": error,
        "ended_at": clock.database_now(db.session),
    }
    if status == "done":
        values["payload"] = None
    if not db.session.execute(update(DueWork).where(_fence(work)).values(values)).rowcount:  # type: ignore[attr-defined]
        raise LeaseLost(work.key)


def _cancel(condition: Any) -> bool:
    values = {"status": "cancelled", "payload": None, "ended_at": clock.database_now(db.session)}
    changed = db.session.execute(update(DueWork).where(condition, DueWork.status == "ready").values(values))
    return bool(changed.rowcount)  # type: ignore[attr-defined]
