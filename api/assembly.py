"""How the API is put together: one blueprint a noun, bearer tokens at the door, problems for errors, OpenAPI."""

from __future__ import annotations

from importlib import import_module
from threading import Lock
from typing import Any

from flask import Blueprint, Flask, current_app, request
from flask_smorest import Api

from api import auth, french, keyed, problems, reading
from prefecture.kernel.entry import allows, declared
from prefecture.kernel.errors import Forbidden, Unauthenticated

# Each names its blueprint `blueprint`.
ROOMS = (
    "api.tokens",
    "api.demarches",
    "api.drafts",
    "api.draft_files",
    "api.dated_data",
    "api.presentation",
    "api.variants",
    "api.trials",
    "api.tables",
    "api.letters",
    "api.forms",
    "api.documents",
    "api.dossiers",
    "api.exchanges",
    "api.tasks",
    "api.convocations",
    "api.incidents",
    "api.moves",
    "api.observation",
    "api.promotion",
    "api.publication",
    "api.retiring",
    "api.runs",
    "api.description",
)
PREFIX = "/api/v1"
_fitted: set[str] = set()  # blueprints are the process's, applications may be several (tests, commands)


_KEY = {
    "name": keyed.HEADER,
    "in": "header",
    "required": False,
    "description": "La même demande sous la même clé reçoit la même réponse et n’est faite qu’une fois.",
    "schema": {"type": "string", "maxLength": keyed.LONGEST_KEY},
}


class Described(Api):  # type: ignore[misc]
    """Our API's description, written when it is first asked for; errors are ours to answer, not the library's."""

    ERROR_SCHEMA = problems.ProblemSchema

    def __init__(self, app: Flask) -> None:
        self._untold: list[Any] = []
        self.spec: Any = None
        self._writing = Lock()
        self._finished: dict[str, Any] | None = None
        super().__init__(app)
        self._written: Any = self.spec
        self.spec = self  # `flask openapi` asks it for to_dict()

    def register_blueprint(self, blp: Any, *, parameters: Any = None, **options: Any) -> None:
        """Give the application the routes at once, and their description later: a start need not wait for it."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp, **options)
        self._untold.append(blp)

    def to_dict(self) -> dict[str, Any]:
        """The document, whole."""
        with self._writing:  # the library's description cannot be written by two requests at once
            if self._finished is None:
                for blp in self._untold:
                    blp.register_views_in_doc(self, self._app, self._written, name=blp.name, parameters=None)
                    self._written.tag({"name": blp.name, "description": blp.description})
                self._finished = _finished(self._written.to_dict())
            return self._finished

    def _register_error_handlers(self) -> None:
        """None: the library would answer every page's errors in JSON."""


def register(app: Flask) -> None:
    """Give `app` its API."""
    french.speak_french()
    app.config.update(
        API_TITLE="PlaniPref",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS={
            "info": {
                "description": "Déposer, suivre et traiter des dossiers de préfecture. "
                "Les erreurs suivent la RFC 9457 ; leurs phrases sont en français et montrables.",
                "license": {"name": "MIT"},
            },
            "components": {"securitySchemes": {"jeton": {"type": "http", "scheme": "bearer"}}},
            "security": [{"jeton": []}],
        },
    )
    described = Described(app)
    for room in ROOMS:
        blueprint: Blueprint = import_module(room).blueprint
        if room not in _fitted:
            _fitted.add(room)
            blueprint.before_request(reading.prepare)
            blueprint.before_request(_door)
            problems.register(blueprint)
        if hasattr(blueprint, "arguments"):
            described.register_blueprint(blueprint, url_prefix=PREFIX)
        else:
            app.register_blueprint(blueprint, url_prefix=PREFIX)
        _without_form_tokens(app, blueprint)
    app.extensions["planipref-openapi"] = described.to_dict
    problems.answer_addresses(app, PREFIX)


def _finished(spec: dict[str, Any]) -> dict[str, Any]:
    """The document with what every operation has: problems for errors, and the key that makes a POST safe to repeat."""
    error = spec["components"]["responses"]["DEFAULT_ERROR"]
    error["content"] = {problems.MEDIA_TYPE: error["content"]["application/json"]}
    spec["components"]["parameters"] = {"Idempotency-Key": _KEY}
    for operations in spec["paths"].values():
        if "post" in operations:
            parameters = operations["post"].setdefault("parameters", [])
            parameters.append({"$ref": "#/components/parameters/Idempotency-Key"})
    return spec


def _without_form_tokens(app: Flask, blueprint: Blueprint) -> None:
    """The API knows no cookie, so a forged form cannot use it: its routes need no CSRF token."""
    csrf = app.extensions.get("csrf")
    if csrf is not None:
        csrf.exempt(blueprint)


def _door() -> None:
    """Let in whom the route's declaration lets in."""
    if request.endpoint is None:
        return
    who = declared(current_app._get_current_object(), request.endpoint)  # type: ignore[attr-defined]
    actor = auth.actor()
    if who is not None and allows(who, actor.roles if actor else None):
        return
    if actor is None:
        raise Unauthenticated("Un jeton est nécessaire : POST /api/v1/auth/token.")
    raise Forbidden("Votre rôle ne permet pas cette opération.")
