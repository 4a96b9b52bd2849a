"""What Flowable's and Activiti's models say in words of their own."""

from __future__ import annotations

import pytest

from engine.compile import Source, compile
from tests.conformance.writing import (
    ENDED,
    do,
    later,
    message,
    model,
    open_tasks,
    play,
    scope,
    several,
    signal,
    subprocess,
    values,
    waits,
)


def valued(name: str, kind: str, text: str) -> str:
    inside = f"<extensionElements><flowable:value>{text}</flowable:value></extensionElements>"
    return f'<dataObject id="d_{name}" name="{name}" itemSubjectRef="xsd:{kind}">{inside}</dataObject>'


def test_data_objects_begin_with_their_values() -> None:
    data = valued("n", "int", "5") + valued("t", "string", "a b") + valued("b", "boolean", "true")
    m = model(scope("start > g -[${n == 5 && b}]> a > end; g -[*]> c > end2", data + '<exclusiveGateway id="g"/>'))
    assert play(m, open_tasks("a"), values(n=5, t="a b", b=True), do("a", n=6), values(n=6), ENDED) == "ok s"


def test_data_objects_of_a_sub_process_are_its_own() -> None:
    inner = scope("s0 > q > e0", '<startEvent id="s0"/><endEvent id="e0"/>' + valued("n", "int", "5"))
    m = model(scope("start > sp > z > end", subprocess("sp", inner)))
    assert play(m, do("q", n=7), values(n=1), data={"n": 1}) == "ok s"


def test_the_name_of_an_event_may_be_computed() -> None:
    named = '<{0}EventDefinition flowable:{0}Expression="${{name}}"/>'
    caught = f'<intermediateCatchEvent id="i">{named}</intermediateCatchEvent>'
    one = model(scope("start > i > a > end", caught.format("signal")))
    assert (
        play(one, waits("i"), signal("other"), open_tasks(), signal("go"), open_tasks("a"), data={"name": "go"})
        == "ok s"
    )
    other = model(scope("start > i > a > end", caught.format("message")))
    assert play(other, waits("i"), message("go"), open_tasks("a"), data={"name": "go"}) == "ok s"


def test_a_cycle_may_end_at_a_date() -> None:
    cycle = '<timeCycle flowable:endDate="2026-01-05T10:30:00">R10/PT1H</timeCycle>'
    cycle = f"<timerEventDefinition>{cycle}</timerEventDefinition>"
    edge = f'<boundaryEvent id="b" attachedToRef="a" cancelActivity="false">{cycle}</boundaryEvent>'
    m = model(scope("start > a > end; b > x > end2", edge))
    assert play(m, later("PT9H"), open_tasks("a", "x", "x")) == "ok s"


def test_what_a_foreign_service_hands_over_is_nothing() -> None:
    parameters = '<camunda:outputParameter name="o">${S(response).prop("a")}</camunda:outputParameter>'
    parameters += '<camunda:inputParameter name="i"><camunda:script scriptFormat="freemarker">a b</camunda:script>'
    inside = f"<camunda:inputOutput>{parameters}</camunda:inputParameter></camunda:inputOutput>"
    body = f'<serviceTask id="s" camunda:class="x.Y"><extensionElements>{inside}</extensionElements></serviceTask>'
    assert play(model(scope("start > s > z > end", body)), open_tasks("z"), values(o=None)) == "ok s"


DISH = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="urn:m">
<decision id="dish" name="dish"><decisionTable id="t" hitPolicy="UNIQUE"><input id="i">
<inputExpression typeRef="number">
<text>temp</text></inputExpression></input><output id="o" name="served" typeRef="string"/>
<rule id="r"><inputEntry><text>&lt; 10</text></inputEntry><outputEntry><text>"Roast"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def test_a_table_writes_its_outputs_into_variables() -> None:
    table = "<flowable:string><![CDATA[dish]]></flowable:string>"
    field = f'<flowable:field name="decisionTableReferenceKey">{table}</flowable:field>'
    body = f'<serviceTask id="d" flowable:type="dmn"><extensionElements>{field}</extensionElements></serviceTask>'
    m = model(scope("start > d > z > end", body))
    assert play(m, values(served="Roast"), data={"temp": 5}, others={"dish.dmn": DISH}) == "ok s"


def test_listeners_are_refused_where_they_would_be_missed() -> None:
    listener = '<extensionElements><camunda:taskListener event="create" class="x.Y"/></extensionElements>'
    m = model(scope("start > a > end", f'<userTask id="a">{listener}</userTask>'))
    assert "ecouteur-interdit" in compile([Source("m", m)], None).refused
    assert play(m, open_tasks("a"), do("a"), ENDED) == "ok s"


def test_an_item_knows_its_place_in_the_list() -> None:
    names = 'flowable:collection="list" flowable:elementVariable="e" flowable:elementIndexVariable="place"'
    marker = f"<multiInstanceLoopCharacteristics {names}/>"
    inside = scope("starti > g -[${place == 1}]> b > endi; g -[*]> a > endj", '<exclusiveGateway id="g"/>')
    m = model(scope("start > s > z > end", subprocess("s", marker + inside)))
    assert play(m, open_tasks("a", "b"), do("a"), do("b"), values(place=None), data={"list": ["x", "y"]}) == "ok s"


def test_the_variables_of_all_items_are_gathered() -> None:
    gathered = '<variable source="approved"/><variable sourceExpression="${e}" target="who"/>'
    told = f'<flowable:variableAggregation target="reviews">{gathered}</flowable:variableAggregation>'
    names = 'flowable:collection="list" flowable:elementVariable="e"'
    marker = f"<multiInstanceLoopCharacteristics {names}><extensionElements>{told}</extensionElements>"
    m = model(scope("start > a > z > end", f'<userTask id="a">{marker}</multiInstanceLoopCharacteristics></userTask>'))
    wanted = [{"approved": True, "who": "x"}, {"approved": False, "who": "y"}]
    steps = [do("a", approved=True), do("a", approved=False), values(reviews=wanted, approved=None)]
    assert play(m, *steps, data={"list": ["x", "y"]}) == "ok s"


@pytest.mark.parametrize("sequential", [True, False])
def test_a_termination_may_end_the_repetition_around_it(sequential: bool) -> None:
    ends = '<endEvent id="te"><terminateEventDefinition flowable:terminateMultiInstance="true"/></endEvent>'
    marker = several("<loopCardinality>3</loopCardinality>", sequential=sequential)
    m = model(scope("start > s > z > end", subprocess("s", marker + scope("starti > a > te", ends))))
    assert play(m, do("a"), open_tasks("z"), do("z"), ENDED) == "ok s"


@pytest.mark.parametrize("kind", ["intermediateCatchEvent", "boundaryEvent"])
def test_an_event_of_the_registry_is_a_message(kind: str) -> None:
    at = ' attachedToRef="a"' if kind == "boundaryEvent" else ""
    told = "<extensionElements><flowable:eventType>arrived</flowable:eventType></extensionElements>"
    chains = "start > a > end; w > b > end2" if at else "start > w > b > end"
    m = model(scope(chains, f'<{kind} id="w"{at}>{told}</{kind}>'))
    assert play(m, message("arrived"), open_tasks("b")) == "ok s"
