"""Functions of numbers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
    DecimalException,
)

from engine.feel.budget import Run
from engine.feel.builtins import arguments
from engine.feel.builtins.table import builtin
from engine.feel.errors import Nothing
from engine.feel.numbers import CONTEXT, ZERO, rescale
from engine.feel.temporal import DaysDuration, MonthsDuration
from engine.feel.types import ANY, BOOLEAN, NUMBER
from engine.feel.values import Value

_TWO = Decimal(2)


def _rounding(name: str, mode: str, parameters: str = "n, scale") -> None:
    @builtin(name, parameters, NUMBER)
    def rounded(run: Run, n: Value, scale: Value = ZERO) -> Value:
        return rescale(arguments.number(n, "n"), Decimal(arguments.whole(scale, "scale")), mode)


_rounding("decimal", ROUND_HALF_EVEN)
_rounding("floor", ROUND_FLOOR, "n, scale?")
_rounding("ceiling", ROUND_CEILING, "n, scale?")
_rounding("round up", ROUND_UP)
_rounding("round down", ROUND_DOWN)
_rounding("round half up", ROUND_HALF_UP)
_rounding("round half down", ROUND_HALF_DOWN)


@builtin("abs", "n", ANY)
def absolute(run: Run, n: Value) -> Value:
    """A number or a duration without its sign."""
    n = arguments.single(n)
    if isinstance(n, DaysDuration):
        return DaysDuration(abs(n.nanos))
    if isinstance(n, MonthsDuration):
        return MonthsDuration(abs(n.months))
    return CONTEXT.abs(arguments.number(n, "n"))


@builtin("modulo", "dividend, divisor", NUMBER)
def modulo(run: Run, dividend: Value, divisor: Value) -> Value:
    """What remains of a division rounded downwards: the sign is the divisor's."""
    whole, part = arguments.number(dividend, "dividend"), arguments.number(divisor, "divisor")
    if not part:
        raise Nothing("division par zéro")
    try:
        remainder = CONTEXT.remainder(whole, part)
    except DecimalException:
        quotient = CONTEXT.divide(whole, part).to_integral_value(rounding=ROUND_FLOOR)
        return CONTEXT.subtract(whole, CONTEXT.multiply(part, quotient))
    return CONTEXT.add(remainder, part) if remainder and (remainder < 0) != (part < 0) else remainder


@builtin("sqrt", "number", NUMBER)
def square_root(run: Run, number: Value) -> Value:
    """The square root."""
    return _real(arguments.number(number, "number"), CONTEXT.sqrt)


@builtin("log", "number", NUMBER)
def logarithm(run: Run, number: Value) -> Value:
    """The natural logarithm."""
    found = arguments.number(number, "number")
    if found <= 0:
        raise Nothing("le logarithme demande un nombre positif")
    return _real(found, CONTEXT.ln)


@builtin("exp", "number", NUMBER)
def exponential(run: Run, number: Value) -> Value:
    """e to that power."""
    return _real(arguments.number(number, "number"), CONTEXT.exp)


def _real(number: Decimal, operation: Callable[[Decimal], Decimal]) -> Decimal:
    try:
        return operation(number)
    except DecimalException:
        raise Nothing("le résultat n'est pas un nombre réel") from None


@builtin("even", "number", BOOLEAN)
def even(run: Run, number: Value) -> Value:
    """Whether it divides by two."""
    return _remainder_by_two(number) == 0


@builtin("odd", "number", BOOLEAN)
def odd(run: Run, number: Value) -> Value:
    """Whether one remains when it is divided by two."""
    return abs(_remainder_by_two(number)) == 1


def _remainder_by_two(number: Value) -> Decimal:
    found = arguments.number(number, "number")
    return ZERO if found.adjusted() > 33 else CONTEXT.remainder(found, _TWO)
