"""The public face of notifications for writes: everything joins the caller's unit of work, and is sent by the worker.

The same key twice is one message. What is queued is the text itself, rendered before by `templates`, so that what goes
out is what was decided.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from prefecture.kernel import clock, crypto, keyring, outbox, settings
from prefecture.kernel.db import db, new_id
from prefecture.notifications import jobs as _jobs  # noqa: F401 (who posts this desk's work also knows how to do it)
from prefecture.notifications.addressee import Recipient, international
from prefecture.notifications.attachments import read_with
from prefecture.notifications.models import COURRIER, KEPT, MAIL, QUEUED, SMS, Notification
from prefecture.notifications.templates import Mail, SmsTooLong, sms_text

_WORK = "notification:"


def queue_mail(
    *,
    key: str,
    to: Recipient,
    mail: Mail,
    key_id: str,
    dossier_id: uuid.UUID | None = None,
    attachments: Sequence[uuid.UUID] = (),
    calendar: bytes | None = None,
    sender: str = "",
) -> bool:
    """Queue a mail; False if `key` was queued before, or if the addressee has no e-mail address.

    mail: what `templates.render_mail` gave. attachments: documents. calendar: an .ics file. sender: the name beside our
    address (the préfecture's).
    """
    if not to.email:
        return False
    content = {
        "address": to.email,
        "sender": sender,
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "calendar": base64.b64encode(calendar).decode() if calendar else None,
    }
    return _add(MAIL, key, to, content, key_id=key_id, dossier_id=dossier_id, attachments=attachments)


def queue_sms(*, key: str, to: Recipient, text: str, key_id: str, dossier_id: uuid.UUID | None = None) -> bool:
    """Queue an SMS; False if `key` was queued before, or if the addressee has no telephone number.

    Raises SmsTooLong when `text` does not fit into one SMS.
    """
    number = international(to.phone or "")
    if number is None:
        return False
    content = {"address": number, "text": sms_text(text)}
    return _add(SMS, key, to, content, key_id=key_id, dossier_id=dossier_id)


def record_letter(
    *, key: str, to: Recipient, title: str, document_id: uuid.UUID, key_id: str, dossier_id: uuid.UUID | None = None
) -> bool:
    """Record that a letter, a kept document, is at its addressee's disposal; False if `key` was recorded before."""
    content = {"subject": title}
    return _add(COURRIER, key, to, content, key_id=key_id, dossier_id=dossier_id, attachments=[document_id])


def erase_for(dossier_id: uuid.UUID) -> None:
    """Delete every message about a dossier."""
    db.session.execute(delete(Notification).where(Notification.dossier_id == dossier_id))


def erase_of_person(person_id: uuid.UUID) -> None:
    """Delete every message to a person that is about no dossier."""
    mine = (Notification.person_id == person_id) & Notification.dossier_id.is_(None)
    db.session.execute(delete(Notification).where(mine))


def message_id(key: str) -> str:
    """The Message-ID of the message of `key`: always the same, and it tells nothing."""
    digest = crypto.keyed_hash(key, "notifications.message-id").hex()[:40]
    return f"<{digest}@{settings.current().mail_from.rpartition('@')[2]}>"


def work_key(key: str) -> str:
    """The key of the due work that sends the message of `key`."""
    return f"{_WORK}{key}"


def _add(
    kind: str,
    key: str,
    to: Recipient,
    content: Mapping[str, str | None],
    *,
    key_id: str,
    dossier_id: uuid.UUID | None,
    attachments: Sequence[uuid.UUID] = (),
) -> bool:
    if db.session.scalar(select(Notification.id).where(Notification.key == key)) is not None:
        return False
    row_id = new_id()
    blank = {"name": to.name, "address": "", "sender": "", "subject": "", "text": "", "html": "", "calendar": None}
    row = Notification(
        id=row_id,
        kind=kind,
        key=key,
        dossier_id=dossier_id,
        person_id=to.person_id,
        key_id=key_id,
        sealed=keyring.seal_json(key_id, {**blank, **content}, f"notification:{row_id}"),
        attachments=[str(each) for each in attachments],
        status=KEPT if kind == COURRIER else QUEUED,
        message_id=message_id(key),
        created_at=clock.now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:  # queued by a transaction that committed between the look and the insert
        return False
    if kind != COURRIER:
        outbox.post(f"notifications.{kind}", work_key(key), {}, key_id=None, dossier_id=dossier_id, exclusive=False)
    return True


__all__ = [
    "Mail",
    "Recipient",
    "SmsTooLong",
    "erase_for",
    "erase_of_person",
    "message_id",
    "queue_mail",
    "queue_sms",
    "read_with",
    "record_letter",
    "work_key",
]
