"""What the rest of the house uses: a FEEL text compiled once, evaluated as often as wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any

from engine.feel import ast
from engine.feel.budget import DEFAULT_BUDGET, Budget, Run
from engine.feel.builtins import BUILTINS, builtin_names
from engine.feel.compilation import full_compiler
from engine.feel.compiler import Closure
from engine.feel.convert import from_feel
from engine.feel.errors import FeelBudgetExceeded, FeelSyntaxError
from engine.feel.names import telling
from engine.feel.parser import parse, parse_unary
from engine.feel.scope import Scope
from engine.feel.values import Value
from engine.feel.walk import free_names, values_named

BUILTIN_NAMES = builtin_names()
_LOOKED_INTO = 4
_LONG = 2_000
_TOO_NESTED = "expression trop imbriquée"
_NO_VARIABLES: Mapping[str, Any] = {}


class Expression:
    """A compiled expression. `names` are those it takes from outside, built-in functions excepted.

    `homonyms` are names of built-in functions that stand where a variable would (`count = null`).
    """

    __slots__ = ("_closure", "homonyms", "names", "text", "tree")

    def __init__(self, text: str, tree: ast.Node, closure: Closure) -> None:
        self.text = text
        self.tree = tree
        self.names = frozenset(name for name in free_names(tree) if name not in BUILTINS)
        self.homonyms = frozenset(name for name in values_named(tree) if name in BUILTINS)
        self._closure = closure

    def value(self, variables: Mapping[str, Any], run: Run) -> Value:
        """The FEEL value, in an evaluation that is already running."""
        return evaluate_in(self._closure, Scope(variables, None, run))

    def in_scope(self, scope: Scope) -> Value:
        """The FEEL value where these names are known, in an evaluation that is already running."""
        try:
            return self._closure(scope)
        except RecursionError:
            raise FeelBudgetExceeded(_TOO_NESTED) from None

    def evaluate(
        self,
        variables: Mapping[str, Any] = _NO_VARIABLES,
        *,
        now: datetime | None = None,
        zone: tzinfo | None = None,
        budget: Budget | None = None,
        warnings: list[str] | None = None,
    ) -> Any:
        """The value as Python has it (`from_feel`); null where FEEL has none, the reasons then go to `warnings`.

        FeelBudgetExceeded when it asks for too much.
        """
        run = Run(now, zone, budget or DEFAULT_BUDGET)
        found = from_feel(self.value(variables, run), zone)
        if warnings is not None:
            warnings.extend(run.warnings)
        return found


class Evaluation:
    """Many texts over the same variables, which stay as they are meanwhile: one clock and one budget for them all."""

    __slots__ = ("_scope",)

    def __init__(self, variables: Mapping[str, Any], *, now: datetime | None, zone: tzinfo | None) -> None:
        self._scope = Scope(variables, None, Run(now, zone))

    def __call__(self, text: str) -> Any:
        """The value of a text as Python has it, as `Expression.evaluate`; FeelSyntaxError, FeelBudgetExceeded."""
        value = compile_expression(text).in_scope(self._scope)
        return value if value is True or value is False else from_feel(value, self._scope.run.zone)


class UnaryTest:
    """A compiled input entry of a decision table, or any test of one value."""

    __slots__ = ("_closure", "names", "text", "tree")

    def __init__(self, text: str, tree: ast.UnaryTests, closure: Closure) -> None:
        self.text = text
        self.tree = tree
        self.names = frozenset(name for name in free_names(tree) if name not in BUILTINS and name != "?")
        self._closure = closure

    def passes(self, value: Value, scope: Scope) -> bool:
        """Whether a FEEL value passes, in an evaluation that is already running."""
        return evaluate_in(self._closure, Scope({"?": value}, scope, scope.run)) is True

    def matches(
        self,
        value: Any,
        variables: Mapping[str, Any] = _NO_VARIABLES,
        *,
        now: datetime | None = None,
        zone: tzinfo | None = None,
        budget: Budget | None = None,
    ) -> bool:
        """Whether the value passes the test; a test without answer is not passed."""
        scope = Scope(variables, None, Run(now, zone, budget or DEFAULT_BUDGET))
        return self.passes(scope.converted(value), scope)


def evaluate_in(closure: Closure, scope: Scope) -> Value:
    """Call a closure; nesting beyond what Python can hold is a budget too."""
    try:
        return closure(scope)
    except RecursionError:
        raise FeelBudgetExceeded(_TOO_NESTED) from None


def _compiled(tree: ast.Node, text: str) -> Closure:
    try:
        return full_compiler().compile(tree)
    except RecursionError:
        raise FeelSyntaxError("Le texte est trop imbriqué.", text, 0) from None


def compile_expression(text: str, names: frozenset[str] = frozenset()) -> Expression:
    """The expression a text writes; FeelSyntaxError, with its place, when it writes none.

    `names` are variables whose names hold signs or words of the language; all others need no telling.
    """
    return _long_expression(text, names) if len(text) > _LONG else _expression(text, names)


def unary(text: str, names: frozenset[str] = frozenset()) -> UnaryTest:
    """The test a text writes (`< 10`, `"a", "b"`, `[1..3]`, `not(…)`, `-`); FeelSyntaxError when it writes none."""
    return _long_test(text, names) if len(text) > _LONG else _test(text, names)


def _read(text: str, names: frozenset[str]) -> Expression:
    tree = parse(text, BUILTIN_NAMES.more(names))
    return Expression(text, tree, _compiled(tree, text))


def _read_test(text: str, names: frozenset[str]) -> UnaryTest:
    tree = parse_unary(text, BUILTIN_NAMES.more(names))
    return UnaryTest(text, tree, _compiled(tree, text))


# Many short texts are kept, few long ones, so that what is kept stays small.
_expression, _long_expression = lru_cache(maxsize=4096)(_read), lru_cache(maxsize=32)(_read)
_test, _long_test = lru_cache(maxsize=4096)(_read_test), lru_cache(maxsize=32)(_read_test)


def evaluate(text: str, variables: Mapping[str, Any] = _NO_VARIABLES, **options: Any) -> Any:
    """`compile_expression(text).evaluate(variables, …)`, with the variables' own names known."""
    return compile_expression(text, telling_names(variables)).evaluate(variables, **options)


def telling_names(variables: Mapping[str, Any]) -> frozenset[str]:
    """The names among variables and their entries that the parser must be told."""
    return telling(_keys(variables.items(), _LOOKED_INTO))


def _keys(entries: Iterable[tuple[Any, Any]], depth: int) -> Iterator[str]:
    for key, value in entries:
        if isinstance(key, str):
            yield key
        inner = value[0] if isinstance(value, list) and value else value
        if depth and isinstance(inner, Mapping):
            yield from _keys(inner.items(), depth - 1)
