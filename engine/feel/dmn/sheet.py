"""A decision table laid out to be judged: its inputs as axes, its rules as boxes, and what could not be foreseen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final, TypeAlias

from engine.feel import types
from engine.feel.budget import Run
from engine.feel.dmn import model
from engine.feel.dmn.cells import ANYTHING, EMPTY, Cell, Unforeseen, constant, read_cell
from engine.feel.dmn.covering import Box, Point, bits
from engine.feel.dmn.decisions import Decisions
from engine.feel.dmn.regions import Axis, Usual
from engine.feel.errors import FeelError
from engine.feel.expression import BUILTIN_NAMES
from engine.feel.parser import parse
from engine.feel.scope import Scope
from engine.feel.values import KINDS, Value, equal

Domains: TypeAlias = Mapping[str, tuple[str, ...]]
NOWHERE: Final[Domains] = MappingProxyType({})
_KINDS = frozenset(KINDS.values()) - {"list", "context", "range", "Null"}


@dataclass(frozen=True)
class Column:
    """An input as people know it: its title, the expression that is asked, the type of its values (empty: any).

    `choices`: the texts that the table names; `closed` when there are no others.
    """

    label: str
    expression: str
    kind: str
    choices: tuple[str, ...]
    closed: bool


@dataclass(frozen=True)
class Skipped:
    """A cell (of a rule, from 1; 0: the column's allowed values) that was not judged, and its column (from 0)."""

    rule: int
    column: int
    text: str


class Sheet:
    """One decision table. Columns that ask the same expression share an axis."""

    def __init__(self, decisions: Decisions, key: str, domains: Domains = NOWHERE) -> None:
        """`key`: the id of a decision whose logic is a table. `domains`: by expression the texts that it may give."""
        self.decisions = decisions
        self.domains = domains
        self.key = key
        self.table: model.Table = decisions.tables[key]
        self.names = decisions.names_in(key)
        self.skipped: list[Skipped] = []
        texts = [_expression(column) for column in self.table.inputs]
        self.groups = list(dict.fromkeys(texts))
        self.axis_of = [self.groups.index(text) for text in texts]
        self._cells = [
            [
                read_cell(rule.tests[at].text, self.names) if at < len(rule.tests) else ANYTHING
                for at in range(len(texts))
            ]
            for rule in self.table.rules
        ]
        self.axes = [self._axis(place) for place in range(len(self.groups))]
        self.exact = [True] * len(self.table.rules)
        self.boxes = [self._box(row) for row in range(len(self.table.rules))]

    @property
    def policy(self) -> str:
        """How one answer is made of several rules."""
        return " ".join(part for part in (self.table.policy, self.table.aggregation) if part)

    def _cell(self, rule: model.Rule, at: int) -> Cell:
        return read_cell(rule.tests[at].text, self.names) if at < len(rule.tests) else ANYTHING

    def _columns_of(self, place: int) -> list[int]:
        return [at for at, axis in enumerate(self.axis_of) if axis == place]

    def _axis(self, place: int) -> Axis:
        columns = self._columns_of(place)
        domain = self.domains.get(self.groups[place])
        kind = "string" if domain else self._kind(columns[0])
        limits = [self._limits(at) for at in columns]
        cells = [row[at] for row in self._cells for at in columns if row[at].foreseen]
        limited = [cell for found in limits for cell in found]
        constants = [*(domain or ()), *(one for cell in [*limited, *cells] for one in cell.constants)]
        known = kind == "Any" or kind in _KINDS
        try:
            if not known or any(not cell.foreseen for cell in limited):
                raise Unforeseen("valeurs permises ou type trop larges")
            return Axis(None if kind == "Any" else kind, constants, self._allowing(limited, domain))
        except FeelError:
            self._give_up(columns, [cell.text for cell in limited if not cell.foreseen])
            return Axis(None, (), _everything)

    def _give_up(self, columns: Sequence[int], texts: Sequence[str]) -> None:
        """Judge nothing of these columns."""
        self.skipped += [Skipped(0, columns[0], text) for text in texts]
        for row in self._cells:
            for at in columns:
                if not row[at].any:
                    row[at] = Cell(row[at].text, row[at].test, (), foreseen=False)

    def _kind(self, column: int) -> str:
        found = self._type(column)
        while isinstance(found, types.Constrained):
            found = found.base
        return found.name if isinstance(found, types.Simple) else ""

    def _type(self, column: int) -> types.Type:
        asked = self.table.inputs[column].expression
        return types.ANY if asked is None else self.decisions.items.of(asked.type, self.table.inputs[column].place)

    def _limits(self, column: int) -> list[Cell]:
        """The tests that values of a column must pass."""
        asked = self.table.inputs[column]
        texts = [] if asked.values is None else [asked.values.text]
        texts += [one.text for one in self.decisions.items.limits(asked.expression.type if asked.expression else None)]
        return [read_cell(text, self.names) for text in texts if text not in EMPTY]

    @staticmethod
    def _allowing(limited: Sequence[Cell], domain: Collection[str] | None) -> Callable[[Value], bool]:
        """Whether a value may be given: it passes these tests, and is one of the domain when there is one."""
        return lambda value: (not domain or value in domain) and all(Axis.asked(cell, value) for cell in limited)

    def _box(self, row: int) -> Box:
        """What the rule may hold; the whole axis where a cell is not foreseen, and the rule then is not exact."""
        box = [axis.all for axis in self.axes]
        for at, place in enumerate(self.axis_of):
            answered = self._answered(row, at)
            if answered is None:
                self.exact[row] = False
                self.skipped.append(Skipped(row + 1, at, self._cells[row][at].text))
            else:
                box[place] &= answered
        return tuple(box)

    def _answered(self, row: int, at: int) -> int | None:
        cell = self._cells[row][at]
        if not cell.foreseen:
            return None
        try:
            return self.axes[self.axis_of[at]].answers(cell)
        except Unforeseen:
            return None

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The inputs, as people know them."""
        return tuple(self._column(at) for at in range(len(self.axis_of)))

    def _column(self, at: int) -> Column:
        axis = self.axes[self.axis_of[at]]
        asked, text = self.table.inputs[at], _expression(self.table.inputs[at])
        kind = self._kind(at)
        choices = tuple(one.value for one in axis.regions if isinstance(one.value, str) and not one.other)
        closed = bool(choices) and not any(one.other for one in axis.regions)
        return Column(
            asked.place.name or text or f"Colonne {at + 1}", text, "" if kind == "Any" else kind, choices, closed
        )

    def within(self, most: Usual) -> Box:
        """All values that are as usual as that."""
        return tuple(axis.usual(most) for axis in self.axes)

    def point(self, box: Box) -> Point:
        """The most usual point of a box."""
        return tuple(
            min(bits(regions), key=lambda one: (axis.regions[one].usual, axis.regions[one].other, one))
            for axis, regions in zip(self.axes, box, strict=True)
        )

    def values(self, point: Point) -> tuple[Value, ...]:
        """The value of each column at a point."""
        return tuple(self.axes[place].regions[point[place]].value for place in self.axis_of)

    def asks(self, place: int) -> bool:
        """Whether some rule asks something on that axis."""
        return any(not row[at].any for row in self._cells for at in self._columns_of(place))

    @cached_property
    def answers(self) -> list[tuple[Value, ...] | None]:
        """What each rule answers; None where its answer rests on other data."""
        return [self._answer(rule) for rule in self.table.rules]

    def _answer(self, rule: model.Rule) -> tuple[Value, ...] | None:
        known = BUILTIN_NAMES.more(self.names)
        try:
            return tuple(None if one.text in EMPTY else constant(parse(one.text, known)) for one in rule.answers)
        except FeelError:
            return None

    def differ(self, one: int, other: int) -> bool | None:
        """Whether two rules answer differently; None when that rests on other data."""
        texts = [[answer.text for answer in self.table.rules[row].answers] for row in (one, other)]
        if texts[0] == texts[1]:
            return False
        first, second = self.answers[one], self.answers[other]
        if first is None or second is None:
            return None
        return not (len(first) == len(second) and all(equal(a, b) is True for a, b in zip(first, second, strict=True)))

    @cached_property
    def ranks(self) -> list[int] | None:
        """For PRIORITY, the place of each rule among all; None when answers rest on other data."""
        if any(answer is None for answer in self.answers):
            return None
        order = self.decisions.table(self.key).in_priority(Scope({}, None, Run()))
        return [order.index(row + 1) for row in range(len(self.table.rules))]


def _expression(column: model.Input) -> str:
    return "" if column.expression is None else " ".join(column.expression.text.split())


def _everything(value: Value) -> bool:
    return True
