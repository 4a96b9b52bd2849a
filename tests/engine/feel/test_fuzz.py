"""Whatever is written, FEEL answers a value, or one of its own errors, in bounded time."""

from __future__ import annotations

import os
from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.feel import Budget, FeelError, analyse, compile_expression, unary
from engine.feel.budget import Run
from engine.feel.builtins import BUILTINS
from engine.feel.text import write

BUDGET = Budget(steps=20_000, seconds=0.3)
VARIABLES = {"x": 3, "liste": [1, 2, {"a": None}], "contexte": {"a": 1, "b c": "é"}}
PIECES = st.sampled_from(
    [
        *"()[]{},:.+-*/<>=?",
        *(
            "..",
            "**",
            "!=",
            "<=",
            ">=",
            "->",
            '"',
            '"a"',
            "@",
            '@"P1D"',
            '@"2026-01-31"',
            "1",
            "2.5",
            "1e400",
            "é",
            "'",
        ),
        *("if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "and", "or", "between", "not"),
        *("instance of", "list<", "function", "external", "null", "true", "false", "x", "liste", "contexte", "item"),
        *BUILTINS,
    ]
)
SOUP = st.lists(PIECES, max_size=25).map(" ".join)
ATOMS = st.sampled_from(
    [
        *("0", "-1", "2.5", "1e6000", "-1e-6000", '"a"', '""', '"[1..3]"', '"(a+)+"', "true", "null", "x", "liste"),
        *("contexte", "contexte.b c", '@"2026-01-31"', '@"999999999-12-31"', '@"P1D"', '@"P9999999Y"', "[1..3]"),
        *('@"10:00:00@Europe/Paris"', '@"2026-03-29T02:30:00@Europe/Paris"', "(< 5)", "(!= 2)", "[]", "{}", "item"),
    ]
)


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, inner)
    operators = st.sampled_from(["+", "-", "*", "/", "**", "=", "!=", "<", ">=", "and", "or", "in"])
    calls = st.tuples(st.sampled_from(sorted(BUILTINS)), st.lists(inner, max_size=4))
    return st.one_of(
        st.tuples(inner, operators, inner).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"),
        calls.map(lambda parts: f"{parts[0]}({', '.join(parts[1])})"),
        two.map(lambda parts: f"[{parts[0]}, {parts[1]}]"),
        two.map(lambda parts: f"{{a: {parts[0]}, b: {parts[1]}}}"),
        two.map(lambda parts: f"({parts[0]})[{parts[1]}]"),
        two.map(lambda parts: f"(if {parts[0]} then {parts[1]} else a)"),
        two.map(lambda parts: f"(for i in {parts[0]} return [i, partial, {parts[1]}])"),
        two.map(lambda parts: f"(some i in {parts[0]} satisfies {parts[1]})"),
        two.map(lambda parts: f"(function(p, q) {parts[0]})({parts[1]}, 1)"),
        inner.map(lambda part: f"({part}).a"),
        inner.map(lambda part: f"({part} instance of list<number>)"),
    )


EXPRESSIONS = st.recursive(ATOMS, _grown, max_leaves=12)


def play(text: str) -> None:
    """Read, look at and evaluate a text; only FEEL's own errors may come out."""
    analyse(text, {"x": "number", "liste": "list<Any>", "contexte": "context<a: number>"})
    with suppress(FeelError):
        unary(text).matches(1, VARIABLES, budget=BUDGET)
    with suppress(FeelError):
        compiled = compile_expression(text)
        compiled.evaluate(VARIABLES, budget=BUDGET)
        run = Run(budget=BUDGET)
        write(compiled.value(VARIABLES, run), run)


EXAMPLES = int(os.environ.get("PLANIPREF_FUZZ_EXAMPLES", "150"))
FUZZ = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FUZZ
@given(st.text(max_size=60))
def test_any_characters_are_a_value_or_an_error_of_feel(text: str) -> None:
    play(text)


@FUZZ
@given(SOUP)
def test_any_words_of_the_language_are_a_value_or_an_error_of_feel(text: str) -> None:
    play(text)


@FUZZ
@given(EXPRESSIONS)
def test_any_expression_has_a_value_or_exceeds_its_budget(text: str) -> None:
    play(text)
