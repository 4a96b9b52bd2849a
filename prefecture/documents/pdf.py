"""Letters: HTML to PDF in a recycled child (WeasyPrint's memory grows by a quarter of a megabyte a letter)."""

from __future__ import annotations

import html as markup
import re

from prefecture.documents import fonts
from prefecture.documents.workshop import Workshop

MOST_LETTERS = 200
SECONDS = 30.0
LARGEST_LETTER = 4 * 1024 * 1024

_press = Workshop("prefecture.documents.pdf_worker", size=2, most_jobs=MOST_LETTERS, timeout=SECONDS)
_WHOLE_PAGE = re.compile(r"<html[\s>]", re.IGNORECASE)
_LANG = re.compile(r"<html\b[^>]*\slang=", re.IGNORECASE)
_TITLE = re.compile(r"<title[\s>]", re.IGNORECASE)
_HEAD = re.compile(r"<head(\s[^>]*)?>", re.IGNORECASE)

check_fonts = fonts.check


class LetterTooLong(Exception):
    """The HTML of a letter is larger than any letter is."""


def render_letter(html: str, *, title: str, lang: str = "fr") -> bytes:
    """The PDF/UA-1 of a letter; no door may be open (a quarter of a second). Raises WorkshopFailed, LetterTooLong.

    html: a whole page or a body, made of escaped data. Only `data:` addresses in it are followed.
    """
    body = whole_page(html, title=title, lang=lang).encode()
    if len(body) > LARGEST_LETTER:
        raise LetterTooLong(f"{len(body)} bytes of HTML")
    _, (pdf,) = _press.ask({"title": title, "lang": lang}, [body])
    return pdf


def whole_page(html: str, *, title: str, lang: str) -> str:
    """`html` as a page with a language and a title, which PDF/UA wants."""
    named = f"<title>{markup.escape(title)}</title>"
    if not _WHOLE_PAGE.search(html):
        head = f'<head><meta charset="utf-8">{named}</head>'
        return f'<!DOCTYPE html><html lang="{markup.escape(lang)}">{head}<body>{html}</body></html>'
    if not _LANG.search(html):
        html = _WHOLE_PAGE.sub(lambda found: f'<html lang="{markup.escape(lang)}"{found[0][5:]}', html, count=1)
    if not _TITLE.search(html):
        html = _HEAD.sub(lambda found: f"{found[0]}{named}", html, count=1)
    return html
