"""Real processes: web servers and workers as an operator starts them, and callers over real HTTP."""

from __future__ import annotations

import http.client
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.api.caller import PREFIX, Caller
from tests.town import PDF

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
FLASK = (str(BIN / "flask"), "--app", "wsgi")
PATIENCE = 60.0


@dataclass
class Answer:
    """What a server answered."""

    status_code: int
    headers: Mapping[str, str]
    data: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.data) if self.data else None

    @property
    def text(self) -> str:
        return self.data.decode()


class RemoteCaller(Caller):
    """A caller over HTTP."""

    def __init__(self, port: int, name: str | None = None) -> None:
        self.port, self.name, self.scopes = port, name, None
        self.headers: dict[str, str] = {}
        if name is not None:
            self.sign_in()

    def get(self, path: str, **query: Any) -> Any:
        return self._ask("GET", path + (f"?{urlencode(query)}" if query else ""))

    def post(self, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> Any:
        sent = {"Content-Type": "application/json", **headers, **({"Idempotency-Key": key} if key else {})}
        return self._ask("POST", path, json.dumps({} if body is None else body).encode(), sent)

    def delete(self, path: str) -> Any:
        return self._ask("DELETE", path)

    def upload(self, content: bytes = PDF, name: str = "piece.pdf", *, key: str | None = None) -> Any:
        boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(content), name)})
        return self._ask("POST", "/documents", body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})

    def _ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, PREFIX + path, body, {**self.headers, **(headers or {})})
            response = connection.getresponse()
            return Answer(response.status, dict(response.headers), response.read())
        finally:
            connection.close()


@contextmanager
def process(command: tuple[str, ...], environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of its own group, killed with its children at the end."""
    with log.open("ab") as output:
        started = subprocess.Popen(
            command, cwd=ROOT, env=dict(environment), stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield started
    finally:
        kill(started)


def kill(started: subprocess.Popen[bytes]) -> None:
    """SIGKILL a process and its children; nothing is said to them."""
    with suppress(ProcessLookupError):
        os.killpg(started.pid, signal.SIGKILL)
    started.wait(10)


def environment_of(home: Path, database_url: str, port: int, redis_url: str | None = None) -> dict[str, str]:
    """The environment of every process of one installation."""
    return {
        **os.environ,
        "PLANIPREF_HOME": str(home),
        "DATABASE_URL": database_url,
        "PORT": str(port),
        "PYTHONWARNINGS": "ignore",
        **({"REDIS_URL": redis_url} if redis_url else {}),
    }


def until(what: str, holds: Callable[[], bool], log: Path | None = None, seconds: float = PATIENCE) -> None:
    """Wait until something holds; fails with the processes' last words."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if holds():
                return
        except (ConnectionError, TimeoutError, http.client.HTTPException):
            pass
        time.sleep(0.1)
    said = log.read_text()[-3000:] if log and log.exists() else ""
    raise AssertionError(f"waited in vain for: {what}\n{said}")


def answers(port: int) -> bool:
    """Whether the server is there and its database too."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    finally:
        connection.close()
