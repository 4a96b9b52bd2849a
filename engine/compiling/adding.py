"""Adding to an analyst's own file what a correction needs: an end event with its flow, its lane and its place drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lxml import etree

from engine.compiling.model import lanes, process_of
from engine.compiling.rewrites.build import connect, make
from engine.compiling.xml import BPMNDI, DC, DI, bpmn, local, reference

if TYPE_CHECKING:
    from engine.compiling.model import Model
    from engine.compiling.xml import Element

Box = tuple[float, float, float, float]
SIDE: Final = 36.0
_GAP: Final = 50.0
_LOWER: Final = 80.0
_MOST: Final = 50
_BEFORE: Final = frozenset({"documentation", "auditing", "monitoring", "categoryValueRef", "extensionElements"})


def add_end(model: Model, scope: Element, node: Element) -> None:
    """An end event after a node that leads nowhere, in its lane, drawn on its right where the node is drawn."""
    end = make(model, scope, "endEvent", f"fin_{node.get('id')}")
    flow = connect(model, scope, node, str(end.get("id")))
    for place, one in enumerate((end, flow), scope.index(node) + 1):  # the schema wants them before what annotates
        scope.insert(place, one)
        one.tail = node.tail
    for one, kind in ((node, "outgoing"), (end, "incoming")):
        _mention(one, kind, str(flow.get("id")))
    process = process_of(scope)
    lane = lanes(process).get(str(node.get("id"))) if process is not None else None
    if lane is not None:
        etree.SubElement(lane, bpmn("flowNodeRef")).text = end.get("id")
    _draw(model, node, end, flow)


def _mention(node: Element, kind: str, flow: str) -> None:
    """What elements say of their flows, where the schema wants it."""
    place = sum(1 for child in node if local(child) in _BEFORE | {"incoming", kind})
    told = etree.Element(bpmn(kind))
    told.text = flow
    node.insert(place, told)


def _draw(model: Model, node: Element, end: Element, flow: Element) -> None:
    shape = next((one for one in _shapes(node) if reference(one.get("bpmnElement")) == node.get("id")), None)
    box = _box(shape) if shape is not None else None
    plane = shape.getparent() if shape is not None else None
    if box is None or plane is None:
        return
    left, top, width, height = box
    x, y = _free(node, left + width + _GAP, top + height / 2 - SIDE / 2)
    made = _placed(model, plane, "BPMNShape", end)
    etree.SubElement(made, f"{{{DC}}}Bounds", _numbers(x=x, y=y, width=SIDE, height=SIDE))
    edge = _placed(model, plane, "BPMNEdge", flow)
    middle = top + height / 2
    corner = (
        [] if y + SIDE / 2 == middle else [(left + width + _GAP / 2, middle), (left + width + _GAP / 2, y + SIDE / 2)]
    )
    for px, py in [(left + width, middle), *corner, (x, y + SIDE / 2)]:
        etree.SubElement(edge, f"{{{DI}}}waypoint", _numbers(x=px, y=py))


def _placed(model: Model, plane: Element, kind: str, element: Element) -> Element:
    key = f"{element.get('id')}_di"
    model.ids.add(key)
    return etree.SubElement(plane, f"{{{BPMNDI}}}{kind}", {"id": key, "bpmnElement": str(element.get("id"))})


def _free(node: Element, x: float, y: float) -> tuple[float, float]:
    """The first place from there down where nothing small stands (pools, lanes and sub-processes hold others)."""
    taken = [box for one in _shapes(node) if (box := _box(one)) is not None and box[2] <= 2 * _GAP and box[3] <= _LOWER]
    for _ in range(_MOST):
        if not any(x < bx + bw and bx < x + SIDE and y < by + bh and by < y + SIDE for bx, by, bw, bh in taken):
            break
        y += _LOWER
    return x, y


def _shapes(node: Element) -> list[Element]:
    return list(node.getroottree().getroot().iter(f"{{{BPMNDI}}}BPMNShape"))


def _box(shape: Element) -> Box | None:
    bounds = shape.find(f"{{{DC}}}Bounds")
    try:
        return None if bounds is None else tuple(float(bounds.get(n) or "") for n in ("x", "y", "width", "height"))  # type: ignore[return-value]
    except ValueError:
        return None


def _numbers(**values: float) -> dict[str, str]:
    return {name: f"{value:g}" for name, value in values.items()}
