"""Messages on their way: queued once, kept in the demonstration, sent by real SMTP and HTTP, told when they fail."""

from __future__ import annotations

import dataclasses
import email
import email.policy
import http.server
import json
import logging
import socket
import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any, ClassVar

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from flask import Flask
from sqlalchemy import text

from prefecture.documents import pdf
from prefecture.documents import queries as documents
from prefecture.documents import service as document_service
from prefecture.kernel import clock, keyring, outbox, settings, worker
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.notifications import queries, service
from prefecture.notifications.addressee import Recipient, international
from prefecture.notifications.templates import Mail

AMINA = Recipient("Amina K. Ž", "amina@example.org", "06 12 34 56 78")
MAIL = Mail("Votre rendez-vous à 14\u00a0h", "Bonjour à vous\n", "<p>Bonjour à vous</p>")
ICS = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"


class Postman:
    """A mail server's hands: takes messages, or answers what it is told to."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.answer: str | None = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        if self.answer is not None:
            return self.answer
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        return "250 taken"


@pytest.fixture
def postman() -> Iterator[Postman]:
    hands = Postman()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(hands, hostname="127.0.0.1", port=port)
    server.start()
    change(smtp_url=f"smtp://127.0.0.1:{port}")
    yield hands
    server.stop()


class Gateway(http.server.BaseHTTPRequestHandler):
    taken: ClassVar[list[tuple[dict[str, str], dict[str, str]]]] = []
    status: ClassVar[int] = 202

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.taken.append((body, dict(self.headers)))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def gateway() -> Iterator[type[Gateway]]:
    Gateway.taken.clear()
    Gateway.status = 202
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        change(sms_url=f"http://planipref:mot%20de%20passe@127.0.0.1:{server.server_address[1]}/envoi?v=1")
        yield Gateway
        server.shutdown()


def change(**changes: Any) -> None:
    settings.use(dataclasses.replace(settings.current(), **changes))


def drain(app: Flask) -> int:
    """Do all due work; the reader that asks next sees what it did."""
    count = worker.run_until_quiet(app)
    db.session.close()
    return count


def queue(key: str = "d:convocation:1:mail", **more: Any) -> tuple[bool, uuid.UUID]:
    dossier_id = uuid.uuid4()
    with unit_of_work():
        key_id = keyring.new_key("dossier")
        return service.queue_mail(
            key=key, to=AMINA, mail=MAIL, key_id=key_id, dossier_id=dossier_id, **more
        ), dossier_id


def status(key: str = "d:convocation:1:mail") -> str:
    found = queries.by_key(key)
    assert found is not None
    return found.status


def due(key: str = "d:convocation:1:mail") -> str:
    with db.engine.connect() as connection:
        named = {"key": service.work_key(key)}
        found: str = connection.execute(text("SELECT status FROM due_work WHERE key = :key"), named).scalar_one()
        return found


def test_in_the_demonstration_a_mail_is_kept_to_be_read(app: Flask) -> None:
    _, dossier_id = queue(calendar=ICS, sender="Préfecture du Val-de-Marne")
    assert status() == "queued"
    drain(app)
    (kept,) = queries.of_dossier(dossier_id)
    assert (kept.status, kept.subject, kept.name, kept.address) == ("kept", MAIL.subject, AMINA.name, AMINA.email)
    assert (kept.text, kept.html, kept.calendar) == (MAIL.text, MAIL.html, ICS)
    assert queries.message(kept.id) == kept


def test_the_same_key_twice_is_one_mail(app: Flask, postman: Postman) -> None:
    assert queue()[0]
    assert not queue()[0]
    drain(app)
    assert len(postman.taken) == 1
    assert queries.count() == 1


def test_nothing_that_names_the_addressee_stands_readable_in_the_database(app: Flask) -> None:
    queue()
    with db.engine.connect() as connection:
        rows = str(connection.execute(text("SELECT * FROM notification")).all())
        rows += str(connection.execute(text("SELECT * FROM due_work")).all())
    for secret in ("amina", "Amina", "rendez-vous", "Bonjour"):
        assert secret not in rows


def test_a_mail_goes_out_whole(app: Flask, postman: Postman) -> None:
    letter = pdf.render_letter("<p>Convocation</p>", title="Convocation")
    dossier_id = uuid.uuid4()
    with unit_of_work():
        key_id = keyring.new_key("dossier")
        document = document_service.store_letter(dossier_id, key_id, "convocation", "Convocation", letter, "d:c:1:pdf")
        attached = {"attachments": [document.id], "calendar": ICS, "sender": "Préfecture, Val-de-Marne"}
        service.queue_mail(key="d:c:1:mail", to=AMINA, mail=MAIL, key_id=key_id, dossier_id=dossier_id, **attached)
    drain(app)
    (message,) = postman.taken
    (to,) = message["To"].addresses
    assert (to.display_name, to.addr_spec) == (AMINA.name, AMINA.email)
    assert message["From"].addresses[0].display_name == "Préfecture, Val-de-Marne"
    assert message["Subject"] == "Votre rendez-vous à 14 h"
    assert message["Message-ID"] == service.message_id("d:c:1:mail")
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().strip() == MAIL.text.strip()
    assert html.get_content().strip() == MAIL.html
    calendar, file = list(message.iter_attachments())
    assert (calendar.get_content_type(), calendar.get_filename()) == ("text/calendar", "rendez-vous.ics")
    assert calendar.get_payload(decode=True) == ICS
    assert (file.get_content_type(), file.get_filename()) == ("application/pdf", "Convocation.pdf")
    assert file.get_content() == letter
    assert status("d:c:1:mail") == "sent"


def test_a_try_that_dies_between_the_mail_server_and_the_commit_is_recognisable(app: Flask, postman: Postman) -> None:
    with clock.frozen(clock.now()):
        queue()
        first = claimed()
        clock.move(timedelta(minutes=2))  # its lease is over: as if its process had died
        second = claimed()
        with pytest.raises(outbox.LeaseLost):
            outbox.deliver(first)
        assert status() == "queued"
        outbox.deliver(second)
    one, two = postman.taken
    assert one["Message-ID"] == two["Message-ID"]
    found = queries.by_key("d:convocation:1:mail")
    assert found is not None
    assert (found.status, found.perhaps_twice) == ("sent", True)


def claimed() -> outbox.Work:
    work = outbox.claim("somebody")
    assert work is not None
    return work


def test_a_job_that_runs_twice_keeps_one_letter_and_queues_one_mail(app: Flask, postman: Postman) -> None:
    """The letter is rendered and stored, the process dies before its commit, the job runs again."""
    dossier_id = uuid.uuid4()
    with unit_of_work():
        key_id = keyring.new_key("dossier")

    def job(*, dies: bool = False) -> None:
        letter = document_service.shelve(pdf.render_letter("<p>Décision</p>", title="Décision"))
        with unit_of_work():
            kept = document_service.store_letter(dossier_id, key_id, "decision", "Décision", letter, "d:decision:1:pdf")
            more = {"key_id": key_id, "dossier_id": dossier_id, "attachments": [kept.id]}
            service.queue_mail(key="d:decision:1:mail", to=AMINA, mail=MAIL, **more)
            if dies:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        job(dies=True)
    assert documents.of_dossier(dossier_id) == []
    job()
    job()
    drain(app)
    assert len(documents.of_dossier(dossier_id)) == 1
    assert len(postman.taken) == 1


def test_a_server_that_is_busy_is_tried_again(app: Flask, postman: Postman) -> None:
    postman.answer = "451 amina@example.org, later"
    with clock.frozen(clock.now()):
        queue()
        drain(app)
        assert (status(), due()) == ("failed", "ready")
        postman.answer = None
        clock.move(timedelta(seconds=15))
        drain(app)
        assert (status(), due()) == ("sent", "done")
        assert len(postman.taken) == 1
        found = queries.by_key("d:convocation:1:mail")
        assert found is not None
        assert not found.perhaps_twice


def test_an_addressee_who_does_not_exist_is_an_incident_at_once_and_its_record_names_nobody(
    app: Flask, postman: Postman, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="mail.log")  # the mail server of these tests is talkative
    postman.answer = "550 amina@example.org is unknown"
    queue()
    drain(app)
    assert (status(), due()) == ("incident", "incident")
    with db.engine.connect() as connection:
        told = str(connection.execute(text("SELECT last_error FROM notification")).all())
        told += str(connection.execute(text("SELECT last_error FROM due_work")).all())
    assert "550" in told
    assert "amina" not in told + caplog.text


def test_an_operator_may_send_an_incident_again(app: Flask, postman: Postman) -> None:
    postman.answer = "550 no"
    queue()
    drain(app)
    postman.answer = None
    with unit_of_work():
        row = db.session.execute(text("SELECT id FROM due_work")).scalar_one()
        outbox.retry(uuid.UUID(str(row)))
    drain(app)
    assert (status(), len(postman.taken)) == ("sent", 1)


def test_a_mail_server_that_is_away_is_tried_six_times_then_an_incident(app: Flask) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        change(smtp_url=f"smtp://127.0.0.1:{free.getsockname()[1]}")
    with clock.frozen(clock.now()):
        queue()
        seen = []
        for _ in range(6):
            drain(app)
            seen.append(status())
            clock.move(timedelta(hours=8))
        assert seen == ["failed"] * 5 + ["incident"]
        assert due() == "incident"


def test_a_server_beyond_this_machine_must_offer_encryption(app: Flask, postman: Postman) -> None:
    elsewhere = str(settings.current().smtp_url).replace("127.0.0.1", "0.0.0.0")  # noqa: S104 (this machine by another name)
    change(smtp_url=elsewhere)
    queue()
    drain(app)
    assert (status(), postman.taken) == ("failed", [])
    change(smtp_url=f"{elsewhere}/?tls=none")
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        drain(app)
    assert status() == "sent"


def test_outside_the_demonstration_a_mail_that_nothing_sends_is_an_incident(app: Flask) -> None:
    change(demo=False)
    queue()
    drain(app)
    assert (status(), due()) == ("incident", "incident")


@pytest.mark.parametrize("address", ["amina", "amina@example.org\nBcc: x@y.z", "a b@c.d"])
def test_an_address_that_is_none_sends_nothing(app: Flask, postman: Postman, address: str) -> None:
    with unit_of_work():
        key_id = keyring.new_key("personne")
        service.queue_mail(key="k", to=Recipient("A", address), mail=MAIL, key_id=key_id)
    drain(app)
    assert (status("k"), postman.taken) == ("incident", [])


def test_a_name_or_subject_with_line_breaks_adds_no_header(app: Flask, postman: Postman) -> None:
    with unit_of_work():
        key_id = keyring.new_key("personne")
        mail = dataclasses.replace(MAIL, subject="Bonjour\r\nBcc: x@example.org")
        service.queue_mail(key="k", to=Recipient("A\r\nBcc: y@example.org", "a@example.org"), mail=mail, key_id=key_id)
    drain(app)
    (message,) = postman.taken
    assert message["Bcc"] is None
    assert message["Subject"] == "Bonjour Bcc: x@example.org"


def test_an_erased_dossier_sends_nothing_more(app: Flask, postman: Postman) -> None:
    _, dossier_id = queue()
    with unit_of_work():
        service.erase_for(dossier_id)
        outbox.cancel_for(dossier_id)
    drain(app)
    assert (postman.taken, queries.of_dossier(dossier_id)) == ([], [])


def test_a_message_whose_key_was_erased_is_neither_sent_nor_listed(app: Flask, postman: Postman) -> None:
    with unit_of_work():
        key_id = keyring.new_key("dossier")
        service.queue_mail(key="k", to=AMINA, mail=MAIL, key_id=key_id)
    with unit_of_work():
        keyring.erase(key_id)
    drain(app)
    assert (postman.taken, queries.latest()) == ([], [])


def sms(words: str = "Préfecture\u00a0: un rendez-vous vous attend") -> bool:
    with unit_of_work():
        return service.queue_sms(key="d:sms", to=AMINA, text=words, key_id=keyring.new_key("dossier"))


def test_an_sms_goes_to_the_gateway_with_a_key(app: Flask, gateway: type[Gateway]) -> None:
    assert sms()
    assert not sms()
    drain(app)
    ((body, headers),) = gateway.taken
    assert (body["to"], body["text"]) == ("+33612345678", "Préfecture : un rendez-vous vous attend")
    assert headers["Idempotency-Key"] == body["reference"] == service.message_id("d:sms").strip("<>")
    assert headers["Authorization"] == "Basic cGxhbmlwcmVmOm1vdCBkZSBwYXNzZQ=="
    assert status("d:sms") == "sent"


@pytest.mark.parametrize(("answer", "ends"), [(500, "failed"), (429, "failed"), (400, "incident"), (302, "incident")])
def test_what_the_gateway_answers_decides(app: Flask, gateway: type[Gateway], answer: int, ends: str) -> None:
    gateway.status = answer
    sms()
    drain(app)
    assert status("d:sms") == ends


def test_an_sms_never_leaves_this_machine_unencrypted(app: Flask) -> None:
    change(sms_url="http://sms.example.org/envoi")
    sms()
    drain(app)
    assert status("d:sms") == "incident"


def test_an_sms_too_long_is_refused_before_it_is_queued(app: Flask) -> None:
    with pytest.raises(service.SmsTooLong):
        sms("a" * 161)
    assert queries.count() == 0


def test_without_an_address_nothing_is_queued(app: Flask) -> None:
    nobody = Recipient("Amina")
    with unit_of_work():
        key_id = keyring.new_key("dossier")
        assert not service.queue_mail(key="a", to=nobody, mail=MAIL, key_id=key_id)
        assert not service.queue_sms(key="b", to=nobody, text="x", key_id=key_id)
    assert queries.count() == 0


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("0033612345678", "+33612345678"),
        ("0696 12 34 56", "+596696123456"),
        ("0692123456", "+262692123456"),
        ("+1 202 555 0100", "+12025550100"),
        ("12 34", None),
        ("néant", None),
    ],
)
def test_a_number_is_dialled_from_anywhere(written: str, dialled: str | None) -> None:
    assert international(written) == dialled


def test_the_outbox_page_lists_the_newest_first_by_kind_and_dossier(app: Flask) -> None:
    with clock.frozen(clock.now()):
        _, dossier_id = queue("first")
        clock.move(timedelta(minutes=1))
        queue("second")
        clock.move(timedelta(minutes=1))
        sms()
        with unit_of_work():
            key_id = keyring.new_key("dossier")
            document_id = uuid.uuid4()
            letter = {"title": "Attestation", "document_id": document_id, "dossier_id": dossier_id}
            assert service.record_letter(key="letter", to=AMINA, key_id=key_id, **letter)
            assert not service.record_letter(key="letter", to=AMINA, key_id=key_id, **letter)
    assert [each.key for each in queries.latest()] in (
        ["d:sms", "letter", "second", "first"],
        ["letter", "d:sms", "second", "first"],
    )
    assert [each.key for each in queries.latest(kind="mail")] == ["second", "first"]
    assert [each.key for each in queries.latest(kind="mail", limit=1, offset=1)] == ["first"]
    assert {each.key for each in queries.latest(dossier_id=dossier_id)} == {"letter", "first"}
    assert (queries.count(kind="sms"), queries.count(dossier_id=dossier_id)) == (1, 2)
    kept = queries.by_key("letter")
    assert kept is not None
    assert (kept.kind, kept.status, kept.subject, kept.attachments) == (
        "courrier",
        "kept",
        "Attestation",
        (document_id,),
    )
