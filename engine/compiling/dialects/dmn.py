"""Decision tables of other engines: expressions in JUEL become FEEL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.compiling.juel import NotTranslatable, is_marked, translate
from engine.compiling.xml import drop, local

if TYPE_CHECKING:
    from engine.compiling.xml import Element


def read(root: Element) -> None:
    """Translate every marked expression; what has no meaning in FEEL stays, and fails where it is loaded."""
    for element in root.iter():
        if local(element) != "text" or element.text is None or not is_marked(element.text):
            continue
        try:
            element.text = translate(element.text)
        except NotTranslatable:
            continue
        holder = element.getparent()
        if holder is not None:
            drop(holder, "expressionLanguage")
