"""Drawing nodes: pools, lanes, activities, events, gateways, data and annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.compiling.xml import bpmn, bpmn_child, bpmn_children, local, text_of
from engine.drawing import icons, text
from engine.drawing.icons import INK, PAPER
from engine.drawing.svg import number, tag

if TYPE_CHECKING:
    from engine.compiling.xml import Element
    from engine.drawing.model import Box, Shape

TASKS: Final = frozenset(
    {"task", "userTask", "serviceTask", "scriptTask", "manualTask", "sendTask", "receiveTask", "businessRuleTask"}
)
SUBPROCESSES: Final = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES: Final = TASKS | SUBPROCESSES | {"callActivity"}
EVENTS: Final = frozenset(
    {
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
        "implicitThrowEvent",
    }
)
GATEWAYS: Final = frozenset(
    {"exclusiveGateway", "inclusiveGateway", "parallelGateway", "complexGateway", "eventBasedGateway"}
)
CONTAINERS: Final = frozenset({"participant", "lane", "group"})
BAND: Final = 30.0


def draw(shape: Shape, tint: str = "") -> str:
    """A node without its group: outline, a tint over it, signs and label."""
    kind = local(shape.element)
    if kind in ACTIVITIES:
        return _activity(shape, kind, tint)
    if kind in EVENTS:
        return _event(shape, kind, tint)
    if kind in GATEWAYS:
        return _gateway(shape, kind, tint)
    drawer = _OTHERS.get(kind)
    return drawer(shape) + tint if drawer else ""


def name_of(element: Element) -> str:
    """What a person reads: the name, else an annotation's text, else nothing."""
    return " ".join((element.get("name") or "").split()) or text_of(bpmn_child(element, "text"))


def _rect(
    box: Box, class_: str, *, radius: float = 0, width: float = 1.5, dash: str | None = None, fill: str = PAPER
) -> str:
    return tag(
        "rect",
        class_=class_,
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
        rx=radius or None,
        fill=fill,
        stroke=INK,
        stroke_width=width,
        stroke_dasharray=dash,
    )


def _activity(shape: Shape, kind: str, tint: str) -> str:
    box, element = shape.box, shape.element
    event_driven = element.get("triggeredByEvent") == "true"
    outline = _rect(
        box,
        "bpmn-fond bpmn-trait",
        radius=10,
        width=4 if kind == "callActivity" else 1.5,
        dash="2 3" if event_driven else None,
    )
    if kind == "transaction":
        outline += _rect(box.inset(3.5), "bpmn-trait", radius=8, fill="none")
    x, y = box.middle
    expanded = is_expanded(shape, kind)
    if expanded:
        lines = text.wrap(name_of(element), max(box.width - 30, 40), 2)
        label = text.block(lines, x, box.y + 8 + len(lines) * text.LEADING / 2)
    else:
        foot = 14 if _markers(shape, kind) else 0
        rows = max(int((box.height - foot - 6) // text.LEADING), 1)
        lines = text.wrap(name_of(element), max(box.width - 14, 30), rows)
        head = 12 if icons.task(kind, 0, 0) and len(lines) > 2 and len(lines) < rows else 0
        label = text.block(lines, x, y + (head - foot) / 2)
    return outline + tint + icons.task(kind, box.x + 14, box.y + 13) + label + _foot(shape, kind)


def is_expanded(shape: Shape, kind: str) -> bool:
    """Whether a sub-process shows its contents here; without a word of the file, by its size."""
    large = shape.box.width > 130 or shape.box.height > 100
    if kind == "callActivity":
        return shape.expanded is True and large
    if kind not in SUBPROCESSES:
        return False
    return large if shape.expanded is None else shape.expanded


def _markers(shape: Shape, kind: str) -> list[str]:
    found = []
    element = shape.element
    if bpmn_child(element, "standardLoopCharacteristics") is not None:
        found.append("loop")
    several = bpmn_child(element, "multiInstanceLoopCharacteristics")
    if several is not None:
        found.append("sequential" if several.get("isSequential") == "true" else "parallel")
    if element.get("isForCompensation") == "true":
        found.append("compensation")
    if kind == "adHocSubProcess":
        found.append("adhoc")
    if kind in SUBPROCESSES and not is_expanded(shape, kind):
        found.append("collapsed")
    return found


def _foot(shape: Shape, kind: str) -> str:
    kinds = _markers(shape, kind)
    x, _ = shape.box.middle
    left = x - (len(kinds) - 1) * 9
    return "".join(icons.marker(k, left + i * 18, shape.box.bottom - 9) for i, k in enumerate(kinds))


def definitions(element: Element) -> list[str]:
    """The kinds of an event's definitions, written inside it or referred to."""
    found = [local(child) for child in bpmn_children(element) if local(child).endswith("EventDefinition")]
    root = element.getroottree().getroot()
    for reference in bpmn_children(element, "eventDefinitionRef"):
        wanted = text_of(reference).rsplit(":", 1)[-1]
        found += [local(d) for d in bpmn_children(root) if d.get("id") == wanted]
    return found


def _event(shape: Shape, kind: str, tint: str) -> str:
    box, element = shape.box, shape.element
    x, y = box.middle
    radius = min(box.width, box.height) / 2
    soft = element.get("cancelActivity") == "false" or element.get("isInterrupting") == "false"
    ring: dict[str, str | float | None] = {
        "class_": "bpmn-fond bpmn-trait",
        "cx": x,
        "cy": y,
        "stroke": INK,
        "stroke_dasharray": "4 3" if soft else None,
    }
    drawn = tag("circle", r=radius, fill=PAPER, stroke_width=3.5 if kind == "endEvent" else 1.5, **ring)
    throwing = kind in {"endEvent", "intermediateThrowEvent", "implicitThrowEvent"}
    if kind in {"intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}:
        drawn += tag("circle", r=max(radius - 3, 1), fill=PAPER, stroke_width=1.5, **ring)
    drawn += tint
    kinds = definitions(element)
    sign = (
        kinds[0] if len(kinds) == 1 else "parallelMultiple" if element.get("parallelMultiple") == "true" else "multiple"
    )
    if kinds:
        drawn += icons.event(sign, x, y, filled=throwing, scale=radius / 18)
    return drawn + _outside_label(shape)


def _outside_label(shape: Shape) -> str:
    name = name_of(shape.element)
    x, _ = shape.box.middle
    if shape.label is not None and shape.label.width > 0:
        middle, _ = shape.label.middle
        return text.below(name, middle, shape.label.y, max(shape.label.width + 8, 60))
    return text.below(name, x, shape.box.bottom + 4)


def _gateway(shape: Shape, kind: str, tint: str) -> str:
    box = shape.box
    x, y = box.middle
    corners = ((x, box.y), (box.right, y), (x, box.bottom), (box.x, y))
    diamond = tag(
        "polygon",
        class_="bpmn-fond bpmn-trait",
        points=" ".join(f"{number(a)},{number(b)}" for a, b in corners),
        fill=PAPER,
        stroke=INK,
        stroke_width=1.5,
    )
    instantiating = shape.element.get("instantiate") == "true"
    return (
        diamond
        + tint
        + icons.gateway(kind, x, y, cross=shape.marker_visible, instantiating=instantiating)
        + _outside_label(shape)
    )


def _participant(shape: Shape) -> str:
    box = shape.box
    outline = _rect(box, "bpmn-fond bpmn-trait bpmn-piscine")
    name = name_of(shape.element)
    x, y = box.middle
    if not shape.element.get("processRef") and bpmn_child(shape.element, "participantMultiplicity") is None:
        return outline + text.block(text.wrap(name, max(box.width, box.height) - 20, 2), x, y, turn=_upright(shape))
    foot = (
        ""
        if bpmn_child(shape.element, "participantMultiplicity") is None
        else icons.marker("parallel", x, box.bottom - 9)
    )
    return outline + _banded(shape, name) + foot


def _upright(shape: Shape) -> float | None:
    return -90 if shape.horizontal is False or shape.box.height > 2 * shape.box.width else None


def _banded(shape: Shape, name: str) -> str:
    box = shape.box
    if shape.horizontal is False:
        line = tag(
            "path",
            class_="bpmn-trait",
            d=f"M{number(box.x)},{number(box.y + BAND)} h{number(box.width)}",
            stroke=INK,
            fill="none",
        )
        return line + text.block(text.wrap(name, box.width - 10, 2), box.middle[0], box.y + BAND / 2)
    line = tag(
        "path",
        class_="bpmn-trait",
        d=f"M{number(box.x + BAND)},{number(box.y)} v{number(box.height)}",
        stroke=INK,
        fill="none",
    )
    return line + text.block(text.wrap(name, box.height - 10, 2), box.x + BAND / 2, box.middle[1], turn=-90)


def _lane(shape: Shape) -> str:
    box = shape.box
    outline = _rect(box, "bpmn-trait bpmn-couloir", width=1, fill="none")
    name = name_of(shape.element)
    if shape.horizontal is False:
        return outline + text.block(text.wrap(name, box.width - 10, 1), box.middle[0], box.y + 14)
    return outline + text.block(text.wrap(name, box.height - 10, 2), box.x + 15, box.middle[1], turn=-90)


def _data(shape: Shape) -> str:
    box = shape.box
    fold = min(box.width, box.height) * 0.28
    page = (
        f"M{number(box.x)},{number(box.y)} H{number(box.right - fold)} L{number(box.right)},{number(box.y + fold)} "
        f"V{number(box.bottom)} H{number(box.x)} Z "
        f"M{number(box.right - fold)},{number(box.y)} v{number(fold)} h{number(fold)}"
    )
    drawn = tag("path", class_="bpmn-fond bpmn-trait bpmn-donnee", d=page, fill=PAPER, stroke=INK, stroke_width=1.2)
    kind = local(shape.element)
    if kind in {"dataInput", "dataOutput"}:
        drawn += icons.event("linkEventDefinition", box.x + 11, box.y + 11, filled=kind == "dataOutput", scale=0.6)
    if _is_collection(shape.element):
        drawn += icons.marker("parallel", box.middle[0], box.bottom - 8)
    return drawn + _outside_label(shape)


def _is_collection(element: Element) -> bool:
    if element.get("isCollection") == "true":
        return True
    wanted = element.get("dataObjectRef")
    owners = element.getroottree().getroot().iter(bpmn("dataObject")) if wanted else ()
    return any(o.get("id") == wanted and o.get("isCollection") == "true" for o in owners)


def _store(shape: Shape) -> str:
    box = shape.box
    bend = box.height * 0.12
    half = box.width / 2
    arc = f"a{number(half)},{number(bend)} 0 0 0 {number(box.width)},0"
    body = (
        f"M{number(box.x)},{number(box.y + bend)} V{number(box.bottom - bend)} {arc} V{number(box.y + bend)} "
        f"a{number(half)},{number(bend)} 0 0 0 {number(-box.width)},0 {arc} "
        f"M{number(box.x)},{number(box.y + 2 * bend)} {arc} M{number(box.x)},{number(box.y + 3 * bend)} {arc}"
    )
    drawn = tag("path", class_="bpmn-fond bpmn-trait bpmn-donnee", d=body, fill=PAPER, stroke=INK, stroke_width=1.2)
    return drawn + _outside_label(shape)


def _annotation(shape: Shape) -> str:
    box = shape.box
    bracket = f"M{number(box.x + 10)},{number(box.y)} H{number(box.x)} V{number(box.bottom)} h10"
    line = tag("path", class_="bpmn-trait bpmn-annotation", d=bracket, fill="none", stroke=INK, stroke_width=1.2)
    lines = text.wrap(name_of(shape.element), max(box.width - 10, 40), max(int(box.height // text.LEADING), 1))
    return line + text.block(lines, box.x + 6, box.middle[1], anchor="start")


def _group(shape: Shape) -> str:
    outline = _rect(shape.box, "bpmn-trait bpmn-groupe", radius=10, width=1.2, dash="8 4 2 4", fill="none")
    wanted = (shape.element.get("categoryValueRef") or "").rsplit(":", 1)[-1]
    values = shape.element.getroottree().getroot().iter(bpmn("categoryValue"))
    name = next((v.get("value") or "" for v in values if wanted and v.get("id") == wanted), name_of(shape.element))
    return outline + text.block(text.wrap(name, shape.box.width, 1), shape.box.middle[0], shape.box.y + 12)


def _message(shape: Shape) -> str:
    box = shape.box
    x, y = box.middle
    flap = f"M{number(box.x)},{number(box.y)} L{number(x)},{number(y)} L{number(box.right)},{number(box.y)}"
    return _rect(box, "bpmn-fond bpmn-trait", width=1.2) + tag(
        "path", class_="bpmn-trait", d=flap, fill="none", stroke=INK
    )


_OTHERS: Final = {
    "participant": _participant,
    "lane": _lane,
    "dataObjectReference": _data,
    "dataObject": _data,
    "dataInput": _data,
    "dataOutput": _data,
    "dataStoreReference": _store,
    "textAnnotation": _annotation,
    "group": _group,
    "message": _message,
}
