"""How calls, function definitions and filters become closures."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from engine.feel import ast, external, types
from engine.feel.budget import Run
from engine.feel.builtins.table import BUILTINS
from engine.feel.compiler import Closure, Compiler, null_because, rule
from engine.feel.errors import Nothing
from engine.feel.functions import Builtin, Defined, Parameter
from engine.feel.inference import Knowledge, infer
from engine.feel.scope import MISSING, Scope
from engine.feel.values import Value, kind, told

_CONSTANT = frozenset({"date", "time", "date and time", "duration"})


@rule(ast.Call)
def _call(compiler: Compiler, node: ast.Call) -> Closure:
    builtin = BUILTINS.get(node.function.name) if isinstance(node.function, ast.Name) else None
    call = _calling(compiler, node, compiler.compile(node.function) if builtin is None else _named(builtin))
    fixed = None if builtin is None else _fixed(builtin, node)
    if fixed is None:
        return call
    name = builtin.name if builtin is not None else ""
    return lambda scope: fixed if scope.raw(name) is MISSING else call(scope)


def _named(builtin: Builtin) -> Closure:
    """A function of the language, unless a variable of its name is a function too (a mere value hides nothing)."""

    def look_up(scope: Scope) -> Value:
        found = scope.value(builtin.name)
        return builtin if found is MISSING or kind(found) != "function" else found

    return look_up


def _fixed(builtin: Builtin, node: ast.Call) -> Value:
    """The value of `date("2026-01-01")` and its like, known when the text is; None when it is not."""
    texts = [argument.value for argument in node.arguments if isinstance(argument, ast.Literal)]
    if builtin.name not in _CONSTANT or node.names or len(texts) != len(node.arguments) or len(texts) != 1:
        return None
    try:
        return builtin.call(texts, Run())
    except Nothing:
        return None


def _calling(compiler: Compiler, node: ast.Call, function: Closure) -> Closure:
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
