"""Corrections made by themselves: they keep everything else, and leave nothing to correct."""

from __future__ import annotations

import pytest
from lxml import etree

from engine.arrange import arranged
from engine.compile import Source, apply_fixes, compile
from tests.conformance.writing import model, scope
from tests.engine.compiling.rule_cases import CASES, Case

XOR = '<exclusiveGateway id="g"/>'


def rules(content: bytes) -> set[str]:
    return {f.rule for f in compile([Source("m.bpmn", content)], None).findings}


def test_flows_get_ids() -> None:
    plain = model('<startEvent id="s"/><task id="a"/><sequenceFlow sourceRef="s" targetRef="a"/>')
    assert b'id="flux_s_a"' in apply_fixes(plain)


def test_expressions_are_written_in_feel() -> None:
    broken = model(scope("start > g -[${x == 1}]> a > end; g -[*]> end2", XOR))
    fixed = apply_fixes(broken)
    assert "expression-traduite" in rules(broken)
    assert "expression-traduite" not in rules(fixed)
    assert b">x = 1<" in fixed


def test_an_expression_that_cannot_be_turned_stays_as_it_was() -> None:
    broken = model(scope("start > g -[${bean.ask()}]> a > end; g -[${x == 1}]> end2", XOR))
    fixed = apply_fixes(broken)
    assert b"${bean.ask()}" in fixed
    assert b">x = 1<" in fixed


def test_a_message_that_is_named_is_declared() -> None:
    broken = model(scope("start > r > end", '<receiveTask id="r" messageRef="complement"/>'))
    assert "reference-inconnue" in rules(broken)
    assert "reference-inconnue" not in rules(apply_fixes(broken))


def test_every_finding_said_to_be_automatic_is_gone_after_the_fix() -> None:
    broken = model(
        scope("start > r > g -[${x == 1}]> a > end; g -[*]> end2", XOR + '<receiveTask id="r" messageRef="m"/>')
    )
    before = [f for f in compile([Source("m", broken)], None).findings if f.automatic]
    after = [f for f in compile([Source("m", apply_fixes(broken))], None).findings if f.automatic]
    assert {f.rule for f in before} == {"expression-traduite", "reference-inconnue", "dessin-absent"}
    assert not after


def test_a_right_file_is_not_touched() -> None:
    right = arranged(model(scope("start > a > end")))
    assert apply_fixes(right) is right


def test_comments_and_foreign_elements_survive() -> None:
    text = model('<!-- note --><startEvent id="s"/><task id="a"/><sequenceFlow sourceRef="s" targetRef="a"/>')
    assert b"<!-- note -->" in apply_fixes(text)


def test_what_cannot_be_read_comes_back_as_it_is() -> None:
    assert apply_fixes(b"<a") == b"<a"
    assert apply_fixes(b"<a/>") == b"<a/>"


DRAWN = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
    xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="d" targetNamespace="t">
  <bpmn:process id="p" isExecutable="true">
    <bpmn:laneSet id="ls"><bpmn:lane id="guichet"><bpmn:flowNodeRef>a</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>
    <bpmn:startEvent id="s"><bpmn:outgoing>f</bpmn:outgoing></bpmn:startEvent>
    <bpmn:task id="a" name="Étudier"><bpmn:incoming>f</bpmn:incoming></bpmn:task>
    <bpmn:sequenceFlow id="f" sourceRef="s" targetRef="a" />
    <bpmn:textAnnotation id="note"><bpmn:text>À revoir</bpmn:text></bpmn:textAnnotation><!-- fin -->
  </bpmn:process>
  <bpmndi:BPMNDiagram id="dia"><bpmndi:BPMNPlane id="plane" bpmnElement="p">
    <bpmndi:BPMNShape id="s_di" bpmnElement="s"><dc:Bounds x="100" y="100" width="36" height="36"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="a_di" bpmnElement="a"><dc:Bounds x="200" y="78" width="100" height="80"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="x_di" bpmnElement="x"><dc:Bounds x="340" y="78" width="100" height="80"/></bpmndi:BPMNShape>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>
""".encode()


def ids(content: bytes) -> list[str]:
    return [str(one.get("id")) for one in etree.fromstring(content).iter("*") if one.get("id")]


def test_a_step_that_leads_nowhere_gets_an_end_in_its_lane_and_drawn_where_nothing_stands() -> None:
    assert "fin-implicite" in rules(DRAWN)
    fixed = apply_fixes(DRAWN)
    assert not {"fin-implicite", "dessin-absent", "schema-bpmn"} & rules(fixed)
    root = etree.fromstring(fixed)
    assert root.findtext(".//{*}lane[@id='guichet']/{*}flowNodeRef[2]") == "fin_a"
    assert [(one.tag.rpartition("}")[2], one.text) for one in root.iterfind(".//{*}task[@id='a']/*")] == [
        ("incoming", "f"),
        ("outgoing", "flux_a_fin_a"),
    ]
    places = [dict(one.attrib) for one in root.iterfind(".//{*}BPMNShape[@bpmnElement='fin_a']/{*}Bounds")]
    assert places == [{"x": "350", "y": "180", "width": "36", "height": "36"}]
    assert root.find(".//{*}BPMNEdge[@bpmnElement='flux_a_fin_a']") is not None


def test_a_correction_keeps_every_id_and_place() -> None:
    fixed = apply_fixes(DRAWN)
    assert [one for one in ids(fixed) if one in set(ids(DRAWN))] == ids(DRAWN)
    assert b'x="340" y="78" width="100" height="80"' in fixed


def test_only_what_is_chosen_is_corrected() -> None:
    broken = model(
        scope(
            "start > r > g -[${x == 1}]> a > end; g -[${y == 2}]> b > end", XOR + '<receiveTask id="r" messageRef="m"/>'
        )
    )
    flows = [f.element for f in compile([Source("m", broken)], None).findings if f.rule == "expression-traduite"]
    assert len(flows) == 2
    one = apply_fixes(broken, [("expression-traduite", flows[0])])
    assert b">x = 1<" in one
    assert b"${y == 2}" in one
    assert "reference-inconnue" in rules(one)
    other = apply_fixes(broken, [("reference-inconnue", "r")])
    assert "reference-inconnue" not in rules(other)
    assert b"${x == 1}" in other
    assert apply_fixes(broken, []) is broken


def test_a_condition_that_nobody_looks_at_is_taken_away() -> None:
    broken = model(scope("start > g -[x > 1]> a > end; g > b > end", '<parallelGateway id="g"/>'))
    assert "condition-ignoree" in rules(broken)
    fixed = apply_fixes(broken)
    assert "condition-ignoree" not in rules(fixed)
    assert b"x &gt; 1" not in fixed


@pytest.mark.parametrize("case", CASES, ids=[one.rule for one in CASES])
def test_whatever_is_said_to_be_automatic_is_corrected_and_opens_nothing_worse(case: Case) -> None:
    before = compile([Source("m", case.fires)], case.catalogue).findings
    promised = {(one.rule, one.element) for one in before if one.automatic}
    after = compile([Source("m", apply_fixes(case.fires))], case.catalogue).findings
    assert not promised & {(one.rule, one.element) for one in after}
    errors = {one.rule for one in before if one.severity == "error"}
    assert {one.rule for one in after if one.severity == "error"} <= errors
