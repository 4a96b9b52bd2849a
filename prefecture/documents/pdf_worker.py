"""The child that writes letters: HTML in, PDF out, by WeasyPrint. Run by `python -m`; fetches nothing but `data:`."""

from __future__ import annotations

import logging
from typing import Any

from weasyprint import HTML
from weasyprint.urls import URLFetcher

from prefecture.documents import fonts, frames, limits

MEMORY = 2 * limits.GIB


def write_letter(html: str, title: str, lang: str) -> bytes:
    """The tagged PDF (PDF/UA-1) of `html`, its title and language set."""
    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    document = HTML(string=html, url_fetcher=fetcher, media_type="print").render()
    document.metadata.title = title
    document.metadata.lang = lang
    pdf: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return pdf


def handle(message: dict[str, Any], blobs: list[bytes]) -> frames.Message:
    """Answer one frame."""
    return {}, [write_letter(blobs[0].decode(), message["title"], message["lang"])]


if __name__ == "__main__":
    logging.disable(logging.ERROR)  # WeasyPrint warns of every rule of style that it does not know
    limits.apply(MEMORY)
    fonts.check()
    frames.serve(handle)
