"""Callers of the API over real sockets: a refused, cut or silent connection is an answer too, told by None."""

from __future__ import annotations

import http.client
import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask

from prefecture.identity import service as identity
from prefecture.identity.permissions import Actor
from prefecture.kernel.unit_of_work import unit_of_work

PREFIX = "/api/v1"


@dataclass(frozen=True)
class Reply:
    """What a server said."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    seconds: float

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Caller:
    """An account's bearer token and the port that it calls."""

    port: int
    token: str
    timeout: float = 10.0

    def post(self, path: str, body: Any, *, key: str | None = None) -> Reply | None:
        """POST to the API; None if no answer came."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        return request(self.port, "POST", PREFIX + path, json.dumps(body), headers, self.timeout)

    def get(self, path: str) -> Reply | None:
        """GET from the API; None if no answer came."""
        return request(self.port, "GET", PREFIX + path, None, {"Authorization": f"Bearer {self.token}"}, self.timeout)

    def file(self, service_id: uuid.UUID, key: str | None = None, subject: str = "Survivre") -> Reply | None:
        """File a dossier."""
        told = {"demarche": "torture", "answers": {"objet": subject}, "service_id": str(service_id)}
        return self.post("/dossiers", told, key=key)


def request(
    port: int, method: str, path: str, body: str | None, headers: Mapping[str, str], timeout: float
) -> Reply | None:
    """One request on a connection of its own; None if it was refused, cut or not answered in time."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    began = time.monotonic()
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        return Reply(answer.status, answer.read(), dict(answer.headers), time.monotonic() - began)
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def page(port: int, path: str, timeout: float = 10.0) -> Reply | None:
    """A page, as a browser asks for it."""
    return request(port, "GET", path, None, {"Accept": "text/html"}, timeout)


def token(app: Flask, actor: Actor) -> str:
    """A bearer token of an account."""
    with app.app_context(), unit_of_work():
        return identity.issue_api_token(actor)


def until(said: Callable[[], bool], seconds: float = 30.0) -> bool:
    """Wait for something to be true; False if it never is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if said():
            return True
        time.sleep(0.05)
    return False
