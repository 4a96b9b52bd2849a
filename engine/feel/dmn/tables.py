"""Decision tables: which rules match, and what the hit policy makes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.feel import types
from engine.feel.budget import Run
from engine.feel.builtins import BUILTINS
from engine.feel.compiler import Closure
from engine.feel.errors import Nothing
from engine.feel.scope import Scope
from engine.feel.values import Value, equal, told

UNFORESEEN = "la valeur de"


@dataclass(frozen=True, slots=True)
class FiredRule:
    """A rule that made a decision: in which decision and table, its number from 1, its id and its note."""

    decision: str
    table: str
    number: int
    rule: str
    note: str


class DecisionRun(Run):
    """An evaluation that also remembers which rules fired, and for which decision."""

    __slots__ = ("deciding", "fired")

    def __init__(self, run: Run) -> None:
        super().__init__(run.now, run.zone, run.budget)
        self.fired: list[FiredRule] = []
        self.deciding: list[str] = []


@dataclass(frozen=True, slots=True)
class Column:
    """An input: its value, its type, and the test that its allowed values make."""

    value: Closure
    type: types.Type
    allowed: Closure | None
    label: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An output: its name, its type, its values in order of priority, its default, the test its values make."""

    name: str
    type: types.Type
    priorities: Callable[[Scope], Sequence[Value]] | None
    default: Closure | None
    allowed: Closure | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A rule: its tests (with the column each belongs to), its answers, and what is told when it fires."""

    tests: tuple[tuple[int, Closure], ...]
    answers: tuple[Closure, ...]
    number: int
    rule: str
    note: str

    @property
    def looks(self) -> frozenset[int]:
        """The columns that it looks at."""
        return frozenset(place for place, _ in self.tests)


@dataclass(frozen=True, slots=True)
class CompiledTable:
    """A table ready to be asked."""

    table: str
    policy: str
    columns: tuple[Column, ...]
    answers: tuple[Answer, ...]
    rows: tuple[Row, ...]

    def decide(self, scope: Scope) -> Value:
        """The table's answer in a scope; null, with a warning, when it has none."""
        try:
            matching = self.matching(scope)
        except Nothing as nothing:
            scope.run.warn(nothing.reason)
            return None
        if not matching:
            return self._default(scope)
        try:
            return POLICIES[self.policy](self, matching, scope)
        except Nothing as nothing:
            scope.run.warn(nothing.reason)
            return None

    def matching(self, scope: Scope) -> list[Row]:
        """The rules that apply in a scope.

        An input that is not among its allowed values is null, with a warning: a rule that does not look at it does not
        apply.
        """
        inputs = [_input(column, scope) for column in self.columns]
        unforeseen = {place for place, one in enumerate(inputs) if not _foreseen(self.columns[place], one)}
        for place in unforeseen:
            scope.run.warn(f"{UNFORESEEN} « {self.columns[place].label} » n'est pas parmi celles que la table prévoit")
            inputs[place] = scope.inner({"?": None})
        scope.run.spend(len(self.rows))
        return [row for row in self.rows if unforeseen <= row.looks and _matches(row, inputs)]

    def in_priority(self, scope: Scope) -> list[int]:
        """The numbers of the rules, those whose answers come first before the others."""
        return [row.number for row, _ in _by_priority(self, self.rows, scope)]

    def _default(self, scope: Scope) -> Value:
        if any(answer.default is not None for answer in self.answers):
            defaults = [None if answer.default is None else answer.default(scope) for answer in self.answers]
            return self.named(defaults, scope)
        scope.run.warn("aucune règle de la table ne s'applique")
        if self.policy == "COLLECT":
            return []
        return Decimal(0) if self.policy == "COLLECT COUNT" else None

    def named(self, values: Sequence[Value], scope: Scope) -> Value:
        """One answer's value, or several under their names."""
        found = [_typed(value, answer, scope) for value, answer in zip(values, self.answers, strict=True)]
        if len(found) == 1:
            return found[0]
        return {answer.name: value for answer, value in zip(self.answers, found, strict=True)}

    def values(self, row: Row, scope: Scope) -> list[Value]:
        """What a rule answers."""
        return [answer(scope) for answer in row.answers]

    def fire(self, rows: Sequence[Row], scope: Scope) -> None:
        """Remember that these rules made the answer."""
        run = scope.run
        if isinstance(run, DecisionRun):
            deciding = run.deciding[-1] if run.deciding else ""
            for row in rows:
                run.fired.append(FiredRule(deciding, self.table, row.number, row.rule, row.note))


def _input(column: Column, scope: Scope) -> Scope:
    """The scope in which the tests of a column are asked; Nothing when the value is of another type."""
    return scope.inner({"?": types.coerce(column.value(scope), column.type, scope.run)})


def _foreseen(column: Column, asked: Scope) -> bool:
    return column.allowed is None or asked.names["?"] is None or column.allowed(asked) is True


def _matches(row: Row, inputs: Sequence[Scope]) -> bool:
    return all(test(inputs[index]) is True for index, test in row.tests)


def _typed(value: Value, answer: Answer, scope: Scope) -> Value:
    try:
        found = types.coerce(value, answer.type, scope.run)
    except Nothing as nothing:
        scope.run.warn(nothing.reason)
        return None
    parts = found if isinstance(found, list) else [found]
    if answer.allowed is None or all(one is None or answer.allowed(scope.inner({"?": one})) is True for one in parts):
        return found
    scope.run.warn(f"la réponse « {told(found)} » n'est pas parmi celles que la table prévoit")
    return None


def _unique(table: CompiledTable, rows: Sequence[Row], scope: Scope) -> Value:
    if len(rows) > 1:
        numbers = ", ".join(str(row.number) for row in rows)
        raise Nothing(f"plusieurs règles s'appliquent ({numbers}) alors que la table n'en veut qu'une")
    return _first(table, rows, scope)


def _first(table: CompiledTable, rows: Sequence[Row], scope: Scope) -> Value:
    table.fire(rows[:1], scope)
    return table.named(table.values(rows[0], scope), scope)


def _any(table: CompiledTable, rows: Sequence[Row], scope: Scope) -> Value:
    answers = [table.values(row, scope) for row in rows]
    if not all(equal(answer, answers[0], scope.run) is True for answer in answers[1:]):
        raise Nothing("les règles qui s'appliquent ne donnent pas toutes la même réponse")
    table.fire(rows, scope)
    return table.named(answers[0], scope)


def _priority(table: CompiledTable, rows: Sequence[Row], scope: Scope) -> Value:
    ordered = _by_priority(table, rows, scope)
    table.fire([ordered[0][0]], scope)
    return table.named(ordered[0][1], scope)


def _output_order(table: CompiledTable, rows: Sequence[Row], scope: Scope) -> Value:
    ordered = _by_priority(table, rows, scope)
    table.fire([row for row, _ in ordered], scope)
    return [table.named(values, scope) for _, values in ordered]


def _rule_order(table: CompiledTable, rows: Sequence[Row], scope: Scope) -> Value:
    table.fire(rows, scope)
    return [table.named(table.values(row, scope), scope) for row in rows]


def _by_priority(table: CompiledTable, rows: Sequence[Row], scope: Scope) -> list[tuple[Row, list[Value]]]:
    """Rules and their answers, the values that stand first among the output values first."""
    priorities = [None if answer.priorities is None else answer.priorities(scope) for answer in table.answers]

    def ranks(values: Sequence[Value]) -> list[int]:
        return [_rank(value, listed) for value, listed in zip(values, priorities, strict=True)]

    answers = [(row, table.values(row, scope)) for row in rows]
    return sorted(answers, key=lambda answer: ranks(answer[1]))


def _rank(value: Value, listed: Sequence[Value] | None) -> int:
    if listed is None:
        return 0
    return next((index for index, other in enumerate(listed) if equal(value, other) is True), len(listed))


def _aggregate(function: str) -> Policy:
    def collect(table: CompiledTable, rows: Sequence[Row], scope: Scope) -> Value:
        return BUILTINS[function].call([_rule_order(table, rows, scope)], scope.run)

    return collect


Policy = Callable[[CompiledTable, Sequence[Row], Scope], Value]
POLICIES: dict[str, Policy] = {
    "UNIQUE": _unique,
    "FIRST": _first,
    "ANY": _any,
    "PRIORITY": _priority,
    "RULE ORDER": _rule_order,
    "OUTPUT ORDER": _output_order,
    "COLLECT": _rule_order,
    "COLLECT SUM": _aggregate("sum"),
    "COLLECT MIN": _aggregate("min"),
    "COLLECT MAX": _aggregate("max"),
    "COLLECT COUNT": _aggregate("count"),
}
