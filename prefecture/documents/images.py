"""Pictures: decoded and written again, so that nothing but pixels remains (no place, no camera, no hidden payload)."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pi_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from prefecture.documents.refusals import invalid
from prefecture.documents.signatures import HEIC, JPEG, PNG
from prefecture.kernel.errors import TooLarge

MOST_PIXELS = 50_000_000
LONGEST_SIDE = 5000  # an A4 page at 425 dots per inch
JPEG_QUALITY = 90
_FORMATS = {JPEG: "JPEG", PNG: "PNG"}
# What Pillow and libheif raise on bytes that are no picture; found by breaking pictures at random.
_DECODERS_ERRORS = (
    UnidentifiedImageError,
    OSError,
    ValueError,
    TypeError,
    LookupError,
    SyntaxError,
    EOFError,
    RuntimeError,
    ArithmeticError,
    struct.error,
)
_BROKEN = (
    "Cette image est incomplète ou abîmée. Ouvrez-la sur votre appareil pour vérifier qu’elle s’affiche, "
    "puis ajoutez-la à nouveau, ou reprenez la photo."
)
_TOO_MANY_PIXELS = (
    "Cette image est trop grande (plus de 50 millions de points). "
    "Réduisez-la, ou prenez la photo en qualité normale, puis ajoutez-la à nouveau."
)

Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def rewritten(data: bytes, media_type: str) -> tuple[bytes, str]:
    """The picture of `data` written again, upright, and its media type (HEIC becomes JPEG); raises DomainError."""
    with _decoding():
        image = _heic(data) if media_type == HEIC else _opened(data, _FORMATS[media_type])
        kind = PNG if media_type == PNG else JPEG
        return _written(image, kind), kind


def _opened(data: bytes, form: str) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=[form]) as image:
        image.load()
        upright = ImageOps.exif_transpose(image)
        return upright.convert("RGBA") if "transparency" in upright.info else upright


def _heic(data: bytes) -> Image.Image:
    file = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
    if file.size[0] * file.size[1] > MOST_PIXELS:
        raise Image.DecompressionBombError
    image: Image.Image = file.to_pillow()
    return ImageOps.exif_transpose(image)


def _written(image: Image.Image, kind: str) -> bytes:
    """The bytes of `image` with its pixels only: what Pillow carries along (comment, profile, EXIF) is dropped."""
    modes = ("1", "L", "LA", "P", "RGB", "RGBA") if kind == PNG else ("L", "RGB")
    if image.mode not in modes:
        image = image.convert("RGBA" if kind == PNG and image.mode == "PA" else "RGB")
    image.info = {}
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    target = io.BytesIO()
    if kind == PNG:
        image.save(target, "PNG", compress_level=4)
    else:
        image.save(target, "JPEG", quality=JPEG_QUALITY)
    return target.getvalue()


@contextmanager
def _decoding() -> Iterator[None]:
    """Turn what decoders raise on bad pictures into sentences; a mere warning of too many pixels is a refusal."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise TooLarge(_TOO_MANY_PIXELS) from error
    except (*_DECODERS_ERRORS, Warning) as error:
        raise invalid(_BROKEN, "image-abimee") from error
