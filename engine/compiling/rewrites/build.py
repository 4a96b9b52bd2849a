"""Making nodes and flows inside a scope, with ids that nobody has taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from engine.compiling.xml import bpmn

if TYPE_CHECKING:
    from engine.compiling.model import Model
    from engine.compiling.xml import Element


def free(model: Model, key: str) -> str:
    """That id, or the first of its kind that nothing has; from now on it is taken."""
    turn, candidate = 1, key
    while candidate in model.ids:
        turn += 1
        candidate = f"{key}_{turn}"
    model.ids.add(candidate)
    return candidate


def make(model: Model, scope: Element, kind: str, key: str, **attributes: str) -> Element:
    """A new node in the scope."""
    return etree.SubElement(scope, bpmn(kind), {"id": free(model, key), **attributes})


def connect(model: Model, scope: Element, source: Element, target: str, condition: str = "") -> Element:
    """A new flow from a node to the node of that id."""
    key = free(model, f"flux_{source.get('id')}_{target}")
    flow = etree.SubElement(
        scope, bpmn("sequenceFlow"), {"id": key, "sourceRef": str(source.get("id")), "targetRef": target}
    )
    if condition:
        etree.SubElement(flow, bpmn("conditionExpression")).text = condition
    return flow


def insert_after(model: Model, scope: Element, node: Element, kind: str, key: str, leaving: list[Element]) -> Element:
    """A new node after another one, from which the flows that left it leave now."""
    made = make(model, scope, kind, key)
    for flow in leaving:
        flow.set("sourceRef", str(made.get("id")))
    connect(model, scope, node, str(made.get("id")))
    return made
