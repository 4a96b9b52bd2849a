"""What a caught error or escalation leaves behind: the variables that other modelers name for its code."""

from __future__ import annotations

from tests.conformance.writing import do, event, model, open_tasks, play, scope, subprocess, values

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
