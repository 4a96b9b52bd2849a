"""Steps that a dialect does beside a node, in silence: a task of its own, before or after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from engine.compiling.model import Links
from engine.compiling.xml import bpmn

if TYPE_CHECKING:
    from engine.compiling.model import Model
    from engine.compiling.xml import Element


def before(model: Model, node: Element) -> Element:
    """A task through which every flow into the node goes."""
    made = _task(model, node, "avant")
    for flow in Links(_scope(node)).incoming(node):
        flow.set("targetRef", str(made.get("id")))
    _connect(made, node)
    return made


def after(model: Model, node: Element) -> Element:
    """A task through which every flow out of the node goes."""
    made = _task(model, node, "apres")
    for flow in Links(_scope(node)).outgoing(node):
        flow.set("sourceRef", str(made.get("id")))
    _connect(node, made)
    return made


def _task(model: Model, node: Element, place: str) -> Element:
    key = f"{node.get('id')}_{place}"
    model.ids.add(key)
    return etree.SubElement(_scope(node), bpmn("task"), {"id": key})


def _connect(source: Element, target: Element) -> None:
    ends = {"sourceRef": str(source.get("id")), "targetRef": str(target.get("id"))}
    key = f"flux_{ends['sourceRef']}_{ends['targetRef']}"
    etree.SubElement(_scope(source), bpmn("sequenceFlow"), {"id": key, **ends})


def _scope(node: Element) -> Element:
    parent = node.getparent()
    return node if parent is None else parent
