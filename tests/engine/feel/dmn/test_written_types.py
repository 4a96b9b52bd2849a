"""Types where they are written: functions, services, bindings, answers, allowed values. And imports without a name."""

from __future__ import annotations

import pytest

from engine.feel.dmn import load
from tests.engine.feel.dmn.test_models import NAMESPACE, data, decision, model, needs, text, value

FOO = (
    '<itemDefinition name="tFoo"><typeRef>string</typeRef><allowedValues><text>"foo", "bar"</text></allowedValues>'
    '</itemDefinition><itemDefinition name="tMakes"><functionItem outputTypeRef="tFoo"><parameters name="a"/>'
    '</functionItem></itemDefinition><itemDefinition name="tTakes"><functionItem><parameters name="given" '
    'typeRef="tFoo"/></functionItem></itemDefinition>'
)


def foo(of: str) -> list[object]:
    """What the decision `d` answers for a value that is allowed, and for one that is not."""
    content = model(FOO + data("u") + of)
    return [load(content).decide("d", {"u": one, "given": one}).value for one in ("foo", "baz")]


@pytest.mark.parametrize(
    "made",
    [
        decision(
            "f",
            '<functionDefinition typeRef="tMakes"><formalParameter name="a"/>' + text("a") + "</functionDefinition>",
        ),
        decision("f", '<literalExpression typeRef="tMakes"><text>function(a: tFoo) a</text></literalExpression>'),
    ],
)
def test_the_type_of_a_function_is_that_of_what_it_gives(made: str) -> None:
    assert foo(made + decision("d", needs("u") + needs("f", kind="Decision") + text("f(u)"))) == ["foo", None]


def test_a_knowledge_model_may_write_its_type_on_its_logic() -> None:
    logic = '<encapsulatedLogic typeRef="tMakes"><formalParameter name="a"/>' + text("a") + "</encapsulatedLogic>"
    known = f'<businessKnowledgeModel id="b" name="b"><variable name="b"/>{logic}</businessKnowledgeModel>'
    assert foo(known + decision("d", needs("u") + needs("b", kind="Knowledge") + text("b(u)"))) == ["foo", None]


def test_the_type_of_a_service_says_what_it_takes() -> None:
    inside = decision("given", text('"never"')) + decision("e", needs("given", kind="Decision") + text("given"))
    service = '<decisionService id="d" name="d"><variable name="d" typeRef="tTakes"/><outputDecision href="#e"/>'
    assert foo(inside + service + '<inputDecision href="#given"/></decisionService>') == ["foo", None]


def test_what_is_bound_and_what_is_answered_may_have_a_type() -> None:
    bound = '<binding><parameter name="a" typeRef="tFoo"/>' + text("u") + "</binding>"
    assert foo(decision("d", needs("u") + f"<invocation>{text('function(a) a')}{bound}</invocation>")) == ["foo", None]
    answers = '<outputEntry typeRef="tFoo"><text>u</text></outputEntry><outputEntry><text>u</text></outputEntry>'
    table = f'<decisionTable><output name="c"/><output name="o"/><rule>{answers}</rule></decisionTable>'
    assert foo(decision("d", needs("u") + table)) == [{"c": "foo", "o": "foo"}, {"c": None, "o": "baz"}]


def test_an_input_that_a_table_does_not_foresee_is_null_to_the_rules_that_look_at_it() -> None:
    asked = (
        '<input><inputExpression><text>u</text></inputExpression><inputValues><text>"foo"</text></inputValues></input>'
    )
    rules = "".join(
        f"<rule><inputEntry><text>{test}</text></inputEntry><outputEntry><text>{answer}</text></outputEntry></rule>"
        for test, answer in (('"foo"', 1), ("null", 2), ("-", 3))
    )
    of = decision("d", needs("u") + f'<decisionTable hitPolicy="COLLECT">{asked}<output/>{rules}</decisionTable>')
    assert foo(of) == [[1, 3], [2]]


def test_values_written_for_a_type_stand_for_those_of_the_type_it_is_made_from() -> None:
    allowed = '<allowedValues><text>"baz"</text></allowedValues>'
    item = f'<itemDefinition name="t"><typeRef>tFoo</typeRef>{allowed}</itemDefinition>'
    of = '<decision id="d" name="d"><variable name="d" typeRef="t"/>' + needs("u") + text("u") + "</decision>"
    assert foo(item + of) == [None, "baz"]


def test_an_argument_of_another_type_is_null_and_told() -> None:
    function = decision("d", text('(function(a: number) if a = null then "rien" else "nombre")("x")'))
    assert value(function) == "rien"


def test_a_value_is_taken_out_of_lists_in_lists() -> None:
    of = '<decision id="d" name="d"><variable name="d" typeRef="number"/>'
    assert value(of + text("[[10]]") + "</decision>") == 10
    assert value(of + text('[["x"]]') + "</decision>") is None


def imports(namespace: str) -> str:
    return f'<import name="" namespace="{namespace}" importType="{NAMESPACE}"/>'


def merged(inside: str, **others: str) -> object:
    """What « d » answers in a file that imports others, named by their namespaces, without a name."""
    files = [model(content, namespace=f"urn:{name}") for name, content in others.items()]
    return load(model(inside), files).decide("d", {}).value


def test_what_is_imported_without_a_name_stands_as_if_written_here() -> None:
    first = imports("urn:b") + decision("d", needs("e", kind="Decision") + text("e"))
    assert merged(first, b=decision("e", text("2"))) == 2
    assert merged(imports("urn:b"), b=decision("d", text("3"))) == 3
    assert merged(first, b=imports("urn:c"), c=decision("e", text("4"))) == 4
    typed = imports("urn:b") + decision("d", text('"x"'), kind="t")
    allowed = '<allowedValues><text>"a"</text></allowedValues>'
    kind = f'<itemDefinition name="t"><typeRef>string</typeRef>{allowed}</itemDefinition>'
    assert merged(typed, b=kind) is None


def test_of_two_of_a_name_the_nearer_is_meant() -> None:
    two = imports("urn:b") + imports("urn:d") + decision("d", needs("e", kind="Decision") + text("e"))
    assert merged(two, b=imports("urn:c"), c=decision("e", text('"c"')), d=decision("e", text('"d"'))) == "c"
    own = imports("urn:b") + decision("d", needs("e", kind="Decision") + text("e")) + decision("f", text('"a"'))
    for href in ("f", "urn:b#f"):
        other = decision("e", needs(href, kind="Decision") + text("f")) + decision("f", text('"b"'))
        assert merged(own, b=other) == "a"


def test_files_that_import_each_other_are_read_once() -> None:
    first = imports("urn:b") + decision("d", needs("e", kind="Decision") + text("e"))
    assert merged(first, b=imports("urn:a") + imports("urn:b") + decision("e", text("1"))) == 1


def test_an_answer_that_is_none_of_the_values_of_its_column_is_null() -> None:
    columns = "".join(
        f'<output name="{name}"><outputValues><text>"foo", string length(?) = 2</text></outputValues></output>'
        for name in "cd"
    )
    answers = '<outputEntry><text>u</text></outputEntry><outputEntry><text>"ab"</text></outputEntry>'
    of = decision("d", needs("u") + f"<decisionTable>{columns}<rule>{answers}</rule></decisionTable>")
    assert foo(of) == [{"c": "foo", "d": "ab"}, {"c": None, "d": "ab"}]


def test_among_allowed_values_a_condition_about_nothing_is_a_value() -> None:
    values = "<inputValues><text>1 = 1</text></inputValues>"
    asked = f"<input><inputExpression><text>u</text></inputExpression>{values}</input>"
    rule = "<rule><inputEntry><text>null</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>"
    of = decision("d", needs("u") + f"<decisionTable>{asked}<output/>{rule}</decisionTable>")
    assert foo(of) == [1, 1]
