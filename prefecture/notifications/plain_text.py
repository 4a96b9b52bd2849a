"""The text part of a mail, made from its HTML part so that both say the same."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_PARAGRAPHS = frozenset(
    {"p", "div", "h1", "h2", "h3", "ul", "ol", "table", "tr", "header", "footer", "main", "section"}
)
_UNSEEN = frozenset({"head", "style", "script", "title"})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0
        self._address: str | None = None
        self._linked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag in _PARAGRAPHS:
            self.parts.append("\n\n")
        elif tag == "br":
            self.parts.append("\n")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag in {"td", "th"}:
            self.parts.append(" ")
        elif tag == "a":
            self._address, self._linked = dict(attrs).get("href"), []

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen -= 1
        elif tag in _PARAGRAPHS:
            self.parts.append("\n\n")
        elif tag == "a" and self._address:
            address = self._address.removeprefix("mailto:")
            if "".join(self._linked).strip() != address:
                self.parts.append(f"\u00a0: {address}")
            self._address = None

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        text = re.sub(r"[ \t\r\n]+", " ", data)
        self.parts.append(text)
        if self._address:
            self._linked.append(text)


def from_html(html: str) -> str:
    """The text of an HTML page: paragraphs apart, list items after a dash, each link's address behind its words."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = "".join(reader.parts)
    text = re.sub(r" *\n *", "\n", text)
    text = re.sub(r"[ \t]{2,}", " ", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
