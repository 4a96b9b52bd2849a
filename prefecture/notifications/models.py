"""Rows of the notifications desk: what is told to whom, once for each key."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import JSON, Boolean, CheckConstraint, Index, LargeBinary, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from prefecture.kernel.db import Model, UtcDateTime, new_id

# kind
MAIL = "mail"
SMS = "sms"
COURRIER = "courrier"
# status
QUEUED = "queued"  # waits to be sent
SENT = "sent"  # the mail server or the gateway took it
KEPT = "kept"  # kept for the demonstration's outbox page, or a letter at its addressee's disposal
FAILED = "failed"  # the last try failed; there will be another
INCIDENT = "incident"  # given up; an operator sees it


class Notification(Model):
    """One message. sealed: addressee, subject, parts, calendar file; read with the data key `key_id`.

    key: who asked (`dossier:step:visit:kind`); a second message of the same key is the first. message_id: derived from
    the key, so that a message that went out twice after a crash can be told by it. perhaps_twice: an earlier try ended
    without an answer.
    """

    __tablename__ = "notification"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(String(180), unique=True)
    dossier_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    person_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, index=True)
    key_id: Mapped[str] = mapped_column(String(32))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    attachments: Mapped[list[str]] = mapped_column(JSON)
    status: Mapped[str] = mapped_column(String(10))
    message_id: Mapped[str] = mapped_column(String(120))
    perhaps_twice: Mapped[bool] = mapped_column(Boolean, default=False)
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("kind IN ('mail', 'sms', 'courrier')", name="kind"),
        CheckConstraint("status IN ('queued', 'sent', 'kept', 'failed', 'incident')", name="status"),
        Index("ix_notification_dossier", "dossier_id", "created_at"),
    )
