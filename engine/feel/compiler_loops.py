"""How `for`, `some` and `every` become closures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from engine.feel import ast
from engine.feel.compiler import Closure, Compiler, rule
from engine.feel.errors import Nothing
from engine.feel.iteration import between, items_of
from engine.feel.scope import Scope
from engine.feel.values import Value
from engine.feel.walk import mentions


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
