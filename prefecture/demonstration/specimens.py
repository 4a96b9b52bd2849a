"""The pièces that invented citizens send: one picture a kind, marked « spécimen », examined once and stored often."""

from __future__ import annotations

import io
from collections.abc import Mapping

from PIL import Image, ImageDraw, ImageFont

from prefecture.documents import service as documents
from prefecture.documents.service import Prepared, shelve
from prefecture.identity.permissions import Actor

_NAMES: Mapping[str, str] = {
    "passeport": "Passeport",
    "titre_actuel": "Titre de séjour",
    "photo": "Photo d’identité",
    "domicile": "Justificatif de domicile",
    "permis": "Permis de conduire étranger",
    "identite": "Pièce d’identité",
    "droits_conduire": "Attestation de droits à conduire",
}
_SIZE = (900, 640)


def specimens() -> dict[str, bytes]:
    """A specimen of each pièce, as PDF."""
    return {code: _drawn(name) for code, name in _NAMES.items()}


def store(found: Mapping[str, bytes], codes: tuple[str, ...]) -> dict[str, Prepared]:
    """Copies of the specimens on the shelf; no door may be open. They are ours: examining each would prove nothing."""
    return {
        code: Prepared(
            f"{_NAMES[code]}.pdf", "application/pdf", 1, signed=False, status="sain", shelved=shelve(found[code])
        )
        for code in codes
    }


def give(person: Actor, stored: Mapping[str, Prepared]) -> dict[str, list[str]]:
    """The stored copies as files of `person`, in the caller's unit of work: ids by pièce."""
    return {code: [str(documents.keep(person, prepared).id)] for code, prepared in stored.items()}


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """DejaVu, which the letters need too; Pillow's own font has no accents."""
    try:
        return ImageFont.truetype("DejaVuSans.ttf", size)
    except OSError:
        return ImageFont.load_default(size)


def _drawn(name: str) -> bytes:
    picture = Image.new("RGB", _SIZE, "#f7f4ea")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((24, 24, _SIZE[0] - 24, _SIZE[1] - 24), outline="#0b5c52", width=4)
    pen.text((60, 70), name, fill="#1b1f24", font=_font(44))
    for line in range(6):
        pen.line((60, 200 + line * 52, 760 - (line % 3) * 120, 200 + line * 52), fill="#b9c2bb", width=12)
    pen.text((60, 540), "SPÉCIMEN", fill="#a11b1b", font=_font(56))
    out = io.BytesIO()
    picture.save(out, "PDF", resolution=110)
    return out.getvalue()
