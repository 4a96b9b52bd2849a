"""Walking a tree: the parts of a node, and the names that an expression takes from outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import lru_cache
from typing import Any

from engine.feel import ast


@lru_cache(maxsize=64)
def _field_names(node: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(node) if field.name not in ("at", "type"))


def children(node: ast.Node) -> Iterator[ast.Node]:
    """The nodes directly under a node."""
    cls: Any = type(node)
    for name in _field_names(cls):
        yield from _nodes_in(getattr(node, name))


def _nodes_in(value: object) -> Iterator[ast.Node]:
    if isinstance(value, ast.Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes_in(item)


def path_of(node: ast.Node) -> str:
    """`a.b.c` for a chain of names, empty for anything else."""
    if isinstance(node, ast.Name):
        return node.name
    if isinstance(node, ast.Path):
        base = path_of(node.base)
        return f"{base}.{node.key}" if base else ""
    return ""


def mentions(node: ast.Node, name: str) -> bool:
    """Whether a name stands anywhere in a tree."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, ast.Name) and here.name == name:
            return True
        waiting.extend(children(here))
    return False


def values_named(node: ast.Node) -> frozenset[str]:
    """The names that stand for a value of their own: neither called anywhere nor handed to a function."""
    names: set[str] = set()
    functions: set[str] = set()
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, ast.Name):
            names.add(here.name)
        if isinstance(here, ast.Call):
            functions.update(one.name for one in (here.function, *here.arguments) if isinstance(one, ast.Name))
        waiting.extend(children(here))
    return frozenset(names - functions)


def free_names(node: ast.Node) -> frozenset[str]:
    """The names an expression takes from outside.

    Those in a filter's condition may be entries of the items, so they do not count unless they stand elsewhere too.
    """
    return frozenset(_free(node, frozenset()))


def _free(node: ast.Node, bound: frozenset[str]) -> Iterator[str]:
    if isinstance(node, ast.Name):
        if node.name not in bound:
            yield node.name
    elif isinstance(node, ast.Filter):
        yield from _free(node.base, bound)
    elif isinstance(node, ast.FunctionOf):
        yield from _free(node.body, bound | {parameter.name for parameter in node.parameters})
    elif isinstance(node, ast.ContextOf):
        yield from _free_in_entries(node, bound)
    elif isinstance(node, ast.For | ast.Quantified):
        yield from _free_in_loop(node, bound)
    else:
        for child in children(node):
            yield from _free(child, bound)


def _free_in_entries(node: ast.ContextOf, bound: frozenset[str]) -> Iterator[str]:
    for key, entry in node.entries:
        yield from _free(entry, bound)
        bound |= {key}


def _free_in_loop(node: ast.For | ast.Quantified, bound: frozenset[str]) -> Iterator[str]:
    for iterator in node.iterators:
        yield from _free(iterator.source, bound)
        if iterator.end is not None:
            yield from _free(iterator.end, bound)
        bound |= {iterator.name}
    yield from _free(node.body, bound | {"partial"} if isinstance(node, ast.For) else bound)
