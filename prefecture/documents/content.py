"""What may be kept of a file that somebody sends: recognised by content, cleaned, or refused with what to do.

Pure: bytes in, bytes out. It runs in a child process, because decoders of hostile files may crash.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from prefecture.documents import cleaning, images, pictures, signatures
from prefecture.documents.refusals import invalid
from prefecture.documents.signatures import EXTENSIONS, PDF
from prefecture.kernel.errors import TooLarge, WrongType

LONGEST_NAME = 100
_EMPTY = "Ce fichier est vide. Vérifiez qu’il s’ouvre sur votre appareil, puis ajoutez-le à nouveau."
_NOT_SHOWN = (
    "Ce PDF ne peut pas être affiché en entier. Ouvrez-le, choisissez Imprimer puis « Enregistrer au format PDF », "
    "et ajoutez cette copie."
)
_TWO_THINGS = (
    "Ce fichier contient autre chose que le document annoncé. "
    "Imprimez-le en PDF ou photographiez le document, puis ajoutez la nouvelle version."
)


@dataclass(frozen=True)
class Examined:
    """An accepted file: what is served, the original if that differs and may matter, and what it is."""

    data: bytes
    original: bytes | None
    media_type: str
    pages: int
    signed: bool


def examine(data: bytes, limit: int) -> Examined:
    """What is kept of `data`; raises TooLarge, WrongType or Invalid, each with a French sentence."""
    check_size(len(data), limit)
    found = signatures.media_type(data)
    if found is None:
        raise WrongType(signatures.refusal(data))
    if signatures.is_two_things(data, found):
        raise WrongType(_TWO_THINGS, code="fichier-double")
    if found == PDF:
        clean = cleaning.cleaned(data)
        if pictures.count_pages(clean.data) != clean.pages:
            raise invalid(_NOT_SHOWN, "pdf-illisible")
        return Examined(clean.data, data if clean.cleaned else None, PDF, clean.pages, clean.signed)
    picture, media_type = images.rewritten(data, found)
    return Examined(picture, None, media_type, 1, signed=False)


def check_size(size: int, limit: int) -> None:
    """Raise unless a file of `size` bytes may be sent."""
    if size == 0:
        raise invalid(_EMPTY, "fichier-vide")
    if size > limit:
        megabytes = max(1, limit // (1024 * 1024))
        raise TooLarge(
            f"Ce fichier est trop volumineux\u00a0: la limite est de {megabytes}\u00a0Mo. "
            "Numérisez le document en qualité moindre, ou photographiez-le, puis ajoutez-le à nouveau."
        )


def safe_name(name: str, media_type: str) -> str:
    """`name` as it may be shown and downloaded: no folder, no control character, the true extension."""
    last = PurePosixPath(name.replace("\\", "/")).name
    visible = "".join(letter for letter in last if letter.isprintable())
    stem = re.sub(r'[<>:"/|?*]+', " ", visible.rsplit(".", 1)[0])
    stem = re.sub(r"\s+", " ", stem).strip(" .")[:LONGEST_NAME] or "document"
    return f"{stem}.{EXTENSIONS[media_type]}"
