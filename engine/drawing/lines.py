"""Drawing lines: sequence flows, message flows, associations, with their heads, tails and labels."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from engine.compiling.xml import bpmn_child, local
from engine.drawing import text
from engine.drawing.icons import INK, PAPER
from engine.drawing.shapes import ACTIVITIES, name_of
from engine.drawing.svg import number, tag

if TYPE_CHECKING:
    from engine.compiling.xml import Element
    from engine.drawing.model import Edge

Point = tuple[float, float]


def draw(edge: Edge, source: Element | None) -> str:
    """A line without its group; `source` is the element that a sequence flow leaves."""
    kind = local(edge.element)
    way = "M" + " L".join(f"{number(x)},{number(y)}" for x, y in edge.points)
    dash = {"messageFlow": "8 5", "association": "1 4", "dataInputAssociation": "1 4", "dataOutputAssociation": "1 4"}
    line = tag(
        "path",
        class_=f"bpmn-trait bpmn-ligne bpmn-{kind}",
        d=way,
        fill="none",
        stroke=INK,
        stroke_width=1.5,
        stroke_dasharray=dash.get(kind),
        stroke_linecap="round" if dash.get(kind) == "1 4" else None,
        stroke_linejoin="round",
    )
    return line + _head(edge, kind) + _tail(edge, kind, source) + _label(edge)


def _head(edge: Edge, kind: str) -> str:
    tip, before = edge.points[-1], _before(edge.points)
    if kind == "sequenceFlow":
        return _triangle(tip, before, INK)
    if kind == "messageFlow":
        return _triangle(tip, before, PAPER)
    directed = edge.element.get("associationDirection") in {"One", "Both"}
    return _triangle(tip, before, None) if directed or kind.startswith("data") else ""


def _before(points: tuple[Point, ...]) -> Point:
    """The last corner that is not the tip itself."""
    return next((p for p in reversed(points[:-1]) if p != points[-1]), points[0])


def _triangle(tip: Point, before: Point, fill: str | None) -> str:
    angle = math.atan2(tip[1] - before[1], tip[0] - before[0])
    sides = [(tip[0] - 10 * math.cos(angle + a), tip[1] - 10 * math.sin(angle + a)) for a in (0.42, -0.42)]
    (ax, ay), (bx, by) = sides
    data = f"M{number(ax)},{number(ay)} L{number(tip[0])},{number(tip[1])} L{number(bx)},{number(by)}"
    style = "bpmn-pointe bpmn-plein" if fill == INK else "bpmn-pointe bpmn-fond" if fill else "bpmn-pointe"
    return tag("path", class_=style, d=data + (" Z" if fill else ""), fill=fill or "none", stroke=INK, stroke_width=1.2)


def _tail(edge: Edge, kind: str, source: Element | None) -> str:
    start = edge.points[0]
    towards = next((p for p in edge.points[1:] if p != start), edge.points[-1])
    angle = math.degrees(math.atan2(towards[1] - start[1], towards[0] - start[0]))
    place = f"translate({number(start[0])} {number(start[1])}) rotate({number(angle)})"
    if kind == "messageFlow":
        return tag("circle", class_="bpmn-pointe bpmn-fond", cx=start[0], cy=start[1], r=4, fill=PAPER, stroke=INK)
    if kind != "sequenceFlow" or source is None:
        return ""
    if source.get("default") == edge.element.get("id"):
        return tag(
            "path", class_="bpmn-trait", d="M6,5 L11,-5", transform=place, fill="none", stroke=INK, stroke_width=1.5
        )
    if bpmn_child(edge.element, "conditionExpression") is not None and local(source) in ACTIVITIES:
        shape = "M0,0 L8,-5 L16,0 L8,5 Z"
        return tag("path", class_="bpmn-fond bpmn-trait", d=shape, transform=place, fill=PAPER, stroke=INK)
    return ""


def _label(edge: Edge) -> str:
    name = name_of(edge.element)
    if not name:
        return ""
    if edge.label is not None and edge.label.width > 0:
        x, _ = edge.label.middle
        return text.below(name, x, edge.label.y, max(edge.label.width + 8, 60))
    x, y = _halfway(edge.points)
    lines = text.wrap(name, 90, 3)
    return text.block(lines, x, y - 4 - len(lines) * text.LEADING / 2, class_="bpmn-texte bpmn-etiquette")


def beside(edge: Edge) -> Point:
    """Where a figure stands on a line: its middle, or under it where the line's name stands."""
    x, y = _halfway(edge.points)
    return (x, y + 11) if name_of(edge.element) else (x, y)


def _halfway(points: tuple[Point, ...]) -> Point:
    """The middle of the longest stretch, where a label is least in the way."""
    stretches = list(itertools.pairwise(points))
    (ax, ay), (bx, by) = max(stretches, key=lambda s: math.dist(*s))
    return (ax + bx) / 2, (ay + by) / 2
