"""Where tokens go: what none reaches, what never ends, and what multiplies them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.compiling.circles import on_circles
from engine.compiling.model import Links, is_event_subprocess, nodes, starts_by_itself
from engine.compiling.registry import rule
from engine.compiling.xml import local

if TYPE_CHECKING:
    from engine.compiling.model import Model
    from engine.compiling.xml import Element


@rule("fin-implicite", says="Une étape sans suite, qui n’est pas une fin")
def implicit_end(model: Model) -> None:
    """It runs; an end event says what the end means."""
    for scope in model.scopes():
        if local(scope) == "adHocSubProcess":
            continue
        links = Links(scope)
        for node in links.nodes.values():
            ends = local(node) == "endEvent" or (starts_by_itself(node) and local(node) != "startEvent")
            jumps = any("linkEventDefinition" in str(c.tag) for c in node)
            if not links.outgoing(node) and not ends and not jumps:
                model.say(
                    node,
                    "fin-implicite",
                    "info",
                    "Rien ne suit cet élément\u00a0: le chemin s’achève ici.",
                    "Ajoutez un événement de fin.",
                    automatic=True,
                )


@rule("element-inaccessible", stage="normal", says="Un élément qu’aucun chemin n’atteint depuis le début")
def unreachable(model: Model) -> None:
    """What no token reaches was meant to be reached."""
    for scope in model.scopes():
        if local(scope) == "adHocSubProcess":
            continue
        links = Links(scope)
        starts = [k for k, n in links.nodes.items() if _begins(n)]
        reached = links.reached(starts)
        for key, node in links.nodes.items():
            if key not in reached:
                model.say(
                    node,
                    "element-inaccessible",
                    "warning" if model.foreign else "error",
                    "Aucun chemin ne mène du début à cet élément.",
                    "Reliez-le à ce qui le précède, ou retirez-le.",
                )


def _begins(node: Element) -> bool:
    return local(node) == "startEvent" or (starts_by_itself(node) and local(node) != "boundaryEvent")


@rule("sans-issue", stage="normal", says="Un élément d’où aucun chemin ne mène à une fin")
def without_way_out(model: Model) -> None:
    """A circle without exit runs for ever."""
    for scope in model.scopes():
        if local(scope) == "adHocSubProcess":
            continue
        links = Links(scope)
        ending = _leading_to_an_end(links)
        stuck = [n for k, n in links.nodes.items() if k not in ending and not is_event_subprocess(n)]
        for node in [n for n in stuck if not starts_by_itself(n) or local(n) == "startEvent"][:1]:
            model.say(
                node,
                "sans-issue",
                "warning",
                "Aucun chemin ne mène de cet élément à une fin\u00a0: le dossier tournerait sans jamais finir.",
                "Ajoutez une sortie à la boucle.",
            )


def _leading_to_an_end(links: Links) -> set[str]:
    to_visit = [k for k, n in links.nodes.items() if local(n) == "endEvent"]
    seen: set[str] = set()
    while to_visit:
        key = to_visit.pop()
        if key in seen:
            continue
        seen.add(key)
        to_visit += [str(f.get("sourceRef")) for f in links.into.get(key, ())]
        node = links.nodes.get(key)
        if node is not None and local(node) == "boundaryEvent":
            to_visit.append(str(node.get("attachedToRef")))
    return seen


@rule("boucle-parallele", stage="normal", says="Une passerelle parallèle ou inclusive prise dans une boucle")
def parallel_in_a_loop(model: Model) -> None:
    """A join in a loop waits for branches of one round; a drawing that mixes rounds is hard to read."""
    for scope in model.scopes():
        links = Links(scope)
        circles = on_circles(links.followers())
        for gateway in nodes(scope, "parallelGateway", "inclusiveGateway"):
            if str(gateway.get("id")) in circles and len(links.incoming(gateway)) > 1:
                model.say(
                    gateway,
                    "boucle-parallele",
                    "info",
                    "Cette jonction est prise dans une boucle\u00a0: chaque tour attend toutes ses branches.",
                    "Mettez les branches dans un sous-processus\u00a0: chaque tour y est complet.",
                )


@rule("blocs-paralleles", stage="normal", says="Plusieurs blocs parallèles l’un après l’autre")
def parallel_blocks(model: Model) -> None:
    """They run at no cost of their own; many of them make a drawing that nobody can follow."""
    for scope in model.scopes():
        links = Links(scope)
        splits = [n for n in nodes(scope, "parallelGateway") if len(links.outgoing(n)) > 1]
        if len(splits) > 3:
            model.say(
                splits[3],
                "blocs-paralleles",
                "info",
                f"Au même niveau se suivent {len(splits)} partages parallèles.",
                "Mettez chaque bloc dans un sous-processus ou dans un processus appelé.",
            )
