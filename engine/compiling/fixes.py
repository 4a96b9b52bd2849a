"""Corrections that have one meaning, made in the analyst's own file: flow ids, declarations, expressions in FEEL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from engine.compiling.expressions import to_feel
from engine.compiling.model import Document, Model, definitions
from engine.compiling.rewrites.references import ROOTS, declare, flow_ids
from engine.compiling.xml import BPMN, XmlRefused, local, namespace, parse, reference

if TYPE_CHECKING:
    from engine.compiling.xml import Element


def apply(source: bytes) -> bytes:
    """The corrected file; the same bytes when there is nothing to correct or when it cannot be read."""
    try:
        root = parse(source)
    except XmlRefused:
        return source
    if local(root) != "definitions" or namespace(root) != BPMN:
        return source
    before = etree.tostring(root)
    model = Model([Document("", root)])
    to_feel(model, clear=False)
    flow_ids(root)
    _declare(model, root)
    if etree.tostring(root) == before:
        return source
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")


def _declare(model: Model, root: Element) -> None:
    for node in model.nodes():
        for carrier in [node, *definitions(node)]:
            for attribute, kind in ROOTS.items():
                if key := reference(carrier.get(attribute)):
                    declare(root, kind, key)
