"""FEEL types: which values belong to them, and how a value is brought to one (`coerce`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from engine.feel import ast
from engine.feel.errors import Nothing
from engine.feel.temporal import UTC_ZONE, Date, midnight
from engine.feel.values import Range, Unequal, Value, kind, told

if TYPE_CHECKING:
    from engine.feel.budget import Run


@dataclass(frozen=True, slots=True)
class Simple:
    """A type without parts: number, string, Any…"""

    name: str


@dataclass(frozen=True, slots=True)
class ListOf:
    """Lists of one type."""

    element: Type


@dataclass(frozen=True, slots=True)
class RangeOf:
    """Intervals of one type."""

    element: Type


@dataclass(frozen=True, slots=True)
class ContextOf:
    """Contexts that have at least these entries."""

    members: tuple[tuple[str, Type], ...]


@dataclass(frozen=True, slots=True)
class FunctionOf:
    """Functions."""

    parameters: tuple[Type, ...]
    result: Type


@dataclass(frozen=True)
class Constrained:
    """An item definition: a base type and a rule on the value."""

    name: str
    base: Type
    allows: Callable[[Value, Run | None], bool]


Type: TypeAlias = Simple | ListOf | RangeOf | ContextOf | FunctionOf | Constrained
ANY = Simple("Any")
NULL = Simple("Null")
NUMBER, STRING, BOOLEAN = Simple("number"), Simple("string"), Simple("boolean")
DATE, TIME, DATE_TIME = Simple("date"), Simple("time"), Simple("date and time")
DAYS, MONTHS = Simple("days and time duration"), Simple("years and months duration")
ANY_LIST, ANY_RANGE, ANY_CONTEXT = ListOf(ANY), RangeOf(ANY), ContextOf(())
FUNCTION = Simple("function")
NEEDING_PARAMETERS = frozenset({"list", "range", "context", "function"})
NAMED: Mapping[str, Type] = {
    **{known.name: known for known in (ANY, NULL, NUMBER, STRING, BOOLEAN, DATE, TIME, DATE_TIME, DAYS, MONTHS)},
    "dateTime": DATE_TIME,
    "dayTimeDuration": DAYS,
    "yearMonthDuration": MONTHS,
    "list": ANY_LIST,
    "range": ANY_RANGE,
    "context": ANY_CONTEXT,
    "function": FUNCTION,
}


def resolve(node: ast.TypeNode, named: Mapping[str, Type] = NAMED) -> Type:
    """The type a tree means; Nothing when it names one that nobody knows."""
    if isinstance(node, ast.ListType):
        return ListOf(resolve(node.element, named))
    if isinstance(node, ast.RangeType):
        return RangeOf(resolve(node.element, named))
    if isinstance(node, ast.ContextType):
        return ContextOf(tuple((name, resolve(member, named)) for name, member in node.members))
    if isinstance(node, ast.FunctionType):
        return FunctionOf(tuple(resolve(part, named) for part in node.parameters), resolve(node.result, named))
    found = named.get(node.name) or NAMED.get(node.name)
    if found is None:
        raise Nothing(f"le type « {node.name} » est inconnu")
    return found


def belongs(value: Value, wanted: Type, run: Run | None = None) -> bool:
    """Whether a value is of a type; null is of every type here (`is_instance` is stricter).

    With a run, looking into lists and contexts is counted.
    """
    if value is None or wanted is ANY:
        return True
    if run is not None:
        run.spend()
    return _MEMBERSHIP[type(wanted)](value, wanted, run)


def unconstrained(found: Type) -> Type:
    """The type without what it says of its values: a value out of the allowed ones is of the type all the same."""
    if isinstance(found, Constrained):
        return unconstrained(found.base)
    if isinstance(found, ListOf):
        return ListOf(unconstrained(found.element))
    if isinstance(found, RangeOf):
        return RangeOf(unconstrained(found.element))
    if isinstance(found, ContextOf):
        return ContextOf(tuple((name, unconstrained(member)) for name, member in found.members))
    return found


def is_instance(value: Value, wanted: Type, run: Run | None = None) -> bool:
    """What `instance of` answers."""
    if value is None:
        return wanted == NULL
    return belongs(value, wanted, run)


def _in_simple(value: Value, wanted: Any, run: Run | None) -> bool:
    return wanted == ANY or bool(kind(value) == wanted.name)


def _in_list(value: Value, wanted: Any, run: Run | None) -> bool:
    return isinstance(value, list) and all(belongs(item, wanted.element, run) for item in value)


def _in_range(value: Value, wanted: Any, run: Run | None) -> bool:
    if isinstance(value, Unequal):
        return belongs(value.value, wanted.element, run)
    return (
        isinstance(value, Range)
        and belongs(value.start, wanted.element, run)
        and belongs(value.end, wanted.element, run)
    )


def _in_context(value: Value, wanted: Any, run: Run | None) -> bool:
    if not isinstance(value, dict):
        return False
    return all(name in value and belongs(value[name], member, run) for name, member in wanted.members)


def _in_function(value: Value, wanted: Any, run: Run | None) -> bool:
    if kind(value) != "function":
        return False
    parameters, result = value.signature
    if len(parameters) != len(wanted.parameters) or not (result == ANY or conforms(result, wanted.result)):
        return False
    return all(conforms(theirs, ours) for theirs, ours in zip(wanted.parameters, parameters, strict=True))


def _in_constrained(value: Value, wanted: Any, run: Run | None) -> bool:
    return belongs(value, wanted.base, run) and bool(wanted.allows(value, run))


_MEMBERSHIP: dict[type, Callable[[Value, Any, Any], bool]] = {
    Simple: _in_simple,
    ListOf: _in_list,
    RangeOf: _in_range,
    ContextOf: _in_context,
    FunctionOf: _in_function,
    Constrained: _in_constrained,
}


def conforms(one: Type, other: Type) -> bool:
    """Whether every value of one type can stand where the other is wanted."""
    if other == ANY or one in (other, NULL):
        return True
    if isinstance(one, Constrained):
        return conforms(one.base, other)
    if isinstance(one, ListOf) and isinstance(other, ListOf):
        return conforms(one.element, other.element)
    if isinstance(one, RangeOf) and isinstance(other, RangeOf):
        return conforms(one.element, other.element)
    if isinstance(one, ContextOf) and isinstance(other, ContextOf):
        mine = dict(one.members)
        return all(name in mine and conforms(mine[name], member) for name, member in other.members)
    if isinstance(one, FunctionOf) and isinstance(other, FunctionOf):
        return len(one.parameters) == len(other.parameters) and conforms(one.result, other.result)
    return isinstance(one, FunctionOf) and other == FUNCTION


def coerce(value: Value, wanted: Type, run: Run | None = None) -> Value:
    """The value as one of that type: itself, alone out of a list, put in a list, a date as its midnight.

    Nothing when it cannot be one.
    """
    if belongs(value, wanted, run):
        return value
    base = wanted.base if isinstance(wanted, Constrained) else wanted
    alone = value
    while isinstance(alone, list) and len(alone) == 1:
        alone = alone[0]
        if alone is not None and belongs(alone, wanted, run):
            return alone
    if isinstance(base, ListOf) and not isinstance(value, list) and belongs([value], wanted, run):
        return [value]
    if isinstance(value, Date) and base == DATE_TIME:
        return midnight(value, UTC_ZONE)
    raise Nothing(f"{told(value)} n'est pas du type attendu ({write_type(wanted)})")


def write_type(found: Type) -> str:
    """The type as FEEL writes it."""
    if isinstance(found, ListOf):
        return f"list<{write_type(found.element)}>"
    if isinstance(found, RangeOf):
        return f"range<{write_type(found.element)}>"
    if isinstance(found, ContextOf):
        return "context<" + ", ".join(f"{name}: {write_type(member)}" for name, member in found.members) + ">"
    if isinstance(found, FunctionOf):
        parameters = ", ".join(write_type(part) for part in found.parameters)
        return f"function<{parameters}>->{write_type(found.result)}"
    return found.name
