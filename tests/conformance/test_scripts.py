"""Scripts of other engines that only compute variables, one statement after the other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.writing import ENDED, do, model, open_tasks, play, scope, several, values


def script(text: str, language: str = "groovy", attributes: str = "", marker: str = "") -> bytes:
    body = f"<script><![CDATA[{text}]]></script>{marker}"
    task = f'<scriptTask id="v" scriptFormat="{language}" {attributes}>{body}</scriptTask>'
    return model(scope("start > v > z > end", task))


COMPUTED: list[tuple[str, str, Any]] = [
    ("groovy", "execution.setVariable('y', x + 1)", 3),
    ("groovy", "def a = x + 1; execution.setVariable('y', a * 2)", 6),
    ("http://www.java.com/java", 'kcontext.setVariable("y", 3);', 3),
    ("groovy", "def p = execution.getProcessInstance()\ndef int n = p.getVariable('x')\np.setVariable('y', n + 1)", 3),
    ("groovy", "// a note\nexecution.setVariable('y', 'a//b') /* and\n another */", "a//b"),
    ("groovy", "println 'hello'; execution.setVariable('y', ['a': 1])", {"a": 1}),
    ("groovy", "def n\nif (x > 1) { n = 'big' } else { n = 'small' }\nexecution.setVariable('y', n)", "big"),
    ("groovy", "if (x > 5) { execution.setVariable('y', 1) } else if (x > 1) { execution.setVariable('y', 2) }", 2),
    ("javascript", "var sum = 0;\nsum += x;\nsum++;\nexecution.setVariable('y', sum);", 3),
    ("javascript", "let t = {a: [x]};\nexecution.setVariable('y', t.a[0]);", 2),
    ("python", "y = x + 1\ny = y * 2", 6),
    ("python", "z, y = 'a, b', [x, 1]", [2, 1]),
    ("python", "y = {'a': 1}\ny['b'] = x", {"a": 1, "b": 2}),
    ("python", "y = []\ny.append({'n': x})\npass", [{"n": 2}]),
    ("python", "y = x\ndel y, x", None),
]


@pytest.mark.parametrize(("language", "text", "value"), COMPUTED)
def test_what_a_script_leaves_is_computed(language: str, text: str, value: Any) -> None:
    assert play(script(text, language), open_tasks("z"), values(y=value), data={"x": 2}) == "ok s"


def test_the_last_statement_is_the_result_where_one_is_named() -> None:
    m = script("def a = x * 2\nreturn a + 1", attributes='camunda:resultVariable="y"')
    assert play(m, values(y=5), data={"x": 2}) == "ok s"


def test_a_variable_that_is_removed_is_null() -> None:
    assert play(script("execution.removeVariable('x')"), values(x=None), data={"x": 2}) == "ok s"


def test_a_repeated_script_sees_its_turn() -> None:
    marker = several("<loopCardinality>5</loopCardinality>", sequential=True)
    m = script("var n = execution.getVariable('n'); execution.setVariable('n', n + loopCounter)", marker=marker)
    assert play(m, values(n=10), data={"n": 0}) == "ok s"


@pytest.mark.parametrize(
    "text",
    [
        "for (i in 1..3) { execution.setVariable('y', i) }",
        "new File('x').delete()",
        "if (x > 1) { execution.setVariable('y', 1)",
        "execution.setVariable('y', bean.ask())",
        "if (x > 1) { a.b() } else { c.d() }; e.f()",
        "y = []; y.append(1)",
    ],
)
def test_a_script_that_does_more_is_refused(text: str) -> None:
    assert play(script(text), ENDED) == "refused s script-interdit"


def test_a_script_that_grows_without_end_is_refused() -> None:
    text = "\n".join(["def a = x + 1"] + ["a = a + a"] * 20 + ["execution.setVariable('y', a)"])
    assert play(script(text), ENDED) == "refused s script-interdit"


def test_a_parameter_may_be_a_script_that_is_one_value() -> None:
    inner = '<camunda:outputParameter name="o"><camunda:script scriptFormat="groovy">x + 1</camunda:script>'
    block = f"<camunda:inputOutput>{inner}</camunda:outputParameter></camunda:inputOutput>"
    m = model(
        scope("start > a > z > end", f'<userTask id="a"><extensionElements>{block}</extensionElements></userTask>')
    )
    assert play(m, do("a"), values(o=3), data={"x": 2}) == "ok s"


@pytest.mark.parametrize(
    "attributes",
    [
        'camunda:expression="${x + 1}" camunda:resultVariable="y"',
        'flowable:expression="${x + 1}" flowable:resultVariableName="y"',
        "camunda:expression=\"${execution.setVariable('y', 3)}\"",
    ],
)
def test_a_service_that_is_one_expression_is_computed(attributes: str) -> None:
    m = model(scope("start > s > z > end", f'<serviceTask id="s" {attributes}/>'))
    assert play(m, open_tasks("z"), values(y=3), data={"x": 2}) == "ok s"


def test_a_service_that_calls_somebody_passes() -> None:
    m = model(
        scope(
            "start > s > z > end",
            '<serviceTask id="s" camunda:expression="${bean.go()}" camunda:resultVariable="y"/>',
        )
    )
    assert play(m, open_tasks("z"), values(y=None)) == "ok s"


@pytest.mark.parametrize(
    "text", ['throw new org.camunda.bpm.engine.delegate.BpmnError("E1");', "throw new BpmnError('E1', 'non')"]
)
def test_a_script_that_only_throws_an_error_throws_it(text: str) -> None:
    task = f'<scriptTask id="v" scriptFormat="groovy"><script><![CDATA[{text}]]></script></scriptTask>'
    edge = '<boundaryEvent id="b" attachedToRef="v"><errorEventDefinition errorRef="e"/></boundaryEvent>'
    m = model(scope("start > v > z > end; b > c > end", task + edge), '<error id="e" errorCode="E1"/>')
    assert play(m, open_tasks("c")) == "ok s"
    other = model(scope("start > v > z > end; b > c > end", task + edge), '<error id="e" errorCode="E2"/>')
    assert play(other, {"error": True}) == "ok s"
