"""Plots drawn as SVG: bars and a curve, readable without colour. The numbers stand beside them in a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from web.french import number

WIDTH = 720
ROW, BAR, LABEL = 40, 18, 240
HEIGHT, LEFT, BOTTOM, TOP = 260, 56, 34, 20

_OPEN = Markup('<svg class="plot__drawing" viewBox="0 0 {} {}" role="img" aria-label="{}" focusable="false">{}</svg>')
_TEXT = Markup('<text x="{}" y="{}" class="{}" text-anchor="{}">{}</text>')
_RECT = Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="3"/>')
_LINE = Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>')


def bars(rows: Sequence[Sequence[Any]], unit: str = "", limit: Sequence[Any] = ()) -> Markup:
    """Horizontal bars, one a row: (label, value) or (label, value, kind). `limit` is (label, value), drawn across."""
    greatest = max([float(row[1]) for row in rows] + ([float(limit[1])] if limit else []) + [1.0])
    room = WIDTH - LABEL - 90
    parts = []
    for index, row in enumerate(rows):
        top = index * ROW + (ROW - BAR) / 2 + (24 if limit else 0)
        wide = round(float(row[1]) / greatest * room, 1)
        kind = f"bar bar--{row[2]}" if len(row) > 2 and row[2] else "bar"
        parts += [
            _TEXT.format(LABEL - 14, top + BAR - 4, "", "end", _shortened(str(row[0]))),
            _RECT.format("track", LABEL, top, room, BAR),
            _RECT.format(kind, LABEL, top, wide, BAR),
            _TEXT.format(LABEL + max(wide, 0) + 8, top + BAR - 4, "value", "start", number(row[1])),
        ]
    height = len(rows) * ROW + (24 if limit else 0)
    if limit:
        across = round(LABEL + float(limit[1]) / greatest * room, 1)
        parts += [
            _LINE.format("limit", across, 20, across, height),
            _TEXT.format(across, 12, "limit-label", "middle", limit[0]),
        ]
    told = ", ".join(f"{row[0]} {number(row[1])} {unit}".strip() for row in rows)
    return _OPEN.format(WIDTH, height, told, Markup("").join(parts))


def curve(rows: Sequence[Sequence[Any]], unit: str = "", limit: Sequence[Any] = ()) -> Markup:
    """A curve over ordered labels: (label, value). `limit` is (label, value), a level drawn across."""
    top = _rounded(max([float(row[1]) for row in rows] + ([float(limit[1])] if limit else []) + [1.0]))
    step = (WIDTH - LEFT - 20) / max(len(rows) - 1, 1)

    def at(value: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top), 1)

    points = [(round(LEFT + index * step, 1), at(float(row[1]))) for index, row in enumerate(rows)]
    parts = [_scale(top, at)]
    if points:
        drawn = " ".join(f"{x},{y}" for x, y in points)
        ground = f"{points[0][0]},{at(0)} {drawn} {points[-1][0]},{at(0)}"
        parts += [Markup('<polygon class="area" points="{}"/>').format(ground)]
        parts += [Markup('<polyline class="curve" points="{}"/>').format(drawn)]
        parts += [_point(points[-1], rows[-1])]
    parts += _labels(rows, points)
    if limit:
        level = at(float(limit[1]))
        parts += [
            _LINE.format("limit", LEFT, level, WIDTH - 20, level),
            _TEXT.format(LEFT + 6, level - 7, "limit-label", "start", limit[0]),
        ]
    told = ", ".join(f"{row[0]} {number(row[1])} {unit}".strip() for row in rows)
    return _OPEN.format(WIDTH, HEIGHT, told, Markup("").join(parts))


def _scale(top: float, at: Any) -> Markup:
    levels = [0, top / 2, top]
    parts = [_LINE.format("axis", LEFT, at(level), WIDTH - 20, at(level)) for level in levels]
    parts += [_TEXT.format(LEFT - 10, at(level) + 5, "soft", "end", number(_plain(level))) for level in levels]
    return Markup("").join(parts)


def _point(place: tuple[float, float], row: Sequence[Any]) -> Markup:
    x, y = place
    dot = Markup('<circle class="point" cx="{}" cy="{}" r="5"/>').format(x, y)
    return dot + _TEXT.format(x, y - 14, "value", "end", number(row[1]))


def _labels(rows: Sequence[Sequence[Any]], points: Sequence[tuple[float, float]]) -> list[Markup]:
    every = max(1, (len(rows) + 5) // 6)
    last = len(rows) - 1
    return [
        _TEXT.format(x, HEIGHT - 8, "soft", "start" if index == 0 else "end" if index == last else "middle", row[0])
        for index, (row, (x, _)) in enumerate(zip(rows, points, strict=True))
        if (index % every == 0 and last - index >= every) or index == last
    ]


def _rounded(value: float) -> float:
    """A round number at or above the value, so that the scale reads well."""
    size = 1.0
    while size * 10 <= value:
        size *= 10
    return next(size * step for step in (1, 2, 4, 5, 8, 10) if size * step >= value)


def _plain(value: float) -> int | float:
    return int(value) if value == int(value) else value


def _shortened(text: str, longest: int = 30) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
