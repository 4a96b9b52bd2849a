"""Pages as pictures: what the pages of the house show instead of a file that somebody sent."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pypdfium2
from PIL import Image

from prefecture.documents.signatures import JPEG, PDF, PNG

LONGEST_SIDE = 1600
MOST_DOTS_PER_POINT = 200 / 72
HEAVY_PNG = 300_000
JPEG_QUALITY = 82


@dataclass(frozen=True)
class Picture:
    """One page."""

    data: bytes
    media_type: str
    width: int
    height: int


def draw(data: bytes, media_type: str) -> list[Picture]:
    """Every page of a file that was accepted, no side longer than LONGEST_SIDE."""
    if media_type != PDF:
        with Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as image:
            image.load()
            return [_picture(image, photograph=media_type == JPEG)]
    with pypdfium2.PdfDocument(data) as document:
        document.init_forms()
        return [_drawn(document[number]) for number in range(len(document))]


def count_pages(data: bytes) -> int | None:
    """How many pages of a PDF can be drawn, None if it cannot be opened."""
    try:
        with pypdfium2.PdfDocument(data) as document:
            return sum(1 for number in range(len(document)) if min(document.get_page_size(number)) > 0)
    except pypdfium2.PdfiumError:
        return None


def _drawn(page: pypdfium2.PdfPage) -> Picture:
    width, height = page.get_size()
    scale = min(LONGEST_SIDE / max(width, height, 1.0), MOST_DOTS_PER_POINT)
    bitmap = page.render(scale=scale, may_draw_forms=True)
    picture = _picture(bitmap.to_pil())
    bitmap.close()
    page.close()
    return picture


def _picture(image: Image.Image, *, photograph: bool = False) -> Picture:
    """`image` made small enough: as PNG when that is light (text), else, and for a photograph, as JPEG."""
    if image.mode not in {"L", "RGB"}:
        ground = Image.new("RGBA", image.size, "white")
        ground.alpha_composite(image.convert("RGBA"))
        image = ground.convert("RGB")
    image.info = {}
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    if not photograph:
        png = _encoded(image, "PNG", optimize=False, compress_level=6)
        if len(png) <= HEAVY_PNG:
            return Picture(png, PNG, *image.size)
    return Picture(_encoded(image, "JPEG", quality=JPEG_QUALITY), JPEG, *image.size)


def _encoded(image: Image.Image, form: str, **options: int) -> bytes:
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()
