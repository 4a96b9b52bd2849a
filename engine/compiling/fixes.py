"""Corrections that have one meaning, made in the analyst's own file: ids, places and everything else stay.

What is to be corrected is what the rules find: a finding said to be automatic has its correction here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Final

from lxml import etree

from engine.arrange import arranged
from engine.compiling.adding import add_end
from engine.compiling.expressions import to_feel
from engine.compiling.findings import at
from engine.compiling.model import Document, Model, definitions
from engine.compiling.rewrites.gateways import drop_condition
from engine.compiling.rewrites.references import ROOTS, declare, flow_ids
from engine.compiling.rules import RULES
from engine.compiling.xml import BPMN, XmlRefused, local, namespace, parse, reference
from engine.drawing.model import planes

if TYPE_CHECKING:
    from engine.compiling.xml import Element

Chosen = Collection[tuple[str, str]]
TRANSLATED: Final = "expression-traduite"
UNDRAWN: Final = "dessin-absent"


def apply(source: bytes, chosen: Chosen | None = None) -> bytes:
    """The corrected file; the same bytes when there is nothing to correct or when it cannot be read.

    `chosen`: the findings to correct, as (rule, element); None for all that can be, and ids for flows without one.
    """
    try:
        root = parse(source)
    except XmlRefused:
        return source
    if local(root) != "definitions" or namespace(root) != BPMN:
        return source
    before = etree.tostring(root)
    model = Model([Document("", root)])
    to_feel(model, clear=False, only=lambda element: chosen is None or (TRANSLATED, _named(element)) in chosen)
    if chosen is None:
        flow_ids(root)
    for rule, element in _found(model):
        if chosen is None or (rule, str(element.get("id"))) in chosen:
            FIXES[rule](model, element)
    corrected = source
    if etree.tostring(root) != before:
        corrected = etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")
    bare = not planes(root) and (chosen is None or (UNDRAWN, _named(root)) in chosen)
    return arranged(corrected) if bare else corrected


def _found(model: Model) -> list[tuple[str, Element]]:
    """What the rules find that has its correction here, each once."""
    model.findings.clear()
    for rule in RULES:
        if FIXES.keys() & set(rule.codes):
            rule.check(model)
    by_id = defaultdict(list)
    for element in model.documents[0].root.iter("*"):
        by_id[str(element.get("id"))].append(element)
    found = dict.fromkeys((one.rule, one.element) for one in model.findings if one.automatic)
    return [(rule, by_id[key][0]) for rule, key in found if len(by_id[key]) == 1]  # of two, which is not known


def _named(element: Element) -> str:
    """The element by which a finding about this one is known."""
    return at("", element, "", "info", "", "").element


def _declare(model: Model, node: Element) -> None:
    """Declare the messages, signals, errors and escalations that a node names."""
    for carrier in [node, *definitions(node)]:
        for attribute, kind in ROOTS.items():
            if key := reference(carrier.get(attribute)):
                declare(model.documents[0].root, kind, key)


def _unconditional(_model: Model, flow: Element) -> None:
    drop_condition(flow)


def _end(model: Model, node: Element) -> None:
    scope = node.getparent()
    if scope is not None:
        add_end(model, scope, node)


FIXES: Final[Mapping[str, Callable[[Model, Element], None]]] = {
    "reference-inconnue": _declare,
    "condition-ignoree": _unconditional,
    "fin-implicite": _end,
}
