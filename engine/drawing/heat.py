"""How hot each place of a drawing is: a tint under a shape, a broad line under a flow, a plate with the figure.

A figure is always written, so that the colour says nothing alone; what is cooler than before is tinted in another hue
and its outline is broken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.drawing import text
from engine.drawing.svg import number, tag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.drawing.model import Box, Edge

WARM: Final = "#c2410c"
COOL: Final = "#1f4e8c"
_SIZE: Final = 10.5
_HEIGHT: Final = 15.0


class Warmth:
    """The figures of one drawing, held against the greatest of their kind: shapes by shapes, flows by flows."""

    def __init__(self, heat: Mapping[str, float], flows: frozenset[str]) -> None:
        self._heat = heat
        self._flows = flows
        self._most = max([abs(value) for key, value in heat.items() if key not in flows] + [0.0])
        self._most_flow = max([abs(value) for key, value in heat.items() if key in flows] + [0.0])

    def share(self, key: str) -> float:
        """From -1 to 1; 0 for what has no figure."""
        most = self._most_flow if key in self._flows else self._most
        return self._heat.get(key, 0.0) / most if most > 0 else 0.0


def tint(box: Box, share: float, *, round_: bool) -> str:
    """The ground of a shape; nothing where there is no warmth."""
    if not share:
        return ""
    cold = share < 0
    return tag(
        "rect",
        class_=f"{_name(share)} bpmn-chaleur-{_step(share)}",
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
        rx=min(box.width, box.height) / 2 if round_ else 10,
        fill=COOL if cold else WARM,
        fill_opacity=f"{0.08 + 0.5 * abs(share):.2f}",
        stroke=COOL if cold else None,
        stroke_width=2 if cold else None,
        stroke_dasharray="4 3" if cold else None,
    )


def trace(edge: Edge, share: float) -> str:
    """A broad line under a flow, the broader the more went that way; nothing where nobody did."""
    if not share:
        return ""
    way = "M" + " L".join(f"{number(x)},{number(y)}" for x, y in edge.points)
    return tag(
        "path",
        class_=f"{_name(share)}-flux bpmn-chaleur-{_step(share)}",
        d=way,
        fill="none",
        stroke=COOL if share < 0 else WARM,
        stroke_width=2 + 10 * abs(share),
        stroke_opacity="0.35",
        stroke_linejoin="round",
        stroke_dasharray="10 5" if share < 0 else None,
    )


def taken(edge: Edge) -> str:
    """The line of a flow that was taken, marked by another beside its colour."""
    way = "M" + " L".join(f"{number(x)},{number(y)}" for x, y in edge.points)
    return tag("path", class_="bpmn-pris", d=way, fill="none", stroke="#2a7a4b", stroke_width=6, stroke_opacity="0.4")


def room_for(figure: str, box: Box, others: Sequence[Box]) -> tuple[float, float]:
    """The middle of a plate on the edge of a shape, where it hides none of the others."""
    half = _width(figure) / 2
    x, _ = box.middle
    places = [(x, box.y), (x, box.bottom), (box.x + half + 12, box.y), (box.right - half, box.y)]
    return next((place for place in places if not any(_hides(place, half, one) for one in others)), places[0])


def _hides(place: tuple[float, float], half: float, box: Box) -> bool:
    x, y = place
    across = x - half < box.right and box.x < x + half
    return across and y - _HEIGHT / 2 < box.bottom and box.y < y + _HEIGHT / 2


def _width(figure: str) -> float:
    return text.width(figure, _SIZE) * 1.1 + 8


def plate(figure: str, x: float, y: float) -> str:
    """A figure on its plate, centred on (x, y)."""
    width = _width(figure)
    ground = tag(
        "rect",
        class_="bpmn-plaque",
        x=x - width / 2,
        y=y - _HEIGHT / 2,
        width=width,
        height=_HEIGHT,
        rx=4,
        fill="#1f2430",
        stroke="#ffffff",
        stroke_width=1,
    )
    attributes: dict[str, str | float | None] = {
        "font_size": _SIZE,
        "font_family": "sans-serif",
        "font_weight": "bold",
        "text_anchor": "middle",
    }
    return ground + tag(
        "text", _escaped(figure), class_="bpmn-plaque-texte", x=x, y=y + 3.7, fill="#ffffff", **attributes
    )


def _escaped(figure: str) -> str:
    return figure.replace("&", "&amp;").replace("<", "&lt;")


def _name(share: float) -> str:
    return "bpmn-froid" if share < 0 else "bpmn-chaleur"


def _step(share: float) -> int:
    return min(int(abs(share) * 5) + 1, 5)
