"""A FEEL tree made into closures, once; evaluating is then calling them. An operation without value is null.

One function a kind of node, in the tables of this module and of the modules beside it; a closure takes the scope.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from engine.feel import ast, types
from engine.feel.builtins.table import BUILTINS
from engine.feel.errors import Nothing
from engine.feel.members import member
from engine.feel.operators import calculate, negate, order
from engine.feel.scope import MISSING, Scope
from engine.feel.temporal_text import parse_temporal
from engine.feel.values import Value, equal, make_range, told

Closure: TypeAlias = Callable[[Scope], Value]
_PLAIN = frozenset({str, bool, Decimal})


class Compiler:
    """Turns nodes into closures; knows the types that names in `instance of` and parameters mean."""

    def __init__(self, named_types: Mapping[str, types.Type] | None = None) -> None:
        self.named_types = named_types or types.NAMED

    def compile(self, node: ast.Node) -> Closure:
        """The closure of a node."""
        return RULES[type(node)](self, node)

    def type(self, node: ast.TypeNode | None) -> types.Type:
        """The type a tree means, Any for none; Nothing when it is unknown."""
        return types.ANY if node is None else types.resolve(node, self.named_types)


Rule: TypeAlias = Callable[[Compiler, Any], Closure]
RULES: dict[type, Rule] = {}


def rule(node: type) -> Callable[[Rule], Rule]:
    """Register how a kind of node is compiled."""

    def register(function: Rule) -> Rule:
        RULES[node] = function
        return function

    return register


def constant(value: Value) -> Closure:
    """A closure that always answers that."""
    return lambda scope: value


def null_because(reason: str) -> Closure:
    """A closure that always answers null, and says why."""

    def nothing(scope: Scope) -> Value:
        scope.run.warn(reason)

    return nothing


@rule(ast.Literal)
def _literal(compiler: Compiler, node: ast.Literal) -> Closure:
    return constant(node.value)


@rule(ast.AtLiteral)
def _at_literal(compiler: Compiler, node: ast.AtLiteral) -> Closure:
    try:
        return constant(parse_temporal(node.text))
    except Nothing as nothing:
        return null_because(f'@"{node.text[:60]}" : {nothing.reason}')


@rule(ast.Name)
def _name(compiler: Compiler, node: ast.Name) -> Closure:
    name = node.name
    fallback = BUILTINS.get(name)

    def look_up(scope: Scope) -> Value:
        value = scope.value(name)
        if value is not MISSING:
            return value
        if fallback is None:
            scope.run.warn(f"le nom « {name} » est inconnu")
        return fallback

    return look_up


@rule(ast.Path)
def _path(compiler: Compiler, node: ast.Path) -> Closure:
    key = node.key
    steps = _steps(node)
    if steps is not None:
        return _walk(steps, compiler.compile(node.base), key)
    base = compiler.compile(node.base)

    def go(scope: Scope) -> Value:
        try:
            return member(base(scope), key)
        except Nothing as nothing:
            scope.run.warn(nothing.reason)
            return None

    return go


def _steps(node: ast.Node) -> list[str] | None:
    """The names of a path that begins with a variable."""
    steps: list[str] = []
    while isinstance(node, ast.Path):
        steps.append(node.key)
        node = node.base
    if not isinstance(node, ast.Name):
        return None
    return [node.name, *reversed(steps)]


def _walk(steps: list[str], base: Closure, key: str) -> Closure:
    """A path through the caller's own mappings: only what lies at its end is converted."""
    name, keys = steps[0], steps[1:]

    def go(scope: Scope) -> Value:
        found = scope.raw(name)
        for step in keys:
            if type(found) is not dict or step not in found:
                break
            found = found[step]
        else:
            return scope.converted(found)
        try:
            return member(base(scope), key)
        except Nothing as nothing:
            scope.run.warn(nothing.reason)
            return None

    return go


@rule(ast.Negation)
def _negation(compiler: Compiler, node: ast.Negation) -> Closure:
    value = compiler.compile(node.value)
    if isinstance(node.value, ast.Literal) and isinstance(node.value.value, Decimal):
        return constant(negate(node.value.value))

    def minus(scope: Scope) -> Value:
        try:
            return negate(value(scope))
        except Nothing as nothing:
            scope.run.warn(nothing.reason)
            return None

    return minus


@rule(ast.Arithmetic)
def _arithmetic(compiler: Compiler, node: ast.Arithmetic) -> Closure:
    left, right, operator = compiler.compile(node.left), compiler.compile(node.right), node.operator

    def compute(scope: Scope) -> Value:
        try:
            return calculate(operator, left(scope), right(scope), scope.run)
        except Nothing as nothing:
            scope.run.warn(nothing.reason)
            return None

    return compute


@rule(ast.Comparison)
def _comparison(compiler: Compiler, node: ast.Comparison) -> Closure:
    left, right = compiler.compile(node.left), compiler.compile(node.right)
    if node.operator in ("=", "!="):
        return _equality(left, right, wanted=node.operator == "=")
    return _order(node.operator, left, right)


def _equality(left: Closure, right: Closure, *, wanted: bool) -> Closure:
    def same(scope: Scope) -> Value:
        one, other = left(scope), right(scope)
        cls = type(one)
        if cls is type(other) and cls in _PLAIN:
            return (one == other) is wanted
        found = equal(one, other, scope.run)
        if found is None:
            scope.run.warn(f"on ne compare pas {told(one)} et {told(other)}")
            return None
        return found is wanted

    return same


_NUMBER_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def _order(operator: str, left: Closure, right: Closure) -> Closure:
    quick = _NUMBER_ORDER[operator]

    def ordered(scope: Scope) -> Value:
        one, other = left(scope), right(scope)
        if type(one) is Decimal and type(other) is Decimal:
            return quick(one, other)
        try:
            return order(operator, one, other)
        except Nothing as nothing:
            scope.run.warn(nothing.reason)
            return None

    return ordered


@rule(ast.Logic)
def _logic(compiler: Compiler, node: ast.Logic) -> Closure:
    parts = tuple(compiler.compile(part) for part in node.parts)
    decisive = node.operator == "or"

    def connect(scope: Scope) -> Value:
        known = True
        for part in parts:
            value = part(scope)
            if value is decisive:
                return decisive
            if value is not (not decisive):
                known = False
                if value is not None:
                    scope.run.warn(f"« {node.operator} » relie des booléens, pas {told(value)}")
        return (not decisive) if known else None

    return connect


@rule(ast.Between)
def _between(compiler: Compiler, node: ast.Between) -> Closure:
    value, low, high = (compiler.compile(part) for part in (node.value, node.low, node.high))

    return lambda scope: within(value(scope), low(scope), high(scope), ">=", "<=", scope)


def within(value: Value, low: Value, high: Value, above: str, below: str, scope: Scope) -> Value:
    """`value above low and value below high`, in three-valued logic."""
    answers = [_ordered(above, value, low, scope), _ordered(below, value, high, scope)]
    if False in answers:
        return False
    return None if None in answers else True


def _ordered(operator: str, left: Value, right: Value, scope: Scope) -> Value:
    try:
        return order(operator, left, right)
    except Nothing as nothing:
        scope.run.warn(nothing.reason)
        return None


@rule(ast.InstanceOf)
def _instance_of(compiler: Compiler, node: ast.InstanceOf) -> Closure:
    value = compiler.compile(node.value)
    if isinstance(node.type, ast.NamedType) and node.type.name in types.NEEDING_PARAMETERS:
        return null_because(f"le type « {node.type.name} » dit de quoi, comme list<number>")
    try:
        wanted = types.unconstrained(compiler.type(node.type))
    except Nothing as nothing:
        return null_because(nothing.reason)
    return lambda scope: types.is_instance(value(scope), wanted, scope.run)


@rule(ast.If)
def _if(compiler: Compiler, node: ast.If) -> Closure:
    condition, yes, no = (compiler.compile(part) for part in (node.condition, node.yes, node.no))

    def choose(scope: Scope) -> Value:
        found = condition(scope)
        if found is True:
            return yes(scope)
        if found is not False and found is not None:
            scope.run.warn(f"la condition de « if » est {told(found)}, pas un booléen")
        return no(scope)

    return choose


@rule(ast.ListOf)
def _list(compiler: Compiler, node: ast.ListOf) -> Closure:
    items = tuple(compiler.compile(item) for item in node.items)

    def build(scope: Scope) -> Value:
        scope.run.sized(len(items))
        return [item(scope) for item in items]

    return build


@rule(ast.ContextOf)
def _context(compiler: Compiler, node: ast.ContextOf) -> Closure:
    keys = [key for key, _ in node.entries]
    if len(set(keys)) != len(keys):
        return null_because("un contexte n'a pas deux fois la même entrée")
    entries = tuple((key, compiler.compile(entry)) for key, entry in node.entries)

    def build(scope: Scope) -> Value:
        found: dict[str, Value] = {}
        inner = scope.inner(found)
        scope.run.spend(len(entries))
        for key, entry in entries:
            found[key] = entry(inner)
        return found

    return build


@rule(ast.Interval)
def _interval(compiler: Compiler, node: ast.Interval) -> Closure:
    start, end = compiler.compile(node.start), compiler.compile(node.end)
    if isinstance(node.start, ast.Literal) and isinstance(node.end, ast.Literal):
        return _constant_interval(node)

    def build(scope: Scope) -> Value:
        try:
            return make_range(start(scope), end(scope), node.start_included, node.end_included)
        except Nothing as nothing:
            scope.run.warn(nothing.reason)
            return None

    return build


def _constant_interval(node: ast.Interval) -> Closure:
    ends = [end.value for end in (node.start, node.end) if isinstance(end, ast.Literal)]
    try:
        return constant(make_range(ends[0], ends[1], node.start_included, node.end_included))
    except Nothing as nothing:
        return null_because(nothing.reason)
