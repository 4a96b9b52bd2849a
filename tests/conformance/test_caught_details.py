"""What a caught event leaves behind: the variables that other modelers name for its code, message and contents."""

from __future__ import annotations

import pytest

from tests.conformance.writing import (
    do,
    event,
    message,
    messages,
    model,
    open_tasks,
    play,
    scope,
    subprocess,
    values,
)

SPIFF = b'<definitions xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" '
ROOTS = '<error id="e" errorCode="123"/><escalation id="x" escalationCode="tard"/>'
FAILS = subprocess("s", scope("starti > a > ee", event("endEvent", "ee", "error e")))
RISES = subprocess("s", scope("starti > up > a > endi", event("intermediateThrowEvent", "up", "escalation x")))


def edge(definition: str) -> str:
    return f'<boundaryEvent id="b" attachedToRef="s">{definition}</boundaryEvent>'


def test_an_edge_keeps_the_code_of_the_error() -> None:
    caught = edge('<errorEventDefinition errorRef="e" camunda:errorCodeVariable="code"/>')
    m = model(scope("start > s > end; b > c > end", FAILS + caught), ROOTS)
    assert play(m, do("a"), open_tasks("c"), values(code="123")) == "ok s"


def test_an_edge_that_catches_any_escalation_keeps_its_code() -> None:
    caught = edge('<escalationEventDefinition camunda:escalationCodeVariable="code"/>')
    m = model(scope("start > s > end; b > c > end", RISES + caught), ROOTS)
    assert play(m, open_tasks("c"), values(code="tard")) == "ok s"


def test_an_event_subprocess_keeps_the_code_of_the_error() -> None:
    definition = '<errorEventDefinition camunda:errorCodeVariable="code"/>'
    begin = f'<startEvent id="es1">{definition}</startEvent><exclusiveGateway id="g"/>'
    inside = scope('es1 > g -[${code == "123"}]> c > endx; g -[*]> d > endx', begin)
    driven = subprocess("es", inside, triggeredByEvent="true")
    m = model(scope("start > a > ee", event("endEvent", "ee", "error e") + driven), ROOTS)
    assert play(m, do("a"), open_tasks("c")) == "ok s"


def test_without_a_variable_nothing_is_kept() -> None:
    m = model(scope("start > s > end; b > c > end", FAILS + edge('<errorEventDefinition errorRef="e"/>')), ROOTS)
    assert play(m, do("a"), open_tasks("c"), values(code=None)) == "ok s"


def test_an_edge_keeps_the_message_of_a_thrown_error() -> None:
    caught = edge('<errorEventDefinition errorRef="e" camunda:errorMessageVariable="said"/>')
    m = model(
        scope("start > s > end; b > c > end", FAILS + caught),
        '<error id="e" errorCode="1" camunda:errorMessage="non"/>',
    )
    assert play(m, do("a"), open_tasks("c"), values(said="non")) == "ok s"


def test_a_signal_brings_the_variables_that_its_throw_names() -> None:
    brought = '<extensionElements><camunda:in source="v" target="w"/></extensionElements>'
    thrown = f'<signalEventDefinition signalRef="s">{brought}</signalEventDefinition>'
    body = f'<parallelGateway id="f"/><intermediateThrowEvent id="t">{thrown}</intermediateThrowEvent>'
    chains = "start > f > c > a > end; f > t > end2"
    m = model(scope(chains, body + event("intermediateCatchEvent", "c", "signal s")), '<signal id="s" name="alert"/>')
    assert play(m, open_tasks("a"), values(w=4), data={"v": 4}) == "ok s"


@pytest.mark.parametrize("kind", ["error", "escalation"])
def test_spiff_sends_contents_with_an_event(kind: str) -> None:
    said = "<spiffworkflow:payloadExpression>{'n': x}</spiffworkflow:payloadExpression>"
    said += "<spiffworkflow:variableName>found</spiffworkflow:variableName>"
    root = f'<{kind} id="e" {kind}Code="1"><extensionElements>{said}</extensionElements></{kind}>'
    inside = subprocess("s", scope("starti > a > up", event("endEvent", "up", f"{kind} e")))
    caught = f'<boundaryEvent id="b" attachedToRef="s"><{kind}EventDefinition {kind}Ref="e"/></boundaryEvent>'
    m = model(scope("start > s > end; b > c > end", inside + caught), root)
    spiffy = m.replace(b"<definitions ", SPIFF)
    assert play(spiffy, do("a"), open_tasks("c"), values(found={"n": 7}), data={"x": 7}) == "ok s"


def test_spiff_puts_a_message_into_a_variable() -> None:
    inside = (
        "<extensionElements><spiffworkflow:messageVariable>found</spiffworkflow:messageVariable></extensionElements>"
    )
    m = model(scope("start > r > a > end", f'<receiveTask id="r" messageRef="m">{inside}</receiveTask>'), messages("m"))
    spiffy = m.replace(b"<definitions ", SPIFF)
    assert play(spiffy, message("m", n=1), open_tasks("a"), values(found={"n": 1}, n=None)) == "ok s"


@pytest.mark.parametrize("kind", ["intermediateCatchEvent", "boundaryEvent"])
def test_camunda_computes_variables_when_an_event_has_come(kind: str) -> None:
    output = '<camunda:outputParameter name="o">${x + 1}</camunda:outputParameter>'
    outputs = f"<camunda:inputOutput>{output}</camunda:inputOutput>"
    inside = f'<extensionElements>{outputs}</extensionElements><messageEventDefinition messageRef="m"/>'
    at = ' attachedToRef="a"' if kind == "boundaryEvent" else ""
    chains = "start > a > end; w > b > end2" if at else "start > w > b > end"
    m = model(scope(chains, f'<{kind} id="w"{at}>{inside}</{kind}>'), messages("m"))
    assert play(m, message("m", x=4), open_tasks("b"), values(o=5, x=4)) == "ok s"
