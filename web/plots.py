"""Plots drawn as SVG: bars and a curve, readable without colour. The numbers stand beside them in a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from web.french import number

WIDTH, HEIGHT = 720, 260
LEFT, BOTTOM, TOP = 56, 34, 20

_OPEN = Markup('<svg class="plot__drawing" viewBox="0 0 {} {}" role="img" aria-label="{}" focusable="false">{}</svg>')
_TEXT = Markup('<text x="{}" y="{}" class="{}" text-anchor="{}">{}</text>')
_LINE = Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>')
_LIMIT = Markup('<line class="limit" x1="{0}" x2="{0}" y1="0" y2="10"/>')
_ROW = Markup(
    "<li><span>{}</span>"
    '<svg class="bars__drawing" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
    '<rect class="track" width="1000" height="10"/><rect class="{}" width="{}" height="10"/>{}</svg>'
    '<span class="bars__value">{}</span></li>'
)


def bars(rows: Sequence[Sequence[Any]], unit: str = "", limit: Sequence[Any] = ()) -> Markup:
    """Horizontal bars, one a row: (label, value) or (label, value, kind). `limit` is (label, value), drawn across.

    Labels and values are text beside the drawing, so that they keep their size on a telephone.
    """
    greatest = max([float(row[1]) for row in rows] + ([float(limit[1])] if limit else []) + [1.0])
    across = _LIMIT.format(round(float(limit[1]) / greatest * 1000, 1)) if limit else Markup("")
    lines = [
        _ROW.format(
            row[0],
            f"bar bar--{row[2]}" if len(row) > 2 and row[2] else "bar",
            round(float(row[1]) / greatest * 1000, 1),
            across,
            number(row[1]),
        )
        for row in rows
    ]
    if limit:
        lines.append(Markup('<li class="bars__limit">{}\u00a0: {} {}</li>').format(limit[0], number(limit[1]), unit))
    return Markup('<ul class="bars">{}</ul>').format(Markup("").join(lines))


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
    return next(size * step for step in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if size * step >= value)


def _plain(value: float) -> int | float:
    return int(value) if value == int(value) else value
