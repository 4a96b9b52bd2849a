"""The tree of a FEEL text. Nodes are immutable; `at` is where the node begins in the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Node:
    """Any part of an expression."""

    at: int


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A constant."""

    value: Any


@dataclass(frozen=True, slots=True)
class AtLiteral(Node):
    """`@"2026-11-22"`."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable or a built-in function."""

    name: str


@dataclass(frozen=True, slots=True)
class Path(Node):
    """`base.key`."""

    base: Node
    key: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """`base[condition]`."""

    base: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`function(arguments)`, the names given for named arguments."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """`- value`."""

    value: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`left operator right`, the operator being + - * / or **."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """`left operator right`, the operator being = != < <= > or >=."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`a and b and c`, or the same with `or`."""

    operator: str
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`value between low and high`."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """`value in tests`."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """`value instance of type`."""

    value: Node
    type: TypeNode


@dataclass(frozen=True, slots=True)
class If(Node):
    """`if condition then yes else no`."""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Iterator(Node):
    """`name in source`, or `name in source..end`."""

    name: str
    source: Node
    end: Node | None
    type: TypeNode | None = None


@dataclass(frozen=True, slots=True)
class For(Node):
    """`for iterators return body`."""

    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`some iterators satisfies body`, or the same with `every`."""

    quantifier: str
    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextOf(Node):
    """`{a: 1, b: a + 1}`."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Interval(Node):
    """`[start..end)`."""

    start: Node
    end: Node
    start_included: bool
    end_included: bool


@dataclass(frozen=True, slots=True)
class UnaryComparison(Node):
    """`< value`, a test or (in parentheses) an interval with one end."""

    operator: str
    value: Node


@dataclass(frozen=True, slots=True)
class Parameter:
    """A formal parameter."""

    name: str
    type: TypeNode | None


@dataclass(frozen=True, slots=True)
class FunctionOf(Node):
    """`function(a, b) body`."""

    parameters: tuple[Parameter, ...]
    body: Node
    external: bool


@dataclass(frozen=True, slots=True)
class UnaryTests(Node):
    """An input entry: any of the tests, or none of them when negated; without tests everything passes.

    `values`: the tests say which values are allowed, so a condition that does not look at the value is a value.
    """

    tests: tuple[Node, ...]
    negated: bool
    values: bool = False


@dataclass(frozen=True, slots=True)
class NamedType:
    """`number`, `date and time`, or a name of the model."""

    name: str


@dataclass(frozen=True, slots=True)
class ListType:
    """`list<element>`."""

    element: TypeNode


@dataclass(frozen=True, slots=True)
class RangeType:
    """`range<element>`."""

    element: TypeNode


@dataclass(frozen=True, slots=True)
class ContextType:
    """`context<name: type>`."""

    members: tuple[tuple[str, TypeNode], ...]


@dataclass(frozen=True, slots=True)
class FunctionType:
    """`function<type, type> -> type`."""

    parameters: tuple[TypeNode, ...]
    result: TypeNode


TypeNode: TypeAlias = NamedType | ListType | RangeType | ContextType | FunctionType
