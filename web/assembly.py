"""How the pages are put together: blueprints, templates and theme, security headers, CSRF, and who may enter."""

from __future__ import annotations

import logging
import secrets
import time
import uuid
from collections.abc import Mapping
from importlib import import_module

from flask import Blueprint, Flask, current_app, g, redirect, request, url_for
from flask_talisman import Talisman
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response as AnyResponse

from prefecture.kernel import logs, settings
from prefecture.kernel.entry import LINK, PUBLIC, allows, declared
from prefecture.kernel.errors import Forbidden, Gone
from web import errors, i18n, session, theme, wording

# Each names its blueprint `blueprint`.
ROOMS = (
    "web.static_files",
    "web.public",
    "web.health",
    "web.account",
    "web.citizen",
    "web.booking",
    "web.agent",
    "web.manager",
    "web.analyst",
    "web.demo",
    "web.components",
)
CONTENT_SECURITY = {
    "default-src": "'self'",
    "script-src": "'self'",  # named, so that each answer's nonce is added to it
    "style-src": "'self'",
    "img-src": ["'self'", "data:"],
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}

# Asked every few seconds by machines, or many to a page.
UNTOLD = frozenset({"public.alive", "public.ready", "health.figures", "static_files.static"})

log = logging.getLogger(__name__)
ATTACHMENT_SECURITY = "default-src 'none'; frame-ancestors 'none'; sandbox"

csrf = CSRFProtect()


def register(app: Flask) -> None:
    """Give `app` its pages."""
    chosen = settings.current()
    app.config.update(
        SESSION_COOKIE_NAME=session.cookie_name("formulaires"),
        SESSION_COOKIE_SECURE=chosen.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=chosen.secure_cookies,
    )
    csrf.init_app(app)
    _headers(app, secure=chosen.secure_cookies)
    theme.register(app)
    i18n.register(app)
    wording.register(app.jinja_env.globals)
    app.before_request(_number_the_request)
    app.after_request(_tell_the_request)
    app.teardown_request(_close_the_number)
    app.context_processor(_shared)
    for room in ROOMS:
        blueprint: Blueprint = import_module(room).blueprint
        app.register_blueprint(blueprint)
    app.before_request(_door)
    errors.register(app)


def _headers(app: Flask, *, secure: bool) -> None:
    app.after_request(_box_attachments)  # what is registered first speaks last: Talisman writes its policy before
    Talisman(
        app,
        force_https=False,  # TLS ends at the reverse proxy
        strict_transport_security=secure,
        session_cookie_secure=secure,
        content_security_policy=CONTENT_SECURITY,
        content_security_policy_nonce_in=["script-src", "style-src"],
        frame_options="DENY",
        referrer_policy="same-origin",
        permissions_policy={"geolocation": "()", "camera": "()", "microphone": "()"},
    )


def _box_attachments(response: AnyResponse) -> AnyResponse:
    """What somebody sent us and somebody takes away runs nothing, should a browser show it all the same."""
    if response.headers.get("Content-Disposition", "").startswith("attachment"):
        response.headers["Content-Security-Policy"] = ATTACHMENT_SECURITY
    return response


def _number_the_request() -> None:
    """Give the request a number that its log lines and its error page share."""
    g.began = time.perf_counter()
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if given.isalnum() and len(given) <= 64 else secrets.token_hex(8)
    context = logs.bound(request=g.request_id)
    context.__enter__()
    g.log_context = context


def _tell_the_request(response: AnyResponse) -> AnyResponse:
    """One line a request, without its query (it may hold a name); the caller is told the number too."""
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if request.endpoint not in UNTOLD:
        took = (time.perf_counter() - g.get("began", time.perf_counter())) * 1000
        log.info("%s %s %d in %d ms", request.method, request.path, response.status_code, took)
    return response


def _close_the_number(_: BaseException | None) -> None:
    context = g.pop("log_context", None)
    if context is not None:
        context.__exit__(None, None, None)


def _door() -> AnyResponse | None:
    """Let in whom the route's declaration lets in; who is not signed in is sent to the sign-in page and back."""
    if request.blueprint is None or request.blueprint.startswith("api"):
        return None
    endpoint = request.endpoint
    if endpoint is None:
        return None
    who = declared(current_app._get_current_object(), endpoint)  # type: ignore[attr-defined]
    if who is None:
        raise Forbidden("Cette page n’a pas d’entrée déclarée.")
    actor = session.actor()
    if actor is not None and who != {PUBLIC}:
        session.record_seen()
    if allows(who, actor.roles if actor else None, link=session.link_token() is not None and LINK in who):
        return None
    if actor is None and LINK in who:
        raise Gone("Ce lien a été ouvert il y a plus de dix minutes. Ouvrez-le de nouveau depuis votre message.")
    if actor is None:
        here = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("account.sign_in", suite=here))
    raise Forbidden("Cette page n’est pas ouverte à votre compte.")


def _shared() -> dict[str, object]:
    """What every template may use."""
    return {
        "current_actor": session.actor(),
        "demonstration": session.is_demonstration(),
        "request_id": g.get("request_id", ""),
        "new_key": lambda: uuid.uuid4().hex,
        "error_lines": error_lines,
    }


def error_lines(fields: Mapping[str, str]) -> list[dict[str, str]]:
    """The lines of an error summary: each sentence, and the id of the field that it speaks of."""
    return [{"message": message, "target": f"champ-{path.replace('.', '-')}"} for path, message in fields.items()]
