"""Where a process begins and ends without saying so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.compiling.model import (
    Links,
    is_compensation,
    is_compensation_boundary,
    is_event_subprocess,
    nodes,
    starts_by_itself,
)
from engine.compiling.registry import rewrite
from engine.compiling.rewrites.build import connect, make
from engine.compiling.xml import local

if TYPE_CHECKING:
    from engine.compiling.model import Model
    from engine.compiling.xml import Element


def first_nodes(scope: Element) -> list[Element]:
    """The nodes with which a scope without start event begins."""
    links = Links(scope)
    return [n for n in links.nodes.values() if not links.incoming(n) and not starts_by_itself(n)]


@rewrite(
    8,
    drawn="Processus ou sous-processus sans événement de début",
    run="un début avant tout ce que rien ne précède (en parallèle)\u00a0; un sous-processus vide s’achève aussitôt",
)
def implicit_start(model: Model) -> None:
    """A scope without start event begins with whatever nothing precedes."""
    for scope in list(model.scopes()):
        if (
            local(scope) == "adHocSubProcess"
            or is_event_subprocess(scope)
            or next(nodes(scope, "startEvent"), None) is not None
        ):
            continue
        first = first_nodes(scope)
        if not first and any(not starts_by_itself(n) for n in nodes(scope)):
            continue
        start = make(model, scope, "startEvent", f"debut_{scope.get('id')}")
        source = start
        if len(first) > 1:
            source = make(model, scope, "parallelGateway", f"ouverture_{scope.get('id')}")
            connect(model, scope, start, str(source.get("id")))
        for node in first:
            connect(model, scope, source, str(node.get("id")))


@rewrite(8, drawn="Étape sans suite", run="un événement de fin après elle")
def implicit_end(model: Model) -> None:
    """Whatever leads nowhere leads to an end event."""
    for scope in list(model.scopes()):
        if local(scope) == "adHocSubProcess":
            continue
        links = Links(scope)
        for node in list(links.nodes.values()):
            if links.outgoing(node) or local(node) == "endEvent" or _ends_otherwise(node):
                continue
            end = make(model, scope, "endEvent", f"fin_{node.get('id')}")
            connect(model, scope, node, str(end.get("id")))


def _ends_otherwise(node: Element) -> bool:
    return is_compensation(node) or is_compensation_boundary(node) or is_event_subprocess(node)
