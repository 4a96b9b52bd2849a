"""What an expression may cost: steps, depth, sizes, time. Too much is FeelBudgetExceeded, never a hang."""

from __future__ import annotations

import time

import pytest

from engine.feel import Budget, FeelBudgetExceeded, FeelSyntaxError, compile_expression, evaluate

DOUBLED = "{a0: [1], " + ", ".join(f"a{n}: [a{n - 1}, a{n - 1}]" for n in range(1, 40)) + "}"


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1..100000000 return i",
        "count(for i in 1..90000 return for j in 1..90000 return 1)",
        "some i in 1..90000, j in 1..90000 satisfies false",
        "{f: function(n) f(n + 1), r: f(0)}.r",
        '{f: function(s, n) if n = 0 then s else f(s + s, n - 1), r: f("aaaaaaaaaaaaaaaa", 50)}.r',
        'for i in 1..100 return if i = 1 then "aaaaaaaa" else partial[-1] + partial[-1]',
        "for i in 1..100000 return [partial[-1]]",
        f"string({DOUBLED})",
        f"{DOUBLED} = {DOUBLED}",
        f"flatten({DOUBLED}.a39)",
        DOUBLED,
        'replace("' + "a" * 20_000 + '", "a", "' + "b" * 200 + '")',
        "distinct values(for i in 1..5000 return i)",
        "sort(for i in 1..20000 return -i, function(a, b) (for k in 1..50 return k)[1] < 0)",
    ],
)
def test_what_asks_for_too_much_is_stopped(text: str) -> None:
    begun = time.monotonic()
    with pytest.raises(FeelBudgetExceeded):
        compile_expression(text).evaluate({})
    assert time.monotonic() - begun < 5


def test_the_limits_can_be_narrowed() -> None:
    assert evaluate("count(for i in 1..100 return i)", {}) == 100
    with pytest.raises(FeelBudgetExceeded):
        evaluate("count(for i in 1..100 return i)", {}, budget=Budget(steps=50))
    with pytest.raises(FeelBudgetExceeded):
        evaluate('"aaaaaa" + "bbbbbb"', {}, budget=Budget(characters=10))
    with pytest.raises(FeelBudgetExceeded):
        evaluate("[1, 2, 3]", {}, budget=Budget(items=2))


@pytest.mark.parametrize("text", ["9**(9**9)", "exp(100000)", "10**6145", "product(for i in 1..3000 return i * 10)"])
def test_numbers_beyond_all_measure_are_null(text: str) -> None:
    assert evaluate(text, {}) is None


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5_000 + "1" + ")" * 5_000,
        "[" * 5_000,
        "-" * 5_000 + "1",
        "1" + " + 1" * 5_000,
        "a" + "[1]" * 5_000,
        "if true then " * 2_000,
        "x in (" * 2_000,
        "1 instance of " + "list<" * 2_000,
        "x" * 200_000,
    ],
)
def test_texts_nested_or_long_beyond_reason_are_refused(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        compile_expression(text)


def test_a_condition_of_many_parts_is_welcome() -> None:
    text = " and ".join(f"x > {n}" for n in range(500))
    assert evaluate(text, {"x": 1000}) is True


def test_the_callers_data_is_converted_once() -> None:
    data = {"pieces": [{"code": str(n)} for n in range(5_000)]}
    begun = time.monotonic()
    assert evaluate("count(for i in 1..2000 return count(dossier.pieces))", {"dossier": data}) == 2000
    assert time.monotonic() - begun < 1


def test_a_regular_expression_takes_linear_time() -> None:
    begun = time.monotonic()
    assert evaluate('matches(s, "^(a+)+$")', {"s": "a" * 50_000 + "!"}) is False
    assert time.monotonic() - begun < 2
