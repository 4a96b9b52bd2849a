"""How the forms that call, repeat and test become closures: functions, filters, loops, quantifiers, `in`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from engine.feel import ast, external, types
from engine.feel.budget import Run
from engine.feel.compiler import Closure, Compiler, null_because, rule
from engine.feel.errors import Nothing
from engine.feel.functions import Defined, Parameter
from engine.feel.inference import Knowledge, infer
from engine.feel.iteration import between, items_of
from engine.feel.operators import order
from engine.feel.scope import Scope
from engine.feel.values import Range, Unequal, Value, contains, equal, kind, told
from engine.feel.walk import mentions

Test: TypeAlias = Callable[[Value, Scope], bool | None]


def full_compiler(named_types: Mapping[str, types.Type] | None = None) -> Compiler:
    """A compiler that knows the forms of this module too."""
    return Compiler(named_types)


@rule(ast.Call)
def _call(compiler: Compiler, node: ast.Call) -> Closure:
    function = compiler.compile(node.function)
    arguments = tuple(compiler.compile(argument) for argument in node.arguments)
    names = node.names

    def call(scope: Scope) -> Value:
        called = function(scope)
        run = scope.run
        if kind(called) != "function":
            run.warn(f"on n'appelle pas {told(called)}")
            return None
        given = [argument(scope) for argument in arguments]
        try:
            run.spend()
            if names is None:
                return called.call(given, run)
            return called.call_named(dict(zip(names, given, strict=True)), run)
        except Nothing as nothing:
            run.warn(nothing.reason)
            return None

    return call


@rule(ast.FunctionOf)
def _function(compiler: Compiler, node: ast.FunctionOf) -> Closure:
    names = [parameter.name for parameter in node.parameters]
    if len(set(names)) != len(names):
        return null_because("une fonction n'a pas deux fois le même paramètre")
    try:
        parameters = tuple(Parameter(part.name, compiler.type(part.type)) for part in node.parameters)
    except Nothing as nothing:
        return null_because(nothing.reason)
    body = compiler.compile(node.body)
    told_result = (
        types.ANY
        if node.external
        else infer(node.body, Knowledge({part.name: part.type for part in parameters}, open=True))
    )

    def make(scope: Scope) -> Value:
        def evaluate(arguments: dict[str, Value], run: Run) -> Value:
            inside = Scope(arguments, scope, run)
            if node.external:
                return external.call(body(inside), list(arguments.values()), run)
            return body(inside)

        return Defined("function", parameters, evaluate, inferred=told_result)

    return make


@rule(ast.Filter)
def _filter(compiler: Compiler, node: ast.Filter) -> Closure:
    base, condition = compiler.compile(node.base), compiler.compile(node.condition)

    def keep(scope: Scope) -> Value:
        value = base(scope)
        try:
            return filtered(value, condition, scope)
        except Nothing as nothing:
            scope.run.warn(nothing.reason)
            return None

    return keep


def filtered(value: Value, condition: Closure, scope: Scope, *, positions: bool = True) -> Value:
    """The item a number points at (where positions are meant), or the items for which the condition is true."""
    if value is None:
        raise Nothing("on ne filtre pas null")
    items = value if isinstance(value, list) else [value]
    if not items:
        at_a_position = positions and isinstance(condition(scope.inner({"item": None})), Decimal)
        return None if at_a_position else []
    kept: list[Value] = []
    scope.run.spend(len(items))
    for index, item in enumerate(items):
        found = condition(_item_scope(item, scope))
        if positions and index == 0 and isinstance(found, Decimal):
            return item_at(items, found)
        if found is True:
            kept.append(item)
        elif found is not False and found is not None:
            raise Nothing(f"un filtre est un booléen ou un nombre, pas {told(found)}")
    return kept


def _item_scope(item: Value, scope: Scope) -> Scope:
    inner = scope.inner({"item": item})
    return inner.inner(item) if isinstance(item, dict) else inner


def item_at(items: Sequence[Value], position: Decimal) -> Value:
    """The item at a position counted from 1, or from the end when negative; Nothing outside the list."""
    if position != position.to_integral_value() or not 1 <= abs(position) <= len(items):
        raise Nothing("la liste n'a pas d'élément à cette position")
    index = int(position)
    return items[index - 1] if index > 0 else items[index]


@rule(ast.For)
def _for(compiler: Compiler, node: ast.For) -> Closure:
    iterators = _iterators(compiler, node.iterators)
    body = compiler.compile(node.body)
    partial = mentions(node.body, "partial")

    def collect(scope: Scope) -> Value:
        results: list[Value] = []

        def each(inner: Scope) -> None:
            if partial:
                scope.run.sized(len(results))
                inner = inner.inner({"partial": list(results)})
            results.append(body(inner))
            scope.run.sized(1 if len(results) < scope.run.budget.items else len(results) + 1)

        try:
            iterate(iterators, 0, scope, each)
        except Nothing as nothing:
            scope.run.warn(nothing.reason)
            return None
        return results

    return collect


Source: TypeAlias = Callable[[Scope], Sequence[Value]]


def _iterators(compiler: Compiler, nodes: Sequence[ast.Iterator]) -> tuple[tuple[str, Source], ...]:
    return tuple((node.name, _source(compiler, node)) for node in nodes)


def _source(compiler: Compiler, node: ast.Iterator) -> Source:
    start = compiler.compile(node.source)
    if node.end is None:
        return lambda scope: items_of(start(scope), scope.run)
    end = compiler.compile(node.end)
    return lambda scope: between(start(scope), end(scope), scope.run)


def iterate(iterators: Sequence[tuple[str, Source]], index: int, scope: Scope, each: Callable[[Scope], None]) -> None:
    """Call `each` with every combination, the last iterator turning fastest; an iterator sees those before it."""
    name, source = iterators[index]
    for item in source(scope):
        scope.run.spend()
        inner = scope.inner({name: item})
        if index + 1 == len(iterators):
            each(inner)
        else:
            iterate(iterators, index + 1, inner, each)


class _Decided(Exception):
    """A quantifier needs no further item."""


@rule(ast.Quantified)
def _quantified(compiler: Compiler, node: ast.Quantified) -> Closure:
    iterators = _iterators(compiler, node.iterators)
    body = compiler.compile(node.body)
    decisive = node.quantifier == "some"

    def quantify(scope: Scope) -> Value:
        known = True

        def each(inner: Scope) -> None:
            nonlocal known
            found = body(inner)
            if found is decisive:
                raise _Decided
            if not isinstance(found, bool):
                known = False

        try:
            iterate(iterators, 0, scope, each)
        except _Decided:
            return decisive
        except Nothing as nothing:
            scope.run.warn(nothing.reason)
            return None
        return (not decisive) if known else None

    return quantify


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
    expression = compiler.compile(node)
    if mentions(node, "?"):
        return _question(expression)
    if isinstance(node, ast.Interval):
        return _interval_test(expression)

    def test(value: Value, scope: Scope) -> bool | None:
        return fits(value, expression(scope), scope.run)

    return test


def _question(expression: Closure) -> Test:
    def test(value: Value, scope: Scope) -> bool | None:
        found = expression(scope.inner({"?": value}))
        return found if isinstance(found, bool) or found is None else fits(value, found, scope.run)

    return test


def _interval_test(expression: Closure) -> Test:
    def test(value: Value, scope: Scope) -> bool | None:
        interval = expression(scope)
        return None if interval is None else _lies_in(value, interval, scope.run)

    return test


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

    if len(tests) == 1 and not node.negated:
        only = tests[0]
        return lambda scope: only(scope.value("?"), scope)

    def matches(scope: Scope) -> Value:
        found = passes(scope.value("?"), tests, scope)
        if node.negated:
            return None if found is None else not found
        return found

    return matches
