"""Gateways: conditions where they count, and a default where one flow alone has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from engine.compiling.model import Links, nodes
from engine.compiling.registry import rewrite
from engine.compiling.xml import bpmn, bpmn_child, local, reference, text_of

if TYPE_CHECKING:
    from engine.compiling.model import Model
    from engine.compiling.xml import Element


def condition_of(flow: Element) -> str:
    """The condition of a flow, empty when it has none."""
    return text_of(bpmn_child(flow, "conditionExpression"))


def drop_condition(flow: Element) -> None:
    """Make a flow always open."""
    condition = bpmn_child(flow, "conditionExpression")
    if condition is not None:
        flow.remove(condition)


@rewrite(6, drawn="Flux par défaut qui ne part pas de l’élément", run="rien\u00a0: il est signalé et ignoré")
def drop_foreign_defaults(model: Model) -> None:
    """A default that is none of the element's own flows is no default."""
    for scope in list(model.scopes()):
        links = Links(scope)
        for node in links.nodes.values():
            if node.get("default") is None:
                continue
            key = reference(node.get("default"))
            if key in {f.get("id") for f in links.outgoing(node)}:
                node.set("default", key)
            else:
                del node.attrib["default"]


@rewrite(
    6,
    drawn="Condition vide, condition sur le flux par défaut ou à la sortie d’une passerelle parallèle",
    run="rien\u00a0: BPMN ignore ces conditions",
)
def drop_idle_conditions(model: Model) -> None:
    """Conditions stay only where BPMN looks at them."""
    for scope in list(model.scopes()):
        links = Links(scope)
        for node in links.nodes.values():
            default = reference(node.get("default"))
            for flow in links.outgoing(node):
                idle = local(node) in {"parallelGateway", "eventBasedGateway"}
                if idle or flow.get("id") == default or not condition_of(flow):
                    drop_condition(flow)


@rewrite(
    6,
    drawn="Passerelle exclusive dont une seule sortie n’a pas de condition",
    run="cette sortie est le flux par défaut",
)
def lone_flow_is_default(model: Model) -> None:
    """An exclusive gateway's only flow without condition is its default."""
    for scope in list(model.scopes()):
        links = Links(scope)
        for gateway in nodes(scope, "exclusiveGateway"):
            flows = links.outgoing(gateway)
            bare = [f for f in flows if not condition_of(f)]
            default = reference(gateway.get("default"))
            if len(flows) > 1 and len(bare) == 1 and default not in {f.get("id") for f in flows}:
                gateway.set("default", str(bare[0].get("id")))


@rewrite(
    6,
    drawn="Passerelle inclusive avec une sortie sans condition",
    run="la condition `true`\u00a0: le flux est toujours pris",
)
def inclusive_always(model: Model) -> None:
    """A flow without condition that leaves a diverging inclusive gateway is always taken."""
    for scope in list(model.scopes()):
        links = Links(scope)
        for gateway in nodes(scope, "inclusiveGateway"):
            flows = links.outgoing(gateway)
            for flow in flows:
                if len(flows) > 1 and flow.get("id") != reference(gateway.get("default")) and not condition_of(flow):
                    etree.SubElement(flow, bpmn("conditionExpression")).text = "true"
