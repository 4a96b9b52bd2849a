"""How a request's body is read: strictly. What is not JSON is refused, and so is text that no database can keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

import flask_smorest
import orjson
from flask import Request, request
from webargs import core
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from prefecture.kernel.errors import Invalid, NotFound

LARGEST_JSON = 1024 * 1024
NUL = "\x00"
_UNREADABLE = "Ce texte contient un caractère nul, qui ne peut pas être gardé."


# What a route that takes one file says of its body.
UPLOAD = {
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        }
    }
}


class Parser(FlaskParser):
    """Reads JSON bodies: UTF-8, no NaN, no lone surrogate, bounded depth; another content type is a 415."""

    def _raw_load_json(self, req: Request) -> Any:
        content = req.get_data(cache=True)
        if not content:
            return core.missing
        if not req.is_json:
            raise UnsupportedMediaType
        try:
            read = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise BadRequest from error
        refuse_nul(read)
        return read

    def _handle_invalid_json_error(self, error: Any, req: Request, *args: Any, **kwargs: Any) -> NoReturn:
        raise BadRequest


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """A blueprint whose arguments are read strictly."""

    ARGUMENTS_PARSER = Parser()


def prepare() -> None:
    """Before a route reads anything: bound the body, and refuse addresses that no row can match."""
    if request.mimetype != "multipart/form-data":
        request.max_content_length = LARGEST_JSON
    if any(NUL in str(value) for value in (request.view_args or {}).values()):
        raise NotFound
    refuse_nul(request.args.to_dict())


def sent_file() -> tuple[str, bytes]:
    """The name and the content of the file sent; raises UnsupportedMediaType, Invalid."""
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid({"file": "Un fichier est attendu dans le champ « file »."})
    return sent.filename, sent.stream.read()


def refuse_nul(read: Any) -> None:
    """Raise Invalid naming each text that carries a NUL, which PostgreSQL cannot keep."""
    found = dict.fromkeys(_with_nul(read, ""), _UNREADABLE)
    if found:
        raise Invalid(found)


def _with_nul(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, str):
        if NUL in value:
            yield path
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            plain = str(key).replace(NUL, "")
            place = f"{path}.{plain}" if path else plain
            if NUL in str(key):
                yield place
            yield from _with_nul(inner, place)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _with_nul(inner, f"{path}.{index}")
