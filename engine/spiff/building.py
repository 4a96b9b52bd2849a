"""From documents to process specifications: nodes, flows, edges, handlers, starts. All troubles are found in one go."""

from __future__ import annotations

from collections.abc import Iterable

from engine.errors import Problem
from engine.model import ElementInfo
from engine.spiff.activity import Activity
from engine.spiff.compensation import CancelEnd, CompensationThrow, Undo
from engine.spiff.complex import ComplexGateway
from engine.spiff.events import Boundary, EndEvent, EventGateway, StartEvent
from engine.spiff.joins import ExclusiveGateway, InclusiveGateway, ParallelGateway
from engine.spiff.loops import Loop
from engine.spiff.node import Flow, Node
from engine.spiff.process import Contents, ProcessSpec
from engine.spiff.reading import Element, Reading, Tables, child, children, is_true, local_name, tag, text_of, title
from engine.spiff.reading_events import link_name, read_boundary, read_catch, read_start, read_throw
from engine.spiff.reading_tasks import ACTIVITIES, read_activity
from engine.spiff.subprocess import AdHocSubProcess, CallActivity, EventSubProcess, Root, SubProcess, Transaction
from engine.spiff.triggers import CANCEL, COMPENSATION

_GATEWAYS = {
    "exclusiveGateway": ExclusiveGateway,
    "parallelGateway": ParallelGateway,
    "inclusiveGateway": InclusiveGateway,
    "complexGateway": ComplexGateway,
    "eventBasedGateway": EventGateway,
}
_EVENTS = {
    "startEvent": read_start,
    "intermediateCatchEvent": read_catch,
    "boundaryEvent": read_boundary,
    "intermediateThrowEvent": read_throw,
    "endEvent": read_throw,
}
_SILENT = {
    "documentation", "extensionElements", "laneSet", "sequenceFlow", "association", "textAnnotation", "group",
    "dataObject", "dataObjectReference", "dataStoreReference", "dataInputAssociation", "dataOutputAssociation",
    "ioSpecification", "property", "incoming", "outgoing", "auditing", "monitoring", "category", "artifact",
    "resourceRole", "performer", "humanPerformer", "potentialOwner", "completionCondition", "ioBinding",
    "multiInstanceLoopCharacteristics", "standardLoopCharacteristics", "supports", "correlationSubscription",
    "supportedInterfaceRef", "",
}  # fmt: skip


class ProcessBuilder:
    """Builds one process."""

    def __init__(self, element: Element, tables: Tables, problems: list[Problem]) -> None:
        self.element = element
        self.reading = Reading(element.get("id", ""), tables, problems)
        self.spec = ProcessSpec(element.get("id", ""), title(element))
        self.elements: dict[str, Element] = {}
        self.nodes: dict[str, Node] = {}
        self.insides: dict[str, Activity] = {}

    def build(self) -> ProcessSpec:
        """The specification; troubles are in the list that was given."""
        self.reading.read_lanes(self.element)
        info = ElementInfo(self.spec.name, title(self.element), "process", None, self.spec.name)
        root = Root(self.spec, info, suffix="#process")
        self.spec.start = root
        root.inner = self.spec.contents
        root.undo = Undo(self.spec, info, suffix="#undo")
        self._scope(self.element, root)
        for node in self.nodes.values():
            self._check_undoing(node)
        return self.spec

    # -- one scope -------------------------------------------------------------------------------------------------

    def _scope(self, element: Element, owner: SubProcess) -> None:
        contents = owner.inner
        for one in element:
            kind = tag(one)
            if kind in ACTIVITIES or kind in _GATEWAYS or kind in _EVENTS:
                self._node(one, kind, contents)
            elif kind not in _SILENT:
                self.reading.trouble("element", one, f"L’élément « {kind} » n’est pas pris en charge.")
        self._flows(element, contents)
        self._edges(contents)
        self._links(contents)
        self._starts(element, owner)
        for node in contents.nodes.values():
            self._check(node, owner)

    def _node(self, element: Element, kind: str, contents: Contents) -> None:
        identifier = element.get("id")
        if not identifier or identifier in self.nodes:
            self.reading.trouble(
                "identifiant", element, f"L’identifiant « {identifier or ''} » manque ou sert deux fois."
            )
            return
        info = self.reading.info(element)
        node, inside = self._made(element, kind, info)
        node.contents = contents
        node.default = local_name(element.get("default"))
        self.nodes[identifier] = contents.nodes[identifier] = node
        self.elements[identifier] = element
        if inside is not None:
            self.insides[identifier] = inside
        if isinstance(inside, SubProcess):
            inside.undo = Undo(self.spec, info, suffix="#undo")
            self._scope(element, inside)

    def _made(self, element: Element, kind: str, info: ElementInfo) -> tuple[Node, Activity | None]:
        if kind in _GATEWAYS:
            gateway = _GATEWAYS[kind](self.spec, info)
            if isinstance(gateway, ComplexGateway) and (text := text_of(child(element, "activationCondition"))):
                gateway.activation = self.reading.formula(element, text)
            return gateway, None
        if kind in _EVENTS:
            node = _EVENTS[kind](self.reading, self.spec, element, info)
            if isinstance(node, CompensationThrow) and not node.waits:
                node.undo = Undo(self.spec, info, suffix="#undo")
            return node, None
        return read_activity(self.reading, self.spec, element, info)

    def _flows(self, element: Element, contents: Contents) -> None:
        for number, one in enumerate(children(element, "sequenceFlow")):
            ends = local_name(one.get("sourceRef")), local_name(one.get("targetRef"))
            source, target = (contents.nodes.get(end or "") for end in ends)
            if source is None or target is None:
                self.reading.trouble(
                    "reference", one, f"Le flux va de « {ends[0]} » à « {ends[1]} », qui n’est pas ici."
                )
                continue
            expression = child(one, "conditionExpression")
            text = text_of(expression)
            condition = self.reading.formula(one, text) if text else None
            identifier = one.get("id") or f"{ends[0]}-{ends[1]}-{number}"
            connect(Flow(identifier, title(one), source, target, condition))

    def _links(self, contents: Contents) -> None:
        caught: dict[str, Node] = {}
        for name, node in contents.nodes.items():
            element = self.elements[name]
            link = link_name(element) if tag(element) == "intermediateCatchEvent" else None
            if link is not None and caught.setdefault(link, node) is not node:
                self.reading.trouble("lien", element, f"Deux événements reçoivent le lien « {link} ».")
        for name, node in contents.nodes.items():
            element = self.elements[name]
            thrown = link_name(element) if tag(element) == "intermediateThrowEvent" else None
            if thrown is None:
                continue
            if thrown in caught:
                connect(Flow(f"{name}-{thrown}", thrown, node, caught[thrown]))
            else:
                self.reading.trouble("lien", element, f"Le lien « {thrown} » ne mène nulle part.")

    def _edges(self, contents: Contents) -> None:
        for name, node in contents.nodes.items():
            if not isinstance(node, Boundary):
                continue
            element = self.elements[name]
            host_id = local_name(element.get("attachedToRef")) or ""
            host = contents.nodes.get(host_id)
            if not isinstance(host, Activity):
                self.reading.trouble("reference", element, f"« {host_id} » n’est pas une activité de ce niveau.")
            elif any(trigger.kind == COMPENSATION for trigger in node.triggers):
                self._handler(name, element, self.insides[host_id])
            else:
                node.host = host
                host.boundaries = (*host.boundaries, node)

    def _handler(self, name: str, element: Element, activity: Activity) -> None:
        targets = [self.nodes.get(one) for one in self.reading.tables.handlers.get(name, [])]
        handlers = [one for one in targets if isinstance(one, Activity)]
        if len(handlers) != 1:
            self.reading.trouble(
                "compensation", element, "Il faut une activité de compensation, reliée par une association."
            )
        else:
            activity.handler = handlers[0]

    # -- where a scope begins --------------------------------------------------------------------------------------

    def _starts(self, element: Element, owner: SubProcess) -> None:
        contents = owner.inner
        nodes = list(contents.nodes.values())
        contents.event_subprocesses = tuple(self._event_subprocesses(nodes, owner))
        starts = [node for node in nodes if isinstance(node, StartEvent)]
        if isinstance(owner, EventSubProcess):
            self._event_start(element, owner, starts)
            return
        plain = [node for node in starts if not node.triggers]
        if len(plain) > 1:
            self.reading.trouble("debuts", element, "Plusieurs débuts sans événement\u00a0: un seul est possible.")
        if starts and isinstance(owner, Root):
            contents.starts = tuple(plain[:1])
            contents.typed_starts = tuple(node for node in starts if node.triggers)
        elif starts:
            contents.starts = tuple(plain[:1])
            if not plain:
                self.reading.trouble("debuts", element, "Un sous-processus commence par un début sans événement.")
        else:
            contents.starts = tuple(node for node in nodes if self._begins(node))

    def _begins(self, node: Node) -> bool:
        """Without a start event, everything without a way in begins."""
        element = self.elements[node.element]
        passive = isinstance(node, Boundary) or is_true(element, "triggeredByEvent")
        caught_link = tag(element) == "intermediateCatchEvent" and link_name(element) is not None
        return not (node.incoming or passive or caught_link or is_true(element, "isForCompensation"))

    def _event_subprocesses(self, nodes: Iterable[Node], owner: SubProcess) -> Iterable[EventSubProcess]:
        for node in nodes:
            if not isinstance(node, EventSubProcess) or not hasattr(node, "start"):
                continue
            if any(trigger.kind == COMPENSATION for trigger in node.start.triggers):
                owner.undoing_subprocess = node
                if isinstance(owner, Root):
                    message = "Un processus entier ne se compense pas\u00a0: ce sous-processus ne commencerait jamais."
                    self.reading.trouble("compensation", self.elements[node.element], message)
            else:
                yield node

    def _event_start(self, element: Element, owner: EventSubProcess, starts: list[StartEvent]) -> None:
        if len(starts) != 1 or not starts[0].triggers:
            self.reading.trouble(
                "sous-processus-evenement",
                element,
                "Un sous-processus événementiel a un seul début, avec un événement.",
            )
            return
        start = starts[0]
        start.event_subprocess = owner
        owner.start = start
        always = any(trigger.kind == "error" for trigger in start.triggers)
        owner.interrupting = always or is_true(self.elements[start.element], "isInterrupting", default=True)

    # -- what cannot be right --------------------------------------------------------------------------------------

    def _check(self, node: Node, owner: SubProcess) -> None:
        element = self.elements[node.element]
        if isinstance(node, ComplexGateway) and len(node.incoming) > 1 and node.activation is None:
            self.reading.trouble("porte-complexe", element, "Rien ne dit quand cette porte complexe s’active.")
        if isinstance(node, CancelEnd):
            node.transaction = owner.element
            if not isinstance(owner, Transaction):
                self.reading.trouble(
                    "annulation", element, "Une fin d’annulation n’a de sens que dans une transaction."
                )
        if isinstance(node, EventSubProcess | Boundary) and node.incoming:
            self.reading.trouble("flux", element, "Aucun flux ne peut mener ici.")
        if isinstance(node, Loop) and isinstance(node.inner, EventSubProcess):
            self.reading.trouble("repetition", element, "Un sous-processus événementiel ne se répète pas.")
        if isinstance(node, EventGateway):
            self._check_event_gateway(node, element)
        if any(element.get(quantity, "1") != "1" for quantity in ("startQuantity", "completionQuantity")):
            self.reading.trouble("quantite", element, "Une activité prend un jeton et en rend un.")
        if node.default is not None and node.default not in {flow.id for flow in node.outgoing}:
            self.reading.trouble("reference", element, f"Le flux par défaut « {node.default} » ne part pas d’ici.")
        self._check_handler(node, element, owner)

    def _check_handler(self, node: Node, element: Element, owner: SubProcess) -> None:
        undoes = is_true(element, "isForCompensation") and not isinstance(node, EventSubProcess)
        if undoes and (node.outgoing or node.incoming):
            self.reading.trouble(
                "compensation", element, "Une activité de compensation n’a ni flux entrant ni sortant."
            )
        if isinstance(owner, AdHocSubProcess) and isinstance(node, StartEvent | EndEvent):
            self.reading.trouble("ad-hoc", element, "Un sous-processus ad hoc n’a ni début ni fin.")

    def _check_undoing(self, node: Node) -> None:
        element = self.elements[node.element]
        if isinstance(node, CompensationThrow) and node.reference is not None and node.reference not in self.nodes:
            self.reading.trouble("reference", element, f"L’activité « {node.reference} » à compenser n’existe pas.")
        if isinstance(node, CancelEnd) and not self._edges_of(node.transaction, CANCEL):
            self.reading.trouble("annulation", element, "La transaction n’a pas d’événement d’annulation à son bord.")
        inside = self.insides.get(node.element)
        if self._edges_of(node.element, CANCEL) and not isinstance(inside, Transaction):
            self.reading.trouble("annulation", element, "Seule une transaction peut être annulée.")

    def _edges_of(self, name: str, kind: str) -> list[Boundary]:
        host = self.nodes.get(name)
        edges = host.boundaries if isinstance(host, Activity) else ()
        return [one for one in edges if any(trigger.kind == kind for trigger in one.triggers)]

    def _check_event_gateway(self, node: EventGateway, element: Element) -> None:
        if element.get("eventGatewayType") == "Parallel":
            self.reading.trouble(
                "porte-evenements", element, "Cette sorte de porte événementielle n’est pas prise en charge."
            )
        if not node.outgoing:
            self.reading.trouble("porte-evenements", element, "La porte événementielle ne mène à aucun événement.")
        for flow in node.outgoing:
            if tag(self.elements[flow.target.element]) not in {"intermediateCatchEvent", "receiveTask"}:
                self.reading.trouble(
                    "porte-evenements", element, "Une porte événementielle ne mène qu’à des événements à attendre."
                )


def connect(flow: Flow) -> None:
    """Tie both ends; the library's own lists are kept too, so that its tools see the same graph."""
    flow.source.outgoing.append(flow)
    flow.target.incoming.append(flow)
    flow.source._outputs.append(flow.target.name)
    flow.target._inputs.append(flow.source.name)


def calls(spec: ProcessSpec) -> Iterable[CallActivity]:
    """The call activities of a process, repeated ones included."""
    return (node for node in spec.nodes if isinstance(node, CallActivity))
