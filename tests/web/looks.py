"""A small application with the look alone, so that components are tested without the rest of the house."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from flask import Flask

from web import components, i18n, static_files, theme


def application(folder: Path | None = None, name: str = theme.NEUTRAL) -> Flask:
    """Flask with the templates, the filters, the static files and the page of components."""
    app = Flask("looks", static_folder=None, template_folder=None)
    app.config.update(TESTING=True, SECRET_KEY="throw-away")
    theme.install(app, theme=name, folder=folder)
    i18n.register(app)
    app.jinja_env.globals.update(csrf_token=lambda: "jeton", csp_nonce=lambda: "abc")
    app.register_blueprint(static_files.blueprint)
    app.register_blueprint(components.blueprint)
    app.context_processor(lambda: {"current_actor": SimpleNamespace(name="K. Amina", roles=frozenset({"usager"}))})

    @app.after_request
    def guard(response):  # type: ignore[no-untyped-def]
        response.headers["Content-Security-Policy"] = (
            "default-src 'self'; img-src 'self' data:; script-src 'self' 'nonce-abc'; object-src 'none'"
        )
        return response

    return app
