"""Our FEEL against feelin, the evaluator of the browser: the same values, or a difference that is listed and argued."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from engine.feel import (
    Date,
    DateTime,
    DaysDuration,
    FeelError,
    FeelSyntaxError,
    MonthsDuration,
    Time,
    compile_expression,
    to_feel,
)
from engine.feel.budget import Run
from engine.feel.errors import Nothing
from engine.feel.temporal_text import parse_temporal
from engine.feel.text import write
from engine.feel.values import Range, equal
from tests.engine.differential.node import HERE, ask

DATA: Mapping[str, Any] = json.loads((HERE / "data.json").read_text(), parse_float=Decimal)
EXPRESSIONS = [
    line for line in (HERE / "expressions.feel").read_text().splitlines() if line and not line.startswith("//")
]
DIFFERENCES = {one["expression"]: one for one in tomllib.loads((HERE / "differences.toml").read_text())["difference"]}
REASONS = tomllib.loads((HERE / "differences.toml").read_text())["reasons"]


@pytest.fixture(scope="module")
def theirs() -> dict[str, Any]:
    """What feelin answers, every expression in one process of Node."""
    answers = ask("evaluate.mjs", "@bpmn-io/feelin", {"expressions": EXPRESSIONS, "context": DATA})
    return dict(zip(EXPRESSIONS, answers, strict=True))


def ours(expression: str) -> Any:
    """What our FEEL answers, in the same form."""
    run = Run()
    try:
        return plain(compile_expression(expression).value(to_feel(DATA), run), run)
    except FeelSyntaxError:
        return {"$error": "syntax"}
    except FeelError:
        return {"$error": "crash"}


def plain(value: Any, run: Run) -> Any:
    """A value of FEEL as JSON holds it."""
    if isinstance(value, Date | Time | DateTime | DaysDuration | MonthsDuration):
        return {"$t": write(value, run)}
    if isinstance(value, Range):
        ends = [plain(value.start, run), plain(value.end, run)]
        return {"$range": [*ends, value.start_included, value.end_included]}
    if isinstance(value, list):
        return [plain(item, run) for item in value]
    if isinstance(value, dict):
        return {key: plain(item, run) for key, item in value.items()}
    if value is None or isinstance(value, bool | str | Decimal):
        return value
    return {"$function": True}


def same(left: Any, right: Any) -> bool:
    """Whether two answers are one value; numbers as far as doubles go."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return abs(left - right) <= Decimal("1e-9") * max(Decimal(1), abs(left))
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        if left.keys() == right.keys() == {"$t"}:
            return same_moment(left["$t"], right["$t"])
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return type(left) is type(right) and left == right


def same_moment(left: str, right: str) -> bool:
    """Whether two texts write one date, time or duration."""
    try:
        return equal(parse_temporal(left), parse_temporal(right)) is True
    except Nothing:
        return left == right


def test_several_hundred_expressions_are_asked() -> None:
    assert len(EXPRESSIONS) == len(set(EXPRESSIONS)) > 500
    assert set(DIFFERENCES) <= set(EXPRESSIONS)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_both_say_the_same_or_the_difference_is_argued(expression: str, theirs: dict[str, Any]) -> None:
    mine, other = ours(expression), theirs[expression]
    listed = DIFFERENCES.get(expression)
    if listed is None:
        assert same(mine, other), f"ours: {mine!r}, feelin: {other!r}"
    else:
        assert not same(mine, other), "the difference is gone: take it off the list"
        assert listed["reason"] in REASONS
        assert same(mine, json.loads(listed["ours"], parse_float=Decimal, parse_int=Decimal))


def test_every_reason_argues_for_a_difference() -> None:
    assert {one["reason"] for one in DIFFERENCES.values()} == set(REASONS)
