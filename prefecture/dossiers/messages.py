"""Messages of the world to a dossier's process: delivered when awaited, kept until then, taken once.

A kept message that outlives its time stays where an operator sees it (`incidents`), who sends it again or drops it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from engine import runtime, state
from engine.errors import MessageNotAwaited
from engine.model import Advance
from prefecture.dossiers import advance as advancing
from prefecture.dossiers import journal
from prefecture.dossiers.held import Held, hold, open_tasks
from prefecture.dossiers.journal import Fact
from prefecture.dossiers.models import KeptMessage
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock, keyring
from prefecture.kernel.db import db, new_id
from prefecture.kernel.errors import Conflict
from prefecture.kernel.prepared import Run
from prefecture.kernel.unit_of_work import unit_of_work

KEPT, DELIVERED, EXPIRED, DROPPED = "kept", "delivered", "expired", "dropped"
TIME_TO_LIVE = timedelta(days=30)
# A message that opens the wait for another kept one, and so on: more than this in one step is a drawing that turns.
MOST_AT_ONCE = 20


def send_message(
    dossier_id: uuid.UUID,
    name: str,
    payload: Mapping[str, Any],
    *,
    key: str | None = None,
    ttl: timedelta = TIME_TO_LIVE,
    keep: bool = True,
    actor: Actor | None = None,
) -> bool:
    """Send a message to a dossier, in the caller's unit of work; False if it is kept for later, or was sent before.

    key: says that two messages are one (a retry); without it each call is another message. ttl: how long it is kept.
    keep: without it a message that is not awaited now is left to its sender.
    """
    held = hold(actor or Actor.system(), dossier_id)
    if key is not None and _is_known(held, key):
        return False
    if held.dossier.finished_at is None and deliver(held, name, payload):
        if key is not None:
            _remember(held, key, name, None, DELIVERED, ttl)
        return True
    if held.dossier.finished_at is None and keep:
        _remember(held, key or new_id().hex, name, payload, KEPT, ttl)
        held.dossier.kept_messages += 1
        held.dossier.write()
    return False


def deliver(held: Held, name: str, payload: Mapping[str, Any], *, facts: Sequence[Fact] = ()) -> bool:
    """Give a message to the process now; False, and nothing changed, if it does not await it."""
    try:
        advance = runtime.send(held.version.definition, held.state, name, payload, now=held.now)
    except MessageNotAwaited:
        return False
    step(held, advance, facts)
    return True


def step(
    held: Held, advance: Advance, facts: Sequence[Fact], *, done: str | None = None, first: Sequence[Run] = ()
) -> None:
    """Write a step down (as `advance.apply`), then those of the kept messages that it made awaited."""
    advancing.apply(held, advance, facts, done=done, first=first)
    for _ in range(MOST_AT_ONCE):
        if not held.dossier.kept_messages or advance.finished:
            return
        found = _awaited(held, {awaited.message for awaited in advance.messages})
        if found is None:
            return
        payload = _opened(held, found)
        refreshed = _with_open_tasks(held)
        advance = runtime.send(held.version.definition, held.state, found.name, payload, now=held.now)
        found.status, found.payload = DELIVERED, None
        held.dossier.kept_messages -= 1
        advancing.apply(refreshed, advance, ())


def expire() -> int:
    """Mark the kept messages that outlived their time, each dossier in a door of its own; returns how many."""
    now = clock.database_now(db.session)
    late = (KeptMessage.status == KEPT) & (KeptMessage.expires_at <= now)
    count = 0
    for dossier_id in db.session.scalars(select(KeptMessage.dossier_id).where(late).distinct()).all():
        with unit_of_work():
            held = hold(Actor.system(), dossier_id)
            rows = db.session.scalars(select(KeptMessage).where(late, KeptMessage.dossier_id == dossier_id)).all()
            _expire(held, rows)
            count += len(rows)
    return count


def send_again(held: Held, message_id: uuid.UUID) -> None:
    """Send an expired message once more: delivered if it is awaited now, else kept anew. Conflict if it is not one."""
    row = _expired(held, message_id)
    if deliver(held, row.name, _opened(held, row)):
        row.status, row.payload = DELIVERED, None
        return
    row.status, row.kept_at, row.expires_at = KEPT, held.now, held.now + TIME_TO_LIVE
    held.dossier.kept_messages += 1
    held.dossier.write()


def drop(held: Held, message_id: uuid.UUID) -> str:
    """Give an expired message up; returns its name. Conflict if it is not one."""
    row = _expired(held, message_id)
    row.status, row.payload = DROPPED, None
    return row.name


def _expired(held: Held, message_id: uuid.UUID) -> KeptMessage:
    row = db.session.get(KeptMessage, message_id)
    if row is None or row.dossier_id != held.dossier.id or row.status != EXPIRED:
        raise Conflict("Cet incident est déjà réglé.", code="incident-regle")
    return row


def _with_open_tasks(held: Held) -> Held:
    """The same dossier, whose open tasks are those of the step just written."""
    return Held(held.dossier, held.version, held.actor, held.now, open_tasks(held.dossier))


def _awaited(held: Held, names: set[str]) -> KeptMessage | None:
    """The oldest kept message of these names that has not outlived its time; those that have are marked."""
    rows = db.session.scalars(
        select(KeptMessage)
        .where(KeptMessage.dossier_id == held.dossier.id, KeptMessage.status == KEPT)
        .order_by(KeptMessage.kept_at, KeptMessage.id)
    ).all()
    _expire(held, [row for row in rows if row.expires_at <= held.now])
    return next((row for row in rows if row.status == KEPT and row.name in names), None)


def _expire(held: Held, rows: Sequence[KeptMessage]) -> None:
    for row in rows:
        row.status = EXPIRED
        held.dossier.kept_messages -= 1
    if rows:
        facts = [Fact("message_expired", name=row.name) for row in rows]
        journal.append(held.dossier, Actor.system(), facts, held.now)


def _is_known(held: Held, key: str) -> bool:
    query = select(KeptMessage.id).where(KeptMessage.dossier_id == held.dossier.id, KeptMessage.key == key)
    return db.session.scalar(query) is not None


def _remember(held: Held, key: str, name: str, payload: Mapping[str, Any] | None, status: str, ttl: timedelta) -> None:
    row_id = new_id()
    sealed = None if payload is None else _sealed(held, row_id, payload)
    db.session.add(
        KeptMessage(
            id=row_id,
            dossier_id=held.dossier.id,
            key=key,
            name=name,
            payload=sealed,
            status=status,
            kept_at=held.now,
            expires_at=held.now + ttl,
        )
    )


def _sealed(held: Held, row_id: uuid.UUID, payload: Mapping[str, Any]) -> bytes:
    """In the engine's own writing, so that dates and decimals come back as such."""
    return keyring.seal(str(held.dossier.key_id), state.dumps({"data": state.accept(payload)}), _place(row_id))


def _opened(held: Held, row: KeptMessage) -> dict[str, Any]:
    return state.read_data(keyring.unseal(str(held.dossier.key_id), row.payload or b"", _place(row.id)))


def _place(row_id: uuid.UUID) -> str:
    return f"kept_message:{row_id}"
