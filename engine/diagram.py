"""A BPMN diagram as an accessible picture: SVG with a title, a text list of its steps, where tokens stand, what is
done, how hot each element is. Pages theme it through `STYLESHEET` (no style attribute, no script in the picture)."""

from __future__ import annotations

import hashlib
from collections import Counter
from html import escape
from typing import TYPE_CHECKING, Final

from engine.compiling.xml import Element, bpmn, local, parse
from engine.drawing import heat as warmth
from engine.drawing import lines, shapes, text
from engine.drawing.model import Box, Edge, Plane, Shape, planes
from engine.drawing.places import KINDS, in_order
from engine.drawing.svg import number, tag, title

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

_GAP: Final = 40.0
_MARGIN: Final = 12.0
_NEAR: Final = 8.0
# Where on an outline a sign may stand, as parts of its width and height, the usual place first.
_RIGHT: Final = ((1.0, 0.0), (0.75, 0.0), (1.0, 0.5), (0.5, 0.0))
_LEFT: Final = ((0.0, 0.0), (0.25, 0.0), (0.0, 0.5), (0.5, 1.0))
_LOW: Final = ((0.0, 1.0), (0.25, 1.0), (0.5, 1.0), (0.0, 0.5))

STYLESHEET: Final = """\
.bpmn{max-width:100%;height:auto;--bpmn-fond:#fff;--bpmn-encre:#1f2430;--bpmn-jeton:#0b5cad;--bpmn-fait:#2a7a4b;\
--bpmn-chaleur:#c2410c;--bpmn-froid:#1f4e8c;--bpmn-echec:#a11b1b}
@media (prefers-color-scheme:dark){.bpmn{--bpmn-fond:#1c212b;--bpmn-encre:#e6e9ef;--bpmn-jeton:#7cb8ff;\
--bpmn-fait:#7ed3a1;--bpmn-chaleur:#ff9b57;--bpmn-froid:#7cb8ff;--bpmn-echec:#ff9a8f}}
.bpmn-page,.bpmn-fond{fill:var(--bpmn-fond)}
.bpmn-trait,.bpmn-icone,.bpmn-pointe{stroke:var(--bpmn-encre)}
.bpmn-plein,.bpmn-texte{fill:var(--bpmn-encre)}
.bpmn-etiquette{paint-order:stroke;stroke:var(--bpmn-fond);stroke-width:3px}
.bpmn-fait>.bpmn-trait,.bpmn-pris{stroke:var(--bpmn-fait)}
.bpmn-jeton>.bpmn-trait{stroke:var(--bpmn-jeton)}
.bpmn-echec>.bpmn-trait{stroke:var(--bpmn-echec)}
.bpmn-contour-echec{stroke:var(--bpmn-echec)}
.bpmn-pastille-echec{fill:var(--bpmn-echec);stroke:var(--bpmn-fond)}
.bpmn-pastille-jeton{fill:var(--bpmn-jeton);stroke:var(--bpmn-fond)}
.bpmn-pastille-fait{fill:var(--bpmn-fait);stroke:var(--bpmn-fond)}
.bpmn-pastille-texte{fill:var(--bpmn-fond)}
.bpmn-pastille-coche,.bpmn-pastille-croix{stroke:var(--bpmn-fond)}
.bpmn-chaleur{fill:var(--bpmn-chaleur)}
.bpmn-chaleur-flux{stroke:var(--bpmn-chaleur)}
.bpmn-froid{fill:var(--bpmn-froid);stroke:var(--bpmn-froid)}
.bpmn-froid-flux{stroke:var(--bpmn-froid)}
.bpmn-plaque{fill:var(--bpmn-encre);stroke:var(--bpmn-fond)}
.bpmn-plaque-texte{fill:var(--bpmn-fond)}
"""


def render(
    bpmn: bytes,
    *,
    tokens: Collection[str] | Mapping[str, int] = (),
    done: Collection[str] = (),
    heat: Mapping[str, float] | None = None,
    figures: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> str:
    """The file's diagrams, one under the other, as one SVG element with role `img`.

    `tokens` are ids of elements where something waits (once each, or with their counts), `done` of elements that are
    over or of flows that were taken, `heat` any figure an element or a flow (less than nothing: cooler than before),
    `figures` what is written beside it and told with it, `faults` what is told of an element that is crossed. A file
    without diagram information becomes a list of steps.
    Raises engine.compiling.xml.XmlRefused for what is not safe XML.
    """
    picture = _Picture(parse(bpmn), Counter(tokens), frozenset(done), heat or {}, figures or {}, faults or {})
    prefix = "bpmn-" + hashlib.sha256(bpmn).hexdigest()[:8]
    return picture.svg(prefix)


class _Picture:
    """One drawing: the model, and what is to be shown on it."""

    def __init__(
        self,
        root: Element,
        tokens: Counter[str],
        done: frozenset[str],
        heat: Mapping[str, float],
        figures: Mapping[str, str],
        faults: Mapping[str, str],
    ) -> None:
        self.root = root
        self.tokens = tokens
        self.done = done
        self.heat = heat
        self.figures = figures
        self.faults = faults
        flows = frozenset(str(flow.get("id")) for flow in root.iter(bpmn("sequenceFlow")))
        self.warmth = warmth.Warmth(heat, flows)
        self.elements = {str(e.get("id")): e for e in root.iter() if isinstance(e.tag, str) and e.get("id")}
        self.edges: list[Box] = []  # events at the edges of the steps of the plane that is being drawn

    def svg(self, prefix: str) -> str:
        steps = self._steps()
        drawn, width, height = self._planes() or self._as_text(steps)
        name = self._name()
        backdrop = tag("rect", class_="bpmn-page", x=0, y=0, width=width, height=height, fill="#ffffff")
        return tag(
            "svg",
            f'<title id="{prefix}-titre">{escape(name)}</title>',
            f'<desc id="{prefix}-texte">{escape(_told(steps))}</desc>',
            backdrop,
            drawn,
            xmlns="http://www.w3.org/2000/svg",
            class_="bpmn",
            role="img",
            aria_labelledby=f"{prefix}-titre",
            aria_describedby=f"{prefix}-texte",
            viewBox=f"0 0 {number(width)} {number(height)}",
            width=width,
            height=height,
        )

    def _name(self) -> str:
        names = [e.get("name") for e in self.root.iter(bpmn("participant"), bpmn("process")) if e.get("name")]
        return f"Diagramme\u00a0: {' '.join(str(names[0]).split())}" if names else "Diagramme du processus"

    def _planes(self) -> tuple[str, float, float] | None:
        found = planes(self.root)
        if not found:
            return None
        pieces, top, widest = [], _MARGIN, 0.0
        for plane in found:
            box = plane.extent()
            if len(found) > 1 and plane.name:
                heading = text.block(text.wrap(plane.name, max(box.width, 200), 1), _MARGIN, top + 8, anchor="start")
                pieces.append(heading)
                top += 24
            place = f"translate({number(_MARGIN - box.x)} {number(top - box.y)})"
            pieces.append(tag("g", "".join(self._plane(plane)), transform=place))
            top += box.height + _GAP
            widest = max(widest, box.width)
        return "".join(pieces), widest + 2 * _MARGIN, top - _GAP + _MARGIN

    def _plane(self, plane: Plane) -> Iterator[str]:
        self.edges = [s.box for s in plane.shapes if local(s.element) == "boundaryEvent"]
        behind = [s for s in plane.shapes if _is_container(s)]
        for shape in sorted(behind, key=lambda s: -s.box.width * s.box.height):
            yield self._node(shape)
        for edge in plane.edges:
            yield self._line(edge)
        front = [s for s in plane.shapes if not _is_container(s)]
        for shape in sorted(front, key=lambda s: local(s.element) == "boundaryEvent"):
            yield self._node(shape)
        yield from self._plates(plane)

    def _plates(self, plane: Plane) -> Iterator[str]:
        """The figures, over everything else, beside the events at the edges rather than on them."""
        for edge in plane.edges:
            figure = self.figures.get(str(edge.element.get("id")), "")
            if figure:
                yield warmth.plate(figure, *lines.beside(edge))
        edges = [shape.box for shape in plane.shapes if local(shape.element) == "boundaryEvent"]
        for shape in plane.shapes:
            figure = self.figures.get(str(shape.element.get("id")), "")
            if figure:
                others = [box for box in edges if box is not shape.box]
                yield warmth.plate(figure, *warmth.room_for(figure, shape.box, others))

    def _line(self, edge: Edge) -> str:
        key = str(edge.element.get("id"))
        source = self.elements.get(edge.element.get("sourceRef") or "")
        ground = warmth.taken(edge) if key in self.done else warmth.trace(edge, self.warmth.share(key))
        drawn = ground + lines.draw(edge, source)
        class_ = "bpmn-lien bpmn-fait" if key in self.done else "bpmn-lien"
        return tag("g", title(self._flow_told(edge.element)) + drawn, class_=class_, data_element=key)

    def _flow_told(self, element: Element) -> str:
        figure = self.figures.get(str(element.get("id")), "")
        return "\u00a0: ".join(one for one in (shapes.name_of(element), figure) if one) if figure else ""

    def _node(self, shape: Shape) -> str:
        key, kind = str(shape.element.get("id")), local(shape.element)
        classes = ["bpmn-element", f"bpmn-{kind}"]
        badges = ""
        if key in self.faults:
            classes.append("bpmn-echec")
            badges += _cross(shape.box, self._beside_events(shape, _LOW))
        if key in self.done:
            classes.append("bpmn-fait")
            badges += _check(self._beside_events(shape, _RIGHT))
        if self.tokens[key]:
            classes.append("bpmn-jeton")
            badges += _token(self._beside_events(shape, _LEFT), self.tokens[key])
        inside = title(self._told_name(shape.element)) + shapes.draw(shape, self._warmth(shape, key)) + badges
        return tag("g", inside, class_=" ".join(classes), data_element=key)

    def _beside_events(self, shape: Shape, places: Sequence[tuple[float, float]]) -> tuple[float, float]:
        """The first of these places on the outline that no event at the edge covers."""
        found = [(shape.box.x + shape.box.width * x, shape.box.y + shape.box.height * y) for x, y in places]
        others = [box for box in self.edges if box is not shape.box]
        free = (one for one in found if not any(_covers(box, one) for box in others))
        return next(free, found[0])

    def _warmth(self, shape: Shape, key: str) -> str:
        if local(shape.element) in shapes.CONTAINERS:  # a pool that says something else is told by its plate
            return ""
        return warmth.tint(shape.box, self.warmth.share(key), round_=local(shape.element) in shapes.EVENTS)

    def _figure(self, key: str) -> str:
        """What is told of an element's heat: the words given for it, else the number; then what is wrong there."""
        figure = self.figures.get(key, "") or (number(self.heat[key]) if key in self.heat else "")
        return ", ".join(one for one in (figure, self.faults.get(key, "")) if one)

    def _told_name(self, element: Element) -> str:
        name = shapes.name_of(element)
        key = str(element.get("id"))
        figure = f"\u00a0: {self._figure(key)}" if self._figure(key) else ""
        return (name or KINDS.get(local(element), "")) + figure

    def _steps(self) -> list[str]:
        return [self._step(element) for element in in_order(self.root, self.elements)]

    def _step(self, element: Element) -> str:
        key, kind = str(element.get("id")), local(element)
        name = shapes.name_of(element)
        told = f"{name} ({KINDS[kind]})" if name and kind in KINDS else name or KINDS.get(kind, "étape sans nom")
        if self.tokens[key]:
            told += ", en cours" + (f" ({self.tokens[key]} fois)" if self.tokens[key] > 1 else "")
        elif key in self.done:
            told += ", terminé"
        if self._figure(key):
            told += f", {self._figure(key)}"
        return told

    def _as_text(self, steps: list[str]) -> tuple[str, float, float]:
        """What stands in for a drawing: the steps, a line each."""
        shown = [f"{i}. {step}" for i, step in enumerate(steps, 1)] or ["Aucune étape"]
        room = max(text.width(line) for line in shown)
        height = len(shown) * text.LEADING + 2 * _MARGIN
        return text.block(shown, _MARGIN, height / 2, anchor="start"), room + 2 * _MARGIN, height


def _is_container(shape: Shape) -> bool:
    kind = local(shape.element)
    return kind in shapes.CONTAINERS or shapes.is_expanded(shape, kind)


def _told(steps: list[str]) -> str:
    if not steps:
        return "Aucune étape."
    return "Étapes\u00a0: " + "\u00a0; ".join(f"{i}. {step}" for i, step in enumerate(steps, 1)) + "."


def _covers(box: Box, place: tuple[float, float]) -> bool:
    return box.x - _NEAR < place[0] < box.right + _NEAR and box.y - _NEAR < place[1] < box.bottom + _NEAR


def _token(place: tuple[float, float], count: int) -> str:
    left, top = place
    figure = "" if count == 1 else str(count)
    room = max(text.width(figure, 11) * 1.1 + 8, 18.0)
    badge = tag(
        "rect",
        class_="bpmn-pastille-jeton",
        x=left - room / 2,
        y=top - 9,
        width=room,
        height=18,
        rx=9,
        fill="#0b5cad",
        stroke="#ffffff",
        stroke_width=2,
    )
    if not figure:
        return badge + tag("circle", class_="bpmn-pastille-texte", cx=left, cy=top, r=3, fill="#ffffff")
    attributes: dict[str, str | float | None] = {
        "font_size": 11,
        "font_family": "sans-serif",
        "font_weight": "bold",
        "text_anchor": "middle",
    }
    return badge + tag("text", figure, class_="bpmn-pastille-texte", x=left, y=top + 4, fill="#ffffff", **attributes)


def _check(place: tuple[float, float]) -> str:
    x, y = place
    badge = tag(
        "circle", class_="bpmn-pastille-fait", cx=x, cy=y, r=8, fill="#2a7a4b", stroke="#ffffff", stroke_width=2
    )
    way = f"M{number(x - 3.5)},{number(y)} l2.5,3 l4.5,-5.5"
    return badge + tag("path", class_="bpmn-pastille-coche", d=way, fill="none", stroke="#ffffff", stroke_width=1.8)


def _cross(box: Box, place: tuple[float, float]) -> str:
    x, y = place
    outline = tag(
        "rect",
        class_="bpmn-contour-echec",
        x=box.x - 3,
        y=box.y - 3,
        width=box.width + 6,
        height=box.height + 6,
        rx=min(box.width, box.height, 26) / 2,
        fill="none",
        stroke="#a11b1b",
        stroke_width=2,
    )
    badge = outline + tag(
        "circle", class_="bpmn-pastille-echec", cx=x, cy=y, r=9, fill="#a11b1b", stroke="#ffffff", stroke_width=2
    )
    way = f"M{number(x - 3.5)},{number(y - 3.5)} l7,7 m0,-7 l-7,7"
    return badge + tag("path", class_="bpmn-pastille-croix", d=way, fill="none", stroke="#ffffff", stroke_width=1.8)
