"""Corrections made by themselves: they keep everything else, and leave nothing to correct."""

from __future__ import annotations

from engine.compile import Source, apply_fixes, compile
from tests.conformance.writing import model, scope

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
    assert {f.rule for f in before} == {"expression-traduite", "reference-inconnue"}
    assert not after


def test_a_right_file_is_not_touched() -> None:
    right = model(scope("start > a > end"))
    assert apply_fixes(right) is right


def test_comments_and_foreign_elements_survive() -> None:
    text = model('<!-- note --><startEvent id="s"/><task id="a"/><sequenceFlow sourceRef="s" targetRef="a"/>')
    assert b"<!-- note -->" in apply_fixes(text)


def test_what_cannot_be_read_comes_back_as_it_is() -> None:
    assert apply_fixes(b"<a") == b"<a"
    assert apply_fixes(b"<a/>") == b"<a/>"
