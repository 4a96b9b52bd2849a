"""A decision table tried with inputs given by hand: which rules apply, which of them answer, and what.

A column is given its value whatever its expression computes it from; what else the answers read is given by its path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from engine.feel import ast, types
from engine.feel.budget import DEFAULT_BUDGET, Run
from engine.feel.builtins import BUILTINS
from engine.feel.compiler import constant
from engine.feel.dmn import model
from engine.feel.dmn.cells import EMPTY
from engine.feel.dmn.decisions import Decisions
from engine.feel.dmn.instance import Instance
from engine.feel.dmn.judging import Judging
from engine.feel.dmn.sheet import NOWHERE, Domains, Sheet
from engine.feel.dmn.tables import DecisionRun
from engine.feel.errors import FeelError, Nothing
from engine.feel.expression import BUILTIN_NAMES
from engine.feel.parser import parse, parse_unary
from engine.feel.scope import Scope
from engine.feel.values import Value
from engine.feel.walk import children, free_names, path_of


@dataclass(frozen=True)
class Played:
    """What a table answered: the rules (from 1) that apply, those that made the answer, the answer by output.

    `answer` is FEEL's value; `warnings` say why something is null.
    """

    applying: tuple[int, ...]
    answering: tuple[int, ...]
    answer: Value
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class RowPlayed:
    """A rule (from 1) and an input that should make it answer, played; no input when none fits its cells."""

    rule: int
    example: tuple[Value, ...] | None
    played: Played | None

    @property
    def answers(self) -> bool:
        """Whether the rule made the answer."""
        return self.played is not None and self.rule in self.played.answering


class Trial:
    """The table of one decision, asked as often as wanted."""

    def __init__(
        self,
        decisions: Decisions,
        key: str,
        domains: Domains = NOWHERE,
        *,
        now: datetime | None = None,
        zone: tzinfo | None = None,
    ) -> None:
        self.sheet = Sheet(decisions, key, domains)
        self._decisions = decisions
        self._compiled = decisions.table(key)
        self._now, self._zone = now, zone

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of what the table answers."""
        return tuple(answer.name for answer in self._compiled.answers)

    def others(self) -> tuple[str, ...]:
        """The paths, besides the columns, that answers and cells read: `demande.titre_expire_le`."""
        columns = {column.expression for column in self.sheet.columns}
        found = dict.fromkeys(path for tree in self._trees() for path in _paths(tree))
        functions = {*BUILTINS, *self._functions()}
        return tuple(one for one in found if one not in columns and one.partition(".")[0] not in functions)

    def _functions(self) -> Iterator[str]:
        for element in self._decisions.model.elements.values():
            if not isinstance(element, model.InputData | model.Decision):
                yield element.variable.name

    def _trees(self) -> Iterator[ast.Node]:
        table, known = self.sheet.table, BUILTIN_NAMES.more(self.sheet.names)
        answers = [one for rule in table.rules for one in rule.answers]
        answers += [one.default for one in table.outputs if one.default is not None]
        skipped = [table.rules[one.rule - 1].tests[one.column] for one in self.sheet.skipped if one.rule]
        yield from _parsed(answers, lambda text: parse(text, known))
        yield from _parsed(skipped, lambda text: parse_unary(text, known))

    def play(self, values: Sequence[Value], others: Mapping[str, Value] | None = None) -> Played:
        """Ask the table: a value for each column, and what else is read, by its path. Raises FeelBudgetExceeded."""
        run = DecisionRun(Run(self._now, self._zone, DEFAULT_BUDGET))
        given = self._given(values, others or {})
        scope = Instance(self._decisions, given, run).surroundings(self.sheet.key).inner(given)
        run.warnings.clear()
        run.fired.clear()
        columns = tuple(
            replace(column, value=constant(value)) for column, value in zip(self._compiled.columns, values, strict=True)
        )
        asked = replace(self._compiled, columns=columns)
        applying = self._applying(asked.matching, scope)
        run.warnings.clear()
        answer = self._typed(asked.decide(scope), run)
        fired = tuple(dict.fromkeys(one.number for one in run.fired if one.table == asked.table))
        return Played(applying, fired, answer, tuple(dict.fromkeys(run.warnings)))

    @staticmethod
    def _applying(matching: Callable[[Scope], Sequence[Any]], scope: Scope) -> tuple[int, ...]:
        try:
            return tuple(row.number for row in matching(scope))
        except Nothing:
            return ()

    def _typed(self, answer: Value, run: Run) -> Value:
        try:
            return types.coerce(answer, self._decisions.result(self.sheet.key), run)
        except Nothing as nothing:
            run.warn(nothing.reason)
            return None

    def _given(self, values: Sequence[Value], others: Mapping[str, Value]) -> dict[str, Value]:
        """The names that the scope has: each column that asks a plain path stands at that path too."""
        known = BUILTIN_NAMES.more(self.sheet.names)
        given: dict[str, Value] = {}
        for column, value in zip(self.sheet.columns, values, strict=True):
            try:
                path = path_of(parse(column.expression, known))
            except FeelError:
                continue
            if path:
                _put(given, path, value)
        for path, value in others.items():
            _put(given, path, value)
        return given

    def rows(self, others: Mapping[str, Value] | None = None) -> tuple[RowPlayed, ...]:
        """For each rule an input that should make it answer, played."""
        judging = Judging(self.sheet)
        examples = [judging.example(row) for row in range(len(self.sheet.boxes))]
        return tuple(
            RowPlayed(row + 1, example, None if example is None else self.play(example, others))
            for row, example in enumerate(examples)
        )


def _parsed(texts: Iterable[model.Literal], read: Callable[[str], ast.Node]) -> Iterator[ast.Node]:
    for one in texts:
        if one.text not in EMPTY:
            try:
                yield read(one.text)
            except FeelError:
                continue


def _put(given: dict[str, Value], path: str, value: Value) -> None:
    *parents, last = path.split(".")
    here = given
    for name in parents:
        inner = here.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        here = inner
    here[last] = value


def _paths(tree: ast.Node) -> Iterator[str]:
    """The longest paths that a tree takes from outside."""
    free = free_names(tree) - {"?"}
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        path = path_of(node)
        if path:
            if path.partition(".")[0] in free:
                yield path
        else:
            waiting.extend(reversed(list(children(node))))
