"""Every error of the API as a problem detail (RFC 9457): one shape, French sentences, nothing internal."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException

from prefecture.kernel.errors import DomainError, Invalid, TooMany, Unavailable

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger(__name__)

_TITLES = {
    400: "Demande illisible",
    401: "Connexion nécessaire",
    403: "Accès refusé",
    404: "Introuvable",
    405: "Méthode non prévue",
    406: "Format de réponse non prévu",
    409: "Conflit",
    410: "Lien expiré",
    413: "Envoi trop volumineux",
    415: "Type de contenu refusé",
    422: "Réponses à corriger",
    423: "Tenu par quelqu’un d’autre",
    428: "Révision manquante",
    429: "Trop de tentatives",
    500: "Erreur de notre côté",
    503: "Service momentanément indisponible",
}
_SENTENCES = {
    400: "La demande n’a pas pu être lue : vérifiez que le corps est du JSON valide.",
    404: "Il n’y a rien à cette adresse.",
    405: "Cette adresse ne répond pas à cette méthode.",
    413: "L’envoi dépasse la taille permise.",
    415: "Ce type de contenu n’est pas accepté ici.",
    422: "Certaines réponses sont à corriger.",
    500: "Une erreur est survenue de notre côté. Rien n’a été enregistré ; réessayez ou signalez le n° de requête.",
}


class ProblemSchema(Schema):
    """RFC 9457 problem details, with the wrong fields by dotted path and the request's number."""

    type = fields.String(metadata={"description": "Nature du problème, stable"})
    title = fields.String()
    status = fields.Integer()
    detail = fields.String(metadata={"description": "Phrase en français, montrable"})
    errors = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"description": "Champ → phrase"})
    request_id = fields.String()


def problem(status: int, detail: str, *, kind: str | None = None, errors: Mapping[str, str] | None = None) -> Response:
    """A problem response."""
    body: dict[str, Any] = {
        "type": f"urn:planipref:probleme:{kind or HTTPStatus(status).name.lower()}",
        "title": _TITLES.get(status, HTTPStatus(status).phrase),
        "status": status,
        "detail": detail,
        "request_id": g.get("request_id", ""),
    }
    if errors:
        body["errors"] = dict(errors)
    response = jsonify(body)
    response.status_code = status
    response.mimetype = MEDIA_TYPE
    return response


def named(error: Invalid, **names: str) -> Invalid:
    """The same refusal, its fields called as the API calls them."""
    renamed = Invalid({names.get(field, field): sentence for field, sentence in error.fields.items()}, error.message)
    renamed.code = error.code
    return renamed


def register(blueprint: Blueprint) -> None:
    """Translate every error raised in `blueprint`."""
    blueprint.register_error_handler(DomainError, _domain)
    blueprint.register_error_handler(HTTPException, http)
    blueprint.register_error_handler(Exception, internal)


def answer_addresses(app: Flask, prefix: str) -> None:
    """Under `prefix`, answer addresses and methods that no route knows; elsewhere the pages go on answering."""
    pages = app.error_handler_spec[None][None].get(HTTPException)

    def by_address(error: HTTPException) -> Any:
        if request.path.startswith(f"{prefix}/"):
            return http(error)
        return pages(error) if pages is not None else error

    app.register_error_handler(HTTPException, by_address)


def _domain(error: DomainError) -> Response:
    response = problem(error.status, error.message, kind=error.code, errors=error.fields)
    if isinstance(error, TooMany | Unavailable):
        response.headers["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def http(error: HTTPException) -> Response:
    """An HTTP error of Flask or of the schemas: 422 names each field."""
    status = error.code or 500
    if status == 422:
        return problem(422, _SENTENCES[422], kind="champs-invalides", errors=_flat(getattr(error, "data", None)))
    response = problem(status, _SENTENCES.get(status, _TITLES.get(status, error.name)))
    if status == 405 and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    return response


def internal(error: Exception) -> Response:
    """A bug: logged whole, answered without details."""
    if current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    log.exception("unhandled error on %s %s", request.method, request.path, exc_info=error)
    return problem(500, _SENTENCES[500])


def _flat(data: Any) -> dict[str, str]:
    """webargs' nested messages as dotted paths; the place (json, query…) is left out."""
    found: dict[str, str] = {}

    def walk(value: Any, path: str) -> None:
        if isinstance(value, Mapping):
            for key, inner in value.items():
                walk(inner, f"{path}.{key}" if path else str(key))
        elif isinstance(value, list):
            found[path] = " ".join(str(item) for item in value)
        else:
            found[path] = str(value)

    messages = (data or {}).get("messages", {})
    for place in messages.values() if isinstance(messages, Mapping) else [messages]:
        walk(place, "")
    return found
