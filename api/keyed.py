"""Every POST may carry an Idempotency-Key.

The same request under the same key gets the answer that it got first, and does nothing.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from typing import Any

import orjson
from flask import Response, request

from prefecture.dossiers import service as dossiers
from prefecture.identity.service import Actor
from prefecture.kernel.errors import Invalid
from prefecture.kernel.unit_of_work import unit_of_work

HEADER = "Idempotency-Key"
LONGEST_KEY = 200
Answer = tuple[int, Any]


def once(
    actor: Actor, work: Callable[[], Answer], *, content: bytes | None = None, of_dossier: bool = False
) -> Response:
    """Do `work` in one unit of work and answer its (status, body); a replay of the request answers what was answered.

    content: what identifies the request besides its address, by default its body. of_dossier: the body is a dossier's,
    known by its `id`, and the memory of it goes when the dossier is erased.
    """
    key = request.headers.get(HEADER, "")
    if len(key) > LONGEST_KEY:
        raise Invalid({HEADER: f"{LONGEST_KEY} caractères au plus."})
    digest = request_digest(content if content is not None else request.get_data())
    with unit_of_work():
        found = dossiers.remembered(actor, key, digest) if key else None
        if found is not None:
            return _response(found.status, found.body, replayed=True)
        status, body = work()
        encoded = b"" if body is None else orjson.dumps(body, default=_plain)
        if key:
            dossiers.remember(
                actor, key, digest, status, encoded, dossier_id=uuid.UUID(str(body["id"])) if of_dossier else None
            )
    return _response(status, encoded)


def request_digest(content: bytes) -> bytes:
    """What makes a request the same as another: method, address and content."""
    place = f"{request.method} {request.path}?{request.query_string.decode('latin-1')}".encode()
    return hashlib.sha256(place + b"\0" + content).digest()


def _response(status: int, encoded: bytes, *, replayed: bool = False) -> Response:
    response = Response(encoded, status=status, mimetype="application/json" if encoded else None)
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)
