"""What other modelers write in their own words: Camunda 7 and 8, Flowable, Activiti, Spiff."""

from __future__ import annotations

import pytest

from engine.compile import Catalogue, Source, compile
from tests.conformance.writing import ENDED, do, event, later, message, model, open_tasks, play, scope, values, waits

SPIFF = 'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'


def extended(tag: str, key: str, inside: str, attributes: str = "") -> str:
    return f'<{tag} id="{key}" {attributes}><extensionElements>{inside}</extensionElements></{tag}>'


def spiffy(content: bytes) -> bytes:
    return content.replace(b"<definitions ", f"<definitions {SPIFF} ".encode())


def test_zeebe_tasks_mappings_and_conditions() -> None:
    body = '<exclusiveGateway id="g"/>' + extended(
        "serviceTask",
        "s",
        '<zeebe:taskDefinition type="pay"/><zeebe:ioMapping><zeebe:input source="=x * 2" target="mine"/>'
        '<zeebe:output source="=mine + 1" target="out"/></zeebe:ioMapping>',
    )
    m = model(scope("start > s > g -[=out > 4]> a > end; g -[*]> b > end", body))
    assert play(m, open_tasks("a"), values(out=5, mine=None), data={"x": 2}) == "ok s"
    assert play(m, open_tasks("b"), values(out=3), data={"x": 1}) == "ok s"


def test_a_zeebe_script_is_an_expression() -> None:
    body = extended("scriptTask", "s", '<zeebe:script expression="=x + 1" resultVariable="y"/>')
    assert play(model(scope("start > s > a > end", body)), values(y=3), data={"x": 2}) == "ok s"


def test_a_zeebe_call_names_its_process_in_an_extension() -> None:
    body = extended("callActivity", "c", '<zeebe:calledElement processId="q" propagateAllChildVariables="false"/>')
    called = model(scope("start > a > end"), process="q")
    steps = [open_tasks("a"), do("a", r=1), open_tasks("b"), values(r=None)]
    assert play(model(scope("start > c > b > end", body)), *steps, process="p", others={"q.bpmn": called}) == "ok s"


def test_a_zeebe_message_is_awaited_by_its_name() -> None:
    wait = event("intermediateCatchEvent", "w", "message m")
    key = '<extensionElements><zeebe:subscription correlationKey="=k"/></extensionElements>'
    root = f'<message id="m" name="paid">{key}</message>'
    assert play(model(scope("start > w > a > end", wait), root), waits("w"), message("paid"), open_tasks("a")) == "ok s"


def test_a_zeebe_decision_fills_its_variable() -> None:
    dmn = (
        b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="t">'
        b'<decision id="dec" name="dec"><literalExpression id="l"><text>x * 10</text></literalExpression></decision>'
        b"</definitions>"
    )
    body = extended("businessRuleTask", "d", '<zeebe:calledDecision decisionId="dec" resultVariable="r"/>')
    m = model(scope("start > d > a > end", body))
    assert play(m, values(r=30), data={"x": 3}, process="p", others={"d.dmn": dmn}) == "ok s"


@pytest.mark.parametrize("vendor", ["camunda", "flowable"])
def test_a_collection_in_the_words_of_the_activiti_family(vendor: str) -> None:
    marker = f'<multiInstanceLoopCharacteristics {vendor}:collection="list" {vendor}:elementVariable="one"/>'
    m = model(scope("start > a > end", f'<userTask id="a">{marker}</userTask>'))
    assert play(m, open_tasks("a", "a"), do("a"), do("a"), ENDED, data={"list": [1, 2]}) == "ok s"


def test_flowable_inherits_variables_when_asked() -> None:
    called = model(scope("start > g -[x = 1]> a > end; g -[*]> end", '<exclusiveGateway id="g"/>'), process="q")
    body = '<callActivity id="c" calledElement="q" flowable:inheritVariables="true"/>'
    m = model(scope("start > c > b > end", body))
    assert play(m, open_tasks("a"), data={"x": 1}, process="p", others={"q.bpmn": called}) == "ok s"


def test_camunda_lists_and_maps_become_values() -> None:
    inside = (
        '<camunda:inputOutput><camunda:outputParameter name="l"><camunda:list><camunda:value>a</camunda:value>'
        "<camunda:value>${x}</camunda:value></camunda:list></camunda:outputParameter>"
        '<camunda:outputParameter name="m"><camunda:map><camunda:entry key="k">${x + 1}</camunda:entry></camunda:map>'
        "</camunda:outputParameter></camunda:inputOutput>"
    )
    m = model(scope("start > s > a > end", extended("serviceTask", "s", inside)))
    assert play(m, values(l=["a", 2], m={"k": 3}), data={"x": 2}) == "ok s"


def test_a_camunda_script_parameter_is_refused() -> None:
    inside = (
        '<camunda:inputOutput><camunda:inputParameter name="x">'
        '<camunda:script scriptFormat="groovy">new X()</camunda:script>'
        "</camunda:inputParameter></camunda:inputOutput>"
    )
    m = model(scope("start > s > end", extended("userTask", "s", inside)))
    assert play(m, ENDED) == "refused s script-interdit"


def test_a_case_call_is_refused() -> None:
    m = model(scope("start > c > end", '<callActivity id="c" camunda:caseRef="x" calledElement="p"/>'))
    assert "element-non-pris-en-charge" in play(m, ENDED)


def test_services_of_others_pass_when_the_model_is_foreign_only() -> None:
    m = model(scope("start > s > a > end", '<serviceTask id="s" camunda:class="x.Y"/>'))
    assert play(m, open_tasks("a")) == "ok s"
    assert "action-absente" in compile([Source("m", m)], None).refused


def around(before: str, after: str) -> bytes:
    told = f"<spiffworkflow:preScript>{before}</spiffworkflow:preScript>"
    told += f"<spiffworkflow:postScript>{after}</spiffworkflow:postScript>"
    return spiffy(model(scope("start > a > end", extended("userTask", "a", told))))


def test_spiff_scripts_around_tasks_are_refused() -> None:
    assert play(around("open('x')", ""), ENDED) == "refused s script-interdit"
    assert "script-interdit" in compile([Source("m", around("x = 1", ""))], None).refused


def test_spiff_scripts_around_tasks_that_only_compute_are_computed() -> None:
    m = around("x = n + 1\ny = x * 2", "z = x + answer")
    steps = (open_tasks("a"), values(x=3, y=6, z=None), do("a", answer=4), values(z=7), ENDED)
    assert play(m, *steps, data={"n": 2}) == "ok s"


def test_spiff_timers_are_texts_in_quotes() -> None:
    timer = '<timerEventDefinition><timeDuration>"PT1H"</timeDuration></timerEventDefinition>'
    body = f'<intermediateCatchEvent id="w">{timer}</intermediateCatchEvent>'
    assert play(spiffy(model(scope("start > w > a > end", body))), later("PT1H"), open_tasks("a")) == "ok s"


def test_spiff_service_operators_pass() -> None:
    m = spiffy(
        model(scope("start > s > a > end", extended("serviceTask", "s", '<spiffworkflow:serviceTaskOperator id="x"/>')))
    )
    assert play(m, open_tasks("a")) == "ok s"


def test_a_form_key_of_another_engine_is_a_form_of_ours() -> None:
    catalogue = Catalogue(forms={"examen": {}})
    for body in (
        '<userTask id="a" camunda:formKey="embedded:examen"/>',
        extended("userTask", "a", '<zeebe:formDefinition formId="examen"/>'),
    ):
        compiled = compile([Source("m", model(scope("start > a > end", body)))], catalogue)
        assert "formulaire-inconnu" not in {f.rule for f in compiled.findings}


def test_conditions_in_other_languages_are_read_when_they_are_simple() -> None:
    condition = '<conditionExpression xsi:type="tFormalExpression" language="javascript">x === 1</conditionExpression>'
    plain = scope("start > g > a > end; g -[*]> b > end", '<exclusiveGateway id="g"/>')
    m = model(plain.replace('targetRef="a"></sequenceFlow>', f'targetRef="a">{condition}</sequenceFlow>', 1))
    assert play(m, open_tasks("a"), data={"x": 1}) == "ok s"
    assert play(m, open_tasks("b"), data={"x": 2}) == "ok s"


def test_a_bean_call_is_refused_with_its_text() -> None:
    m = model(scope("start > g -[${bean.ask()}]> a > end; g -[*]> b > end", '<exclusiveGateway id="g"/>'))
    found = compile([Source("m", m)], None, foreign=True).findings
    assert any(f.rule == "expression-illisible" and "bean.ask" in f.message for f in found)


def test_an_unreadable_calendar_is_refused() -> None:
    timer = "<timerEventDefinition><timeCycle>0 0/0 * * * ?</timeCycle></timerEventDefinition>"
    m = model(scope("ts > a > end", f'<startEvent id="ts">{timer}</startEvent>'))
    assert play(m, ENDED) == "refused s minuterie-illisible"


def test_a_message_name_that_is_computed_is_computed() -> None:
    m = model(
        scope("start > w > a > end", event("intermediateCatchEvent", "w", "message m")),
        '<message id="m" name="paid-${k}"/>',
    )
    assert play(m, message("paid-7"), open_tasks("a"), data={"k": 7}) == "ok s"


def camunda_table(column: str, low: str = "&lt; 10", high: str = "&gt;= 10") -> bytes:
    """A decision table as Camunda 7 writes them."""
    rules = "".join(
        f'<rule id="r{n}"><inputEntry id="i{n}"><text>{test}</text></inputEntry>'
        f'<outputEntry id="o{n}"><text>{n}</text></outputEntry></rule>'
        for n, test in ((1, low), (2, high))
    )
    table = f'<decisionTable id="t">{column}<output id="o" name="o" typeRef="integer"/>{rules}</decisionTable>'
    return (
        '<definitions xmlns="http://www.omg.org/spec/DMN/20151101/dmn.xsd" id="d" name="d" namespace="t" '
        f'xmlns:camunda="http://camunda.org/schema/1.0/dmn"><decision id="dec" name="Dec">{table}</decision>'
        "</definitions>"
    ).encode()


def column(text: str, attributes: str = 'typeRef="integer"', more: str = "") -> str:
    return f'<input id="i" {more}><inputExpression id="e" {attributes}><text>{text}</text></inputExpression></input>'


@pytest.mark.parametrize(
    ("table", "data", "value"),
    [
        (camunda_table(column("x")), {"x": 3}, 1),
        (camunda_table(column("x", 'typeRef="double"')), {"x": 30}, 2),
        (camunda_table(column("${x + 1}")), {"x": 9}, 2),
        (camunda_table(column("x.size()", 'expressionLanguage="juel"')), {"x": [1]}, 1),
        (camunda_table(column("x", more='camunda:inputVariable="cell"'), "cell &lt; 10", "cell >= 10"), {"x": 9}, 1),
        (camunda_table(column("x")), {}, None),
    ],
    ids=["integer", "double", "juel", "juel by language", "cell", "no value"],
)
def test_a_table_of_camunda_decides(table: bytes, data: dict[str, object], value: object) -> None:
    attributes = 'camunda:decisionRef="dec" camunda:mapDecisionResult="singleEntry" camunda:resultVariable="r"'
    m = model(scope("start > d > a > end", f'<businessRuleTask id="d" {attributes}/>'))
    assert play(m, values(r=value), data=data, process="p", others={"d.dmn": table}) == "ok s"
