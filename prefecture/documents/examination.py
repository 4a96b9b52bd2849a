"""Examining files and drawing their pages, in recycled children: a crash or a bomb ends a child, not the server."""

from __future__ import annotations

from typing import Any

from prefecture.documents.content import Examined
from prefecture.documents.pictures import Picture
from prefecture.documents.refusals import invalid
from prefecture.documents.workshop import Workshop, WorkshopFailed
from prefecture.kernel.errors import DomainError, Invalid, TooLarge, WrongType

EXAMINING_SECONDS = 30.0
DRAWING_SECONDS = 120.0
_UNREADABLE = (
    "Ce fichier n’a pas pu être lu. Enregistrez-le à nouveau au format PDF, "
    "ou photographiez le document, puis ajoutez la nouvelle version."
)

_examiners = Workshop("prefecture.documents.file_worker", size=2, most_jobs=500, timeout=EXAMINING_SECONDS)
_painters = Workshop("prefecture.documents.file_worker", size=1, most_jobs=200, timeout=DRAWING_SECONDS)


def examine(data: bytes, limit: int) -> Examined:
    """As content.examine, in a child; a file that kills the child is refused."""
    try:
        told, blobs = _examiners.ask({"do": "examine", "limit": limit}, [data])
    except WorkshopFailed as error:
        raise invalid(_UNREADABLE, "fichier-illisible") from error
    _raise_refusal(told)
    original = blobs[1] if len(blobs) > 1 else None
    return Examined(blobs[0], original, told["media_type"], told["pages"], told["signed"])


def draw(data: bytes, media_type: str) -> list[Picture]:
    """As pictures.draw, in a child; raises WorkshopFailed."""
    told, blobs = _painters.ask({"do": "draw", "type": media_type}, [data])
    _raise_refusal(told)
    return [
        Picture(blob, each["media_type"], each["width"], each["height"])
        for each, blob in zip(told["pages"], blobs, strict=True)
    ]


def _raise_refusal(told: dict[str, Any]) -> None:
    refusal = told.get("refusal")
    if refusal is None:
        return
    error: DomainError
    if refusal["status"] == TooLarge.status:
        error = TooLarge(refusal["message"], code=refusal["code"])
    elif refusal["status"] == WrongType.status:
        error = WrongType(refusal["message"], code=refusal["code"])
    else:
        error = Invalid(refusal["fields"], refusal["message"])
        error.code = refusal["code"]
    raise error
