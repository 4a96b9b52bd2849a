"""The notes of a démarche (LISEZMOI.md) as a page: headings, paragraphs, lists, bold, italics and code; all else as
it is written. Every character is escaped before any mark is made."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from web.french import typo

_LEVELS = {"#": "h2", "##": "h3", "###": "h4"}  # they stand under the page's own headings
_MARKS = (
    (re.compile(r"\*\*(.+?)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w*])\*([^*\s][^*]*?)\*(?![\w*])"), r"<em>\1</em>"),
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
)
_ITEM = re.compile(r"(?:[-*]|\d+\.)\s+")


def rendered(text: str) -> Markup:
    """The text as HTML, nothing of it run."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return Markup("\n").join(_block(block) for block in blocks if block.strip())


def _block(block: str) -> Markup:
    mark, _, rest = block.partition(" ")
    if mark in _LEVELS and "\n" not in block:
        return Markup("<{0}>{1}</{0}>").format(Markup(_LEVELS[mark]), _inline(rest))  # noqa: S704 (our own words)
    lines = block.splitlines()
    first = next((number for number, line in enumerate(lines) if _ITEM.match(line)), None)
    if first is None:
        return Markup("<p>{}</p>").format(_inline(" ".join(lines)))
    before = Markup("<p>{}</p>").format(_inline(" ".join(lines[:first]))) if first else Markup("")
    return before + _list(lines[first:])


def _list(lines: list[str]) -> Markup:
    """Lines that begin an item, each with those that go on with it."""
    items: list[str] = []
    for line in lines:
        if _ITEM.match(line):
            items.append(_ITEM.sub("", line, count=1))
        else:
            items[-1] += f" {line.strip()}"
    kind = Markup("ol") if lines[0][0].isdigit() else Markup("ul")
    inside = Markup("").join(Markup("<li>{}</li>").format(_inline(item)) for item in items)
    return Markup("<{0}>{1}</{0}>").format(kind, inside)


def _inline(text: str) -> Markup:
    safe = str(escape(typo(text)))
    for pattern, made in _MARKS:
        safe = pattern.sub(made, safe)
    return Markup(safe)  # noqa: S704 (escaped above; the marks are ours)
