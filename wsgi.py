"""Composition root: the one module that knows every room.

`create_app()` builds the application from the environment's settings; servers import `wsgi:app` lazily through
`flask --app wsgi` or gunicorn's `wsgi:create_app()`; RQ workers call `drain_job`.
"""

from __future__ import annotations

import gc
import os
from importlib import import_module
from typing import Final

if gc.isenabled():  # what is imported stays: collecting meanwhile would look at it again and again
    gc.disable()

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import api
import web
from prefecture import steps
from prefecture.documents import fonts
from prefecture.dossiers import registration as dossiers
from prefecture.kernel import logs, settings, starting, unit_of_work, worker
from prefecture.kernel.db import assert_safe, db, prepare
from prefecture.kernel.entry import assert_declared
from prefecture.kernel.late_commands import LateCommands
from prefecture.kernel.settings import Settings
from prefecture.statistics import registration as statistics

gc.freeze()
gc.enable()

# A database that is away is found away in seconds: by the connect, by unanswered packets, by silence.
_AWAY_SOON = {
    "connect_timeout": 3,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}
_KERNEL = ("prefecture.kernel.commands",)
_DEMARCHES = ("prefecture.demarches.commands",)
_DOSSIERS = ("prefecture.dossiers.commands",)
_STATISTICS = ("prefecture.statistics.commands",)
COMMANDS: Final = {  # by name, the modules that make the command whole
    **dict.fromkeys(("migrate", "migration", "serve", "sweep", "worker"), _KERNEL),
    "demarche": (*_DEMARCHES, *_DOSSIERS, *_STATISTICS, "prefecture.studio.commands"),
    "demo": ("prefecture.demonstration.commands",),
    **dict.fromkeys(("dossiers", "incidents"), _DOSSIERS),
    "engine": _DEMARCHES,
    "identity": ("prefecture.identity.commands",),
    "statistics": _STATISTICS,
}
_apps: list[Flask] = []  # the application of this process, which a forked worker inherits


def create_app(chosen: Settings | None = None) -> Flask:
    """The application with its desks, faces and commands; raises SettingsInvalid on an unsafe environment."""
    is_server = chosen is None and os.environ.get("FLASK_RUN_FROM_CLI") != "true"
    chosen = chosen or settings.current()
    settings.use(chosen)
    chosen.home.mkdir(parents=True, exist_ok=True)
    logs.configure(chosen.log_format)
    app = Flask("planipref", static_folder=None, template_folder=None)
    app.cli = LateCommands(app, COMMANDS)
    app.config.update(
        SECRET_KEY=chosen.secret,
        SQLALCHEMY_DATABASE_URI=chosen.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(chosen),
        MAX_CONTENT_LENGTH=chosen.upload_limit + 1024 * 1024,
    )
    if chosen.proxies:  # the callers' addresses are what that many trusted proxies say they are
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=chosen.proxies, x_proto=1, x_host=1)  # type: ignore[method-assign]
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
        if is_server:  # gunicorn comes straight here; `serve` and `worker` ask for themselves
            assert_safe(db.engine)
    steps.register()
    starting.check_at_start(fonts.check)
    for room in (dossiers, statistics, web, api):
        room.register(app)
    assert_declared(app)
    if chosen.redis_url:
        bell = import_module("prefecture.kernel.bell")  # RQ takes its time, and nobody needs it without a Redis
        unit_of_work.on_commit(bell.BesideRequests(bell.RedisBell(chosen.redis_url, chosen.bell_slots).ring).ring)
    _apps[:] = [app]
    return app


def drain_job() -> int:
    """The body of the one RQ job: drain the table of due work in a forked worker process."""
    app = _apps[0] if _apps else create_app()
    with app.app_context():
        db.engine.dispose(close=False)  # the parent's connections are not this child's
    return worker.drain(app)


def _engine_options(chosen: Settings) -> dict[str, object]:
    if chosen.database_url.startswith("sqlite"):
        return {"connect_args": {"timeout": 10}}
    return {
        "pool_pre_ping": True,
        "pool_size": 10,
        "max_overflow": 10,
        "pool_timeout": 5,
        "connect_args": _AWAY_SOON,
    }
