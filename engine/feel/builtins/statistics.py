"""Functions that calculate with the items of a list."""

from __future__ import annotations

from decimal import Decimal, DecimalException

from engine.feel.budget import Run
from engine.feel.builtins import arguments
from engine.feel.builtins.table import builtin
from engine.feel.errors import Nothing
from engine.feel.numbers import CONTEXT
from engine.feel.types import ANY, NUMBER, ListOf
from engine.feel.values import Value, compare


@builtin("min", "list...", ANY)
def minimum(run: Run, values: Value) -> Value:
    """The least item."""
    return _extreme(values, -1, run)


@builtin("max", "list...", ANY)
def maximum(run: Run, values: Value) -> Value:
    """The greatest item."""
    return _extreme(values, 1, run)


def _extreme(values: Value, sign: int, run: Run) -> Value:
    items = arguments.items(values)
    run.spend(len(items))
    if not items:
        return None
    best = items[0]
    compare(best, best)
    for item in items[1:]:
        if compare(item, best) == sign:
            best = item
    return best


@builtin("sum", "list...", NUMBER)
def total(run: Run, values: Value) -> Value:
    """The sum; null of nothing."""
    found = _counted(values, run)
    return _added(found) if found else None


@builtin("mean", "list...", NUMBER)
def mean(run: Run, values: Value) -> Value:
    """The mean; null of nothing."""
    found = _counted(values, run)
    return CONTEXT.divide(_added(found), Decimal(len(found))) if found else None


@builtin("product", "list...", NUMBER)
def product(run: Run, values: Value) -> Value:
    """The product; null of nothing."""
    found = _counted(values, run)
    if not found:
        return None
    result = Decimal(1)
    try:
        for number in found:
            result = CONTEXT.multiply(result, number)
    except DecimalException:
        raise Nothing("nombre hors limites") from None
    return result


@builtin("median", "list...", NUMBER)
def median(run: Run, values: Value) -> Value:
    """The middle one, or the mean of both middle ones; null of nothing."""
    found = sorted(_counted(values, run))
    if not found:
        return None
    middle = len(found) // 2
    if len(found) % 2:
        return found[middle]
    return CONTEXT.divide(CONTEXT.add(found[middle - 1], found[middle]), Decimal(2))


@builtin("stddev", "list...", NUMBER)
def standard_deviation(run: Run, values: Value) -> Value:
    """The standard deviation of a sample of two or more."""
    found = _counted(values, run)
    if len(found) < 2:
        raise Nothing("l'écart type demande deux nombres")
    average = CONTEXT.divide(_added(found), Decimal(len(found)))
    try:
        squares = [CONTEXT.power(CONTEXT.subtract(number, average), 2) for number in found]
        return CONTEXT.sqrt(CONTEXT.divide(_added(squares), Decimal(len(found) - 1)))
    except DecimalException:
        raise Nothing("nombre hors limites") from None


@builtin("mode", "list...", ListOf(NUMBER))
def mode(run: Run, values: Value) -> Value:
    """The most frequent numbers, in order."""
    seen: dict[Decimal, int] = {}
    for number in _counted(values, run):
        seen[number] = seen.get(number, 0) + 1
    most = max(seen.values(), default=0)
    return sorted(number for number, times in seen.items() if times == most)


def _counted(values: Value, run: Run) -> list[Decimal]:
    found = arguments.numbers(values)
    run.spend(len(found))
    return found


def _added(numbers: list[Decimal]) -> Decimal:
    result = Decimal(0)
    try:
        for number in numbers:
            result = CONTEXT.add(result, number)
    except DecimalException:
        raise Nothing("nombre hors limites") from None
    return result
