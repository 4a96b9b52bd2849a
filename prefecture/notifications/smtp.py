"""Mail out of the house: one message, one connection, a time-out, TLS beyond this machine."""

from __future__ import annotations

import ipaddress
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import parse_qs, unquote, urlsplit

from prefecture.kernel.outbox import PermanentFailure
from prefecture.notifications.attachments import Attached

SECONDS = 20.0


class MailRefused(PermanentFailure):
    """The server will never take this message: unknown addressee, wrong address."""


class MailDelayed(Exception):
    """The server did not take the message this time, or offers no encryption."""


@dataclass(frozen=True)
class Envelope:
    """A mail before it is written."""

    to_name: str
    to_address: str
    from_name: str
    from_address: str
    subject: str
    text: str
    html: str
    message_id: str
    at: datetime


def written(mail: Envelope, *, calendar: bytes | None, attached: Sequence[Attached]) -> EmailMessage:
    """The message: text and HTML saying the same, a calendar file, files; raises MailRefused on a wrong address."""
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = Address(_one_line(mail.from_name), addr_spec=mail.from_address)
        message["To"] = Address(_one_line(mail.to_name), addr_spec=mail.to_address)
        message["Subject"] = _one_line(mail.subject)
    except (ValueError, IndexError):  # what the standard library raises on addresses that are none
        raise MailRefused("the address of the sender or of the addressee is not one") from None
    message["Date"] = format_datetime(mail.at)
    message["Message-ID"] = mail.message_id
    message["Content-Language"] = "fr"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    if calendar is not None:
        message.add_attachment(
            calendar, maintype="text", subtype="calendar", filename="rendez-vous.ics", params={"method": "PUBLISH"}
        )
    for each in attached:
        maintype, _, subtype = each.media_type.partition("/")
        message.add_attachment(each.content, maintype=maintype, subtype=subtype, filename=each.filename)
    return message


def send(message: EmailMessage, url: str) -> None:
    """Hand `message` to the server at `url`; raises MailRefused for good, MailDelayed or OSError for now.

    url: `smtps://user:password@host` (TLS at once) or `smtp://…` (STARTTLS, which must be offered except on this
    machine; `?tls=none` for a relay in a protected network).
    """
    # What a server says names people: only codes go on, to the table of due work and the logs.
    try:
        with _connected(url) as server:
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        raise _told([code for code, _ in error.recipients.values()]) from None
    except smtplib.SMTPAuthenticationError as error:
        raise MailDelayed(f"the server refuses our password with {error.smtp_code}") from None
    except smtplib.SMTPResponseException as error:
        raise _told([error.smtp_code]) from None
    except smtplib.SMTPException as error:
        raise MailDelayed(type(error).__name__) from None


def _told(codes: Sequence[int]) -> Exception:
    """The failure that the server's answers mean: 5xx is for good, anything else is for now."""
    kind = MailRefused if codes and all(code >= 500 for code in codes) else MailDelayed
    return kind(f"the server answered {', '.join(map(str, codes))}")


def _connected(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=SECONDS)
    try:
        if parts.scheme != "smtps":
            _start_tls(server, host, context, plain=parse_qs(parts.query).get("tls") == ["none"])
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _start_tls(server: smtplib.SMTP, host: str, context: ssl.SSLContext, *, plain: bool) -> None:
    server.ehlo()
    if server.has_extn("starttls") and not plain:
        server.starttls(context=context)
        server.ehlo()
    elif not plain and not is_this_machine(host):
        raise MailDelayed(f"{host} offers no STARTTLS; use smtps://, or ?tls=none in a protected network")


def is_this_machine(host: str) -> bool:
    """Whether `host` names the machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _one_line(text: str) -> str:
    return " ".join(text.split())
