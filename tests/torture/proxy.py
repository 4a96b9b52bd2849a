"""A TCP proxy that does harm: it delays, swallows, cuts, or lets a request through and drops the reply."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from typing import Literal

Fault = Literal["pass", "latency", "black_hole", "reset", "drop_reply"]
CHUNK = 65536


class Proxy:
    """Forwards a free port of ours to `target`; `fault` may be changed at any time and holds for what comes next.

    `drop_reply` lets what the client says through and cuts the connection when the server answers: what the server
    did stands, and the client does not know it.
    """

    def __init__(self, target: int, *, latency: float = 0.05) -> None:
        self.fault: Fault = "pass"
        self.latency = latency
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open = True
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Stop, and cut what is connected."""
        self._open = False
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """Reset every connection there is."""
        for one in self._sockets:
            _reset(one)
        self._sockets.clear()

    def _accept(self) -> None:
        while self._open:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.fault == "reset":
                _reset(client)
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self._target), timeout=5)
            except OSError:
                _reset(client)
                continue
            server.settimeout(None)
            self._sockets += [client, server]
            for source, sink, answers in ((client, server, False), (server, client, True)):
                threading.Thread(target=self._pump, args=(source, sink, answers), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while True:
                data = source.recv(CHUNK)
                if not data or self.fault == "reset" or (answers and self.fault == "drop_reply"):
                    break
                if self.fault == "black_hole":
                    continue
                if self.fault == "latency":
                    time.sleep(self.latency)
                sink.sendall(data)
        _reset(source)
        _reset(sink)


def _reset(one: socket.socket) -> None:
    """Close with RST, as a cable does that is pulled."""
    with contextlib.suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        one.close()
