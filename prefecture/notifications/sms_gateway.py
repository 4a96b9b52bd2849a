"""SMS out of the house: a POST to the gateway that the operator names, with a key that makes a second one harmless."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from urllib.parse import unquote, urlsplit

from prefecture.kernel.outbox import PermanentFailure
from prefecture.notifications.smtp import is_this_machine

SECONDS = 15.0
_TRY_AGAIN = frozenset({408, 425, 429})


class SmsRefused(PermanentFailure):
    """The gateway will never take this message."""


class GatewayDown(Exception):
    """The gateway did not take the message this time."""


def send(url: str, *, to: str, text: str, key: str) -> None:
    """Hand an SMS to the gateway at `url` as JSON `{to, text, reference}`; raises SmsRefused or GatewayDown.

    url: `https://user:password@host/path`; plain http is for this machine only. `key` goes out as Idempotency-Key.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" and not is_this_machine(host):
        raise SmsRefused("the gateway's address must begin with https://")
    headers = {"Content-Type": "application/json", "Idempotency-Key": key, "Accept": "application/json"}
    if parts.username:
        credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = "Basic " + base64.b64encode(credentials.encode()).decode()
    body = json.dumps({"to": to, "text": text, "reference": key}).encode()
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    status = _posted(parts.scheme, host, parts.port, target, body, headers)
    if status >= 500 or status in _TRY_AGAIN:
        raise GatewayDown(f"the gateway answered {status}")
    if not 200 <= status < 300:
        raise SmsRefused(f"the gateway answered {status}")


def _posted(scheme: str, host: str, port: int | None, target: str, body: bytes, headers: dict[str, str]) -> int:
    if scheme == "https":
        context = ssl.create_default_context()
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, port, timeout=SECONDS, context=context
        )
    else:
        connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    try:
        connection.request("POST", target, body, headers)
        response = connection.getresponse()
        response.read(4096)
        return response.status
    except (OSError, http.client.HTTPException) as error:
        raise GatewayDown(f"{host}: {error}") from error
    finally:
        connection.close()
