"""What a DMN file says, as read: decisions, tables, boxed expressions, types. Immutable, nothing evaluated yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the element's id, the name people know it by, the line of the file."""

    element: str
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Variable:
    """A name and the type written for it."""

    name: str
    type: str | None


@dataclass(frozen=True, slots=True)
class Literal:
    """A FEEL text (`language` when it is another one)."""

    place: Place
    text: str
    type: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Input:
    """A column that is asked."""

    place: Place
    expression: Literal | None
    values: Literal | None


@dataclass(frozen=True, slots=True)
class Output:
    """A column that is answered."""

    place: Place
    name: str
    type: str | None
    values: Literal | None
    default: Literal | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A row."""

    place: Place
    tests: tuple[Literal, ...]
    answers: tuple[Literal, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table; `aggregation` goes with the hit policy COLLECT."""

    place: Place
    policy: str
    aggregation: str | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    type: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a boxed context; the one without variable is the result."""

    variable: Variable | None
    logic: Boxed | None


@dataclass(frozen=True, slots=True)
class Context:
    """A boxed context."""

    place: Place
    entries: tuple[Entry, ...]
    type: str | None


@dataclass(frozen=True, slots=True)
class Invocation:
    """A function called with bound parameters."""

    place: Place
    function: Boxed | None
    bindings: tuple[tuple[Variable, Boxed | None], ...]
    type: str | None


@dataclass(frozen=True, slots=True)
class Items:
    """A boxed list."""

    place: Place
    items: tuple[Boxed | None, ...]
    type: str | None


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows of contexts with the same entries."""

    place: Place
    columns: tuple[Variable, ...]
    rows: tuple[tuple[Boxed | None, ...], ...]
    type: str | None


@dataclass(frozen=True, slots=True)
class Function:
    """A function definition; `kind` is FEEL unless it belongs to another world."""

    place: Place
    parameters: tuple[Variable, ...]
    logic: Boxed | None
    kind: str
    type: str | None


@dataclass(frozen=True, slots=True)
class Conditional:
    """Boxed if."""

    place: Place
    condition: Boxed | None
    yes: Boxed | None
    no: Boxed | None
    type: str | None


@dataclass(frozen=True, slots=True)
class Filter:
    """Boxed filter."""

    place: Place
    source: Boxed | None
    match: Boxed | None
    type: str | None


@dataclass(frozen=True, slots=True)
class Loop:
    """Boxed for (`return`), some or every (`satisfies`)."""

    place: Place
    kind: str
    variable: str
    source: Boxed | None
    body: Boxed | None
    type: str | None


Boxed: TypeAlias = Literal | Table | Context | Invocation | Items | Relation | Function | Conditional | Filter | Loop


@dataclass(frozen=True, slots=True)
class InputData:
    """A value that comes from outside."""

    place: Place
    variable: Variable


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision, what it needs (references), and its logic."""

    place: Place
    variable: Variable
    needs: tuple[str, ...]
    logic: Boxed | None
    question: str


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A business knowledge model: a function that decisions call."""

    place: Place
    variable: Variable
    needs: tuple[str, ...]
    function: Function | None


@dataclass(frozen=True, slots=True)
class Service:
    """A decision service: decisions called as one function."""

    place: Place
    variable: Variable
    outputs: tuple[str, ...]
    encapsulated: tuple[str, ...]
    input_decisions: tuple[str, ...]
    input_data: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """An item definition, or a component of one."""

    place: Place
    name: str
    base: str | None
    collection: bool
    allowed: Literal | None
    constraint: Literal | None
    components: tuple[Item, ...]
    function: tuple[tuple[Variable, ...], str | None] | None


@dataclass(frozen=True, slots=True)
class Import:
    """Another model whose elements are reached under a name."""

    name: str
    namespace: str


Element: TypeAlias = InputData | Decision | Knowledge | Service


@dataclass(frozen=True, slots=True)
class Model:
    """One DMN file. `elements` by id.

    `absorbed`: the namespaces of files whose contents stand in it (see `merging`); `aliases`: which element is meant by
    the id of one that was left out.
    """

    namespace: str
    name: str
    imports: tuple[Import, ...]
    items: tuple[Item, ...]
    elements: dict[str, Element]
    prefixes: dict[str, str]
    absorbed: frozenset[str] = frozenset()
    aliases: Mapping[str, str] = field(default_factory=dict)
