"""What arguments must be: each function answers the value as its type, or raises Nothing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from engine.feel.errors import Nothing
from engine.feel.values import Function, Value, kind, told


def single(value: Value) -> Value:
    """The item of a list of one, where no list is wanted (DMN 10.3.2.9.4); any other value as it is."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def text(value: Value, name: str = "argument") -> str:
    """A text."""
    value = single(value)
    if not isinstance(value, str):
        raise Nothing(f"« {name} » est {told(value)}, pas un texte")
    return value


def number(value: Value, name: str = "argument") -> Decimal:
    """A number."""
    value = single(value)
    if not isinstance(value, Decimal):
        raise Nothing(f"« {name} » est {told(value)}, pas un nombre")
    return value


def whole(value: Value, name: str = "argument") -> int:
    """A number without its decimals."""
    found = number(value, name)
    if found.adjusted() > 18:
        raise Nothing(f"« {name} » est hors limites")
    return int(found)


def items(value: Value, name: str = "list") -> list[Value]:
    """A list; any other value but null is a list of one."""
    if value is None:
        raise Nothing(f"« {name} » est null, pas une liste")
    return value if isinstance(value, list) else [value]


def numbers(value: Value, name: str = "list") -> list[Decimal]:
    """A list of numbers."""
    return [number(item, name) for item in items(value, name)]


def context(value: Value, name: str = "context") -> dict[str, Value]:
    """A context."""
    value = single(value)
    if not isinstance(value, dict):
        raise Nothing(f"« {name} » est {told(value)}, pas un contexte")
    return value


def function(value: Value, name: str, parameters: int) -> Function:
    """A function of that many parameters."""
    if kind(value) != "function" or len(value.parameter_names()) != parameters:
        raise Nothing(f"« {name} » n'est pas une fonction de {parameters} paramètre(s)")
    found: Function = value
    return found


def index(position: Value, length: int, name: str = "position") -> int:
    """The Python index of a position counted from 1, or from the end when negative; Nothing outside the list."""
    found = whole(position, name)
    if not 1 <= abs(found) <= length:
        raise Nothing(f"« {name} » est en dehors de la liste")
    return found - 1 if found > 0 else length + found


def spread(values: Sequence[Value]) -> list[list[Value]]:
    """Several lists."""
    return [items(value) for value in values]
