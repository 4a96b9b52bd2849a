"""A grid of columns and rows in the units of a drawing, and the lines that run through its gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Final

from engine.arranging.ranks import Cell, Flow
from engine.drawing.model import Box

Point = tuple[float, float]
WIDE: Final = 70.0  # between columns
TALL: Final = 50.0  # between rows
LEAST: Final = 80.0  # of a row
_STEPS: Final = (0.5, 0.32, 0.68, 0.18, 0.82)  # where lines run in a gap, so that few run over each other


@dataclass
class Grid:
    """Cells with their sizes. Rows are numbered through all bands; the gap before column or row n has number n."""

    cells: Mapping[str, Cell]
    boxes: dict[str, Box]
    first: list[int]  # of each band, its first row
    lefts: list[float]
    tops: list[float]
    used: Counter[tuple[str, int]] = field(default_factory=Counter)

    def at(self, step: str) -> tuple[int, int]:
        """The column and the row of a step."""
        cell = self.cells[step]
        return cell.column, self.first[cell.band] + cell.row

    def gap_x(self, number: int) -> float:
        """A free line down the gap before a column."""
        return self.lefts[number] - WIDE + WIDE * self._share("x", number)

    def gap_y(self, number: int) -> float:
        """A free line along the gap above a row."""
        return self.tops[number] - TALL + TALL * self._share("y", number)

    def _share(self, kind: str, number: int) -> float:
        self.used[kind, number] += 1
        return _STEPS[(self.used[kind, number] - 1) % len(_STEPS)]


def laid(cells: Mapping[str, Cell], sizes: Mapping[str, tuple[float, float]], bands: int) -> Grid:
    """The cells as a grid, each step in the middle of its own; every band has a row at least."""
    rows = [max([one.row for one in cells.values() if one.band == band], default=0) + 1 for band in range(bands)]
    first = [0, *accumulate(rows)]
    widths = [0.0] * (max([one.column for one in cells.values()], default=0) + 1)
    heights = [LEAST] * first[-1]
    for step, cell in cells.items():
        width, height = sizes[step]
        row = first[cell.band] + cell.row
        widths[cell.column] = max(widths[cell.column], width)
        heights[row] = max(heights[row], height)
    lefts = list(accumulate((width + WIDE for width in widths), initial=WIDE))
    tops = list(accumulate((height + TALL for height in heights), initial=TALL))
    boxes = {}
    for step, cell in cells.items():
        (width, height), row = sizes[step], first[cell.band] + cell.row
        left = lefts[cell.column] + (widths[cell.column] - width) / 2
        boxes[step] = Box(left, tops[row] + (heights[row] - height) / 2, width, height)
    return Grid(cells, boxes, first, lefts, tops)


class Router:
    """The lines of a grid, each along free cells where there are any, else through the gaps."""

    def __init__(self, grid: Grid, round_: Collection[str]) -> None:
        self._grid = grid
        self._round = round_  # what may be left from above and below: points of decision
        self._full = {grid.at(one) for one in grid.cells}

    def way(self, flow: Flow, edge: Box | None = None) -> list[Point]:
        """A flow's way; `edge` is the event at the edge of a step that it leaves from."""
        source, target = self._grid.boxes[flow.source], self._grid.boxes[flow.target]
        if edge is not None:
            return _plain(self._from_edge(flow, edge, target))
        if flow.source == flow.target:
            return self._loop(flow, source)
        found = self._onward if self._column(flow.target) > self._column(flow.source) else self._back
        return _plain(found(flow, source, target))

    def _column(self, step: str) -> int:
        return self._grid.at(step)[0]

    def _onward(self, flow: Flow, source: Box, target: Box) -> list[Point]:
        (c1, r1), (c2, r2) = self._grid.at(flow.source), self._grid.at(flow.target)
        (sx, sy), ty = source.middle, target.middle[1]
        ahead = self._row_is_free(r2, c1 + 1, c2)
        if r1 == r2 and ahead:
            return [(source.right, sy), (target.x, ty)]
        if ahead and flow.source in self._round and self._column_is_free(c1, r1, r2):
            return [(sx, source.bottom if r2 > r1 else source.y), (sx, ty), (target.x, ty)]
        if ahead or (r1 != r2 and self._row_is_free(r1, c1 + 1, c2)):
            x = self._grid.gap_x(c1 + 1 if ahead else c2)
            return [(source.right, sy), (x, sy), (x, ty), (target.x, ty)]
        y = self._grid.gap_y(r1 + 1 if r2 >= r1 else r1)
        first, last = self._grid.gap_x(c1 + 1), self._grid.gap_x(c2)
        return [(source.right, sy), (first, sy), (first, y), (last, y), (last, ty), (target.x, ty)]

    def _back(self, flow: Flow, source: Box, target: Box) -> list[Point]:
        (_, r1), (c2, r2) = self._grid.at(flow.source), self._grid.at(flow.target)
        (sx, _), (tx, ty) = source.middle, target.middle
        y = self._grid.gap_y(r1)
        if r1 == r2:
            return [(sx, source.y), (sx, y), (tx, y), (tx, target.y)]
        x = self._grid.gap_x(c2)
        return [(sx, source.y), (sx, y), (x, y), (x, ty), (target.x, ty)]

    def _from_edge(self, flow: Flow, edge: Box, target: Box) -> list[Point]:
        (c1, r1), (c2, r2) = self._grid.at(flow.source), self._grid.at(flow.target)
        x, ty = edge.middle[0], target.middle[1]
        if c2 > c1 and r2 > r1 and self._column_is_free(c1, r1, r2) and self._row_is_free(r2, c1 + 1, c2):
            return [(x, edge.bottom), (x, ty), (target.x, ty)]
        y, last = self._grid.gap_y(r1 + 1), self._grid.gap_x(c2)
        return [
            (x, edge.bottom),
            (x, max(y, edge.bottom + 6)),
            (last, max(y, edge.bottom + 6)),
            (last, ty),
            (target.x, ty),
        ]

    def _loop(self, flow: Flow, box: Box) -> list[Point]:
        y = self._grid.gap_y(self._grid.at(flow.source)[1])
        left, right = box.x + box.width / 4, box.right - box.width / 4
        return [(right, box.y), (right, y), (left, y), (left, box.y)]

    def _row_is_free(self, row: int, since: int, until: int) -> bool:
        return not any((column, row) in self._full for column in range(since, until))

    def _column_is_free(self, column: int, row: int, until: int) -> bool:
        """From the cell next to `row` to `until`, both that one and those between."""
        span = range(row + 1, until + 1) if until > row else range(until, row)
        return not any((column, one) in self._full for one in span)


def _plain(points: list[Point]) -> list[Point]:
    """Without points that repeat the one before."""
    return [points[0], *(after for before, after in pairwise(points) if after != before)]


def moved(box: Box, by: Point) -> Box:
    """The box elsewhere."""
    return Box(box.x + by[0], box.y + by[1], box.width, box.height)
