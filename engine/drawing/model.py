"""Reading the diagram interchange: which element stands where, in which of the file's diagrams."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.compiling.xml import BPMNDI, DC, DI, Element, local, reference

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Box:
    """A rectangle in the diagram's own units."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> tuple[float, float]:
        """The centre."""
        return self.x + self.width / 2, self.y + self.height / 2

    def inset(self, by: float) -> Box:
        """The rectangle made smaller by so much on each side."""
        return Box(self.x + by, self.y + by, max(self.width - 2 * by, 0), max(self.height - 2 * by, 0))


@dataclass(frozen=True)
class Shape:
    """A node: the model's element and its place."""

    element: Element
    box: Box
    label: Box | None
    horizontal: bool | None
    expanded: bool | None
    marker_visible: bool


@dataclass(frozen=True)
class Edge:
    """A line: the model's element, its way and the place of its label."""

    element: Element
    points: tuple[tuple[float, float], ...]
    label: Box | None


@dataclass
class Plane:
    """One diagram of a file."""

    name: str
    shapes: list[Shape] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)

    def extent(self) -> Box:
        """The rectangle that holds everything drawn."""
        corners = list(self._corners())
        if not corners:
            return Box(0, 0, 0, 0)
        left, top = min(c[0] for c in corners), min(c[1] for c in corners)
        return Box(left, top, max(c[2] for c in corners) - left, max(c[3] for c in corners) - top)

    def _corners(self) -> Iterator[tuple[float, float, float, float]]:
        for shape in self.shapes:
            yield shape.box.x, shape.box.y, shape.box.right, shape.box.bottom
            if shape.label is not None:
                yield shape.label.x, shape.label.y, shape.label.right, shape.label.bottom
            elif shape.element.get("name") and shape.box.width < 60:
                x, _ = shape.box.middle
                yield x - 48, shape.box.y, x + 48, shape.box.bottom + 48
        for edge in self.edges:
            for x, y in edge.points:
                yield x, y, x, y
            if edge.label is not None:
                yield edge.label.x, edge.label.y, edge.label.right, edge.label.bottom


def planes(root: Element) -> list[Plane]:
    """The diagrams of a document that show something; elements drawn but not modelled are left out."""
    elements = {str(e.get("id")): e for e in root.iter() if isinstance(e.tag, str) and e.get("id")}
    found = []
    for diagram in root.iter(f"{{{BPMNDI}}}BPMNDiagram"):
        plane = Plane(diagram.get("name") or "")
        for node in diagram.iter(f"{{{BPMNDI}}}BPMNShape", f"{{{BPMNDI}}}BPMNEdge"):
            element = elements.get(reference(node.get("bpmnElement")))
            if element is None:
                continue
            if local(node) == "BPMNShape":
                _add_shape(plane, node, element)
            else:
                _add_edge(plane, node, element)
        if plane.shapes:
            found.append(plane)
    return found


def _add_shape(plane: Plane, node: Element, element: Element) -> None:
    box = _box(node)
    if box is not None:
        horizontal, expanded = _truth(node.get("isHorizontal")), _truth(node.get("isExpanded"))
        plane.shapes.append(
            Shape(element, box, _label(node), horizontal, expanded, _truth(node.get("isMarkerVisible")) is True)
        )


def _add_edge(plane: Plane, node: Element, element: Element) -> None:
    points = []
    for point in node.iter(f"{{{DI}}}waypoint"):
        x, y = _float(point.get("x")), _float(point.get("y"))
        if x is not None and y is not None:
            points.append((x, y))
    if len(points) > 1:
        plane.edges.append(Edge(element, tuple(points), _label(node)))


def _label(node: Element) -> Box | None:
    label = node.find(f"{{{BPMNDI}}}BPMNLabel")
    return _box(label) if label is not None else None


def _box(node: Element) -> Box | None:
    bounds = node.find(f"{{{DC}}}Bounds")
    if bounds is None:
        return None
    x, y, width, height = (_float(bounds.get(name)) for name in ("x", "y", "width", "height"))
    if x is None or y is None or width is None or height is None or width < 0 or height < 0:
        return None
    return Box(x, y, width, height)


def _float(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if abs(value) < 1e6 else None


def _truth(text: str | None) -> bool | None:
    return None if text is None else text.strip() in {"true", "1"}
