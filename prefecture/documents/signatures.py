"""What a file is, by its first bytes: never by its name, which anybody may choose."""

from __future__ import annotations

PDF = "application/pdf"
HTML = "text/html"  # never received: a letter that waits for its printing
JPEG = "image/jpeg"
PNG = "image/png"
HEIC = "image/heic"

EXTENSIONS = {PDF: "pdf", JPEG: "jpg", PNG: "png"}
ACCEPTED = "Formats acceptés\u00a0: PDF, JPEG, PNG ou HEIC."

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_WORD = "Enregistrez-le au format PDF, puis ajoutez le PDF."
_PICTURE = "Enregistrez l’image au format JPEG ou PNG, ou prenez une photo."
# First bytes, what the person knows the thing as, what to do.
_REFUSED: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "un dossier compressé ou un document Word, Excel ou LibreOffice", _WORD),
    (b"PK\x05\x06", "un dossier compressé vide", "Ajoutez les fichiers un par un."),
    (b"\xd0\xcf\x11\xe0", "un ancien document Word ou Excel", _WORD),
    (b"{\\rtf", "un document texte (RTF)", _WORD),
    (b"Rar!", "un dossier compressé", "Ajoutez les fichiers un par un."),
    (b"7z\xbc\xaf", "un dossier compressé", "Ajoutez les fichiers un par un."),
    (b"\x1f\x8b", "un dossier compressé", "Ajoutez les fichiers un par un."),
    (b"GIF8", "une image GIF", _PICTURE),
    (b"BM", "une image BMP", _PICTURE),
    (b"II*\x00", "une image TIFF", _PICTURE),
    (b"MM\x00*", "une image TIFF", _PICTURE),
    (b"MZ", "un programme", ACCEPTED),
    (b"\x7fELF", "un programme", ACCEPTED),
)
_HEAD = 1024
_MARKUP = (b"<!doctype html", b"<html", b"<script", b"<svg", b"<iframe", b"<body")


def media_type(data: bytes) -> str | None:
    """The accepted media type that `data` begins as, None if it is none."""
    if data.startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return HEIC
    return None


def refusal(data: bytes) -> str:
    """Why `data`, which is no accepted type, is refused, and what to do (French)."""
    for start, known_as, what_to_do in _REFUSED:
        if data.startswith(start):
            return f"Ce fichier est {known_as}. {what_to_do}"
    if data[8:12] == b"WEBP" or data[4:12] == b"ftypavif":
        return f"Cette image n’est pas dans un format accepté. {_PICTURE}"
    if data[4:8] == b"ftyp":
        return f"Ce fichier est une vidéo. {ACCEPTED}"
    if holds_markup(data[:_HEAD]):
        return f"Ce fichier est une page web ou un dessin. {_WORD}"
    return f"Ce fichier n’est pas d’un type accepté. {ACCEPTED} Enregistrez-le dans l’un d’eux, puis ajoutez-le."


def holds_markup(data: bytes) -> bool:
    """Whether a browser could take `data` for a web page or an SVG drawing."""
    lowered = data.lower()
    return any(mark in lowered for mark in _MARKUP)


def is_two_things(data: bytes, known: str) -> bool:
    """Whether `data`, recognised as `known`, is made to be something else too for another program.

    A zip archive is read from its end, a web page from its beginning, a PDF from anywhere in its first kilobyte.
    """
    head = data[:_HEAD]
    if known != PDF and b"%PDF-" in head:
        return True
    if holds_markup(head) or holds_markup(_after_the_end(data, known)[:_HEAD]):
        return True
    return _is_archive(data)


def _after_the_end(data: bytes, known: str) -> bytes:
    end = {PDF: b"%%EOF", JPEG: b"\xff\xd9", PNG: b"IEND"}.get(known)
    place = data.rfind(end) if end else -1
    return data[place + len(end) :] if end and place >= 0 else b""


def _is_archive(data: bytes) -> bool:
    """Whether the end of `data` is the directory of a zip archive that a zip program would open."""
    place = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if place < 0 or len(data) - place < 22:
        return False
    size = int.from_bytes(data[place + 12 : place + 16], "little")
    comment = int.from_bytes(data[place + 20 : place + 22], "little")
    directory = data[place - size : place] if size <= place else b""
    return (size == 0 or directory.startswith(b"PK\x01\x02")) and place + 22 + comment <= len(data)
