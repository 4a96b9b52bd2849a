"""Who calls: the bearer token of the request, its account, and what it allows."""

from __future__ import annotations

from flask import g, request

from prefecture.identity import service as identity
from prefecture.identity.service import Actor
from prefecture.kernel.errors import Forbidden, Unauthenticated


def token() -> str | None:
    """The bearer token of this request, if it carries one."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() or None if kind.lower() == "bearer" else None


def granted() -> identity.Granted | None:
    """The account and scopes that the token opens; None without a valid token."""
    if "granted" not in g:
        carried = token()
        g.granted = identity.granted_by(carried) if carried else None
    found: identity.Granted | None = g.granted
    return found


def actor() -> Actor | None:
    """The account that calls, None without a valid token."""
    found = granted()
    return found.actor if found else None


def caller(scope: str) -> Actor:
    """The account that calls; raises Unauthenticated, or Forbidden if its token lacks `scope`."""
    found = granted()
    if found is None:
        raise Unauthenticated("Un jeton est nécessaire : POST /api/v1/auth/token.")
    if scope not in found.scopes:
        raise Forbidden(f"Ce jeton ne permet pas « {scope} ».")
    return found.actor
