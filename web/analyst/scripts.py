"""How the editor's scripts are answered: JSON, a French `message` with every refusal, nothing lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec

import orjson
from flask import Response, request
from werkzeug.exceptions import HTTPException

from prefecture.demarches.bundle import LARGEST_FILE
from prefecture.identity.permissions import ADMINISTRATEUR, ANALYSTE, RECETTEUR
from prefecture.kernel.errors import DomainError, Invalid
from prefecture.studio import folder

# Who reads a draft, tries it and says what to change; who reads démarches, the administrators too.
REVIEWERS = (ANALYSTE, RECETTEUR)
READERS = (*REVIEWERS, ADMINISTRATEUR)
# JSON writes a character in six at most.
LARGEST_BODY = 6 * LARGEST_FILE
Parameters = ParamSpec("Parameters")


def answering(view: Callable[Parameters, Response]) -> Callable[Parameters, Response]:
    """The view, its refusals told in JSON."""

    @wraps(view)
    def answer(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Response:
        request.max_content_length = LARGEST_BODY
        try:
            return view(*args, **kwargs)
        except DomainError as error:
            return told({"message": error.message, "fields": dict(error.fields)}, error.status)
        except HTTPException as error:
            return told({"message": _SENTENCES.get(error.code or 500, _SENTENCES[400])}, error.code or 500)

    return answer


def told(body: Mapping[str, Any] | list[Any], status: int = 200) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(body, default=str), status, mimetype="application/json")


def sent() -> dict[str, Any]:
    """The object that the request carries, empty when it carries nothing; raises Invalid."""
    raw = request.get_data()
    try:
        read = orjson.loads(raw) if raw else {}
    except orjson.JSONDecodeError as error:
        raise Invalid({}, _SENTENCES[400]) from error
    if not isinstance(read, dict):
        raise Invalid({}, _SENTENCES[400])
    return read


def text_of(body: Mapping[str, Any], name: str, default: str | None = None) -> str:
    """A text of the object sent; raises Invalid."""
    value = body.get(name, default)
    if not isinstance(value, str) or "\x00" in value:
        raise Invalid({name: "Ce texte manque ou ne peut pas être lu."})
    return value


def unsaved(body: Mapping[str, Any]) -> dict[str, bytes]:
    """The text that is being written, by its path; nothing when the request carries none. Raises Invalid, TooLarge."""
    if "path" not in body:
        return {}
    path = text_of(body, "path")
    folder.check_path(path)
    written = {path: text_of(body, "content").encode()}
    folder.check_size(written)
    return written


_SENTENCES = {
    400: "La demande n’a pas pu être lue.",
    413: "Cet envoi dépasse la taille permise.",
}
