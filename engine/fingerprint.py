"""What a model says, as one short text: how its files are laid out and drawn does not count."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final

from lxml import etree

# The namespaces of diagrams, of BPMN and of every edition of DMN.
_DRAWN: Final = (
    "{http://www.omg.org/spec/BPMN/20100524/DI}",
    "{http://www.omg.org/spec/DD/20100524/",
    "{http://www.omg.org/spec/DMN/20180521/D",
    "{https://www.omg.org/spec/DMN/20180521/D",
    "{https://www.omg.org/spec/DMN/20191111/DMNDI/}",
    "{https://www.omg.org/spec/DMN/20230324/DMNDI/}",
)


def fingerprint(roots: Iterable[Any], *more: str) -> str:
    """The same for two lists of XML roots that say the same, diagrams left out; `more` is counted in."""
    digest = hashlib.sha256()
    for root in roots:
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if not isinstance(element.tag, str) or element.tag.startswith(_DRAWN):
                continue
            said = (element.tag, sorted(element.attrib.items()), (element.text or "").strip())
            digest.update(repr(said if event == "start" else ()).encode())
    digest.update(repr(more).encode())
    return digest.hexdigest()
