"""The small signs inside events, tasks and gateways, each drawn about a centre in a box of about 18 by 18."""

from __future__ import annotations

from typing import Final

from engine.drawing.svg import number, tag

INK: Final = "#1f2430"
PAPER: Final = "#ffffff"

_EVENT_PATHS: Final = {
    "messageEventDefinition": "M-8,-5.5 H8 V5.5 H-8 Z M-8,-5.5 L0,1.5 L8,-5.5",
    "errorEventDefinition": "M-8,7 L-3,-6 L2.5,1.5 L8,-7 L3,6 L-2.5,-1.5 Z",
    "escalationEventDefinition": "M0,-8 L6.5,8 L0,1.5 L-6.5,8 Z",
    "signalEventDefinition": "M0,-8 L8,6.5 H-8 Z",
    "linkEventDefinition": "M-8,-3.5 H2 V-7 L9,0 L2,7 V3.5 H-8 Z",
    "compensateEventDefinition": "M0,-6 V6 L-8,0 Z M8,-6 V6 L0,0 Z",
    "cancelEventDefinition": "M-7,-4 L-4,-7 L0,-3 L4,-7 L7,-4 L3,0 L7,4 L4,7 L0,3 L-4,7 L-7,4 L-3,0 Z",
    "conditionalEventDefinition": "M-6,-7.5 H6 V7.5 H-6 Z M-4,-4 H4 M-4,-1.3 H4 M-4,1.4 H4 M-4,4.1 H4",
    "multiple": "M0,-8 L7.6,-2.5 L4.7,6.5 H-4.7 L-7.6,-2.5 Z",
    "parallelMultiple": "M-2.5,-8 H2.5 V-2.5 H8 V2.5 H2.5 V8 H-2.5 V2.5 H-8 V-2.5 H-2.5 Z",
}
_TASK_PATHS: Final = {
    "userTask": "M-4,-3.5 A4,4 0 1 1 4,-3.5 A4,4 0 1 1 -4,-3.5 Z M-8,8 C-8,2.5 -5,1.5 0,1.5 C5,1.5 8,2.5 8,8 Z",
    "sendTask": "M-8,-5.5 H8 V5.5 H-8 Z M-8,-5.5 L0,1.5 L8,-5.5",
    "receiveTask": "M-8,-5.5 H8 V5.5 H-8 Z M-8,-5.5 L0,1.5 L8,-5.5",
    "manualTask": "M-8,-1 L-3,-6 L0,-6 L-2,-3 H7 V-0.5 H1 M7,-0.5 V2 H1 M6,2 V4.5 H1 M5,4.5 V7 H-4 L-8,4 Z",
    "scriptTask": "M-4,-8 H7 C3,-4 3,-2 6,1 C8,4 7,7 5,8 H-7 C-4,5 -4,3 -6,0 C-8,-4 -6,-7 -4,-8 Z "
    "M-3,-4.5 H2 M-4,-1.5 H2 M-3,1.5 H4 M-3,4.5 H4",
    "businessRuleTask": "M-8,-6.5 H8 V6.5 H-8 Z M-8,-2.5 H8 M-8,2 H8 M-3,-2.5 V6.5",
}
_TEETH: Final = " ".join(
    f"M{number(x1)},{number(y1)} L{number(x2)},{number(y2)}"
    for x1, y1, x2, y2 in (
        (0, -5, 0, -8), (0, 5, 0, 8), (-5, 0, -8, 0), (5, 0, 8, 0),
        (-3.5, -3.5, -5.7, -5.7), (3.5, -3.5, 5.7, -5.7), (-3.5, 3.5, -5.7, 5.7), (3.5, 3.5, 5.7, 5.7),
    )
)  # fmt: skip
_SERVICE: Final = f"M-5,0 A5,5 0 1 1 5,0 A5,5 0 1 1 -5,0 Z M-2,0 A2,2 0 1 1 2,0 A2,2 0 1 1 -2,0 Z {_TEETH}"
_MARKERS: Final = {
    "parallel": "M-4,-5 V5 M0,-5 V5 M4,-5 V5",
    "sequential": "M-5,-4 H5 M-5,0 H5 M-5,4 H5",
    "loop": "M-2,5 A5,5 0 1 1 2,5 M-2,5 L-6,5 M-2,5 L-2,1",
    "compensation": "M0,-5 V5 L-7,0 Z M7,-5 V5 L0,0 Z",
    "adhoc": "M-6,1.5 C-4,-4 -2,-3 0,0 C2,3 4,3 6,-1.5",
    "collapsed": "M-6,-6 H6 V6 H-6 Z M0,-4 V4 M-4,0 H4",
}


def _path(
    data: str, x: float, y: float, *, filled: bool = False, scale: float = 1.0, class_: str = "bpmn-icone"
) -> str:
    return tag(
        "path",
        class_=f"{class_} bpmn-plein" if filled else class_,
        d=data,
        transform=f"translate({number(x)} {number(y)})" + (f" scale({scale:.2f})" if scale != 1.0 else ""),
        fill=INK if filled else "none",
        stroke=PAPER if filled and data == _EVENT_PATHS["messageEventDefinition"] else INK,
        stroke_width=1.2,
        stroke_linejoin="round",
    )


def event(kind: str, x: float, y: float, *, filled: bool, scale: float = 1.0) -> str:
    """The sign of an event definition; nothing for an event without one."""
    if kind == "timerEventDefinition":
        return _clock(x, y, scale)
    if kind == "terminateEventDefinition":
        return tag("circle", class_="bpmn-icone bpmn-plein", cx=x, cy=y, r=9 * scale, fill=INK, stroke=INK)
    data = _EVENT_PATHS.get(kind)
    return _path(data, x, y, filled=filled, scale=scale) if data else ""


def _clock(x: float, y: float, scale: float) -> str:
    hands = "M0,-8 V-6 M0,8 V6 M-8,0 H-6 M8,0 H6 M0,0 L3.5,-4.5 M0,0 H4"
    face = tag("circle", class_="bpmn-icone", cx=x, cy=y, r=9 * scale, fill="none", stroke=INK, stroke_width=1.2)
    return face + _path(hands, x, y, scale=scale)


def task(kind: str, x: float, y: float) -> str:
    """The sign in the corner of a task; nothing for a task without type."""
    if kind == "serviceTask":
        return _path(_SERVICE, x, y)
    data = _TASK_PATHS.get(kind)
    return _path(data, x, y, filled=kind == "sendTask") if data else ""


def marker(kind: str, x: float, y: float) -> str:
    """The sign at the foot of an activity: repetition, compensation, ad hoc, collapsed."""
    return _path(_MARKERS[kind], x, y, class_="bpmn-icone bpmn-marque")


def gateway(kind: str, x: float, y: float, *, cross: bool, instantiating: bool) -> str:
    """The sign inside a gateway; `cross` shows the X of an exclusive one."""
    thick = {"class_": "bpmn-icone", "fill": "none", "stroke": INK}
    if kind == "parallelGateway":
        return tag(
            "path", d=f"M{number(x)},{number(y - 11)} v22 M{number(x - 11)},{number(y)} h22", stroke_width=3, **thick
        )
    if kind == "inclusiveGateway":
        return tag("circle", cx=x, cy=y, r=10, stroke_width=2.4, **thick)
    if kind == "complexGateway":
        star = f"M{number(x)},{number(y - 11)} v22 M{number(x - 11)},{number(y)} h22 "
        star += f"M{number(x - 8)},{number(y - 8)} l16,16 M{number(x - 8)},{number(y + 8)} l16,-16"
        return tag("path", d=star, stroke_width=2.4, **thick)
    if kind == "eventBasedGateway":
        rings = tag("circle", cx=x, cy=y, r=13, stroke_width=1.2, **thick)
        if not instantiating:
            rings += tag("circle", cx=x, cy=y, r=10.5, stroke_width=1.2, **thick)
        return rings + event("multiple", x, y, filled=False, scale=0.8)
    if cross:
        return tag("path", d=f"M{number(x - 7)},{number(y - 8)} l14,16 m0,-16 l-14,16", stroke_width=3, **thick)
    return ""
