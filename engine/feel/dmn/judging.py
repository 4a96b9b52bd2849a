"""What is wrong with a decision table before anyone asks it: rules that overlap, gaps, rules that never answer.

Each finding comes with an example that the engine confirms. What rests on more than the table's own inputs is not
judged, and said to be skipped; so is a question that would take too long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

from engine.feel.dmn.covering import Box, Exhausted, Grid, Point, inside, meet
from engine.feel.dmn.decisions import Decisions
from engine.feel.dmn.regions import Usual
from engine.feel.dmn.sheet import NOWHERE, Column, Domains, Sheet, Skipped
from engine.feel.values import Value

Found = TypeVar("Found")
WORK = 400_000
GAPS = 3  # told one by one
_SILENT = frozenset({"COLLECT", "COLLECT COUNT"})  # without a rule they answer an empty list, or zero
_LISTING = frozenset({"RULE ORDER", "OUTPUT ORDER"})


@dataclass(frozen=True)
class Overlap:
    """Two rules (from 1) that apply together where the table allows one, or the same answer from both.

    `certain` is false when their answers rest on other data; `always` when the second never applies alone.
    """

    rules: tuple[int, int]
    example: tuple[Value, ...]
    certain: bool
    always: bool


@dataclass(frozen=True)
class Gap:
    """Inputs that no rule covers; `matters` are the columns without which it would not be one.

    `unlikely`: it takes a fraction, or a number under zero where the table names none.
    """

    example: tuple[Value, ...]
    matters: tuple[int, ...]
    unlikely: bool


@dataclass(frozen=True)
class Unreachable:
    """A rule (from 1) that never answers: rules `by` take all its cases, or nothing fits the cells of a column."""

    rule: int
    by: tuple[int, ...]
    column: int | None


@dataclass(frozen=True)
class Judgement:
    """All that is known of a table; `empty` are columns (from 0) without whose value no rule applies.

    `given_up`: questions that took too long.
    """

    decision: str
    policy: str
    columns: tuple[Column, ...]
    rules: int
    overlaps: tuple[Overlap, ...]
    gaps: tuple[Gap, ...]
    empty: tuple[int, ...]
    unreachable: tuple[Unreachable, ...]
    skipped: tuple[Skipped, ...]
    given_up: tuple[str, ...]


OVERLAPS, GAPS_TOLD, REACH = "les recouvrements", "les cas sans règle", "les règles jamais appliquées"


@dataclass(frozen=True)
class _Asked:
    """A table by what it says, so that the same one is judged once."""

    digest: str
    key: str
    work: int
    domains: tuple[tuple[str, tuple[str, ...]], ...]
    decisions: Decisions = field(compare=False)


def judge(decisions: Decisions, key: str, domains: Domains = NOWHERE, work: int = WORK) -> Judgement:
    """Everything wrong or doubtful in the table of a decision (its id); `domains` as `Sheet` has them."""
    return _judged(_Asked(decisions.digest, key, work, tuple(sorted(domains.items())), decisions))


@lru_cache(maxsize=32)
def _judged(asked: _Asked) -> Judgement:
    return Judging(Sheet(asked.decisions, asked.key, dict(asked.domains)), asked.work).judgement()


class Judging:
    """One table being judged; also finds an input for each of its rules."""

    def __init__(self, sheet: Sheet, work: int = WORK) -> None:
        self.sheet = sheet
        self.grid = Grid([len(axis.regions) for axis in sheet.axes], sheet.boxes, work)
        self.given_up: list[str] = []
        self.numbers = range(len(sheet.boxes))
        self.exact = sum(1 << row for row in self.numbers if sheet.exact[row])

    def judgement(self) -> Judgement:
        """Everything at once."""
        sheet = self.sheet
        unreachable = self._kept(REACH, self._unreachable)
        overlaps = self._kept(OVERLAPS, self._overlaps)
        gaps = self._kept(GAPS_TOLD, self._gaps)
        empty = self._kept(GAPS_TOLD, self._empty) if not any(not one.unlikely for one in gaps) else []
        return Judgement(
            decision=sheet.key,
            policy=sheet.policy,
            columns=sheet.columns,
            rules=len(sheet.boxes),
            overlaps=tuple(overlaps),
            gaps=tuple(gaps),
            empty=tuple(empty),
            unreachable=tuple(unreachable),
            skipped=tuple(sheet.skipped),
            given_up=tuple(dict.fromkeys(self.given_up)),
        )

    def _kept(self, question: str, ask: Callable[[], Iterator[Found]]) -> list[Found]:
        """What was found before the work ran out."""
        found: list[Found] = []
        try:
            for one in ask():
                found.append(one)
        except Exhausted:
            self.given_up.append(question)
        return found

    def _unreachable(self) -> Iterator[Unreachable]:
        sheet = self.sheet
        for row in self.numbers:
            if not all(sheet.boxes[row]):
                place = next(at for at, regions in enumerate(sheet.boxes[row]) if not regions)
                yield Unreachable(row + 1, (), sheet.axis_of.index(place))
            elif self._before(row) and self.grid.free(sheet.boxes[row], self._before(row)) is None:
                yield Unreachable(row + 1, self._takers(row), None)

    def _before(self, row: int) -> int:
        """The rules that answer in place of this one wherever they apply, as bits."""
        policy, ranks = self.sheet.policy, self.sheet.ranks if self.sheet.policy == "PRIORITY" else None
        if policy == "FIRST":
            return self.exact & ((1 << row) - 1)
        if ranks is not None:
            return self.exact & sum(1 << one for one in self.numbers if ranks[one] < ranks[row])
        return 0

    def _takers(self, row: int) -> tuple[int, ...]:
        """Which rules take all cases of a rule: one alone if there is one."""
        boxes = self.sheet.boxes
        near = [
            one for one in self.numbers if self._before(row) >> one & 1 and meet(boxes[one], boxes[row]) is not None
        ]
        alone = next((one for one in near if inside(boxes[row], boxes[one])), None)
        return (alone + 1,) if alone is not None else tuple(one + 1 for one in near)

    def _overlaps(self) -> Iterator[Overlap]:
        if self.sheet.policy not in ("UNIQUE", "ANY"):
            return
        boxes, exact = self.sheet.boxes, [row for row in self.numbers if self.sheet.exact[row]]
        for at, later in enumerate(exact):
            self.grid.spend(at)
            for earlier in exact[:at]:
                met = meet(boxes[earlier], boxes[later])
                if met is not None:
                    yield from self._overlap(earlier, later, met)

    def _overlap(self, earlier: int, later: int, met: Box) -> Iterator[Overlap]:
        sheet = self.sheet
        differ = True if sheet.policy == "UNIQUE" else sheet.differ(earlier, later)
        if differ is False:
            return
        example = sheet.values(sheet.point(met))
        if inside(sheet.boxes[earlier], sheet.boxes[later]) and not inside(sheet.boxes[later], sheet.boxes[earlier]):
            yield Overlap((later + 1, earlier + 1), example, differ is True, always=True)
        else:
            always = inside(sheet.boxes[later], sheet.boxes[earlier])
            yield Overlap((earlier + 1, later + 1), example, differ is True, always)

    @property
    def _may_be_silent(self) -> bool:
        return self.sheet.policy in _SILENT or any(one.default is not None for one in self.sheet.table.outputs)

    def _gaps(self) -> Iterator[Gap]:
        if self._may_be_silent:
            return
        others = (1 << len(self.numbers)) - 1
        within = self.sheet.within(Usual.plain)
        found = 0
        while found < GAPS and (point := self.grid.free(within, others)) is not None:
            box = self.grid.around(point, within, others)
            yield self._gap(point, box, within, unlikely=False)
            others |= 1 << self.grid.add(box)
            found += 1
        if not found:
            within = self.sheet.within(Usual.odd)
            point = self.grid.free(within, others)
            if point is not None:
                yield self._gap(point, self.grid.around(point, within, others), within, unlikely=True)

    def _gap(self, point: Point, box: Box, within: Box, *, unlikely: bool) -> Gap:
        sheet = self.sheet
        matters = [place for place, regions in enumerate(box) if regions != within[place]]
        columns = tuple(sheet.axis_of.index(place) for place in matters)
        return Gap(sheet.values(point), columns, unlikely)

    def _empty(self) -> Iterator[int]:
        """Columns whose missing value leaves no rule, the others being given."""
        if self._may_be_silent:
            return
        within = self.sheet.within(Usual.plain)
        for place, axis in enumerate(self.sheet.axes):
            if not self.sheet.asks(place) or axis.regions[-1].usual is not Usual.absent:
                continue
            missing = tuple(axis.null if at == place else regions for at, regions in enumerate(within))
            if self.grid.free(missing, (1 << len(self.numbers)) - 1) is not None:
                yield self.sheet.axis_of.index(place)

    def example(self, row: int) -> tuple[Value, ...] | None:
        """Inputs for which a rule (from 0) should answer, alone if it can be; None when there are none."""
        sheet, box = self.sheet, self.sheet.boxes[row]
        if not all(box):
            return None
        alone = ((1 << len(self.numbers)) - 1) & ~(1 << row)
        before = self._before(row) if sheet.policy in ("FIRST", "PRIORITY") else 0
        for others in (alone, before):
            for most in Usual:
                within = tuple(regions & usual for regions, usual in zip(box, sheet.within(most), strict=True))
                point = self._found(within, others)
                if point is not None:
                    return sheet.values(point)
        return sheet.values(sheet.point(box))

    def _found(self, within: Box, others: int) -> Point | None:
        try:
            return self.grid.free(within, others)
        except Exhausted:
            return None
