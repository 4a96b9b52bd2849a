"""Gateways: what decides, what is taken when nothing does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.compiling.model import ACTIVITIES, EVENTS, Links, definition_kinds, nodes
from engine.compiling.registry import rule
from engine.compiling.rewrites.gateways import condition_of
from engine.compiling.xml import bpmn_child, local, reference, text_of

if TYPE_CHECKING:
    from engine.compiling.model import Model
    from engine.compiling.xml import Element


@rule("passerelle-sans-condition", says="Une passerelle exclusive dont plusieurs sorties n’ont ni condition ni défaut")
def exclusive_without_condition(model: Model) -> None:
    """Each way out but one says when it is taken."""
    for scope in model.scopes():
        links = Links(scope)
        for gateway in nodes(scope, "exclusiveGateway"):
            flows = links.outgoing(gateway)
            bare = _bare(gateway, flows)
            allowed = 0 if reference(gateway.get("default")) else 1
            if len(flows) > 1 and len(bare) > allowed:
                names = ", ".join(f.get("name") or f.get("targetRef") or "" for f in bare)
                model.say(
                    gateway,
                    "passerelle-sans-condition",
                    "error",
                    f"Rien ne dit quand prendre ces sorties\u00a0: {names}.",
                    "Donnez une condition à chaque sortie, ou faites de l’une d’elles le flux par défaut.",
                )


@rule("passerelle-sans-defaut", says="Une passerelle dont toutes les sorties ont une condition, sans flux par défaut")
def without_default(model: Model) -> None:
    """When no condition is true the dossier stops in an incident."""
    for scope in model.scopes():
        links = Links(scope)
        for gateway in nodes(scope, "exclusiveGateway", "inclusiveGateway"):
            flows = links.outgoing(gateway)
            if len(flows) > 1 and not reference(gateway.get("default")) and not _bare(gateway, flows):
                model.say(
                    gateway,
                    "passerelle-sans-defaut",
                    "warning",
                    "Si aucune condition n’est vraie, le dossier s’arrête ici en incident.",
                    "Faites d’une des sorties le flux par défaut.",
                )


@rule(
    "passerelle-inclusive-toujours", says="Une passerelle inclusive avec une sortie sans condition, donc toujours prise"
)
def inclusive_always_taken(model: Model) -> None:
    """Such a way out is always taken; an analyst may have meant a default."""
    for scope in model.scopes():
        links = Links(scope)
        for gateway in nodes(scope, "inclusiveGateway"):
            flows = links.outgoing(gateway)
            for flow in _bare(gateway, flows) if len(flows) > 1 else []:
                model.say(
                    flow,
                    "passerelle-inclusive-toujours",
                    "info" if model.foreign else "warning",
                    "Cette sortie n’a pas de condition\u00a0: elle est toujours prise.",
                    "Donnez-lui une condition, ou faites-en le flux par défaut.",
                )


@rule("condition-ignoree", says="Une condition là où BPMN ne la regarde pas")
def ignored_condition(model: Model) -> None:
    """Parallel and event gateways take all ways; the default one is taken without condition."""
    for scope in model.scopes():
        links = Links(scope)
        for node in links.nodes.values():
            for flow in links.outgoing(node):
                blind = local(node) in {"parallelGateway", "eventBasedGateway"}
                default = reference(node.get("default")) == flow.get("id")
                if condition_of(flow) and (blind or default):
                    model.say(
                        flow,
                        "condition-ignoree",
                        "warning",
                        "La condition n’est pas regardée\u00a0: "
                        + ("c’est le flux par défaut." if default else "cette passerelle prend toutes ses sorties."),
                        "Retirez la condition, ou changez de passerelle.",
                        automatic=True,
                    )


@rule("passerelle-complexe", says="Une passerelle complexe qui réunit plusieurs chemins sans dire quand elle s’active")
def complex_gateway(model: Model) -> None:
    """Several ways in need an activation condition; one that only splits is an inclusive one."""
    for scope in model.scopes():
        links = Links(scope)
        for gateway in nodes(scope, "complexGateway"):
            if len(links.incoming(gateway)) > 1 and not text_of(bpmn_child(gateway, "activationCondition")):
                model.say(
                    gateway,
                    "passerelle-complexe",
                    "error",
                    "Rien ne dit combien de chemins cette passerelle complexe attend.",
                    "Donnez-lui une condition d’activation, par exemple «\u00a0activationCount >= 2\u00a0», ou "
                    "utilisez une passerelle inclusive ou parallèle.",
                )


@rule("passerelle-evenement", says="Une passerelle sur événements dont une sortie ne mène pas à une attente")
def event_gateway(model: Model) -> None:
    """Behind an event gateway stand catching events and receive tasks only, which nothing else enters."""
    for scope in model.scopes():
        links = Links(scope)
        for gateway in nodes(scope, "eventBasedGateway"):
            problem = _event_gateway_problem(gateway, links)
            if problem:
                model.say(
                    gateway,
                    "passerelle-evenement",
                    "error",
                    problem,
                    "Faites suivre chaque sortie d’une attente (message, signal, minuterie, condition) qui n’a pas "
                    "d’autre entrée.",
                )


def _event_gateway_problem(gateway: Element, links: Links) -> str:
    if gateway.get("eventGatewayType") == "Parallel":
        return "Une passerelle qui attend plusieurs événements à la fois n’est pas exécutée."
    for flow in links.outgoing(gateway):
        target = links.nodes.get(flow.get("targetRef") or "")
        if target is None:
            continue
        kinds = definition_kinds(target)
        waits = local(target) == "intermediateCatchEvent" and bool(kinds) and "link" not in kinds
        if not waits and local(target) != "receiveTask":
            return f"La sortie vers «\u00a0{target.get('name') or target.get('id')}\u00a0» n’attend aucun événement."
        if local(target) == "receiveTask" and links.boundary.get(str(target.get("id"))):
            return "Une tâche de réception qui suit cette passerelle ne peut pas porter d’événement de frontière."
        if len(links.incoming(target)) > 1:
            return f"L’attente «\u00a0{target.get('name') or target.get('id')}\u00a0» a une autre entrée."
    return "" if links.outgoing(gateway) else "La passerelle n’a pas de sortie."


@rule("partage-implicite", says="Plusieurs flux à la sortie d’une étape")
def implicit_split(model: Model) -> None:
    """It runs; a gateway says the same to everybody who reads the drawing."""
    for scope in model.scopes():
        links = Links(scope)
        for node in links.nodes.values():
            flows = links.outgoing(node)
            if local(node) in ACTIVITIES | EVENTS and len(flows) > 1:
                conditional = any(condition_of(f) for f in flows)
                model.say(
                    node,
                    "partage-implicite",
                    "info",
                    "Plusieurs flux partent de cet élément\u00a0: "
                    + ("chacun est pris si sa condition est vraie." if conditional else "tous sont pris à la fois."),
                    f"Dessinez la passerelle {'inclusive' if conditional else 'parallèle'}.",
                )


def _bare(gateway: Element, flows: list[Element]) -> list[Element]:
    """The ways out without condition that are not the default."""
    default = reference(gateway.get("default"))
    return [f for f in flows if not condition_of(f) and f.get("id") != default]
