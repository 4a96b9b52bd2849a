"""The documents of one compilation, and the questions that rules and rewrites ask of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from engine.compiling.findings import Catalogue, Finding, Severity, at
from engine.compiling.xml import (
    BPMN,
    Element,
    bpmn,
    bpmn_child,
    bpmn_children,
    extension,
    local,
    namespace,
    reference,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

TASKS: Final = frozenset(
    {"task", "userTask", "serviceTask", "scriptTask", "manualTask", "sendTask", "receiveTask", "businessRuleTask"}
)
SUBPROCESSES: Final = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES: Final = TASKS | SUBPROCESSES | {"callActivity"}
EVENTS: Final = frozenset(
    {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
)
GATEWAYS: Final = frozenset(
    {"exclusiveGateway", "inclusiveGateway", "parallelGateway", "complexGateway", "eventBasedGateway"}
)
NODES: Final = ACTIVITIES | EVENTS | GATEWAYS
SCOPES: Final = SUBPROCESSES | {"process"}


@dataclass
class Document:
    """One BPMN file in memory."""

    name: str
    root: Element

    def processes(self) -> list[Element]:
        """The processes of the file."""
        return list(bpmn_children(self.root, "process"))


@dataclass
class Model:
    """All documents of a compilation; `documents` may be changed in place by rewrites."""

    documents: list[Document]
    decisions: Collection[str] = ()
    catalogue: Catalogue | None = None
    foreign: bool = False
    main: str = ""
    findings: list[Finding] = field(default_factory=list)

    @cached_property
    def ids(self) -> set[str]:
        """Every id of every document, for whoever makes new ones (and adds them here)."""
        return {str(e.get("id")) for d in self.documents for e in d.root.iter() if isinstance(e.tag, str)}

    def say(
        self,
        element: Element | None,
        rule: str,
        severity: Severity,
        message: str,
        fix: str,
        *,
        automatic: bool = False,
        file: str | None = None,
    ) -> None:
        """Keep a finding about an element of one of the documents."""
        name = file if file is not None else self.file_of(element)
        self.findings.append(at(name, element, rule, severity, message, fix, automatic=automatic))

    def file_of(self, element: Element | None) -> str:
        """The name of the file that holds the element."""
        if element is not None:
            root = element.getroottree().getroot()
            for document in self.documents:
                if document.root is root:
                    return document.name
        return self.documents[0].name if self.documents else ""

    def processes(self) -> Iterator[Element]:
        """Every process of every document."""
        for document in self.documents:
            yield from document.processes()

    def scopes(self) -> Iterator[Element]:
        """Every process and sub-process, outer ones first."""
        for process in self.processes():
            yield from scopes(process)

    def nodes(self, *kinds: str) -> Iterator[Element]:
        """Every flow node of those kinds (all when none is given)."""
        for scope in self.scopes():
            yield from nodes(scope, *kinds)

    def called(self) -> dict[str, Element]:
        """Processes by id."""
        return {str(p.get("id")): p for p in self.processes() if p.get("id")}

    def root_elements(self, kind: str) -> dict[str, Element]:
        """Messages, errors, signals or escalations of all documents, by id."""
        return {str(e.get("id")): e for d in self.documents for e in bpmn_children(d.root, kind) if e.get("id")}


def scopes(process: Element) -> Iterator[Element]:
    """The process or sub-process and all sub-processes in it, outer ones first."""
    yield process
    for child in bpmn_children(process, *SUBPROCESSES):
        yield from scopes(child)


def nodes(scope: Element, *kinds: str) -> Iterator[Element]:
    """The flow nodes that stand directly in a process or sub-process."""
    for child in bpmn_children(scope):
        kind = local(child)
        if kind in NODES and (not kinds or kind in kinds):
            yield child


def flows(scope: Element) -> list[Element]:
    """The sequence flows that stand directly in a process or sub-process."""
    return list(bpmn_children(scope, "sequenceFlow"))


class Links:
    """Who leads to whom in one scope, as it was when asked."""

    def __init__(self, scope: Element) -> None:
        self.nodes: dict[str, Element] = {str(n.get("id")): n for n in nodes(scope) if n.get("id")}
        self.out: dict[str, list[Element]] = defaultdict(list)
        self.into: dict[str, list[Element]] = defaultdict(list)
        for flow in flows(scope):
            self.out[flow.get("sourceRef") or ""].append(flow)
            self.into[flow.get("targetRef") or ""].append(flow)
        self.boundary: dict[str, list[Element]] = defaultdict(list)
        for event in nodes(scope, "boundaryEvent"):
            self.boundary[event.get("attachedToRef") or ""].append(event)

    def outgoing(self, node: Element) -> list[Element]:
        """The flows that leave a node."""
        return self.out.get(node.get("id") or "", [])

    def incoming(self, node: Element) -> list[Element]:
        """The flows that enter a node."""
        return self.into.get(node.get("id") or "", [])

    def reached(self, starts: Collection[str]) -> set[str]:
        """The ids that a token starting there may come by, through flows and boundary events."""
        seen: set[str] = set()
        todo = [key for key in starts if key in self.nodes]
        while todo:
            key = todo.pop()
            if key in seen:
                continue
            seen.add(key)
            todo += [t for f in self.out.get(key, ()) if (t := f.get("targetRef") or "") in self.nodes]
            todo += [str(b.get("id")) for b in self.boundary.get(key, ())]
        return seen

    def followers(self) -> dict[str, list[str]]:
        """Where a token may go next from each node: through flows and boundary events."""
        return {
            key: [
                k
                for k in (
                    *(str(f.get("targetRef")) for f in self.out.get(key, ())),
                    *(str(b.get("id")) for b in self.boundary.get(key, ())),
                )
                if k in self.nodes
            ]
            for key in self.nodes
        }


def definitions(event: Element) -> list[Element]:
    """The event definitions written inside an event."""
    return [c for c in bpmn_children(event) if local(c).endswith("EventDefinition")]


def definition_kinds(event: Element) -> list[str]:
    """Their kinds: `timer`, `message`, `error`…"""
    return [local(d).removesuffix("EventDefinition") for d in definitions(event)]


def is_event_subprocess(element: Element) -> bool:
    """A sub-process that an event starts."""
    return local(element) in SUBPROCESSES and element.get("triggeredByEvent") == "true"


def is_compensation(element: Element) -> bool:
    """An activity that only undoes another one."""
    return element.get("isForCompensation") == "true"


def is_compensation_boundary(element: Element) -> bool:
    """A boundary event that leads to a handler by an association, not by a flow."""
    return local(element) == "boundaryEvent" and "compensate" in definition_kinds(element)


def starts_by_itself(element: Element) -> bool:
    """Flow nodes that no sequence flow is expected to enter."""
    return local(element) in {"startEvent", "boundaryEvent"} or is_event_subprocess(element) or is_compensation(element)


def is_link(event: Element) -> bool:
    """A link event, throwing or catching."""
    return "link" in definition_kinds(event)


def process_of(element: Element) -> Element | None:
    """The process that holds an element."""
    found: Element | None = element
    while found is not None and local(found) != "process":
        found = found.getparent()
    return found


def lanes(process: Element) -> Mapping[str, Element]:
    """The innermost lane of each flow node of a process."""
    result: dict[str, Element] = {}
    for lane in process.iter(bpmn("lane")):
        for ref in bpmn_children(lane, "flowNodeRef"):
            result[reference(ref.text)] = lane
    return result


def called_process(activity: Element) -> str:
    """The id of the process that a call activity calls, empty when it names none."""
    return reference(activity.get("calledElement"))


def action_of(element: Element) -> Element | None:
    """The action that a service task names."""
    return extension(element, "action")


def is_flow_node(element: Element) -> bool:
    """An activity, event or gateway of BPMN."""
    return namespace(element) == BPMN and local(element) in NODES


def loop_of(activity: Element) -> Element | None:
    """The multi-instance marker of an activity."""
    return bpmn_child(activity, "multiInstanceLoopCharacteristics")
