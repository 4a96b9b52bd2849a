"""Flows that leave an activity or event as if it were a gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.compiling.model import ACTIVITIES, EVENTS, Links
from engine.compiling.registry import rewrite
from engine.compiling.rewrites.build import connect, insert_after, make
from engine.compiling.rewrites.gateways import condition_of
from engine.compiling.xml import drop, local

if TYPE_CHECKING:
    from engine.compiling.model import Model
    from engine.compiling.xml import Element


@rewrite(
    7,
    drawn="Plusieurs flux sans condition à la sortie d’une étape ou d’un événement",
    run="une passerelle parallèle après elle",
)
def implicit_parallel(model: Model) -> None:
    """Several unconditional flows are taken all together."""
    for scope in list(model.scopes()):
        links = Links(scope)
        for node in links.nodes.values():
            flows = links.outgoing(node)
            if local(node) in ACTIVITIES | EVENTS and len(flows) > 1 and not any(condition_of(f) for f in flows):
                drop(node, "default")
                insert_after(model, scope, node, "parallelGateway", f"partage_{node.get('id')}", flows)


@rewrite(
    7,
    drawn="Flux conditionnels à la sortie d’une étape ou d’un événement",
    run="une passerelle inclusive après elle\u00a0; si rien n’est vrai, le chemin s’arrête là",
)
def implicit_inclusive(model: Model) -> None:
    """Conditional flows of an activity are those of an inclusive gateway; none true ends the path."""
    for scope in list(model.scopes()):
        links = Links(scope)
        for node in links.nodes.values():
            flows = links.outgoing(node)
            if local(node) in ACTIVITIES | EVENTS and any(condition_of(f) for f in flows):
                _choose(model, scope, node, flows)


def _choose(model: Model, scope: Element, node: Element, flows: list[Element]) -> None:
    default = drop(node, "default")
    gateway = insert_after(model, scope, node, "inclusiveGateway", f"choix_{node.get('id')}", flows)
    for flow in flows:
        if not condition_of(flow) and flow.get("id") != default:
            target = str(flow.get("targetRef"))
            scope.remove(flow)
            connect(model, scope, gateway, target, "true")
    if default:
        gateway.set("default", default)
    elif all(condition_of(f) for f in flows):
        end = make(model, scope, "endEvent", f"fin_{node.get('id')}")
        gateway.set("default", str(connect(model, scope, gateway, str(end.get("id"))).get("id")))
