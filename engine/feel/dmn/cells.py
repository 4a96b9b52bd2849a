"""Cells of a decision table whose answer can be foreseen: they compare the column's value with constants alone.

What such a cell answers changes at its constants only, so that a few values tell it for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from engine.feel import ast
from engine.feel.budget import Run
from engine.feel.compilation import full_compiler
from engine.feel.errors import FeelError
from engine.feel.expression import UnaryTest, evaluate_in, unary
from engine.feel.scope import Scope
from engine.feel.temporal import Date, DateTime, DaysDuration, MonthsDuration, Time
from engine.feel.values import Range, Unequal, Value
from engine.feel.walk import children, mentions

EMPTY: Final = ("", "-")
_ASKED: Final = "?"
_SCALARS: Final = (Decimal, str, bool, Date, Time, DateTime, DaysDuration, MonthsDuration, type(None))
_MAKERS: Final = frozenset({"date", "time", "date and time", "duration", "years and months duration"})
_CLOSED: Final = (
    ast.Literal,
    ast.AtLiteral,
    ast.Negation,
    ast.Arithmetic,
    ast.Call,
    ast.Name,
    ast.ListOf,
    ast.Interval,
    ast.UnaryComparison,
)
_ORDERS: Final = frozenset({"<", "<=", ">", ">="})


class Unforeseen(FeelError):
    """The answer rests on more than the column's value and constants."""


@dataclass(frozen=True)
class Cell:
    """A cell: its text, its test (None when it is not one), and the constants it compares with.

    `foreseen` is false when more than the column's value and those constants decides.
    """

    text: str
    test: UnaryTest | None
    constants: tuple[Value, ...]
    foreseen: bool

    @property
    def any(self) -> bool:
        """Whether the cell asks nothing."""
        return self.foreseen and (self.test is None or not self.test.tree.tests)


ANYTHING: Final = Cell("-", None, (), foreseen=True)


def read_cell(text: str, names: frozenset[str]) -> Cell:
    """What a cell asks; `names` are those that the parser must be told."""
    if text in EMPTY:
        return ANYTHING
    try:
        test = unary(text, names)
        constants = tuple(one for part in test.tree.tests for one in _of_test(part))
    except FeelError:
        return Cell(text, None, (), foreseen=False)
    return Cell(text, test, constants, foreseen=True)


def constant(node: ast.Node) -> Value:
    """The value of an expression that takes nothing from outside. Raises Unforeseen."""
    if not _is_closed(node):
        raise Unforeseen("l’expression dépend d’autres données")
    return evaluate_in(full_compiler().compile(node), Scope({}, None, Run()))


def _is_closed(node: ast.Node) -> bool:
    if not isinstance(node, _CLOSED):
        return False
    if isinstance(node, ast.Name):
        return node.name in _MAKERS
    return all(_is_closed(child) for child in children(node))


def _of_test(node: ast.Node) -> Iterator[Value]:
    """The constants of one positive test."""
    if mentions(node, _ASKED):
        yield from _of_condition(node)
    elif isinstance(node, ast.UnaryComparison):
        yield from _compared(node.operator, constant(node.value))
    else:
        yield from _scalars(constant(node))


def _of_condition(node: ast.Node) -> Iterator[Value]:
    """The constants of a condition on `?`."""
    reader = _CONDITIONS.get(type(node))
    if reader is None:
        raise Unforeseen("la condition dépend d’autres données")
    yield from reader(node)


def _comparison(node: Any) -> Iterator[Value]:
    left, right = node.left, node.right
    if _is_asked(right):
        left, right = right, left
    if not _is_asked(left):
        raise Unforeseen("la condition ne porte pas sur la valeur seule")
    yield from _compared(node.operator, constant(right))


def _between(node: Any) -> Iterator[Value]:
    if not _is_asked(node.value):
        raise Unforeseen("la condition ne porte pas sur la valeur seule")
    for end in (node.low, node.high):
        yield from _compared("<", constant(end))


def _in(node: Any) -> Iterator[Value]:
    if not _is_asked(node.value) or any(mentions(test, _ASKED) for test in node.tests):
        raise Unforeseen("la condition ne porte pas sur la valeur seule")
    for test in node.tests:
        yield from _of_test(test)


def _logic(node: Any) -> Iterator[Value]:
    for part in node.parts:
        yield from _of_condition(part)


def _negated(node: Any) -> Iterator[Value]:
    if not isinstance(node.function, ast.Name) or node.function.name != "not" or len(node.arguments) != 1:
        raise Unforeseen("la condition appelle une fonction")
    yield from _of_condition(node.arguments[0])


_CONDITIONS: Final[dict[type, Callable[[Any], Iterator[Value]]]] = {
    ast.Comparison: _comparison,
    ast.Between: _between,
    ast.In: _in,
    ast.Logic: _logic,
    ast.Call: _negated,
}


def _is_asked(node: ast.Node) -> bool:
    return isinstance(node, ast.Name) and node.name == _ASKED


def _compared(operator: str, value: Value) -> Iterator[Value]:
    """The order of texts has no values between two of them that one could tell, so it is not foreseen."""
    if operator in _ORDERS and isinstance(value, str):
        raise Unforeseen("la case met des textes en ordre")
    yield from _scalars(value)


def _scalars(value: Value) -> Iterator[Value]:
    if isinstance(value, _SCALARS):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _scalars(item)
    elif isinstance(value, Range):
        for end in (value.start, value.end):
            yield from _compared("<", end)
    elif isinstance(value, Unequal):
        yield from _scalars(value.value)
    else:
        raise Unforeseen("la case compare autre chose que des valeurs simples")
