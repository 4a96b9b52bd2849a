"""Messages by business key: the world knows a dossier by a number of its own (a payment, a file at another ministry).

`demarche.toml` names such keys, `[correspondance] numero_etranger = "demande.numero_etranger"`: FEEL over what a
process finds at its start. A message goes to one dossier only: the oldest open one that awaits it; else the oldest open
one keeps it; else it is kept until such a dossier is filed, or its time is over. Keys are kept as keyed hashes.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, insert, select

from engine import feel, state
from prefecture.dossiers import messages
from prefecture.dossiers.held import Held, hold
from prefecture.dossiers.messages import TIME_TO_LIVE
from prefecture.dossiers.models import BusinessKey, Dossier, KeptMessage, UnclaimedMessage
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock, crypto, keyring
from prefecture.kernel.db import db, new_id
from prefecture.kernel.unit_of_work import unit_of_work

SETTING = "correspondance"

log = logging.getLogger(__name__)


def correlate(
    key_name: str,
    key_value: object,
    name: str,
    payload: Mapping[str, Any],
    *,
    key: str,
    ttl: timedelta = TIME_TO_LIVE,
) -> bool:
    """Send a message to whom the business key names, in the caller's unit of work; False if it is kept or was sent.

    key: says that two messages are one, whoever took it. ttl: how long it is kept.
    """
    digest = _hash(key_name, key_value)
    holders = [hold(Actor.system(), dossier_id).dossier.id for dossier_id in _open_holders(digest)]
    if _is_known(
        digest, key
    ):  # asked once all are locked: who sends the same at the same time has come before or waits
        return False
    if _deliver(holders, name, payload, key, ttl):
        return True
    if not holders:
        _keep(digest, key, name, payload, ttl)
    return False


def remember_keys(held: Held, data: Mapping[str, Any]) -> bool:
    """Note under which keys the world knows a dossier that was just filed; whether something was there for it."""
    found = False
    for digest in sorted({_hash(name, value) for name, value in _values(held, data)}):
        db.session.execute(insert(BusinessKey).values(key_hash=digest, dossier_id=held.dossier.id))
        for row in _unclaimed(digest, held.now):
            _hand(row, [held.dossier.id], held.now)
            found = True
    return found


def hand_over() -> int:
    """Hand over what came while the dossier that it is for was being filed, each in a door of its own; how many."""
    now = clock.database_now(db.session)
    late = select(UnclaimedMessage.id).join(BusinessKey, BusinessKey.key_hash == UnclaimedMessage.key_hash)
    count = 0
    for message_id in db.session.scalars(late.where(UnclaimedMessage.expires_at > now).distinct()).all():
        with unit_of_work():
            row = db.session.get(UnclaimedMessage, message_id)
            holders = _open_holders(row.key_hash) if row is not None else []
            if row is not None and holders:
                _hand(row, [hold(Actor.system(), one).dossier.id for one in holders], now)
                count += 1
    return count


def forget_old(now: datetime) -> int:
    """Delete messages for nobody a month after their time was over; returns how many."""
    rows = db.session.scalars(select(UnclaimedMessage).where(UnclaimedMessage.expires_at < now - TIME_TO_LIVE)).all()
    for row in rows:
        _forget(row)
    return len(rows)


def unclaimed(now: datetime) -> list[UnclaimedMessage]:
    """Messages whose time is over and that no dossier ever claimed, oldest first."""
    query = select(UnclaimedMessage).where(UnclaimedMessage.expires_at <= now).order_by(UnclaimedMessage.kept_at)
    return list(db.session.scalars(query.limit(1_000)))


def drop(message_id: uuid.UUID) -> str | None:
    """Give up a message that nobody claimed; returns its name, None if it is gone."""
    row = db.session.get(UnclaimedMessage, message_id)
    if row is None:
        return None
    name = row.name
    _forget(row)
    return name


def _deliver(holders: Sequence[uuid.UUID], name: str, payload: Mapping[str, Any], key: str, ttl: timedelta) -> bool:
    """To the first that awaits it; else the first keeps it. Whether it was delivered."""
    if any(messages.send_message(one, name, payload, key=key, keep=False) for one in holders):
        return True
    if holders:
        messages.send_message(holders[0], name, payload, key=key, ttl=ttl)
    return False


def _hand(row: UnclaimedMessage, holders: Sequence[uuid.UUID], now: datetime) -> None:
    payload = state.read_data(keyring.unseal(row.key_id, row.payload, _place(row.id)))
    _deliver(holders, row.name, payload, row.key, row.expires_at - now)
    _forget(row)


def _values(held: Held, data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    settings = held.version.settings.get(SETTING, {})
    for name, text in settings.items() if isinstance(settings, Mapping) else ():
        try:
            value = feel.evaluate(str(text).removeprefix("=").strip(), data, now=held.now, zone=held.zone)
        except feel.FeelError as error:  # the check of the démarche refuses it; a filing must not stop for it
            log.warning("the business key %s of %s cannot be computed: %s", name, held.version.code, error)
            continue
        if value not in (None, ""):
            yield name, value


def _open_holders(digest: bytes) -> list[uuid.UUID]:
    query = (
        select(Dossier.id)
        .join(BusinessKey, BusinessKey.dossier_id == Dossier.id)
        .where(BusinessKey.key_hash == digest, Dossier.finished_at.is_(None), Dossier.erased_at.is_(None))
        .order_by(Dossier.filed_at, Dossier.id)
    )
    return list(db.session.scalars(query))


def _is_known(digest: bytes, key: str) -> bool:
    own = select(BusinessKey.dossier_id).where(BusinessKey.key_hash == digest)
    taken = exists().where(KeptMessage.dossier_id.in_(own), KeptMessage.key == key)
    waiting = exists().where(UnclaimedMessage.key_hash == digest, UnclaimedMessage.key == key)
    return bool(db.session.scalar(select(taken | waiting)))


def _keep(digest: bytes, key: str, name: str, payload: Mapping[str, Any], ttl: timedelta) -> None:
    row_id, key_id, now = new_id(), keyring.new_key("message"), clock.database_now(db.session)
    sealed = keyring.seal(key_id, state.dumps({"data": state.accept(payload)}), _place(row_id))
    told = {"key_hash": digest, "key": key, "name": name, "key_id": key_id, "payload": sealed}
    db.session.add(UnclaimedMessage(id=row_id, kept_at=now, expires_at=now + ttl, **told))
    db.session.flush()


def _unclaimed(digest: bytes, now: datetime) -> list[UnclaimedMessage]:
    mine = (UnclaimedMessage.key_hash == digest) & (UnclaimedMessage.expires_at > now)
    return list(db.session.scalars(select(UnclaimedMessage).where(mine).order_by(UnclaimedMessage.kept_at)))


def _forget(row: UnclaimedMessage) -> None:
    keyring.erase(row.key_id)
    db.session.execute(delete(UnclaimedMessage).where(UnclaimedMessage.id == row.id))
    db.session.expunge(row)


def _hash(name: str, value: object) -> bytes:
    return crypto.keyed_hash(f"{name}={str(value).strip().casefold()}", "dossiers.business-key")


def _place(row_id: uuid.UUID) -> str:
    return f"unclaimed_message:{row_id}"
