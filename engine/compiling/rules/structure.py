"""Ids, flows and the beginning of processes: without these nothing else can be said."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from engine.compiling.model import (
    definitions,
    flows,
    is_event_subprocess,
    nodes,
    scopes,
)
from engine.compiling.registry import rule
from engine.compiling.rewrites.edges import first_nodes
from engine.compiling.xml import bpmn_children, local, reference

if TYPE_CHECKING:
    from engine.compiling.model import Model
    from engine.compiling.xml import Element


@rule("identifiant-absent", says="Une étape, un événement ou une passerelle sans identifiant")
def without_id(model: Model) -> None:
    """Every node needs an id: flows and history name it."""
    for node in model.nodes():
        if not node.get("id"):
            model.say(
                node,
                "identifiant-absent",
                "error",
                f"Un élément «\u00a0{local(node)}\u00a0» n’a pas d’identifiant.",
                "Donnez-lui un identifiant dans le panneau des propriétés.",
            )


@rule("identifiant-double", says="Le même identifiant porté par deux éléments d’un processus")
def twice_the_same_id(model: Model) -> None:
    """Ids are unique in a process, or nobody knows which element is meant."""
    for process in model.processes():
        seen: dict[str, list[Element]] = defaultdict(list)
        for scope in scopes(process):
            for element in [*nodes(scope), *flows(scope)]:
                if element.get("id"):
                    seen[str(element.get("id"))].append(element)
        for key, found in seen.items():
            if len(found) > 1:
                model.say(
                    found[1],
                    "identifiant-double",
                    "error",
                    f"L’identifiant «\u00a0{key}\u00a0» est porté par {len(found)} éléments.",
                    "Donnez à chacun son propre identifiant.",
                )


@rule("flux-casse", says="Un flux dont un bout n’existe pas, ou qui traverse le bord d’un sous-processus")
def broken_flows(model: Model) -> None:
    """Both ends of a flow stand in the scope of the flow."""
    for scope in model.scopes():
        here = {str(n.get("id")) for n in nodes(scope)}
        for flow in flows(scope):
            missing = [r for r in (flow.get("sourceRef"), flow.get("targetRef")) if r not in here]
            if missing:
                model.say(
                    flow,
                    "flux-casse",
                    "error",
                    f"Le flux ne mène pas d’un élément à un autre du même niveau\u00a0: "
                    f"«\u00a0{missing[0] or 'rien'}\u00a0» n’y est pas.",
                    "Reliez de nouveau les deux éléments, ou retirez le flux.",
                )


@rule("flux-impossible", says="Un flux qui entre dans un début ou un événement de frontière, ou qui sort d’une fin")
def impossible_flows(model: Model) -> None:
    """Start and boundary events have no incoming flow, end events no outgoing one."""
    for scope in model.scopes():
        kinds = {str(n.get("id")): local(n) for n in nodes(scope)}
        for flow in flows(scope):
            into, out = kinds.get(flow.get("targetRef") or ""), kinds.get(flow.get("sourceRef") or "")
            if into in {"startEvent", "boundaryEvent"} or out == "endEvent":
                model.say(
                    flow,
                    "flux-impossible",
                    "error",
                    "Rien n’entre dans un événement de début ou de frontière, et rien ne sort d’une fin.",
                    "Faites mener le flux à une étape, une passerelle ou un événement intermédiaire.",
                )


@rule("defaut-etranger", says="Un flux par défaut qui ne part pas de l’élément")
def foreign_default(model: Model) -> None:
    """The default flow is one of the element's own."""
    for scope in model.scopes():
        own = defaultdict(set)
        for flow in flows(scope):
            own[flow.get("sourceRef")].add(flow.get("id"))
        for node in nodes(scope):
            key = reference(node.get("default"))
            if key and key not in own[node.get("id")]:
                model.say(
                    node,
                    "defaut-etranger",
                    "error",
                    f"Le flux par défaut «\u00a0{key}\u00a0» ne part pas de cet élément.",
                    "Choisissez comme défaut une de ses propres sorties.",
                )


@rule("debut-absent", says="Un processus ou un sous-processus qui ne commence nulle part")
def no_beginning(model: Model) -> None:
    """There must be something that nothing precedes."""
    for scope in model.scopes():
        if local(scope) == "adHocSubProcess" or next(nodes(scope, "startEvent"), None) is not None:
            continue
        if is_event_subprocess(scope) or (next(nodes(scope), None) is not None and not first_nodes(scope)):
            model.say(
                scope,
                "debut-absent",
                "error",
                "Rien ne dit par où commencer.",
                "Ajoutez un événement de début.",
            )


@rule("debuts-multiples", says="Plusieurs débuts simples dans un processus, ou plusieurs débuts dans un sous-processus")
def several_beginnings(model: Model) -> None:
    """One plain start event; a sub-process has that one only."""
    for scope in model.scopes():
        starts = list(nodes(scope, "startEvent"))
        plain = [s for s in starts if not definitions(s)]
        inner = local(scope) != "process"
        if len(plain) > 1 or (inner and len(starts) > 1):
            model.say(
                starts[1],
                "debuts-multiples",
                "error",
                "Plusieurs événements de début se disputent le même départ.",
                "Gardez un seul début, suivi d’une passerelle parallèle s’il faut commencer par plusieurs étapes.",
            )


@rule("debut-de-sous-processus", says="Un début d’un genre impossible dans un sous-processus")
def wrong_beginning(model: Model) -> None:
    """An event sub-process begins with an event, any other sub-process with a plain start."""
    for scope in model.scopes():
        if local(scope) == "process":
            continue
        for start in nodes(scope, "startEvent"):
            driven = is_event_subprocess(scope)
            if driven != bool(definitions(start)):
                model.say(
                    start,
                    "debut-de-sous-processus",
                    "error",
                    "Un sous-processus événementiel commence par un événement (message, minuterie, erreur…)."
                    if driven
                    else "Un sous-processus ordinaire commence par un début simple\u00a0: rien ne déclenche celui-ci.",
                    "Changez le genre de l’événement de début.",
                )


@rule("sous-processus-vide", says="Un sous-processus sans contenu")
def empty_subprocess(model: Model) -> None:
    """A sub-process without anything in it is over at once."""
    for scope in model.scopes():
        if next(nodes(scope), None) is None:
            model.say(
                scope,
                "sous-processus-vide",
                "warning",
                "Il ne contient aucune étape\u00a0: il s’achève aussitôt.",
                "Dessinez ses étapes, ou remplacez-le par une étape simple.",
            )


@rule("evenementiel-relie", says="Un sous-processus événementiel relié par un flux")
def linked_event_subprocess(model: Model) -> None:
    """Nothing leads into an event sub-process: its event does."""
    for scope in model.scopes():
        driven = {str(c.get("id")) for c in bpmn_children(scope) if is_event_subprocess(c)}
        for flow in flows(scope):
            if {flow.get("sourceRef"), flow.get("targetRef")} & driven:
                model.say(
                    flow,
                    "evenementiel-relie",
                    "error",
                    "Un sous-processus événementiel n’est relié par aucun flux\u00a0: son événement le déclenche.",
                    "Retirez le flux.",
                )
