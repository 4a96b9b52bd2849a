"""A whole file laid out: its processes, its pools one under the other with the messages between them; and as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Final

from engine.arranging.grid import Point
from engine.arranging.scopes import Drawn, drawn, straight
from engine.compiling.xml import BPMNDI, DC, DI, Element, bpmn, bpmn_children, local, reference
from engine.drawing.model import Box
from engine.drawing.shapes import BAND
from engine.drawing.svg import number

_ORIGIN: Final = (160.0, 80.0)
_BETWEEN: Final = 60.0  # pools
_CLOSED: Final = 60.0  # the height of a pool that shows nothing
_SHORTEST: Final = 400.0


@dataclass
class Page:
    """One diagram: what it is of, and where everything stands."""

    of: str
    drawn: Drawn = field(default_factory=Drawn)


def pages(root: Element) -> list[Page]:
    """The diagrams of a file: of its collaboration, or of each process that stands in none."""
    found, shown = [], set[str]()
    for one in bpmn_children(root, "collaboration"):
        found.append(Page(str(one.get("id")), _pools(root, one)))
        shown |= {reference(pool.get("processRef")) for pool in bpmn_children(one, "participant")}
    for one in bpmn_children(root, "process"):
        if one.get("id") not in shown and (not found or len(one)):
            page = Page(str(one.get("id")))
            page.drawn.take(drawn(one), _ORIGIN)
            found.append(page)
    return found


def _pools(root: Element, collaboration: Element) -> Drawn:
    processes = {str(one.get("id")): one for one in bpmn_children(root, "process")}
    found = Drawn()
    y, width = _ORIGIN[1], _SHORTEST
    tops: list[tuple[str, float, float]] = []
    for pool in bpmn_children(collaboration, "participant"):
        process = processes.get(reference(pool.get("processRef")))
        inside = drawn(process) if process is not None else Drawn(0, _CLOSED)
        found.take(inside, (_ORIGIN[0] + BAND, y))
        tops.append((str(pool.get("id")), y, inside.height))
        width = max(width, inside.width + BAND)
        y += inside.height + _BETWEEN
    _widen(found, collaboration, processes, width)
    for key, top, height in tops:
        found.boxes[key] = Box(_ORIGIN[0], top, width, height)
    _messages(found, collaboration)
    return found


def _widen(found: Drawn, collaboration: Element, processes: dict[str, Element], width: float) -> None:
    """Every pool is as wide as the widest, and its lanes with it."""
    for pool in bpmn_children(collaboration, "participant"):
        process = processes.get(reference(pool.get("processRef")))
        for lane in process.iter(bpmn("lane")) if process is not None else ():
            box = found.boxes.get(str(lane.get("id")))
            if box is not None:
                found.boxes[str(lane.get("id"))] = Box(box.x, box.y, _ORIGIN[0] + width - box.x, box.height)


def _messages(found: Drawn, collaboration: Element) -> None:
    pools = [found.boxes[str(one.get("id"))] for one in bpmn_children(collaboration, "participant")]
    for one in bpmn_children(collaboration, "messageFlow"):
        start, end = (found.boxes.get(reference(one.get(name))) for name in ("sourceRef", "targetRef"))
        if start is not None and end is not None:
            found.lines[str(one.get("id"))] = _message(start, end, pools)


def _message(start: Box, end: Box, pools: list[Box]) -> list[Point]:
    """Out of a pool, over to the other step between both pools, and in; straight to or from a pool as such."""
    (ax, ay), (bx, by) = straight(start, end)
    ax = bx if start in pools else ax
    bx = ax if end in pools else bx
    if ax == bx:
        return [(ax, ay), (bx, by)]
    beside = next((one for one in pools if one.y <= end.y and end.bottom <= one.bottom), end)
    y = beside.y - _BETWEEN / 2 if by > ay else beside.bottom + _BETWEEN / 2
    return [(ax, ay), (ax, y), (bx, y), (bx, by)]


# -- as text -----------------------------------------------------------------------------------------------------------

_DRAWING = re.compile(rb"\s*<((?:\w[\w.-]*:)?BPMNDiagram)\b(?:[^>]*/>|.*?</\1\s*>)", re.DOTALL)
_END = re.compile(rb"\s*</(?:\w[\w.-]*:)?definitions\s*>\s*$")


def written(content: bytes, root: Element, found: list[Page]) -> bytes:
    """The file with these diagrams in place of its own; everything else stays as it is written."""
    bare = _DRAWING.sub(b"", content)
    end = _END.search(bare)
    if end is None:
        return content
    elements = {str(one.get("id")): one for one in root.iter() if isinstance(one.tag, str) and one.get("id")}
    taken = {key for key, one in elements.items() if not one.tag.startswith(f"{{{BPMNDI}}}")}
    text = "".join(_diagram(page, elements, taken, at) for at, page in enumerate(found, start=1))
    encoding = str(root.getroottree().docinfo.encoding or "UTF-8")
    return bare[: end.start()] + text.encode(encoding, "xmlcharrefreplace") + bare[end.start() :]


def _diagram(page: Page, elements: dict[str, Element], taken: set[str], at: int) -> str:
    names = f'xmlns:bpmndi="{BPMNDI}" xmlns:dc="{DC}" xmlns:di="{DI}"'
    lines = [
        f'\n  <bpmndi:BPMNDiagram {names} id="{_free(f"diagramme_{at}", taken)}">',
        f'    <bpmndi:BPMNPlane id="{_free(f"plan_{at}", taken)}" bpmnElement="{escape(page.of)}">',
    ]
    order = sorted(page.drawn.boxes, key=lambda key: _RANK.get(local(elements[key]), 2) if key in elements else 9)
    for key in order:
        if key in elements:
            lines += _shape(page.drawn, elements[key], key, _free(f"{key}_di", taken))
    for key, way in page.drawn.lines.items():
        if key in elements:
            lines += _edge(way, key, _free(f"{key}_di", taken))
    return "\n".join([*lines, "    </bpmndi:BPMNPlane>", "  </bpmndi:BPMNDiagram>"])


# What stands behind comes first, what stands over a step comes last.
_RANK: Final = {"participant": 0, "lane": 1, "boundaryEvent": 3}


def _shape(found: Drawn, element: Element, key: str, name: str) -> Iterator[str]:
    kind, box = local(element), found.boxes[key]
    more = ' isHorizontal="true"' if kind in {"participant", "lane"} else ""
    more += ' isExpanded="true"' if key in found.opened else ""
    more += ' isMarkerVisible="true"' if kind == "exclusiveGateway" else ""
    yield f'      <bpmndi:BPMNShape id="{name}" bpmnElement="{escape(key)}"{more}>'
    size = f'width="{number(box.width)}" height="{number(box.height)}"'
    yield f'        <dc:Bounds x="{number(box.x)}" y="{number(box.y)}" {size} />'
    yield "      </bpmndi:BPMNShape>"


def _edge(way: list[Point], key: str, name: str) -> Iterator[str]:
    yield f'      <bpmndi:BPMNEdge id="{name}" bpmnElement="{escape(key)}">'
    for x, y in way:
        yield f'        <di:waypoint x="{number(x)}" y="{number(y)}" />'
    yield "      </bpmndi:BPMNEdge>"


def _free(name: str, taken: set[str]) -> str:
    """An id that nothing else has."""
    found, more = name, 1
    while found in taken:
        more += 1
        found = f"{name}_{more}"
    taken.add(found)
    return escape(found)
