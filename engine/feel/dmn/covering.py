"""Boxes over several axes: which overlap, and where none of them lies. The work is counted, and stops at a limit.

A box is one number an axis, whose bits are the regions that it holds (`regions.py`). Nothing here knows of values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

Box: TypeAlias = tuple[int, ...]
Point: TypeAlias = tuple[int, ...]


class Exhausted(Exception):
    """The question takes more work than was allowed."""


def meet(one: Box, other: Box) -> Box | None:
    """What both boxes hold; None when it is nothing."""
    met = []
    for left, right in zip(one, other, strict=True):
        both = left & right
        if not both:
            return None
        met.append(both)
    return tuple(met)


def inside(one: Box, other: Box) -> bool:
    """Whether the second box holds all of the first."""
    return all(not left & ~right for left, right in zip(one, other, strict=True))


def bits(number: int) -> Iterator[int]:
    """The places of the bits that are set."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


class Grid:
    """Boxes side by side, so that one asks of a region which boxes hold it."""

    def __init__(self, sizes: Sequence[int], boxes: Sequence[Box], work: int) -> None:
        """`sizes`: how many regions each axis has; `work`: how much may be done in all."""
        self.boxes = list(boxes)
        self.work = work
        self._holding = [self._transposed(axis, size) for axis, size in enumerate(sizes)]
        whole = [(1 << size) - 1 for size in sizes]
        asking = [sum(box[axis] != whole[axis] for box in self.boxes) for axis in range(len(sizes))]
        self._order = sorted(range(len(sizes)), key=lambda axis: -asking[axis])

    def _transposed(self, axis: int, size: int) -> list[int]:
        """For each region of an axis the boxes that hold it."""
        if not self.boxes:
            return [0] * size
        rows = [format(box[axis], f"0{size}b") for box in reversed(self.boxes)]
        return [int("".join(column), 2) for column in zip(*rows, strict=True)][::-1]

    def add(self, box: Box) -> int:
        """One more box; its number."""
        number = len(self.boxes)
        self.boxes.append(box)
        for axis, regions in enumerate(box):
            for region in bits(regions):
                self._holding[axis][region] |= 1 << number
        return number

    def free(self, within: Box, others: int) -> Point | None:
        """A point of a box in none of the others (a number whose bits are boxes); None when there is no such point.

        Raises Exhausted.
        """
        if not all(within):
            return None
        others = self._touching(within, others)
        return _Search(self, within, others).run()

    def _touching(self, within: Box, others: int) -> int:
        return sum(1 << one for one in bits(others) if meet(within, self.boxes[one]) is not None)

    def classes(self, axis: int, regions: int, others: int) -> dict[int, int]:
        """The distinct sets of boxes that hold those regions, each with one region."""
        holding = self._holding[axis]
        found: dict[int, int] = {}
        for region in bits(regions):
            found.setdefault(holding[region] & others, region)
        return found

    def spend(self, work: int) -> None:
        """Count work; raises Exhausted beyond the limit."""
        self.work -= work
        if self.work < 0:
            raise Exhausted

    def around(self, point: Point, within: Box, others: int) -> Box:
        """The largest box that one finds around a free point, axis by axis."""
        grown = [1 << region for region in point]
        for axis in range(len(point)):
            near = [
                one
                for one in bits(others)
                if all(grown[at] & regions for at, regions in enumerate(self.boxes[one]) if at != axis)
            ]
            taken = 0
            for one in near:
                taken |= self.boxes[one][axis]
            self.spend(len(near))
            grown[axis] |= within[axis] & ~taken
        return tuple(grown)

    @property
    def order(self) -> list[int]:
        """The axes, those that tell most boxes apart first."""
        return self._order


class _Search:
    """One search for a free point, axis after axis; what was seen to be covered is not looked at twice."""

    def __init__(self, grid: Grid, within: Box, others: int) -> None:
        self.grid = grid
        self.others = others
        self.order = grid.order
        self.options = [
            sorted(grid.classes(axis, within[axis], others).items(), key=lambda one: one[0].bit_count())
            for axis in self.order
        ]
        grid.spend(sum(len(one) for one in self.options))
        self.rest = self._whole_from(within)
        self.covered: set[tuple[int, int]] = set()

    def _whole_from(self, within: Box) -> list[int]:
        """For each step the boxes that hold everything on the axes still to come."""
        found = [self.others]
        for axis in reversed(self.order):
            holding = sum(1 << one for one in bits(found[-1]) if not within[axis] & ~self.grid.boxes[one][axis])
            found.append(holding)
        return found[::-1]

    def run(self) -> Point | None:
        """A free point, or None."""
        chosen: list[int] = []
        if not self._found(0, self.others, chosen):
            return None
        point = [0] * len(self.order)
        for axis, region in zip(self.order, chosen, strict=True):
            point[axis] = region
        return tuple(point)

    def _found(self, step: int, active: int, chosen: list[int]) -> bool:
        if active & self.rest[step] or (step, active) in self.covered:
            return False
        if not active:
            chosen += [options[0][1] for options in self.options[step:]]
            return True
        self.grid.spend(len(self.options[step]))
        for holding, region in self._next(step, active):
            chosen.append(region)
            if self._found(step + 1, holding, chosen):
                return True
            chosen.pop()
        self.covered.add((step, active))
        return False

    def _next(self, step: int, active: int) -> list[tuple[int, int]]:
        """The ways on, the least covered first."""
        found: dict[int, int] = {}
        for holding, region in self.options[step]:
            found.setdefault(holding & active, region)
        return sorted(found.items(), key=lambda one: one[0].bit_count())
