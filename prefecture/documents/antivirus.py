"""The antivirus hook: a client of ClamAV's INSTREAM command. A scanner that does not answer never means "clean"."""

from __future__ import annotations

import socket
import struct

CHUNK = 64 * 1024
SECONDS = 20.0
_CLEAN = "stream: OK"
_FOUND = " FOUND"


class ScannerDown(Exception):
    """The scanner did not answer, or refused to look; the file stays in quarantine."""


def infection(data: bytes, address: str) -> str | None:
    """The name of the virus that the scanner at `address` finds in `data`, None if it finds none.

    address: `host:port`, or a path (`unix:/path`) of its socket. Raises ScannerDown.
    """
    try:
        with _connected(address) as connection:
            connection.sendall(b"zINSTREAM\0")
            for start in range(0, len(data), CHUNK):
                chunk = data[start : start + CHUNK]
                connection.sendall(struct.pack(">I", len(chunk)) + chunk)
            connection.sendall(struct.pack(">I", 0))
            answer = _answer(connection)
    except OSError as error:
        raise ScannerDown(f"{address}: {error}") from error
    if answer == _CLEAN:
        return None
    if answer.endswith(_FOUND):
        return answer.removeprefix("stream: ").removesuffix(_FOUND)
    raise ScannerDown(f"{address} answered {answer[:200]!r}")


def _connected(address: str) -> socket.socket:
    path = address.removeprefix("unix:")
    if path.startswith("/"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(SECONDS)
        try:
            connection.connect(path)
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS)


def _answer(connection: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < 4096:
        more = connection.recv(4096)
        if not more:
            break
        said += more
    return said.rstrip(b"\0\n").decode(errors="replace")
