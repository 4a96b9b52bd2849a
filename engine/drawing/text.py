"""Labels: wrapped by an estimate of each character's width, since nothing here can measure a font."""

from __future__ import annotations

from html import escape
from typing import Final

from engine.drawing.svg import number, tag

SIZE: Final = 12.0
LEADING: Final = 14.0
_NARROW: Final = frozenset("iljtfrI.,;:!|()[]' ’-")
_WIDE: Final = frozenset("mwMWOQGDCHNUA@%&œŒ—")


def width(text: str, size: float = SIZE) -> float:
    """An estimate of the width of a text in a sans serif font."""
    units = sum(0.33 if c in _NARROW else 0.85 if c in _WIDE else 0.56 for c in text)
    return units * size


def wrap(text: str, room: float, lines: int = 6) -> list[str]:
    """The text in at most so many lines of that width; what does not fit ends in an ellipsis."""
    result: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in (piece for raw in paragraph.split() for piece in _cut(raw, room)):
            longer = f"{line} {word}" if line else word
            if line and width(longer) > room:
                result.append(line)
                line = word
            else:
                line = longer
        if line:
            result.append(line)
    if len(result) > lines:
        result = [*result[: lines - 1], result[lines - 1] + "…"]
    return result


def _cut(word: str, room: float) -> list[str]:
    """A word wider than its room, in pieces."""
    pieces: list[str] = []
    while width(word) > room and len(word) > 3:
        end = len(word) - 1
        while end > 2 and width(word[:end]) > room - 4:
            end -= 1
        pieces.append(word[:end])
        word = word[end:]
    return [*pieces, word]


def block(
    lines: list[str],
    x: float,
    y: float,
    *,
    anchor: str = "middle",
    class_: str = "bpmn-texte",
    turn: float | None = None,
) -> str:
    """Lines of text; (x, y) is the middle of the block's height; `turn` rotates it about that point."""
    if not lines:
        return ""
    top = y - (len(lines) - 1) * LEADING / 2 + SIZE * 0.35
    spans = "".join(
        f'<tspan x="{number(x)}" y="{number(top + i * LEADING)}">{escape(line)}</tspan>' for i, line in enumerate(lines)
    )
    halo = "bpmn-etiquette" in class_
    rotation = f"rotate({number(turn)} {number(x)} {number(y)})" if turn is not None else None
    return tag(
        "text",
        spans,
        class_=class_,
        text_anchor=anchor,
        font_size=SIZE,
        font_family="sans-serif",
        fill="#1f2430",
        stroke="#ffffff" if halo else "none",
        stroke_width=3 if halo else None,
        stroke_linejoin="round" if halo else None,
        paint_order="stroke" if halo else None,
        transform=rotation,
    )


def below(text: str, x: float, top: float, room: float = 96.0) -> str:
    """A label whose first line stands under `top`, centred on x."""
    lines = wrap(text, room, 5)
    return block(lines, x, top + len(lines) * LEADING / 2, class_="bpmn-texte bpmn-etiquette")
