"""What other rooms may read of notifications: frozen views, as their addressee sees them."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from prefecture.kernel import keyring
from prefecture.kernel.db import db
from prefecture.kernel.errors import NotFound
from prefecture.notifications.models import Notification

_UNKNOWN = "Ce message n’existe pas ou a été effacé."


@dataclass(frozen=True)
class NotificationView:
    """A message, unsealed. `address` is an e-mail address or a telephone number, empty for letters."""

    id: uuid.UUID
    kind: str
    key: str
    dossier_id: uuid.UUID | None
    person_id: uuid.UUID | None
    status: str
    name: str
    address: str
    sender: str
    subject: str
    text: str
    html: str
    calendar: bytes | None
    attachments: tuple[uuid.UUID, ...]
    message_id: str
    perhaps_twice: bool
    created_at: datetime
    sent_at: datetime | None


def latest(
    *, kind: str | None = None, dossier_id: uuid.UUID | None = None, limit: int = 50, offset: int = 0
) -> list[NotificationView]:
    """Messages, newest first (the demonstration's outbox page); erased ones are passed over."""
    query = select(Notification).order_by(Notification.created_at.desc(), Notification.id)
    if kind is not None:
        query = query.where(Notification.kind == kind)
    if dossier_id is not None:
        query = query.where(Notification.dossier_id == dossier_id)
    return _views(db.session.scalars(query.limit(limit).offset(offset)).all())


def count(*, kind: str | None = None, dossier_id: uuid.UUID | None = None) -> int:
    """How many messages `latest` could list."""
    query = select(func.count()).select_from(Notification)
    if kind is not None:
        query = query.where(Notification.kind == kind)
    if dossier_id is not None:
        query = query.where(Notification.dossier_id == dossier_id)
    return db.session.scalar(query) or 0


def of_dossier(dossier_id: uuid.UUID) -> list[NotificationView]:
    """All messages about a dossier, oldest first."""
    mine = select(Notification).where(Notification.dossier_id == dossier_id)
    return _views(db.session.scalars(mine.order_by(Notification.created_at, Notification.id)).all())


def message(notification_id: uuid.UUID) -> NotificationView:
    """One message; raises NotFound, also once it was erased."""
    row = db.session.get(Notification, notification_id)
    if row is None:
        raise NotFound(_UNKNOWN)
    try:
        return view(row)
    except keyring.KeyErased as error:
        raise NotFound(_UNKNOWN) from error


def by_key(key: str) -> NotificationView | None:
    """The message of this key, None if there is none or it was erased."""
    found = _views(db.session.scalars(select(Notification).where(Notification.key == key)).all())
    return found[0] if found else None


def view(row: Notification) -> NotificationView:
    """The unsealed view of a row of this desk; raises KeyErased."""
    told = keyring.unseal_json(row.key_id, row.sealed, f"notification:{row.id}")
    return NotificationView(
        id=row.id,
        kind=row.kind,
        key=row.key,
        dossier_id=row.dossier_id,
        person_id=row.person_id,
        status=row.status,
        name=told["name"],
        address=told["address"],
        sender=told["sender"],
        subject=told["subject"],
        text=told["text"],
        html=told["html"],
        calendar=base64.b64decode(told["calendar"]) if told["calendar"] else None,
        attachments=tuple(uuid.UUID(each) for each in row.attachments),
        message_id=row.message_id,
        perhaps_twice=row.perhaps_twice,
        created_at=row.created_at,
        sent_at=row.sent_at,
    )


def _views(rows: Sequence[Notification]) -> list[NotificationView]:
    keyring.preload({row.key_id for row in rows})
    found = []
    for row in rows:
        try:
            found.append(view(row))
        except keyring.KeyErased:
            continue
    return found
