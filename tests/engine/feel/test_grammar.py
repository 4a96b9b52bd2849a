"""Every rule of the grammar: a text, and the text of its value."""

from __future__ import annotations

import pytest

from engine.feel import FeelSyntaxError, compile_expression
from engine.feel.budget import Run
from engine.feel.text import write


def written(text: str) -> str:
    """The value of an expression, as FEEL writes it."""
    run = Run()
    return write([compile_expression(text).value({}, run)], run)[1:-1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # literals
        ("1", "1"),
        ("-0.50", "-0.5"),
        (".25", "0.25"),
        ("1.5e3", "1500"),
        ("2E-2", "0.02"),
        ('"a\\"b\\n\\u00e9"', '"a\\"b\\né"'),
        ('"\\d is kept"', '"\\\\d is kept"'),
        ('string length("\\U01F600")', "1"),
        ('string length("\\uD83D\\uDE00")', "1"),
        ("null", "null"),
        ('@"2026-02-28"', "2026-02-28"),
        ('@"P1DT2H"', "P1DT2H"),
        ('@"rien"', "null"),
        # comments
        ("1 + /* deux */ 2 // trois", "3"),
        ("/* a /* b */ 4", "4"),
        # arithmetic
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("2 ** 3 ** 2", "64"),
        ("-2 ** 2", "4"),
        ("- (2 ** 2)", "-4"),
        ("- - 3", "3"),
        ("10 - 3 - 2", "5"),
        ("1 / 3 * 3", "0.9999999999999999999999999999999999"),
        ("1 / 0", "null"),
        ('"a" + "b"', '"ab"'),
        ('"a" + 1', "null"),
        ("1 + null", "null"),
        # comparison
        ("1 < 2", "true"),
        ('"a" <= "b"', "true"),
        ('1 < "2"', "null"),
        ("1 = 1.0", "true"),
        ('1 = "1"', "null"),
        ("null = null", "true"),
        ("1 != null", "true"),
        ("[1, [2]] = [1, [2]]", "true"),
        ("{a: 1, b: 2} = {b: 2, a: 1}", "true"),
        ("1 = 1 = true", "true"),
        # logic
        ("true and null", "null"),
        ("false and null", "false"),
        ("null or true", "true"),
        ("null or false", "null"),
        ('"x" and false', "false"),
        ("true or false and false", "true"),
        # between and in
        ("3 between 1 and 5 and true", "true"),
        ("null between 1 and 5", "null"),
        ("1 between 2 and null", "false"),
        ("3 between 2 and null", "null"),
        ("11 in (null..10]", "false"),
        ("5 in (null..10]", "null"),
        ("3 in [5..1]", "false"),
        ("3 in [1..5]", "true"),
        ("5 in [1..5)", "false"),
        ("1 in ]1..5]", "false"),
        ("5 in [1..5[", "false"),
        ("3 in (1, 2, 3)", "true"),
        ("3 in (< 2, > 2)", "true"),
        ("3 in [[1..2], [3..4]]", "true"),
        ("3 in > 2", "true"),
        ("3 in != 3", "false"),
        ("3 in (? > 2)", "true"),
        ("3 in (1 + 2) * 1", "true"),
        ("[1] in [[1], [2]]", "true"),
        ("{r: [1..3], v: 2 in r}.v", "true"),
        ("{r: (!= 2), v: 2 in r}.v", "false"),
        ('{r: (> @"2026-01-01"), v: @"2026-01-02" in r}.v', "true"),
        ('{r: [1..3], v: "a" in r}.v', "null"),
        ("2 in [-1..1 + 1]", "true"),
        ('1 in ["a", [0..2]]', "true"),
        ('1 in "a"', "null"),
        ('1 in = "a"', "null"),
        ('1 in > "a"', "null"),
        ("(< 5) = (< 5)", "true"),
        ("(!= 5) = (!= 5)", "true"),
        ("[1..3] = (1..3]", "false"),
        ("abs = abs", "true"),
        ("(function() 1) = (function() 1)", "null"),
        # if
        ("if 1 < 2 then 3 else 4", "3"),
        ("if null then 3 else 4", "4"),
        ('if "vrai" then 3 else 4', "4"),
        ("1 + if true then 2 else 3", "3"),
        # loops
        ("for x in [1, 2], y in [10, 20] return x + y", "[11, 21, 12, 22]"),
        ("for x in 1..3 return x * x", "[1, 4, 9]"),
        ("for x in 3..1 return x", "[3, 2, 1]"),
        ("for x in [1..3) return x", "[1, 2]"),
        ('for x in @"2026-01-31"..@"2026-02-01" return x', "[2026-01-31, 2026-02-01]"),
        ('for x in "a".."c" return x', "null"),
        ("for x in 1..3 return if x = 1 then 1 else x * partial[-1]", "[1, 2, 6]"),
        ("for x in 1..3 return count(partial)", "[0, 1, 2]"),
        ("for x in null return x", "null"),
        ("for x in 7 return x", "[7]"),
        ("for x in [[1, 2], [3]], y in x return y", "[1, 2, 3]"),
        ("some x in [1, 2] satisfies x > 1", "true"),
        ("every x in [1, 2] satisfies x > 1", "false"),
        ("some x in [] satisfies true", "false"),
        ("every x in [] satisfies false", "true"),
        ("some x in [1, null] satisfies x > 1", "null"),
        ("some x in [1, 2], y in [2, 3] satisfies x > y", "false"),
        # lists, filters
        ("[]", "[]"),
        ("[1, 2, 3][2]", "2"),
        ("[1, 2, 3][-1]", "3"),
        ("[1, 2, 3][0]", "null"),
        ("[1, 2, 3][item > 1]", "[2, 3]"),
        ("[{a: 1}, {a: 2}][a = 2].a", "[2]"),
        ("[{a: 1}, {a: 2}][item.a = 2]", "[{a: 2}]"),
        ("[{item: 5}][item = 5]", "[{item: 5}]"),
        ("5[1]", "5"),
        ("5[true]", "[5]"),
        ("null[true]", "null"),
        ("[1, 2, 3][1 + 1]", "2"),
        ("[[1, 2], [3]][1][2]", "2"),
        # contexts, paths
        ("{}", "{}"),
        ("{a: 1, b: a + 1}.b", "2"),
        ('{"a b": 1}.a b', "1"),
        ("{a b: 1, c: a b + 1}.c", "2"),
        ("{a-b: 3, a: 10, b: 1, c: a-b}.c", "3"),
        ("{a: 1, a: 2}", "null"),
        ("{a: {b: [{c: 1}, {c: 2}]}}.a.b.c", "[1, 2]"),
        ("{a: 1}.b", "null"),
        ("[{a: 1}, {b: 2}].a", "[1, null]"),
        ('{"": 1}', '{"": 1}'),
        # functions
        ("{f: function(x, y) x - y, r: f(5, 3)}.r", "2"),
        ("{f: function(x, y) x - y, r: f(y: 5, x: 3)}.r", "-2"),
        ("{f: function(n) if n < 2 then 1 else n * f(n - 1), r: f(10)}.r", "3628800"),
        ("(function(a: number) a + 1)(2)", "3"),
        ('(function(a: number) a + 1)("2")', "null"),
        ("(function(a: list<number>) count(a))(2)", "1"),
        ("(function(a: number) a)([2])", "2"),
        ("(function(a) a)(1, 2)", "null"),
        ("(function(a, b) [a, b])(b: 1)", "[null, 1]"),
        ("(function(a) a)(b: 1)", "null"),
        ('(function(a) external {java: {class: "x"}})(1)', "null"),
        ('"abs"(1)', "null"),
        ("abs(n: -1)", "1"),
        ("abs(m: -1)", "null"),
        # instance of
        ("1 instance of number", "true"),
        ("-1 instance of number", "true"),
        ("null instance of Any", "false"),
        ("null instance of Null", "true"),
        ('@"P1Y" instance of years and months duration', "true"),
        ('@"P1D" instance of days and time duration', "true"),
        ('@"2026-01-01T00:00:00" instance of date and time', "true"),
        ("[1, 2] instance of list<number>", "true"),
        ('[1, "a"] instance of list<number>', "false"),
        ("[[1]] instance of list<list<number>>", "true"),
        ("{a: 1} instance of context<a: number>", "true"),
        ("{a: 1} instance of context<a: number, b: string>", "false"),
        ("[1..2] instance of range<number>", "true"),
        ('["a".."b"] instance of range<number>', "false"),
        ("(function(a: number) a + 1) instance of function<number>->number", "true"),
        ('(function() "a") instance of function<>->number', "false"),
        ("1 instance of inconnu", "null"),
        ("[1] instance of list", "null"),
        # intervals
        ("[1..3]", "[1..3]"),
        ("(1..3]", "(1..3]"),
        ("[3..1]", "null"),
        ("[1..null]", "null"),
        ('[1.."a"]', "null"),
        ("(< 5)", "< 5"),
        ("[1..3].end", "3"),
        ("(1..3].start included", "false"),
        ("(>= 2).start", "2"),
        # names
        ("inconnu", "null"),
        ("{in: 1}.in", "1"),
    ],
)
def test_an_expression_has_its_value(text: str, expected: str) -> None:
    assert written(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 +",
        "(1",
        "[1, 2",
        "{a 1}",
        "if true then 1",
        "for x return x",
        "some x in [1]",
        '"abc',
        "1 2",
        "a..b",
        "x instance of",
        "f(a: 1, 2)",
        "f(a: 1, a: 2)",
        "#",
        "[1..2",
        "function(a",
        "and 1",
    ],
)
def test_what_is_not_feel_is_refused_with_a_french_sentence(text: str) -> None:
    with pytest.raises(FeelSyntaxError) as refused:
        compile_expression(text)
    assert refused.value.message.endswith(".")
    assert 0 <= refused.value.position <= len(text)
