"""Conditional events that look at some changes only, as Camunda and Flowable draw them."""

from __future__ import annotations

import pytest

from tests.conformance.writing import (
    ENDED,
    boundary,
    change,
    do,
    event,
    message,
    messages,
    model,
    open_tasks,
    play,
    scope,
    several,
    subprocess,
    waits,
)

EDGE = "start > a > end; b > x > end2"


def watching(attributes: str, condition: str = "${v == 1}", *, soft: bool = False) -> bytes:
    drawn = boundary("b", "a", f"conditional {condition}", soft=soft)
    return model(scope(EDGE, drawn.replace("<conditionalEventDefinition", f"<conditionalEventDefinition {attributes}")))


def listening(kind: str, *, soft: bool) -> bytes:
    listener = f'<flowable:variableListenerEventDefinition variableName="v" variableChangeType="{kind}"/>'
    edge = f'<boundaryEvent id="b" attachedToRef="a" cancelActivity="{str(not soft).lower()}">'
    return model(scope(EDGE, f"{edge}<extensionElements>{listener}</extensionElements></boundaryEvent>"))


def test_a_condition_of_one_variable_is_looked_at_when_that_one_changes() -> None:
    m = watching('camunda:variableName="w"')
    assert play(m, change(v=1), open_tasks("a"), change(w=5), open_tasks("x"), data={"v": 0, "w": 0}) == "ok s"


def test_a_condition_of_one_variable_is_looked_at_when_its_wait_begins() -> None:
    assert play(watching('camunda:variableName="w"'), open_tasks("x"), data={"v": 1}) == "ok s"


def test_a_condition_may_look_at_new_variables_only() -> None:
    m = watching('camunda:variableEvents="create"')
    assert play(m, change(v=1), open_tasks("x")) == "ok s"
    assert play(m, change(v=1), open_tasks("a"), data={"v": 0}) == "ok s"


def test_a_condition_may_look_at_changed_variables_only() -> None:
    m = watching('camunda:variableEvents="update"')
    assert play(m, change(v=1), open_tasks("a"), change(v=1), open_tasks("x")) == "ok s"


def test_both_kinds_of_change_may_be_named() -> None:
    m = watching('camunda:variableName="v" camunda:variableEvents="create, update"')
    assert play(m, change(v=0), change(w=1), open_tasks("a"), change(v=1), open_tasks("x")) == "ok s"


def test_a_condition_that_waits_for_a_variable_to_go_is_refused() -> None:
    assert play(watching('camunda:variableEvents="delete"'), ENDED) == "refused s condition-filtree"


def test_a_change_inside_a_called_process_is_none_outside() -> None:
    edge = boundary("b", "k", "conditional ${v == 1}")
    edge = edge.replace("<conditionalEventDefinition", '<conditionalEventDefinition camunda:variableName="w"')
    call = '<callActivity id="k" calledElement="sub"><extensionElements><camunda:in source="u" target="u"/>'
    call += '<camunda:out source="u" target="u"/></extensionElements></callActivity>'
    m = model(scope("start > k > end; b > x > end2", call + edge))
    called = model(scope("start > one > two > end"), process="sub")
    steps = (change(v=1), do("one", w=1), open_tasks("two"), change(w=1), open_tasks("x"))
    assert play(m, *steps, data={"u": 1, "v": 0}, others={"sub.bpmn": called}, process="p") == "ok s"


def test_a_variable_listener_waits_for_a_change() -> None:
    m = listening("all", soft=False)
    assert play(m, open_tasks("a"), change(w=1), open_tasks("a"), change(v=1), open_tasks("x")) == "ok s"


def test_a_soft_variable_listener_tells_of_each_change() -> None:
    m = listening("update", soft=True)
    steps = (change(v=1), open_tasks("a"), change(v=2), open_tasks("a", "x"), change(v=2), open_tasks("a", "x", "x"))
    assert play(m, *steps) == "ok s"
    assert play(listening("update-create", soft=True), change(v=1), open_tasks("a", "x")) == "ok s"


def test_a_race_may_begin_a_process() -> None:
    drawn = '<eventBasedGateway id="g" instantiate="true"/>'
    drawn += event("intermediateCatchEvent", "i", "message m") + event("intermediateCatchEvent", "j", "message n")
    m = model(scope("g > i > x > end; g > j > y > end2", drawn), messages("m", "n"))
    assert play(m, waits("i", "j"), message("n"), open_tasks("y"), do("y"), ENDED) == "ok s"


def test_a_termination_may_end_everything() -> None:
    ends = '<endEvent id="te"><terminateEventDefinition flowable:terminateAll="true"/></endEvent>'
    inner = '<startEvent id="s0"/><endEvent id="e0"/><parallelGateway id="f"/>' + ends
    repeated = several("<loopCardinality>2</loopCardinality>")
    m = model(scope("start > sp > z > end", subprocess("sp", scope("s0 > f > q > e0; f > w > te", inner) + repeated)))
    assert play(m, open_tasks("q", "q", "w", "w"), do("w"), ENDED) == "ok s"
    call = model(scope("start > k > z > end", '<callActivity id="k" calledElement="sub"/>'))
    called = model(scope("start > f > q > end; f > w > te", '<parallelGateway id="f"/>' + ends), process="sub")
    assert play(call, do("w"), ENDED, others={"sub.bpmn": called}, process="p") == "ok s"


@pytest.mark.parametrize("text", ["len(x) > 1", "x.lower() == 'ab'", "x.startswith('A')", "1 < n <= 2"])
def test_conditions_in_python_are_turned(text: str) -> None:
    m = model(scope(f"start > g -[{text}]> a > end; g -[*]> b > end", '<exclusiveGateway id="g"/>'))
    assert play(m, open_tasks("a"), data={"x": "AB", "n": 2}) == "ok s"


def test_a_condition_over_a_name_with_spaces_is_read() -> None:
    condition = "Service Level == 'Premium'"
    m = model(scope(f"start > g -[{condition}]> a > end; g -[*]> b > end", '<exclusiveGateway id="g"/>'))
    assert play(m, open_tasks("a"), data={"Service Level": "Premium"}) == "ok s"


@pytest.mark.parametrize("text", ["x // 2 == 1", "sorted(x) == 1"])
def test_a_condition_that_feel_would_misread_is_refused(text: str) -> None:
    m = model(scope(f"start > g -[{text}]> a > end; g -[*]> b > end", '<exclusiveGateway id="g"/>'))
    assert play(m, data={"x": 2}) == "refused s expression-illisible"
