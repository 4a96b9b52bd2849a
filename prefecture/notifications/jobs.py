"""Due work of the notifications desk: send a mail, send an SMS, or keep them for the demonstration's outbox page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select, update

from prefecture.kernel import clock, keyring, outbox, settings
from prefecture.kernel.db import db
from prefecture.kernel.errors import DomainError
from prefecture.kernel.outbox import PermanentFailure, Work
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.notifications import attachments, queries, sms_gateway, smtp
from prefecture.notifications.models import FAILED, INCIDENT, KEPT, QUEUED, SENT, Notification
from prefecture.notifications.queries import NotificationView

_PENDING = (QUEUED, FAILED, INCIDENT)  # an operator may put an incident back to work
_PASSING = (OSError, smtp.MailDelayed, sms_gateway.GatewayDown, DomainError)


@outbox.handler("notifications.mail")
def send_mail(work: Work) -> None:
    """Send the mail of this work by SMTP, or keep it; nothing if it went out already or was erased."""
    found = _pending(work)
    if found is None:
        return
    url = settings.current().smtp_url
    if url is None:
        _keep(work, "PLANIPREF_SMTP_URL")
        return
    with _recorded(work):
        envelope = smtp.Envelope(
            to_name=found.name,
            to_address=found.address,
            from_name=found.sender,
            from_address=settings.current().mail_from,
            subject=found.subject,
            text=found.text,
            html=found.html,
            message_id=found.message_id,
            at=clock.now(),
        )
        message = smtp.written(envelope, calendar=found.calendar, attached=attachments.read(found.attachments))
        db.session.close()  # no transaction stays open while the mail server talks
        smtp.send(message, url)
    _close(work, SENT, perhaps_twice=_was_cut_short(work, found))


@outbox.handler("notifications.sms")
def send_sms(work: Work) -> None:
    """Send the SMS of this work through the gateway, or keep it; nothing if it went out already or was erased."""
    found = _pending(work)
    if found is None:
        return
    url = settings.current().sms_url
    if url is None:
        _keep(work, "PLANIPREF_SMS_URL")
        return
    with _recorded(work):
        db.session.close()  # no transaction stays open while the gateway talks
        sms_gateway.send(url, to=found.address, text=found.text, key=found.message_id.strip("<>"))
    _close(work, SENT, perhaps_twice=_was_cut_short(work, found))


def _pending(work: Work) -> NotificationView | None:
    row = db.session.scalar(select(Notification).where(Notification.key == _key(work)))
    if row is None or row.status not in _PENDING:
        return None
    try:
        return queries.view(row)
    except keyring.KeyErased:
        return None


def _keep(work: Work, variable: str) -> None:
    """Keep a message that nothing sends here: wanted in the demonstration, an incident anywhere else."""
    if not settings.current().demo:
        _mark(work, INCIDENT, f"{variable} is not set")
        raise PermanentFailure(f"{variable} is not set: nothing sends this message")
    _close(work, KEPT, perhaps_twice=False)


@contextmanager
def _recorded(work: Work) -> Iterator[None]:
    """Write on the message why it did not go out, and let the failure go on to the table of due work."""
    try:
        yield
    except PermanentFailure as error:
        _mark(work, INCIDENT, str(error))
        raise
    except _PASSING as error:
        _mark(work, INCIDENT if work.attempt > len(outbox.RETRIES) else FAILED, f"{type(error).__name__}: {error}")
        raise


def _was_cut_short(work: Work, found: NotificationView) -> bool:
    """Whether an earlier try began and said nothing: it may have sent the message before it died."""
    return work.attempt > 1 and found.status == QUEUED


def _close(work: Work, status: str, *, perhaps_twice: bool) -> None:
    with unit_of_work():
        values = {"status": status, "sent_at": clock.now(), "perhaps_twice": perhaps_twice, "last_error": None}
        db.session.execute(update(Notification).where(Notification.key == _key(work)).values(values))
        work.done()


def _mark(work: Work, status: str, error: str) -> None:
    with unit_of_work():
        mine = (Notification.key == _key(work)) & Notification.status.in_(_PENDING)
        db.session.execute(update(Notification).where(mine).values(status=status, last_error=error[:2000]))


def _key(work: Work) -> str:
    return work.key.split(":", 1)[1]
