"""A drawing for a file that has none: where each step stands and how its lines run, added to the file's own text."""

from __future__ import annotations

from engine.arranging import pages
from engine.compiling.xml import parse
from engine.drawing.model import planes


def is_drawn(content: bytes) -> bool:
    """Whether the file shows something. Raises engine.compiling.xml.XmlRefused."""
    return bool(planes(parse(content)))


def arranged(content: bytes) -> bytes:
    """The file laid out anew: what happens stays as it is written, what it shows is replaced.

    A file without a process stays as it is. Raises engine.compiling.xml.XmlRefused.
    """
    root = parse(content)
    found = [one for one in pages.pages(root) if one.drawn.boxes]
    return pages.written(content, root, found) if found else content
