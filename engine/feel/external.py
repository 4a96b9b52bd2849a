"""Functions that models of other engines borrow from Java's library, as far as they are pure calculations.

No Java runs: a closed table says what each of them means here. All others are refused, so are PMML models.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from engine.feel.budget import Run
from engine.feel.convert import to_feel
from engine.feel.errors import Nothing
from engine.feel.numbers import parse_number, write_number
from engine.feel.text import write
from engine.feel.values import Value, told

_SIGNATURE = re.compile(r"\s*(?P<method>\w+)\s*\((?P<types>[^()]{0,300})\)\s*")
_FORMAT = re.compile(r"%(?:(?P<places>\.[0-9]{1,2})?f|(?P<plain>[sd%]))")
_WHOLE = {"byte": 8, "short": 16, "int": 32, "long": 64}
_BOXED = {"Byte": "byte", "Short": "short", "Integer": "int", "Long": "long"}
_MATH = "java.lang.Math"
_PRIMITIVES = frozenset({"int", "long", "float", "double"})
_FRACTIONAL = frozenset({"float", "double", "Float", "Double", "BigDecimal", "BigInteger"})
Method = Callable[..., Value]


def _of_floats(function: Callable[..., float]) -> Method:
    def calculate(run: Run, *numbers: Value) -> Value:
        try:
            return to_feel(float(function(*(float(number) for number in numbers))))
        except (ValueError, OverflowError, ZeroDivisionError):
            raise Nothing("le résultat n'est pas un nombre réel") from None

    return calculate


def _number_of(run: Run, text: Value) -> Value:
    return text if isinstance(text, Decimal) else parse_number(str(text).strip())


def _whole_of(bits: int) -> Method:
    def read(run: Run, text: Value) -> Value:
        number = _number_of(run, text)
        if number != number.to_integral_value() or not -(1 << (bits - 1)) <= number < 1 << (bits - 1):
            raise Nothing("ce nombre n'est pas un entier de cette taille")
        return number

    return read


def _format(run: Run, mask: Value, *values: Value) -> Value:
    waiting = list(values)

    def written(found: re.Match[str]) -> str:
        if found["plain"] == "%":
            return "%"
        if not waiting:
            raise Nothing("il manque une valeur à mettre en forme")
        value = waiting.pop(0)
        if found["plain"]:
            return write(value, run)
        if not isinstance(value, Decimal):
            raise Nothing("« %f » met en forme un nombre")
        return f"{value:{found['places'] or '.6'}f}" if value.adjusted() < 100 else write_number(value)

    text = _FORMAT.sub(written, str(mask))
    run.lettered(len(text))
    return text


def _truth_of(run: Run, text: Value) -> Value:
    return str(text).lower() == "true"


_METHODS: Mapping[str, Mapping[str, Method]] = {
    _MATH: {
        "abs": lambda run, number: abs(number),
        "max": lambda run, one, other: max(one, other),
        "min": lambda run, one, other: min(one, other),
        "cos": _of_floats(math.cos),
        "sin": _of_floats(math.sin),
        "tan": _of_floats(math.tan),
        "acos": _of_floats(math.acos),
        "asin": _of_floats(math.asin),
        "atan": _of_floats(math.atan),
        "exp": _of_floats(math.exp),
        "log": _of_floats(math.log),
        "log10": _of_floats(math.log10),
        "sqrt": _of_floats(math.sqrt),
        "cbrt": _of_floats(math.cbrt),
        "pow": _of_floats(math.pow),
        "ceil": _of_floats(math.ceil),
        "floor": _of_floats(math.floor),
        "toDegrees": _of_floats(math.degrees),
        "toRadians": _of_floats(math.radians),
    },
    "java.lang.Byte": {"valueOf": _whole_of(8), "parseByte": _whole_of(8)},
    "java.lang.Short": {"valueOf": _whole_of(16), "parseShort": _whole_of(16)},
    "java.lang.Integer": {"valueOf": _whole_of(32), "parseInt": _whole_of(32)},
    "java.lang.Long": {"valueOf": _whole_of(64), "parseLong": _whole_of(64)},
    "java.lang.Float": {"valueOf": _number_of, "parseFloat": _number_of},
    "java.lang.Double": {"valueOf": _number_of, "parseDouble": _number_of},
    "java.math.BigDecimal": {"valueOf": _number_of},
    "java.math.BigInteger": {"valueOf": _number_of},
    "java.lang.Boolean": {"valueOf": _truth_of, "parseBoolean": _truth_of},
    "java.lang.String": {"format": _format, "valueOf": lambda run, value: write(value, run)},
}


def known(written: Value) -> bool:
    """Whether a mapping information (`class`, `method signature`) names a method of the table."""
    try:
        _method(written)
    except Nothing:
        return False
    return True


def call(written: Value, arguments: Sequence[Value], run: Run) -> Value:
    """The value of the method that a mapping information names; Nothing when it is none, or they do not fit."""
    method, kinds = _method(written)
    return method(run, *_fitted(arguments, kinds))


def _method(written: Value) -> tuple[Method, list[str]]:
    fields = written.get("java", written) if isinstance(written, dict) else None
    if not isinstance(fields, dict):
        raise Nothing("une fonction externe nomme une classe et une méthode de Java")
    signature = _SIGNATURE.fullmatch(str(fields.get("method signature", "")))
    method = _METHODS.get(str(fields.get("class", "")), {}).get(signature["method"] if signature else "")
    if signature is None or method is None:
        raise Nothing("cette fonction externe n'est pas admise")
    kinds = [kind.strip().rpartition(".")[2] for kind in signature["types"].split(",") if kind.strip()]
    if fields["class"] == _MATH and not _PRIMITIVES.issuperset(kinds):
        raise Nothing("cette fonction externe n'est pas admise")
    return method, kinds


def _fitted(arguments: Sequence[Value], kinds: Sequence[str]) -> list[Value]:
    """The arguments as the parameters of the method take them."""
    if kinds and kinds[-1] in ("Object;", "Object..."):
        kinds = [*kinds[:-1], *["Object"] * (len(arguments) - len(kinds) + 1)]
        arguments = [*arguments[: len(kinds)]]
    if len(arguments) != len(kinds):
        raise Nothing(f"la fonction externe attend {len(kinds)} argument(s)")
    return [_fitting(value, kind) for value, kind in zip(arguments, kinds, strict=True)]


def _fitting(value: Value, kind: str) -> Value:
    bits = _WHOLE.get(_BOXED.get(kind, kind))
    if bits is not None and isinstance(value, Decimal):
        return Decimal(int(value)) if value.adjusted() < 20 else value
    text = isinstance(value, str)
    fits = {"String": text, "char": text and len(value) == 1, "Object": True, "boolean": isinstance(value, bool)}
    fits.update(dict.fromkeys(_FRACTIONAL, isinstance(value, Decimal)))
    if not fits.get(kind, False):
        raise Nothing(f"{told(value)} ne convient pas au paramètre {kind} de la fonction externe")
    return value
