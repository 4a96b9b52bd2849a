"""The arithmetic of FEEL over all its kinds of value: one table of rules for each operator.

Every operator answers a value or raises Nothing; the closures of `compiler.py` make the null of it.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal, DecimalException
from typing import Any, TypeAlias

from engine.feel.budget import Run
from engine.feel.errors import Nothing
from engine.feel.numbers import CONTEXT, ZERO, power
from engine.feel.temporal import (
    DAY_NANOS,
    UTC_ZONE,
    Date,
    DateTime,
    DaysDuration,
    MonthsDuration,
    Time,
    add_months,
    civil_from_days,
    from_instant,
    make_days,
    make_months,
    midnight,
    time_from_nanos,
)
from engine.feel.values import Value, compare, time_key, told

Rule: TypeAlias = Callable[[Any, Any], Value]
_VERBS = {"+": "ajoute", "-": "soustrait", "*": "multiplie", "/": "divise", "**": "élève à la puissance"}


def _date_plus_days(date: Date, duration: DaysDuration) -> Date:
    return civil_from_days((date.ordinal * DAY_NANOS + duration.nanos) // DAY_NANOS)


def _moment_plus_days(moment: DateTime, duration: DaysDuration) -> DateTime:
    return from_instant(moment.instant + duration.nanos, moment.zone)


def _time_plus_days(time: Time, duration: DaysDuration) -> Time:
    return time_from_nanos((time.nanos + duration.nanos) % DAY_NANOS, time.zone)


def _moment_plus_months(moment: DateTime, duration: MonthsDuration) -> DateTime:
    return DateTime(add_months(moment.date, duration.months), moment.time)


def _moment_minus_moment(left: DateTime, right: DateTime) -> DaysDuration:
    if (left.zone is None) != (right.zone is None):
        raise Nothing("on ne soustrait pas une date et heure locale et une autre avec fuseau")
    return make_days(left.instant - right.instant)


def _time_minus_time(left: Time, right: Time) -> DaysDuration:
    if (left.zone is None) != (right.zone is None):
        raise Nothing("on ne soustrait pas une heure locale et une heure avec fuseau")
    return make_days(time_key(left) - time_key(right))


def _whole(number: Decimal, rounding: str) -> int:
    if number.adjusted() > 40:
        raise Nothing("durée hors limites")
    return int(number.to_integral_value(rounding=rounding))


def _scale_days(duration: DaysDuration, factor: Decimal) -> DaysDuration:
    return make_days(_whole(CONTEXT.multiply(Decimal(duration.nanos), factor), ROUND_HALF_EVEN))


def _scale_months(duration: MonthsDuration, factor: Decimal) -> MonthsDuration:
    return make_months(_whole(CONTEXT.multiply(Decimal(duration.months), factor), ROUND_DOWN))


def _share_days(duration: DaysDuration, divisor: Decimal) -> DaysDuration:
    return make_days(_whole(CONTEXT.divide(Decimal(duration.nanos), divisor), ROUND_HALF_EVEN))


def _share_months(duration: MonthsDuration, divisor: Decimal) -> MonthsDuration:
    return make_months(_whole(CONTEXT.divide(Decimal(duration.months), divisor), ROUND_DOWN))


def _ratio(left: int, right: int) -> Decimal:
    return CONTEXT.divide(Decimal(left), Decimal(right))


def _negated(duration: Any) -> Any:
    if isinstance(duration, DaysDuration):
        return DaysDuration(-duration.nanos)
    return MonthsDuration(-duration.months)


def _swapped(rule: Rule) -> Rule:
    return lambda left, right: rule(right, left)


def _less(rule: Rule) -> Rule:
    return lambda left, right: rule(left, _negated(right))


_ADD: dict[tuple[type, type], Rule] = {
    (Decimal, Decimal): CONTEXT.add,
    (str, str): lambda left, right: left + right,
    (DaysDuration, DaysDuration): lambda left, right: make_days(left.nanos + right.nanos),
    (MonthsDuration, MonthsDuration): lambda left, right: make_months(left.months + right.months),
    (DateTime, DaysDuration): _moment_plus_days,
    (DateTime, MonthsDuration): _moment_plus_months,
    (Date, DaysDuration): _date_plus_days,
    (Date, MonthsDuration): lambda date, duration: add_months(date, duration.months),
    (Time, DaysDuration): _time_plus_days,
}
_SUBTRACT: dict[tuple[type, type], Rule] = {
    (Decimal, Decimal): CONTEXT.subtract,
    (DateTime, DateTime): _moment_minus_moment,
    (Date, Date): lambda left, right: make_days((left.ordinal - right.ordinal) * DAY_NANOS),
    (DateTime, Date): lambda left, right: _moment_minus_moment(left, midnight(right, UTC_ZONE)),
    (Date, DateTime): lambda left, right: _moment_minus_moment(midnight(left, UTC_ZONE), right),
    (Time, Time): _time_minus_time,
    (DaysDuration, DaysDuration): lambda left, right: make_days(left.nanos - right.nanos),
    (MonthsDuration, MonthsDuration): lambda left, right: make_months(left.months - right.months),
    (DateTime, DaysDuration): _less(_moment_plus_days),
    (DateTime, MonthsDuration): _less(_moment_plus_months),
    (Date, DaysDuration): _less(_date_plus_days),
    (Date, MonthsDuration): lambda date, duration: add_months(date, -duration.months),
    (Time, DaysDuration): _less(_time_plus_days),
}
_MULTIPLY: dict[tuple[type, type], Rule] = {
    (Decimal, Decimal): CONTEXT.multiply,
    (DaysDuration, Decimal): _scale_days,
    (MonthsDuration, Decimal): _scale_months,
    (Decimal, DaysDuration): _swapped(_scale_days),
    (Decimal, MonthsDuration): _swapped(_scale_months),
}
_DIVIDE: dict[tuple[type, type], Rule] = {
    (Decimal, Decimal): CONTEXT.divide,
    (DaysDuration, Decimal): _share_days,
    (MonthsDuration, Decimal): _share_months,
    (DaysDuration, DaysDuration): lambda left, right: _ratio(left.nanos, right.nanos),
    (MonthsDuration, MonthsDuration): lambda left, right: _ratio(left.months, right.months),
}
for _left, _right in [pair for pair in _ADD if pair[0] is not pair[1]]:
    _ADD[_right, _left] = _swapped(_ADD[_left, _right])

RULES: dict[str, dict[tuple[type, type], Rule]] = {
    "+": _ADD,
    "-": _SUBTRACT,
    "*": _MULTIPLY,
    "/": _DIVIDE,
    "**": {(Decimal, Decimal): power},
}


def calculate(operator: str, left: Value, right: Value, run: Run) -> Value:
    """`left operator right`; Nothing when the operator has no rule for these kinds, or the result no value."""
    rule = RULES[operator].get((type(left), type(right)))
    if rule is None:
        raise Nothing(f"on ne {_VERBS[operator]} pas {told(left)} et {told(right)}")
    if isinstance(left, str):
        run.lettered(len(left) + len(right))
    try:
        return rule(left, right)
    except DecimalException:
        raise Nothing("division par zéro ou nombre hors limites") from None


def negate(value: Value) -> Value:
    """`- value`; Nothing when it is neither a number nor a duration."""
    if isinstance(value, Decimal):
        return ZERO if not value else CONTEXT.minus(value)
    if isinstance(value, DaysDuration | MonthsDuration):
        return _negated(value)
    raise Nothing(f"on ne change pas le signe : {told(value)}")


_COMPARISONS: dict[str, Callable[[int], bool]] = {
    "<": lambda sign: sign < 0,
    "<=": lambda sign: sign <= 0,
    ">": lambda sign: sign > 0,
    ">=": lambda sign: sign >= 0,
}


def order(operator: str, left: Value, right: Value) -> bool:
    """`left operator right` for `<`, `<=`, `>` and `>=`; Nothing when there is no order between both."""
    return _COMPARISONS[operator](compare(left, right))
