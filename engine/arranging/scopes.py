"""One process, or one subprocess opened: its steps by lane in a grid, its lines, what stands beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from engine.arranging.grid import Grid, Point, Router, laid, moved
from engine.arranging.ranks import Cell, Flow, ranked
from engine.compiling.xml import Element, bpmn_child, bpmn_children, local, reference, text_of
from engine.drawing.model import Box
from engine.drawing.shapes import ACTIVITIES, BAND, EVENTS, GATEWAYS, SUBPROCESSES

BESIDE: Final = {
    "dataObjectReference": (36.0, 50.0),
    "dataStoreReference": (50.0, 50.0),
    "textAnnotation": (160.0, 50.0),
}
_EVENT, _GATEWAY, _ACTIVITY = (36.0, 36.0), (50.0, 50.0), (100.0, 80.0)
_APART: Final = 100.0  # events at one edge, where there is room


@dataclass
class Drawn:
    """Where everything of a scope stands, from its own upper left corner."""

    width: float = 0.0
    height: float = 0.0
    boxes: dict[str, Box] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)
    lines: dict[str, list[Point]] = field(default_factory=dict)

    def take(self, other: Drawn, by: Point) -> None:
        """Draw another scope within this one."""
        self.boxes |= {key: moved(box, by) for key, box in other.boxes.items()}
        self.lines |= {key: [(x + by[0], y + by[1]) for x, y in way] for key, way in other.lines.items()}
        self.opened |= other.opened


@dataclass
class _Scope:
    """A scope's elements by kind; `edges` are the events at the edge of each step."""

    element: Element
    steps: dict[str, Element] = field(default_factory=dict)
    edges: dict[str, list[str]] = field(default_factory=dict)
    beside: dict[str, Element] = field(default_factory=dict)
    hosts: dict[str, str] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    inner: dict[str, Drawn] = field(default_factory=dict)


def drawn(element: Element) -> Drawn:
    """A process or subprocess as a drawing; its lanes are bands from the top."""
    scope = _read(element)
    lanes = list(_leaves(element))
    band_of = _bands(scope, lanes)
    ranking = ranked(list(scope.steps), scope.flows, band_of)
    cells = {**ranking.cells, **_cells_beside(scope, ranking.cells, len(lanes) or 1)}
    grid = laid(cells, {one: _size(scope, one) for one in cells}, len(lanes) or 1)
    shift = BAND * _depth(element)
    found = Drawn(grid.lefts[-1], grid.tops[-1])
    _put_steps(found, scope, grid)
    _put_lines(found, scope, grid)
    whole = Drawn(found.width + shift, found.height)
    whole.take(found, (shift, 0))
    whole.boxes |= _lane_boxes(element, grid, whole.width)
    return whole


def _read(element: Element) -> _Scope:
    scope = _Scope(element)
    for one in bpmn_children(element):
        key, kind = str(one.get("id")), local(one)
        if kind == "boundaryEvent":
            scope.hosts[key] = reference(one.get("attachedToRef"))
        elif kind in ACTIVITIES | EVENTS | GATEWAYS:
            scope.steps[key] = one
        elif kind in BESIDE:
            scope.beside[key] = one
        if kind in SUBPROCESSES and any(local(inner) in ACTIVITIES | EVENTS | GATEWAYS for inner in bpmn_children(one)):
            scope.inner[key] = drawn(one)
    scope.hosts = {key: host for key, host in scope.hosts.items() if host in scope.steps}
    for key, host in scope.hosts.items():
        scope.edges.setdefault(host, []).append(key)
    scope.flows = list(_flows(scope))
    return scope


def _flows(scope: _Scope) -> Iterator[Flow]:
    for one in bpmn_children(scope.element, "sequenceFlow"):
        source, target = reference(one.get("sourceRef")), reference(one.get("targetRef"))
        host = scope.hosts.get(source, source)
        if one.get("id") and host in scope.steps and target in scope.steps:
            yield Flow(str(one.get("id")), host, target, source if source in scope.hosts else "")


def _size(scope: _Scope, key: str) -> tuple[float, float]:
    if key in scope.beside:
        return BESIDE[local(scope.beside[key])]
    if key in scope.inner:
        return scope.inner[key].width, scope.inner[key].height
    kind = local(scope.steps[key])
    return _EVENT if kind in EVENTS else _GATEWAY if kind in GATEWAYS else _ACTIVITY


def _put_steps(found: Drawn, scope: _Scope, grid: Grid) -> None:
    for key, box in grid.boxes.items():
        found.boxes[key] = box
        if key in scope.inner:
            found.opened.add(key)
            found.take(scope.inner[key], (box.x, box.y))
        for number, edge in enumerate(scope.edges.get(key, [])):
            x = box.right - 2 - _EVENT[0] - number * min(_APART, box.width / max(len(scope.edges[key]), 1))
            found.boxes[edge] = Box(x, box.bottom - _EVENT[1] / 2, *_EVENT)


def _put_lines(found: Drawn, scope: _Scope, grid: Grid) -> None:
    router = Router(grid, [key for key, one in scope.steps.items() if local(one) in GATEWAYS])
    for flow in scope.flows:
        found.lines[flow.id] = router.way(flow, found.boxes[flow.edge] if flow.edge else None)
    for line, (start, end) in _ties(scope.element):
        if start in found.boxes and end in found.boxes:
            found.lines[line] = straight(found.boxes[start], found.boxes[end])


def straight(start: Box, end: Box) -> list[Point]:
    """From the nearer side of one box to that of the other."""
    (ax, _), (bx, _) = start.middle, end.middle
    down = end.y >= start.bottom
    return [(ax, start.bottom if down else start.y), (bx, end.y if down else end.bottom)]


# -- lanes -------------------------------------------------------------------------------------------------------------


def _lanes(element: Element) -> Iterator[Element]:
    for name in ("laneSet", "childLaneSet"):
        for lanes in bpmn_children(element, name):
            yield from bpmn_children(lanes, "lane")


def _leaves(element: Element) -> Iterator[Element]:
    """The lanes that hold no other, from the top."""
    for lane in _lanes(element):
        inside = list(_leaves(lane))
        yield from inside or [lane]


def _depth(element: Element) -> int:
    return max([1 + _depth(lane) for lane in _lanes(element)], default=0)


def _bands(scope: _Scope, lanes: list[Element]) -> dict[str, int]:
    """The lane of each step; one that is in none stands with those that lead to it."""
    held = {text_of(one): number for number, lane in enumerate(lanes) for one in bpmn_children(lane, "flowNodeRef")}
    found = {key: held[key] for key in scope.steps if key in held}
    for flow in scope.flows:
        if flow.target not in found and flow.source in found:
            found[flow.target] = found[flow.source]
    return {key: found.get(key, 0) for key in scope.steps}


def _lane_boxes(element: Element, grid: Grid, width: float) -> dict[str, Box]:
    """Each lane over its rows; one that holds others, round them, its name to the left of theirs."""
    leaves = [str(one.get("id")) for one in _leaves(element)]
    found: dict[str, Box] = {}

    def put(lane: Element, depth: int) -> Box:
        inside = [put(one, depth + 1) for one in _lanes(lane)]
        if inside:
            top, bottom = inside[0].y, inside[-1].bottom
        else:
            band = leaves.index(str(lane.get("id")))
            first, last = grid.first[band], grid.first[band + 1]
            top = _line_above(grid, first)
            bottom = _line_above(grid, last)
        found[str(lane.get("id"))] = box = Box(BAND * depth, top, width - BAND * depth, bottom - top)
        return box

    for lane in _lanes(element):
        put(lane, 0)
    return found


def _line_above(grid: Grid, row: int) -> float:
    """Where a lane that begins at that row begins: in the middle of the gap, at the edges of the drawing outside."""
    if row == 0:
        return 0.0
    return grid.tops[row] - (0.0 if row == len(grid.tops) - 1 else 25.0)


# -- what stands beside the steps --------------------------------------------------------------------------------------


def _ties(element: Element) -> Iterator[tuple[str, tuple[str, str]]]:
    """Associations, and the lines of data, by their two ends."""
    for one in bpmn_children(element, "association"):
        yield str(one.get("id")), (reference(one.get("sourceRef")), reference(one.get("targetRef")))
    for step in bpmn_children(element):
        for one in bpmn_children(step, "dataInputAssociation"):
            yield str(one.get("id")), (reference(text_of(bpmn_child(one, "sourceRef"))), str(step.get("id")))
        for one in bpmn_children(step, "dataOutputAssociation"):
            yield str(one.get("id")), (str(step.get("id")), reference(text_of(bpmn_child(one, "targetRef"))))


def _cells_beside(scope: _Scope, cells: Mapping[str, Cell], bands: int) -> dict[str, Cell]:
    """Data and notes in rows of their own under the last band, each near a step that it is tied to."""
    last = bands - 1
    row = max([one.row for one in cells.values() if one.band == last], default=0) + 1
    taken: set[Cell] = set()
    found = {}
    for key in scope.beside:
        ends = [end for _, pair in _ties(scope.element) if key in pair for end in pair]
        column = next((cells[end].column for end in ends if end in cells), 0)
        cell = Cell(last, row, column)
        while cell in taken:
            cell = Cell(last, cell.row, cell.column + 1)
        taken.add(cell)
        found[key] = cell
    return found
