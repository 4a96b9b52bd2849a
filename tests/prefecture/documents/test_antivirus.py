"""The antivirus hook against a scanner that speaks as clamd does, and against one that does not answer."""

from __future__ import annotations

import dataclasses
import io
import socket
import socketserver
import struct
import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pikepdf
import pytest
from flask import Flask
from PIL import Image

from prefecture.documents import antivirus, queries, service
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock, settings, worker
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, Gone, Invalid
from prefecture.kernel.unit_of_work import unit_of_work

VIRUS = b"VIRUS-OF-THE-TESTS"
STREAM_MAX = 1_000_000


class Clamd(socketserver.StreamRequestHandler):
    """INSTREAM as clamd answers it: chunks until an empty one, a verdict, or a cut when there is too much."""

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        data = b""
        while size := struct.unpack(">I", self.rfile.read(4))[0]:
            data += self.rfile.read(size)
            if len(data) > STREAM_MAX:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.wfile.write(b"stream: Test.Virus FOUND\0" if VIRUS in data else b"stream: OK\0")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@pytest.fixture
def clamd() -> Iterator[str]:
    with Server(("127.0.0.1", 0), Clamd) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def nobody_there() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


def scanner(address: str | None) -> None:
    settings.use(dataclasses.replace(settings.current(), clamav=address))


def drain(app: Flask) -> int:
    """Do all due work; the reader that asks next sees what it did."""
    count = worker.run_until_quiet(app)
    db.session.close()
    return count


def photo(comment: bytes = b"") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (8, 8)).save(target, "JPEG", comment=comment)
    return target.getvalue()


def receive(data: bytes) -> queries.DocumentView:
    owner = Actor(uuid.uuid4(), "agent", "A", frozenset(), None, frozenset())
    prepared = service.prepare("photo.jpg", io.BytesIO(data))
    with unit_of_work():
        return service.keep(owner, prepared)


def test_the_scanner_is_asked_in_chunks(clamd: str) -> None:
    assert antivirus.infection(bytes(200_000), clamd) is None
    assert antivirus.infection(bytes(100_000) + VIRUS + bytes(100_000), clamd) == "Test.Virus"


def test_a_file_too_long_for_the_scanner_is_not_called_clean(clamd: str) -> None:
    with pytest.raises(antivirus.ScannerDown):
        antivirus.infection(bytes(5 * STREAM_MAX), clamd)


def test_a_scanner_that_hangs_up_is_not_called_clean() -> None:
    class Mute(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(10)

    with Server(("127.0.0.1", 0), Mute) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        with pytest.raises(antivirus.ScannerDown):
            antivirus.infection(b"x", f"127.0.0.1:{server.server_address[1]}")
        server.shutdown()


def test_an_infected_file_is_refused_at_once_and_says_what_to_do(app: Flask, clamd: str) -> None:
    scanner(clamd)
    with pytest.raises(Invalid, match="virus") as caught:
        receive(photo(VIRUS))
    assert "Analysez votre appareil" in caught.value.message
    assert receive(photo()).status == "sain"


def test_while_the_scanner_is_down_a_file_waits_in_quarantine_and_is_not_served(app: Flask, clamd: str) -> None:
    scanner(nobody_there())
    with clock.frozen(clock.now()):
        document = receive(photo())
        assert document.status == "quarantaine"
        drain(app)
        assert queries.document(document.id).status == "quarantaine"
        with pytest.raises(Conflict):
            queries.content(document.id)
        with pytest.raises(Conflict):
            queries.page_image(document.id, 1)
        scanner(clamd)
        clock.move(timedelta(seconds=15))
        drain(app)
        assert queries.document(document.id).status == "sain"
        assert queries.page_image(document.id, 1).content


def test_a_virus_found_later_takes_the_file_out_of_service(app: Flask, clamd: str) -> None:
    scanner(nobody_there())
    with clock.frozen(clock.now()):
        document = receive(pdf_with_virus())
        scanner(clamd)
        drain(app)
        assert queries.document(document.id).status == "refuse"
        with pytest.raises(Gone, match="virus"):
            queries.content(document.id)
        assert not [path for path in settings.current().storage_folder.rglob("*") if path.is_file()]


def pdf_with_virus() -> bytes:
    made = pikepdf.new()
    made.add_blank_page()
    made.Root.Trace = pikepdf.String(VIRUS)
    target = io.BytesIO()
    made.save(target, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return target.getvalue()
