"""Who is signed in: a server-side session behind one cookie, and the ten-minute session of a link.

The cookie carries a random token and nothing else; under TLS its name begins with `__Host-`, which ties it to this
host and to HTTPS.
"""

from __future__ import annotations

from datetime import timedelta

from flask import current_app, g, request
from werkzeug.wrappers import Response

from prefecture.identity import service as identity
from prefecture.identity.permissions import Actor
from prefecture.kernel import settings
from prefecture.kernel.errors import Unauthenticated

SESSION_LIFE = timedelta(hours=12)
LINK_LIFE = timedelta(minutes=10)


def actor() -> Actor | None:
    """The account signed in on this request, None if nobody is."""
    if "actor" not in g:
        token = request.cookies.get(cookie_name("session"))
        g.actor = identity.actor_of(token) if token else None
    found: Actor | None = g.actor
    return found


def signed_in() -> Actor:
    """The account signed in; raises Unauthenticated."""
    found = actor()
    if found is None:
        raise Unauthenticated("Connectez-vous pour continuer.")
    return found


def record_seen() -> None:
    """Keep the session of this request alive: it ends after half an hour without any. Outside any unit of work."""
    token = request.cookies.get(cookie_name("session"))
    if token:
        identity.record_seen(token)


def cookie_name(base: str) -> str:
    """The cookie's name: `__Host-` in front when the address is HTTPS."""
    return f"__Host-{base}" if settings.current().secure_cookies else base


def keep(response: Response, base: str, token: str, life: timedelta) -> None:
    """Set a session cookie on `response`."""
    response.set_cookie(
        cookie_name(base),
        token,
        max_age=life,
        path="/",
        secure=settings.current().secure_cookies,
        httponly=True,
        samesite="Lax",
    )


def drop(response: Response, base: str) -> None:
    """Remove a session cookie."""
    response.delete_cookie(cookie_name(base), path="/", secure=settings.current().secure_cookies, httponly=True)


def link_token() -> str | None:
    """The token of the link session, if the browser carries one."""
    return request.cookies.get(cookie_name("lien"))


def is_demonstration() -> bool:
    """Whether this installation is a demonstration (mail is kept, accounts are shown)."""
    return settings.current().demo and not current_app.config.get("HIDE_DEMONSTRATION", False)
