"""Expressions of other engines that have one meaning in FEEL."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.compiling.juel import NotTranslatable, translate
from engine.feel import compile_expression, evaluate

LATER = datetime(2026, 1, 2, 23, tzinfo=UTC)
TURNED = [
    ("${input == 1}", "input = 1"),
    ("#{input != 'a'}", 'input != "a"'),
    ("${a && !b || c}", "a and not(b) or c"),
    ("${a and not b or c}", "a and not(b) or c"),
    ("${x ge 1 and x lt 3}", "x >= 1 and x < 3"),
    ("${5}", "5"),
    ("${price * 2 + 1 > 10}", "price * 2 + 1 > 10"),
    ("${x % 2 == 0}", "modulo(x, 2) = 0"),
    ("${(a + b) * -c}", "(a + b) * -c"),
    ("${a ? 1 : 2}", "(if a then 1 else 2)"),
    ("${order.items[0].price}", "order.items[1].price"),
    ("${order['price']}", "order.price"),
    ("${list[i]}", "list[i + 1]"),
    ("${list.size() > 2}", "count(list) > 2"),
    ("${variables:get(x) == 4}", "x = 4"),
    ("${variables:getOrDefault('x', 4)}", "(if x = null then 4 else x)"),
    ("${vars:lessThan(x, 4)}", "(x < 4)"),
    ("${execution.hasVariable('x')}", "(x != null)"),
    ("${state == 'true'}", '(state = "true" or state = true)'),
    ("x is not None", "x != null"),
    ("1 < x <= 3 or y", "(1 < x and x <= 3) or y"),
    ("x not in ['a']", 'not((if ["a"] instance of string then contains(["a"], x) else list contains(["a"], x)))'),
    ("['a': 1]", '{"a": 1}'),
    ("{a: [1], 'b': null}", '{"a": [1], "b": null}'),
    ("${name.equals('x')}", '(name = "x")'),
    ("${execution.getVariable('x') == null}", "x = null"),
    ("PT${hours}H", '"PT" + string(hours) + "H"'),
    ("variable == 1", "variable = 1"),
    ("approved === true", "approved = true"),
    ("bpmn:getDataObject('approved') = 'yes'", 'approved = "yes"'),
    ("${'it\\'s \"x\"'}", '"it\'s \\"x\\""'),
]
REFUSED = [
    "${variables:nothing(x)}",
    "${fn:nothing(x)}",
    "{1: 2}",
    "${bean.doIt(1)}",
    "${}",
    "${a",
    "${nobody()}",
    "${execution.processBusinessKey == 'a'}",
    "${a b}",
    "${a == }",
    "x = y",
    "${list[a + b * 2]}",
    "${a;b}",
]


@pytest.mark.parametrize(("text", "feel"), TURNED)
def test_an_expression_is_turned_into_feel_that_parses(text: str, feel: str) -> None:
    assert translate(text) == feel
    compile_expression(feel)


@pytest.mark.parametrize("text", REFUSED)
def test_what_has_no_single_meaning_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(NotTranslatable) as refused:
        translate(text)
    assert refused.value.reason


@pytest.mark.parametrize(
    ("text", "variables", "value"),
    [
        ("${empty list}", {"list": []}, True),
        ("${empty list}", {"list": [1]}, False),
        ("${not empty text}", {"text": "a"}, True),
        ("${list[1] == 'b'}", {"list": ["a", "b"]}, True),
        ("${a > 1 ? 'x' : 'y'}", {"a": 2}, "x"),
        ("${list.isEmpty()}", {"list": []}, True),
        ("${list.contains('x')}", {"list": ["x"]}, True),
        ("${list.contains('b')}", {"list": "abc"}, True),
        ("${fn:length(list)}", {"list": "abc"}, 3),
        ("${variables:containsAny(list, 'z', 'x')}", {"list": ["x"]}, True),
        ("${variables:contains(list, 'z', 'x')}", {"list": ["x"]}, False),
        ("${number == '4'}", {"number": 4}, True),
        ("${text.matches('[a-z]+')}", {"text": "ab1"}, False),
        ("${map.containsKey('a')}", {"map": {"a": 1}}, True),
        ("'b' in text", {"text": "abc"}, True),
        ("'n° ' + number", {"number": 4}, "n° 4"),
        ("${a.concat(b)}", {"a": "x", "b": "y"}, "xy"),
        ("${text.substring(1)}", {"text": "abc"}, "bc"),
        ("${text.substring(1, 2)}", {"text": "abc"}, "b"),
        ("${text.indexOf('c')}", {"text": "abc"}, 2),
        ("${text.indexOf('d')}", {"text": "abc"}, -1),
        ("${text.trim()}", {"text": " a b\n"}, "a b"),
        ("${order.getPrice()}", {"order": {"price": 4}}, 4),
        ("${order.isPaid()}", {"order": {"paid": True}}, True),
        ("${map.get('a b')}", {"map": {"a b": 1}}, 1),
        ("return x == 1;", {"x": 1}, True),
        ('return KieFunctions.greaterThan(x, "5");', {"x": 10}, True),
        ('return KieFunctions.equalsTo(x, "a");', {"x": "a"}, True),
        ("return kcontext.getVariable('x') == 1;", {"x": 1}, True),
        ("${S(order).prop('price').numberValue() > 3}", {"order": {"price": 4}}, True),
        ("${order.hasProp('price')}", {"order": {}}, False),
        ("${date.plusDays(2).minusHours(n).toDate()}", {"date": datetime(2026, 1, 1, tzinfo=UTC), "n": 1}, LATER),
        ("next(null, this.environment.variables.x <= 5);", {"x": 5}, True),
    ],
)
def test_the_feel_says_the_same(text: str, variables: dict[str, object], value: object) -> None:
    assert evaluate(translate(text), variables) == value
