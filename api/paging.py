"""Cursor pagination: an opaque cursor says after which row the next page begins; rows that arrive shift nothing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import orjson
from marshmallow import fields, validate

from api.french import RequestSchema
from prefecture.kernel.errors import Invalid

LARGEST_PAGE = 100
Row = TypeVar("Row")


class PageSchema(RequestSchema):
    """Query parameters of a list."""

    cursor = fields.String(load_default=None, metadata={"description": "`next_cursor` de la page précédente"})
    limit = fields.Integer(
        strict=False,
        load_default=25,
        validate=validate.Range(1, LARGEST_PAGE, error=f"Entre 1 et {LARGEST_PAGE} lignes par page."),
    )


def encode(position: Sequence[Any]) -> str:
    """The cursor of a position."""
    return base64.urlsafe_b64encode(orjson.dumps(list(position), default=str)).rstrip(b"=").decode()


def decode(cursor: str | None, *kinds: type) -> list[Any] | None:
    """The position of a cursor, whose members are of `kinds`; raises Invalid for one that we did not make."""
    if cursor is None:
        return None
    try:
        position = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        position = None
    if not isinstance(position, list) or tuple(map(type, position)) != kinds:
        raise Invalid({"cursor": "Ce curseur n’est pas l’un des nôtres : reprenez la liste au début."})
    return position


def page(rows: Sequence[Row], limit: int, position_of: Callable[[Row], Sequence[Any]]) -> dict[str, Any]:
    """Items and next cursor of `rows`, of which one more than `limit` was asked for."""
    shown = list(rows[:limit])
    more = len(rows) > limit
    return {"items": shown, "next_cursor": encode(position_of(shown[-1])) if more and shown else None}
