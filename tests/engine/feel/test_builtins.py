"""Every built-in function: a call, and the text of its value."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from engine.feel import compile_expression, evaluate
from engine.feel.budget import Run
from engine.feel.builtins import BUILTINS
from engine.feel.text import write

CASES = [
    # numbers
    ("decimal(1/3, 2)", "0.33"),
    ("decimal(2.5, 0)", "2"),
    ("decimal(125, -1)", "120"),
    ("decimal(1, 9999)", "null"),
    ("floor(-1.5)", "-2"),
    ("floor(1.58, 1)", "1.5"),
    ("ceiling(1.2)", "2"),
    ("ceiling(-1.52, 1)", "-1.5"),
    ("round up(5.51, 1)", "5.6"),
    ("round up(-5.5, 0)", "-6"),
    ("round down(-5.5, 0)", "-5"),
    ("round half up(2.5, 0)", "3"),
    ("round half down(2.5, 0)", "2"),
    ("round half up(1.5)", "null"),
    ("abs(-3)", "3"),
    ('abs(@"-P1D")', "P1D"),
    ('abs(@"-P1Y")', "P1Y"),
    ("modulo(-12, 5)", "3"),
    ("modulo(12, -5)", "-3"),
    ("modulo(1, 0)", "null"),
    ("sqrt(16)", "4"),
    ("sqrt(-1)", "null"),
    ("log(1)", "0"),
    ("log(0)", "null"),
    ("exp(0)", "1"),
    ("exp(10**6)", "null"),
    ("even(2)", "true"),
    ("odd(-3)", "true"),
    ("odd(2.5)", "false"),
    # conversion
    ("string(1.50)", '"1.5"'),
    ("string(null)", "null"),
    ('string("a")', '"a"'),
    ('string([1, "a", {b: null}])', '"[1, \\"a\\", {b: null}]"'),
    ('string({"a b": true, "c!": (1..2]})', '"{a b: true, \\"c!\\": (1..2]}"'),
    ('number("1 000,5", " ", ",")', "1000.5"),
    ('number("1.000,5", ".", ",")', "1000.5"),
    ('number("1,000.5", ",", ".")', "1000.5"),
    ('number("1,5", ",", ",")', "null"),
    ('number("1", ";", ".")', "null"),
    ('number("12")', "12"),
    ('number(from: "1.5", grouping separator: ",", decimal separator: ".")', "1.5"),
    ('date("2026-02-29")', "null"),
    ("date(2026, 1, 2)", "2026-01-02"),
    ('date(date and time("2026-01-02T03:04:05"))', "2026-01-02"),
    ("date(year: 2026, month: 13, day: 1)", "null"),
    ("time(10, 20, 30)", "10:20:30"),
    ('time(10, 20, 30.5, duration("-PT2H"))', "10:20:30.5-02:00"),
    ('time("10:20:30Z")', "10:20:30Z"),
    ('time(@"2026-01-01T10:20:30+01:00")', "10:20:30+01:00"),
    ('time("24:00:01")', "null"),
    ('date and time("2026-01-02")', "2026-01-02T00:00:00"),
    ('date and time(date("2026-01-02"), time("03:04:05"))', "2026-01-02T03:04:05"),
    ('date and time(2026, 1, 2, 3, 4, 5, "Europe/Paris")', "2026-01-02T03:04:05@Europe/Paris"),
    ('date and time("2026-01-02T24:00:00")', "2026-01-03T00:00:00"),
    ('date and time("2026-01-02T03:04:05@Mars/Base")', "null"),
    ('duration("P1Y14M")', "P2Y2M"),
    ('duration("P1DT25H")', "P2DT1H"),
    ('duration("P1Y1D")', "null"),
    ('duration("PT")', "null"),
    ('years and months duration(@"2024-12-31", @"2026-01-30")', "P1Y"),
    ('years and months duration(@"2026-01-30", @"2024-12-31")', "-P1Y"),
    ('range("[1..3)")', "[1..3)"),
    ('range("]1..3[")', "(1..3)"),
    ('range("[2..)")', ">= 2"),
    ('range("(..2]")', "<= 2"),
    ('range("[-2..-1]")', "[-2..-1]"),
    ('range("[date(\\"2026-01-01\\")..@\\"2026-01-02\\"]")', "[2026-01-01..2026-01-02]"),
    ('range("[1+1..3]")', "null"),
    ('range("[3..1]")', "null"),
    ('range("[..]")', "null"),
    # the one item of a list, where no list is wanted
    ('contains(["foobar"], "of")', "false"),
    ("abs([-1])", "1"),
    ("not([true])", "false"),
    ('day of week([@"2026-11-22"])', '"Sunday"'),
    ("abs([-1, 2])", "null"),
    # booleans
    ("not(true)", "false"),
    ("not(null)", "null"),
    ("all([true, null])", "null"),
    ("all(true, false, null)", "false"),
    ("all([])", "true"),
    ("all()", "null"),
    ("all([1])", "null"),
    ("any([false, true])", "true"),
    ("any([])", "false"),
    ('is(@"10:00:00Z", @"10:00:00+00:00")', "true"),
    ('is(@"10:00:00@Europe/Paris", @"10:00:00+01:00")', "false"),
    ("is(1, 1.0)", "true"),
    ('is(@"P0Y", @"P0D")', "false"),
    ("is([1, {a: 2}], [1, {a: 2}])", "true"),
    # texts
    ('substring("préfecture", 4)', '"fecture"'),
    ('substring("préfecture", -3, 2)', '"ur"'),
    ('substring("abc", 0)', "null"),
    ('substring("abc", 4)', "null"),
    ('string length("été")', "3"),
    ('upper case("été")', '"ÉTÉ"'),
    ('lower case("ÉTÉ")', '"été"'),
    ('substring before("a:b:c", ":")', '"a"'),
    ('substring after("a:b:c", ":")', '"b:c"'),
    ('substring before("abc", "x")', '""'),
    ('substring after("abc", "")', '"abc"'),
    ('contains("abc", "b")', "true"),
    ('starts with("abc", "ab")', "true"),
    ('ends with("abc", "bc")', "true"),
    ("contains(1, 2)", "null"),
    ('split("a;b;;c", ";")', '["a", "b", "", "c"]'),
    ('string join(["a", null, "b"], "-")', '"a-b"'),
    ('string join(["a", "b"])', '"ab"'),
    ("string join([1])", "null"),
    # lists
    ("list contains([1, null], null)", "true"),
    ("list contains([1, 2], 3)", "false"),
    ("count([1, 2])", "2"),
    ("count(null)", "null"),
    ("count(1, 2, 3)", "3"),
    ("min(3, 1, 2)", "1"),
    ('max(["a", "c", "b"])', '"c"'),
    ("min([])", "null"),
    ('min([1, "a"])', "null"),
    ("sum([1, 2.5])", "3.5"),
    ("sum([])", "null"),
    ("mean(1, 2, 3)", "2"),
    ("median([3, 1, 2, 4])", "2.5"),
    ("mode([1, 2, 2, 3, 3])", "[2, 3]"),
    ("mode([])", "[]"),
    ("stddev([2, 4])", "1.414213562373095048801688724209698"),
    ("stddev([2])", "null"),
    ("product(2, 3)", "6"),
    ("product([])", "null"),
    ("sublist([1, 2, 3], 2)", "[2, 3]"),
    ("sublist([1, 2, 3], -2, 1)", "[2]"),
    ("sublist([1, 2, 3], 2, 5)", "null"),
    ("append([1], 2, 3)", "[1, 2, 3]"),
    ("concatenate([1], [2], 3)", "[1, 2, 3]"),
    ("union([1, 2], [2, 3])", "[1, 2, 3]"),
    ("insert before([1, 3], 2, 2)", "[1, 2, 3]"),
    ("insert before([1], 3, 2)", "null"),
    ("remove([1, 2, 3], 2)", "[1, 3]"),
    ("reverse([1, 2])", "[2, 1]"),
    ("index of([1, 2, 1], 1)", "[1, 3]"),
    ("distinct values([1, 2, 1, null, null])", "[1, 2, null]"),
    ("duplicate values([1, 2, 1, 1])", "[1]"),
    ("flatten([1, [2, [3]], []])", "[1, 2, 3]"),
    ("sort([3, 1, 2], function(x, y) x < y)", "[1, 2, 3]"),
    ("sort(list: [3, 1, 2], precedes: function(x, y) x > y)", "[3, 2, 1]"),
    ("sort([2, 1])", "[1, 2]"),
    ("list replace([1, 2, 3], 2, 9)", "[1, 9, 3]"),
    ("list replace([1, 2, 3], function(item, newItem) item < newItem, 3)", "[3, 3, 3]"),
    ("list replace([1], function(item) true, 3)", "null"),
    # contexts
    ('get value({a: 1}, "a")', "1"),
    ('get value({a: 1}, "b")', "null"),
    ("get entries({a: 1})", '[{key: "a", value: 1}]'),
    ('context([{key: "a", value: 1}, {key: "b", value: 2}])', "{a: 1, b: 2}"),
    ('context([{key: "a", value: 1}, {key: "a", value: 2}])', "null"),
    ('context put({a: 1}, "b", 2)', "{a: 1, b: 2}"),
    ('context put({a: {b: 1}}, ["a", "c"], 2)', "{a: {b: 1, c: 2}}"),
    ("context put({}, [], 2)", "null"),
    ("context merge([{a: 1, b: 1}, {b: 2}])", "{a: 1, b: 2}"),
    # dates
    ('day of year(@"2024-12-31")', "366"),
    ('day of week(@"2026-11-22")', '"Sunday"'),
    ('month of year(@"2026-11-22")', '"November"'),
    ('week of year(@"2021-01-03")', "53"),
    ('week of year(@"2026-12-31")', "53"),
    ('last day of month(@"2024-02-01")', "29"),
    ('day of week("2026-11-22")', "null"),
    # intervals
    ("before(1, 2)", "true"),
    ("before([1..5], 6)", "true"),
    ("before([1..5), 5)", "true"),
    ("before(1, (1..5])", "true"),
    ("before([1..5], [5..9])", "false"),
    ("after([5..9], [1..5))", "true"),
    ("after(6, [1..5])", "true"),
    ("meets([1..5], [5..9])", "true"),
    ("met by([5..9], [1..5])", "true"),
    ("meets([1..5), [5..9])", "false"),
    ("overlaps([1..5], [5..9])", "true"),
    ("overlaps([1..5), [5..9])", "false"),
    ("overlaps before([1..5], [3..9])", "true"),
    ("overlaps after([3..9], [1..5])", "true"),
    ("finishes(9, [1..9])", "true"),
    ("finishes([5..9], [1..9])", "true"),
    ("finished by([1..9], [5..9])", "true"),
    ("finished by([1..9), 9)", "false"),
    ("includes([1..9], 9)", "true"),
    ("includes([1..9], (1..9))", "true"),
    ("during([2..3], [1..9])", "true"),
    ("during(1, (1..9])", "false"),
    ("starts(1, [1..9])", "true"),
    ("starts([1..3], [1..9])", "true"),
    ("started by([1..9], [1..3])", "true"),
    ("coincides([1..3], [1..3])", "true"),
    ("coincides([1..3], [1..3))", "false"),
    ("coincides(3, 3)", "true"),
    ("during(5, (> 3))", "true"),
    ('before(1, "a")', "null"),
    ("includes(range: [1..3], point: 2)", "true"),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_call_has_its_value(text: str, expected: str) -> None:
    run = Run()
    assert write([compile_expression(text).value({}, run)], run)[1:-1] == expected


def test_every_function_of_the_table_is_called_above() -> None:
    elsewhere = {"now", "today", "matches", "replace"}
    called = {name for name in BUILTINS if any(text.startswith(f"{name}(") for text, _ in CASES)}
    assert set(BUILTINS) - called == elsewhere


def test_now_and_today_are_what_the_caller_says() -> None:
    now = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    zone = ZoneInfo("Europe/Paris")
    assert evaluate("now()", {}, now=now, zone=zone) == now
    assert evaluate("string(today())", {}, now=now, zone=zone) == "2026-03-02"
    assert evaluate("string(today())", {}, now=now) == "2026-03-01"
    assert evaluate("now()", {}) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('matches("abcd", "b.d")', True),
        ('matches("a\\nb", "a.b")', False),
        ('matches("a\\nb", "a.b", "s")', True),
        ('matches("a\\nb", "^b$", "m")', True),
        ('matches("a\\n", "^$", "m")', False),
        ('matches("ABC", "abc", "i")', True),
        ('matches("abc", "a b c", "x")', True),
        ('matches("a.c", "a.c", "q")', True),
        ('matches("abc", "a.c", "q")', False),
        ('matches("k9", "^[a-z-[aeiou]]\\d$")', True),
        ('matches("a9", "^[a-z-[aeiou]]\\d$")', False),
        ('matches("É", "^\\p{Lu}$")', True),
        ('matches("é", "^\\P{Lu}$")', True),
        ('matches("é", "^\\p{IsLatin-1Supplement}$")', True),
        ('matches("a-b", "^\\i\\c*$")', True),
        ('matches("aa", "(a)\\1")', None),
        ('matches("a", "[")', None),
        ('matches("a", "a**")', None),
        ('matches("a", "a{2000}")', None),
        ('matches("a", "(?=a)")', None),
        ('matches("a", "a", "z")', None),
        ('replace("2026-11-22", "(\\d+)-(\\d+)-(\\d+)", "$3/$2/$1")', "22/11/2026"),
        ('replace("abc", "b", "\\\\$")', "a$c"),
        ('replace("abc", "(b)|(x)", "[$1$2]")', "a[b]c"),
        ('replace("abc", "x*", "-")', None),
        ('replace("abc", "b", "$")', None),
        ('replace("aBc", "b", "-", "i")', "a-c"),
    ],
)
def test_regular_expressions_are_those_of_xpath_when_they_are_linear(text: str, expected: object) -> None:
    assert evaluate(text, {}) == expected


JAVA = 'java: {{class: "{0}", method signature: "{1}"}}'


@pytest.mark.parametrize(
    ("where", "method", "arguments", "expected"),
    [
        ("java.lang.Math", "max(double, double)", "1, 2.5", "2.5"),
        ("java.lang.Math", "cos(double)", "0", "1"),
        ("java.lang.Math", "sqrt(double)", "-1", "null"),
        ("java.lang.Integer", "valueOf(java.lang.String)", '"12"', "12"),
        ("java.lang.Byte", "valueOf(java.lang.String)", '"1200"', "null"),
        ("java.lang.String", "format(java.lang.String, [Ljava.lang.Object;)", '"%.2f %s", 1.5', "null"),
        ("java.lang.Math", "max(double, double)", '"a", 1', "null"),
        ("java.lang.Runtime", "exit(int)", "1, 2", "null"),
        ("java.lang.Math", "__class__", "1, 2", "null"),
    ],
)
def test_borrowed_functions_are_those_of_a_closed_table(where: str, method: str, arguments: str, expected: str) -> None:
    parameters = ", ".join("abc"[: arguments.count(",") + 1])
    text = f"(function({parameters}) external {{{JAVA.format(where, method)}}})({arguments})"
    run = Run()
    assert write([compile_expression(text).value({}, run)], run)[1:-1] == expected


def test_a_text_is_formatted_by_a_mask() -> None:
    mapping = JAVA.format("java.lang.String", "format(java.lang.String, [Ljava.lang.Object;)")
    assert evaluate(f'(function(m, a, b) external {{{mapping}}})("%.2f %s", 1.5, "x")', {}) == "1.50 x"
