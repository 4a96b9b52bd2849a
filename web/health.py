"""What a machine watches: figures for Prometheus, told to this machine alone or to who carries the token.

`/healthz` and `/readyz` are with the public pages. Behind a proxy every caller seems local, so that a request that was
forwarded needs the token (PLANIPREF_METRICS_TOKEN).
"""

from __future__ import annotations

import hmac
import ipaddress
import os

from flask import Blueprint, Response, request

from prefecture.kernel import metrics
from prefecture.kernel.entry import PUBLIC, entry
from prefecture.kernel.errors import NotFound

blueprint = Blueprint("health", __name__)

_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")


@blueprint.get("/metrics")
@entry(PUBLIC)
def figures() -> Response:
    """Every figure, in Prometheus' text; for anybody else this address does not exist."""
    if not (_has_token() or _is_local()):
        raise NotFound
    return Response(metrics.text(), content_type=metrics.MEDIA_TYPE, headers={"Cache-Control": "no-store"})


def _has_token() -> bool:
    wanted = os.environ.get("PLANIPREF_METRICS_TOKEN", "")
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())


def _is_local() -> bool:
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
