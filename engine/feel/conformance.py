"""Foreign conformance cases played against this FEEL and DMN. Pure: the caller reads the files.

Formats: a list of FEEL cases in JSON (suite, id, expression, expected value) and folders of DMN models with the
test cases of the DMN TCK. Every case is one line of the report; an exception in a case is a failed case.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from engine.feel.budget import Run
from engine.feel.convert import to_feel
from engine.feel.errors import FeelError, Nothing
from engine.feel.expression import compile_expression
from engine.feel.temporal_text import Temporal, parse_temporal
from engine.feel.values import Value, equal

NOW = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
_TOLERANCE = Decimal("1e-8")


@dataclass(frozen=True, slots=True)
class Report:
    """One line a case, and how many passed and failed."""

    lines: tuple[str, ...]
    passed: int
    failed: int


def report(lines: list[str]) -> Report:
    """The report of lines that begin with `ok` or `FAIL`."""
    passed = sum(line.startswith("ok") for line in lines)
    return Report(tuple(lines), passed, len(lines) - passed)


def run_feel_cases(content: bytes) -> Report:
    """Play a JSON list of cases `{s, id, e, x, err}`."""
    return report([_feel_line(case) for case in json.loads(content, parse_float=Decimal)])


def _feel_line(case: Mapping[str, Any]) -> str:
    label = f"{case.get('s')} {case.get('id')}"
    try:
        expected = _expected(case.get("x"))
        found = compile_expression(case["e"]).value({}, Run(NOW, UTC))
        if same(found, expected):
            return f"ok   {label}"
        return f"FAIL {label}: {case['e']!r} gives {found!r}, not {expected!r}"
    except FeelError as error:
        return f"ok   {label}" if case.get("x") is None else f"FAIL {label}: {case.get('e')!r}: {error}"
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        return f"FAIL {label}: {case.get('e')!r}: {type(error).__name__}: {error}"


def _expected(value: Any) -> Value:
    if isinstance(value, dict) and set(value) == {"$t"}:
        return _temporal(value["$t"])
    if isinstance(value, dict):
        return {key: _expected(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_expected(item) for item in value]
    return to_feel(value)


def _temporal(text: str) -> Temporal | str:
    try:
        return parse_temporal(text)
    except Nothing:
        return text


def same(found: Value, expected: Value) -> bool:
    """Whether two values are the same, numbers within 1e-8 of one another."""
    if isinstance(found, Decimal) and isinstance(expected, Decimal):
        return abs(found - expected) <= _TOLERANCE * max(Decimal(1), abs(expected))
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(found, dict) and isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in found)
    return equal(found, expected) is True
