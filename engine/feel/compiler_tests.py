"""How `in` and the tests of decision tables become closures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeAlias

from engine.feel import ast
from engine.feel.budget import Run
from engine.feel.compiler import Closure, Compiler, rule, within
from engine.feel.errors import Nothing
from engine.feel.operators import order
from engine.feel.scope import Scope
from engine.feel.values import Range, Unequal, Value, contains, equal
from engine.feel.walk import mentions

Test: TypeAlias = Callable[[Value, Scope], bool | None]


@rule(ast.UnaryComparison)
def _unary_comparison(compiler: Compiler, node: ast.UnaryComparison) -> Closure:
    bound, operator = compiler.compile(node.value), node.operator

    def interval(scope: Scope) -> Value:
        return one_sided(operator, bound(scope))

    return interval


def one_sided(operator: str, bound: Value) -> Value:
    """The interval that `< bound` and its like mean as a value."""
    if operator == "=":
        return Range(bound, bound, start_included=True, end_included=True)
    if operator == "!=":
        return Unequal(bound)
    included = operator in ("<=", ">=")
    if operator in ("<", "<="):
        return Range(None, bound, start_included=False, end_included=included)
    return Range(bound, None, start_included=included, end_included=False)


@rule(ast.In)
def _in(compiler: Compiler, node: ast.In) -> Closure:
    value = compiler.compile(node.value)
    tests = tuple(compile_test(compiler, test) for test in node.tests)
    return lambda scope: passes(value(scope), tests, scope)


def passes(value: Value, tests: Sequence[Test], scope: Scope) -> bool | None:
    """Whether a value passes one of the tests; null when a single test has no answer."""
    if len(tests) == 1:
        return tests[0](value, scope)
    return any(test(value, scope) is True for test in tests)


def compile_test(compiler: Compiler, node: ast.Node) -> Test:
    """The closure of one positive unary test."""
    if isinstance(node, ast.UnaryComparison):
        return _comparison_test(node.operator, compiler.compile(node.value))
    if isinstance(node, ast.Interval):
        return _interval_test(compiler, node)
    expression = compiler.compile(node)
    if mentions(node, "?"):
        return _question(expression)

    def test(value: Value, scope: Scope) -> bool | None:
        return fits(value, expression(scope), scope.run)

    return test


def _question(expression: Closure) -> Test:
    def test(value: Value, scope: Scope) -> bool | None:
        found = expression(scope.inner({"?": value}))
        return found if isinstance(found, bool) or found is None else fits(value, found, scope.run)

    return test


def _interval_test(compiler: Compiler, node: ast.Interval) -> Test:
    """`value in [low..high]` is two comparisons, each of which may have no answer."""
    low, high = compiler.compile(node.start), compiler.compile(node.end)
    above, below = ">=" if node.start_included else ">", "<=" if node.end_included else "<"
    fixed = _fixed_range(node)

    def test(value: Value, scope: Scope) -> bool | None:
        if fixed is not None and type(value) is type(fixed.start):
            return contains(fixed, value)
        inner = scope.inner({"?": value})
        found: bool | None = within(value, low(inner), high(inner), above, below, scope)
        return found

    return test


def _fixed_range(node: ast.Interval) -> Range | None:
    """The interval between two numbers or texts that are written as such."""
    if not isinstance(node.start, ast.Literal) or not isinstance(node.end, ast.Literal):
        return None
    start, end = node.start.value, node.end.value
    if type(start) is not type(end) or not isinstance(start, Decimal | str):
        return None
    return Range(start, end, node.start_included, node.end_included)


def _comparison_test(operator: str, bound: Closure) -> Test:
    def test(value: Value, scope: Scope) -> bool | None:
        other = bound(scope)
        try:
            if operator in ("=", "!="):
                same = equal(value, other, scope.run)
                return None if same is None else same is (operator == "=")
            return order(operator, value, other)
        except Nothing as nothing:
            scope.run.warn(nothing.reason)
            return None

    return test


def fits(value: Value, wanted: Value, run: Run) -> bool | None:
    """Whether a value is what a test wants: the same, one of a list, or in an interval."""
    if isinstance(wanted, list):
        run.spend(len(wanted))
        return equal(value, wanted, run) is True or any(_fits_item(value, item, run) for item in wanted)
    if isinstance(wanted, Range | Unequal) and not isinstance(value, Range | Unequal):
        return _lies_in(value, wanted, run)
    return equal(value, wanted, run)


def _fits_item(value: Value, item: Value, run: Run) -> bool:
    try:
        return equal(value, item, run) is True or (isinstance(item, Range) and contains(item, value))
    except Nothing:
        return False


def _lies_in(value: Value, wanted: Range | Unequal, run: Run) -> bool | None:
    if isinstance(wanted, Unequal):
        same = equal(value, wanted.value, run)
        return None if same is None else not same
    try:
        return contains(wanted, value)
    except Nothing as nothing:
        run.warn(nothing.reason)
        return None


@rule(ast.UnaryTests)
def _unary_tests(compiler: Compiler, node: ast.UnaryTests) -> Closure:
    """The closure of an input entry; the scope gives `?`."""
    if not node.tests:
        return lambda scope: True
    tests = tuple(compile_test(compiler, test) for test in node.tests)
    if not node.values:
        tests = tuple(_or_condition(test, compiler, one) for test, one in zip(tests, node.tests, strict=True))
    if len(tests) == 1 and not node.negated:
        only = tests[0]
        return lambda scope: only(scope.value("?"), scope)

    def matches(scope: Scope) -> Value:
        found = passes(scope.value("?"), tests, scope)
        if node.negated:
            return None if found is None else not found
        return found

    return matches


def _or_condition(test: Test, compiler: Compiler, node: ast.Node) -> Test:
    """In a table, a condition that does not mention the tested value passes by being true (`âge > 18`)."""
    if not isinstance(node, ast.Comparison | ast.Logic | ast.Between | ast.In | ast.Quantified | ast.InstanceOf):
        return test
    if mentions(node, "?"):
        return test
    condition = compiler.compile(node)

    def passes_or_holds(value: Value, scope: Scope) -> bool | None:
        return test(value, scope) if isinstance(value, bool) else condition(scope)

    return passes_or_holds
