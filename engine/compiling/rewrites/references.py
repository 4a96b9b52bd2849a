"""Ids and references: every flow has an id, every reference is local and leads to something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lxml import etree

from engine.compiling.model import definitions, flows
from engine.compiling.registry import rewrite
from engine.compiling.xml import bpmn, bpmn_children, drop, local, reference

if TYPE_CHECKING:
    from engine.compiling.model import Document, Model
    from engine.compiling.xml import Element

ROOTS: Final = {
    "messageRef": "message",
    "signalRef": "signal",
    "errorRef": "error",
    "escalationRef": "escalation",
}
CODES: Final = {"message": "name", "signal": "name", "error": "errorCode", "escalation": "escalationCode"}


def flow_ids(root: Element) -> int:
    """Name the sequence flows that have no id after their ends; how many there were."""
    taken = {e.get("id") for e in root.iter() if isinstance(e.tag, str)}
    found = 0
    for flow in root.iter(bpmn("sequenceFlow")):
        if flow.get("id"):
            continue
        base = f"flux_{flow.get('sourceRef')}_{flow.get('targetRef')}"
        key, turn = base, 1
        while key in taken:
            turn += 1
            key = f"{base}_{turn}"
        flow.set("id", key)
        taken.add(key)
        found += 1
    return found


@rewrite(2, drawn="Flux sans identifiant", run="le flux reçoit un identifiant d’après ses deux bouts")
def name_flows(model: Model) -> None:
    """Every flow has an id; what elements say of their flows is left out, the flows say it."""
    for document in model.documents:
        flow_ids(document.root)
    for node in list(model.nodes()):
        for child in list(bpmn_children(node, "incoming", "outgoing")):
            node.remove(child)


@rewrite(
    2, drawn="Flux dont un bout n’existe pas dans son sous-processus", run="rien\u00a0: le flux est signalé et ignoré"
)
def drop_broken_flows(model: Model) -> None:
    """A flow whose ends are not in its own scope is no flow (a rule has told so)."""
    for scope in list(model.scopes()):
        here = {str(n.get("id")) for n in bpmn_children(scope)}
        for flow in flows(scope):
            if flow.get("sourceRef") not in here or flow.get("targetRef") not in here:
                scope.remove(flow)


@rewrite(
    2, drawn="Définition d’événement partagée (`eventDefinitionRef`)", run="la même définition écrite dans l’événement"
)
def inline_definitions(model: Model) -> None:
    """Copy referred event definitions into the events that refer to them."""
    for document in model.documents:
        shared = {str(e.get("id")): e for e in bpmn_children(document.root) if local(e).endswith("EventDefinition")}
        for event in document.root.iter(bpmn("eventDefinitionRef")):
            source = shared.get(reference(event.text))
            parent = event.getparent()
            if source is not None and parent is not None:
                parent.replace(event, etree.fromstring(etree.tostring(source)))


@rewrite(
    2,
    drawn="Erreur ou escalade attendue sans code (modèles d’autres moteurs)",
    run="n’importe quelle erreur ou escalade",
)
def catch_any(model: Model) -> None:
    """Other engines catch everything where the declared error has no code."""
    if not model.foreign:
        return
    for kind in ("error", "escalation"):
        anonymous = {key for key, e in model.root_elements(kind).items() if not e.get(CODES[kind])}
        for event in model.nodes("boundaryEvent", "startEvent"):
            for definition in definitions(event):
                if reference(definition.get(f"{kind}Ref")) in anonymous:
                    drop(definition, f"{kind}Ref")


@rewrite(
    2,
    drawn="Références qualifiées (`tns:message`), erreurs et messages non déclarés",
    run="la référence locale\u00a0; l’élément manquant est déclaré sous son propre nom",
)
def resolve_references(model: Model) -> None:
    """Make references local, declare what is missing, give every message and signal a name."""
    for document in model.documents:
        for carrier in document.root.iter(bpmn("receiveTask"), bpmn("sendTask"), *map(bpmn, _DEFINITIONS)):
            _resolve(document, carrier)
        for kind, code in CODES.items():
            for element in bpmn_children(document.root, kind):
                if not element.get(code):
                    element.set(code, element.get("name") or element.get("id") or "")
    for event in model.nodes():
        for definition in definitions(event):
            for child in definition:
                if local(child) == "activityRef":
                    definition.set("activityRef", reference(child.text))


_DEFINITIONS: Final = (
    "messageEventDefinition",
    "signalEventDefinition",
    "errorEventDefinition",
    "escalationEventDefinition",
)


def _resolve(document: Document, carrier: Element) -> None:
    for attribute, kind in ROOTS.items():
        value = carrier.get(attribute)
        if value is None:
            continue
        key = reference(value)
        if not key:
            del carrier.attrib[attribute]
            continue
        carrier.set(attribute, key)
        declare(document.root, kind, key)


def declare(root: Element, kind: str, key: str, name: str = "") -> None:
    """A message, signal, error or escalation of that id exists, and has a name and a code."""
    for element in bpmn_children(root, kind):
        if element.get("id") == key:
            return
    made = etree.Element(bpmn(kind), {"id": key, "name": name or key})
    made.set(CODES[kind], name or key)
    made.tail = root.text
    root.insert(0, made)


@rewrite(
    2,
    drawn="Tâche de réception ou événement message ou signal sans nom de message",
    run="le message attendu porte l’identifiant de l’élément",
)
def name_messages(model: Model) -> None:
    """Whatever receives or sends a message names one."""
    for node in list(model.nodes()):
        if local(node) == "receiveTask" and not node.get("messageRef"):
            _own_message(node, node, "message")
        for definition in definitions(node):
            kind = local(definition).removesuffix("EventDefinition")
            if kind in {"message", "signal"} and not definition.get(f"{kind}Ref"):
                _own_message(node, definition, kind)


def _own_message(node: Element, carrier: Element, kind: str) -> None:
    key = f"{kind}_{node.get('id')}"
    carrier.set(f"{kind}Ref", key)
    declare(node.getroottree().getroot(), kind, key, node.get("id") or key)
