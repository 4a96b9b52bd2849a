"""The steps of one scope in columns, in the order in which a token meets them, and in rows, band by band."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Flow:
    """A line from step to step; `edge` is the event at the edge of `source` that it leaves from, if it does."""

    id: str
    source: str
    target: str
    edge: str = ""


@dataclass(frozen=True, order=True)
class Cell:
    """A place in the grid: the band (a lane, from the top), the row within it, the column."""

    band: int
    row: int
    column: int


@dataclass
class Ranking:
    """Which cells are taken, and by which step."""

    cells: dict[str, Cell] = field(default_factory=dict)
    taken: set[Cell] = field(default_factory=set)

    def put(self, step: str, cell: Cell, since: int) -> None:
        """Stand a step in a cell; the cells of its row from column `since` are the line's that leads to it."""
        self.cells[step] = cell
        self.taken.add(cell)
        self.taken |= set(_between(cell, since))

    def free(self, cell: Cell, since: int) -> bool:
        """Whether a step may stand there, and a line may lead to it from column `since`."""
        return cell not in self.taken and not any(one in self.taken for one in _between(cell, since))


def ranked(steps: Sequence[str], flows: Sequence[Flow], band_of: Mapping[str, int]) -> Ranking:
    """Every step in its cell: what follows stands to the right, the main way in one row, branches below it."""
    onward = _onward(steps, flows)
    columns = _columns(steps, onward)
    found = Ranking()
    coming: dict[str, list[Flow]] = {one: [] for one in steps}
    for flow in onward:
        coming[flow.target].append(flow)
    number = {one: at for at, one in enumerate(steps)}
    for step in sorted(steps, key=lambda one: (columns[one], number[one])):
        before = _before(coming[step], found, band_of[step])
        cell, since = _cell(found, columns[step], band_of[step], before)
        found.put(step, cell, since)
    return found


def _before(flows: Iterable[Flow], found: Ranking, band: int) -> tuple[Cell, bool] | None:
    """Where the first step before this one in its band stands, and whether the line leaves from its edge."""
    near = [(found.cells[one.source], bool(one.edge)) for one in flows if found.cells[one.source].band == band]
    return min(near, key=lambda one: (one[1], one[0].row, -one[0].column), default=None)


def _cell(found: Ranking, column: int, band: int, before: tuple[Cell, bool] | None) -> tuple[Cell, int]:
    wanted, since = 0, column
    if before is not None:
        wanted, since = before[0].row + before[1], before[0].column + 1
    for row in _nearest(wanted):
        straight = before is not None and row == before[0].row
        cell = Cell(band, row, column)
        if found.free(cell, since if straight else column):
            return cell, since if straight else column
    raise AssertionError("there is always a row further down")


def _nearest(wanted: int) -> Iterator[int]:
    """The wanted row, then those below and above by turns; there is none above the first."""
    yield wanted
    away = 1
    while True:
        yield wanted + away
        if wanted - away >= 0:
            yield wanted - away
        away += 1


def _between(cell: Cell, since: int) -> Iterator[Cell]:
    return (Cell(cell.band, cell.row, column) for column in range(since, cell.column))


def _onward(steps: Sequence[str], flows: Sequence[Flow]) -> list[Flow]:
    """The flows without those that lead back to a step that one came from."""
    leaving: dict[str, list[Flow]] = {one: [] for one in steps}
    for flow in flows:
        leaving[flow.source].append(flow)
    entered = {flow.target for flow in flows}
    back: set[str] = set()
    done: set[str] = set()
    for first in [*(one for one in steps if one not in entered), *steps]:
        if first not in done:
            _walk(first, leaving, done, back)
    return [one for one in flows if one.id not in back]


def _walk(first: str, leaving: Mapping[str, list[Flow]], done: set[str], back: set[str]) -> None:
    """Depth first, without recursion: a flow onto the path that one is on leads back."""
    path = {first}
    stack = [(first, iter(leaving[first]))]
    while stack:
        step, ways = stack[-1]
        flow = next(ways, None)
        if flow is None:
            stack.pop()
            path.discard(step)
            done.add(step)
        elif flow.target in path:
            back.add(flow.id)
        elif flow.target not in done:
            path.add(flow.target)
            stack.append((flow.target, iter(leaving[flow.target])))


def _columns(steps: Sequence[str], flows: Sequence[Flow]) -> dict[str, int]:
    """Each step one column after the last of those before it."""
    found = dict.fromkeys(steps, 0)
    waits = dict.fromkeys(steps, 0)
    leaving: dict[str, list[str]] = {one: [] for one in steps}
    for flow in flows:
        waits[flow.target] += 1
        leaving[flow.source].append(flow.target)
    ready = [one for one in steps if not waits[one]]
    for step in ready:
        for target in leaving[step]:
            found[target] = max(found[target], found[step] + 1)
            waits[target] -= 1
            if not waits[target]:
                ready.append(target)
    return found
