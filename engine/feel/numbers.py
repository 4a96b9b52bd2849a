"""FEEL numbers: decimals of 34 digits (IEEE 754 decimal128), without infinities and without NaN."""

from __future__ import annotations

import re
from decimal import (
    ROUND_HALF_EVEN,
    Clamped,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)

from engine.feel.errors import Nothing

CONTEXT = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[DivisionByZero, InvalidOperation, Overflow],
    flags=[],
)
_WIDE = Context(prec=6200 + 6200, Emin=-12400, Emax=12400, traps=[InvalidOperation, Overflow], flags=[Clamped])
ZERO = Decimal(0)
ONE = Decimal(1)
MIN_SCALE = -6111
MAX_SCALE = 6176
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?", re.ASCII)


def parse_number(text: str) -> Decimal:
    """The number a FEEL literal writes; Nothing when it is none."""
    if len(text) > 10_000 or not _NUMBER.fullmatch(text):
        raise Nothing("ce texte n'est pas un nombre")
    try:
        return CONTEXT.create_decimal(text)
    except DecimalException:
        raise Nothing("nombre hors limites") from None


def power(base: Decimal, exponent: Decimal) -> Decimal:
    """base ** exponent; Nothing when it has no real value."""
    if base == ZERO and exponent == ZERO:
        return ONE
    return CONTEXT.power(base, exponent)


def rescale(number: Decimal, scale: Decimal, rounding: str) -> Decimal:
    """`number` with that many decimals; Nothing when the scale is outside what FEEL allows."""
    places = int(scale)
    if not MIN_SCALE <= places <= MAX_SCALE:
        raise Nothing("nombre de décimales hors limites")
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= places:
        return number
    rounded = number.quantize(Decimal((0, (1,), -places)), rounding=rounding, context=_WIDE)
    return CONTEXT.plus(rounded)


def write_number(number: Decimal) -> str:
    """The number as FEEL writes it: no exponent for everyday sizes, no superfluous zeros."""
    if not number:
        return "0"
    plain = number.normalize(CONTEXT)
    exponent = plain.as_tuple().exponent
    if isinstance(exponent, int) and -100 < exponent < 100:
        return format(plain, "f")
    return str(plain)
