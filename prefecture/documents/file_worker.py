"""The child that opens what people send: examines files and draws their pages. Run by `python -m`."""

from __future__ import annotations

from typing import Any

from prefecture.documents import content, frames, limits, pictures
from prefecture.kernel.errors import DomainError

MEMORY = 3 * limits.GIB


def handle(message: dict[str, Any], blobs: list[bytes]) -> frames.Message:
    """Answer one frame: `examine` or `draw`; a refusal is an answer too."""
    try:
        return _examine(blobs[0], message["limit"]) if message["do"] == "examine" else _draw(blobs[0], message["type"])
    except DomainError as error:
        refusal = {"status": error.status, "code": error.code, "message": error.message, "fields": dict(error.fields)}
        return {"refusal": refusal}, []


def _examine(data: bytes, limit: int) -> frames.Message:
    found = content.examine(data, limit)
    told = {"media_type": found.media_type, "pages": found.pages, "signed": found.signed}
    return told, [found.data] if found.original is None else [found.data, found.original]


def _draw(data: bytes, media_type: str) -> frames.Message:
    drawn = pictures.draw(data, media_type)
    told = [{"media_type": each.media_type, "width": each.width, "height": each.height} for each in drawn]
    return {"pages": told}, [each.data for each in drawn]


if __name__ == "__main__":
    limits.apply(MEMORY)
    frames.serve(handle)
