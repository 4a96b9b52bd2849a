"""The places of a drawing in the order in which a token meets them: what a picture tells, what a table lists."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.compiling.xml import Element, bpmn, bpmn_children, local, parse, text_of
from engine.drawing import shapes

if TYPE_CHECKING:
    from collections.abc import Mapping

STEPS: Final = shapes.ACTIVITIES | shapes.EVENTS
KINDS: Final = {
    "startEvent": "début",
    "endEvent": "fin",
    "intermediateCatchEvent": "attente",
    "intermediateThrowEvent": "événement",
    "boundaryEvent": "événement attaché",
    "callActivity": "étape appelée",
    "subProcess": "sous-processus",
}


@dataclass(frozen=True, slots=True)
class Place:
    """An element or a flow, with a name for people. `branch`: a flow that is one of several ways on."""

    id: str
    name: str
    kind: str
    flow: bool = False
    branch: bool = False


def places(content: bytes) -> tuple[Place, ...]:
    """Activities and events of a file, then its flows. Raises engine.compiling.xml.XmlRefused."""
    root = parse(content)
    elements = {str(e.get("id")): e for e in root.iter() if isinstance(e.tag, str) and e.get("id")}
    ways = [flow for flow in root.iter(bpmn("sequenceFlow")) if flow.get("id")]
    leaving: dict[str, int] = {}
    for flow in ways:
        leaving[str(flow.get("sourceRef"))] = leaving.get(str(flow.get("sourceRef")), 0) + 1
    steps = [Place(str(e.get("id")), _named(e), local(e)) for e in in_order(root, elements)]
    flows = [
        Place(str(f.get("id")), _way(f, elements), "sequenceFlow", True, leaving[str(f.get("sourceRef"))] > 1)
        for f in ways
    ]
    return (*steps, *flows)


def _named(element: Element) -> str:
    return shapes.name_of(element) or KINDS.get(local(element), "étape sans nom")


def _way(flow: Element, elements: Mapping[str, Element]) -> str:
    ends = [elements.get(flow.get(name) or "") for name in ("sourceRef", "targetRef")]
    source, target = ("" if one is None else shapes.name_of(one) or str(one.get("id")) for one in ends)
    name = shapes.name_of(flow)
    return f"{source} → {target}" + (f" ({name})" if name else "")


def in_order(root: Element, elements: Mapping[str, Element]) -> list[Element]:
    """Activities and events in the order in which a token meets them first, then those that none meets."""
    following: dict[str, list[str]] = {}
    for flow in root.iter(bpmn("sequenceFlow")):
        following.setdefault(flow.get("sourceRef") or "", []).append(flow.get("targetRef") or "")
    for event in root.iter(bpmn("boundaryEvent")):
        following.setdefault(event.get("attachedToRef") or "", []).append(str(event.get("id")))
    entered = {target for targets in following.values() for target in targets}
    nodes = [e for e in elements.values() if local(e) in STEPS | shapes.GATEWAYS]
    seen: dict[str, Element] = {}
    starts = [e for e in nodes if e.get("id") not in entered]
    for first in [*starts, *nodes]:
        queue = deque([first])
        while queue:
            element = queue.popleft()
            key = str(element.get("id"))
            if key in seen:
                continue
            seen[key] = element
            queue.extend(elements[k] for k in following.get(key, ()) if k in elements)
            queue.extend(bpmn_children(element, "startEvent"))
    return [e for e in seen.values() if local(e) in STEPS and (shapes.name_of(e) or text_of(e) or local(e) in KINDS)]
