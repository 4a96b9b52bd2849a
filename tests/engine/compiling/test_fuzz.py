"""Whatever a file holds, the compiler answers with findings or a definition that starts: never an exception."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from engine import runtime
from engine.compile import Source, apply_fixes, compile
from engine.compiling.juel import NotTranslatable, translate
from engine.compiling.xml import XmlRefused
from engine.diagram import render
from tests.conformance.writing import boundary, event, messages, model, scope, several, subprocess

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
DRIVEN = subprocess("es", scope("ms > z", event("startEvent", "ms", "message m")), triggeredByEvent="true")
UNDO = (
    '<boundaryEvent id="cb" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>'
    '<userTask id="u" isForCompensation="true"/><association id="as" sourceRef="cb" targetRef="u"/>'
)
SEEDS = [
    model(scope("start > g -[x > 1]> a > end; g -[*]> b > end", '<exclusiveGateway id="g"/>' + UNDO)),
    model(
        scope("start > f > a > j > end; f > b > j", '<parallelGateway id="f"/><inclusiveGateway id="j"/>' + DRIVEN),
        messages("m"),
    ),
    model(
        scope(
            "start > sub > c > end; t > d > end; x > e > end",
            subprocess(
                "sub",
                several("<loopCardinality>2</loopCardinality>")
                + scope("starti > a > ee", event("endEvent", "ee", "error e")),
            )
            + boundary("t", "sub", "timer R3/PT1H", soft=True)
            + boundary("x", "sub", "error e"),
        ),
        '<error id="e" errorCode="E"/>',
    ),
    model(
        scope(
            "start > g > m1 > s > out; g > t1 > end; in > tx > end",
            '<eventBasedGateway id="g"/><serviceTask id="s"/>'
            + event("intermediateCatchEvent", "m1", "message m")
            + event("intermediateCatchEvent", "t1", "timer P1D")
            + event("intermediateThrowEvent", "out", "link L")
            + event("intermediateCatchEvent", "in", "link L")
            + subprocess("tx", scope("startx > ce", event("endEvent", "ce", "cancel")), "transaction"),
        ),
        messages("m"),
    ),
    model(
        scope(
            "start > c > d > l > h > end",
            '<callActivity id="c" calledElement="p"/><businessRuleTask id="d" camunda:decisionRef="x"/>'
            '<userTask id="l"><standardLoopCharacteristics loopMaximum="3"/></userTask>'
            + subprocess("h", '<userTask id="v"/><completionCondition>true</completionCondition>', "adHocSubProcess"),
        )
    ),
]
KINDS = (
    "userTask", "serviceTask", "subProcess", "startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent",
    "intermediateThrowEvent", "parallelGateway", "inclusiveGateway", "exclusiveGateway", "eventBasedGateway",
    "transaction", "adHocSubProcess", "callActivity", "receiveTask", "sequenceFlow", "timerEventDefinition",
    "messageEventDefinition", "errorEventDefinition", "compensateEventDefinition", "terminateEventDefinition",
    "multiInstanceLoopCharacteristics", "linkEventDefinition", "conditionalEventDefinition", "lane", "task",
)  # fmt: skip
VALUES = (
    "",
    "a",
    "start",
    "end",
    "p",
    "true",
    "false",
    "${x}",
    "=",
    "= 1 +",
    "#{",
    "P1D",
    "-1",
    "é «",
    "m",
    "cb",
    "Root",
)
TAG = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


def spoil(content: bytes, chance: random.Random, times: int) -> bytes:
    """The file with so many random changes of attributes, names, texts and places."""
    root = etree.fromstring(content)
    for _ in range(times):
        elements = [e for e in root.iter() if isinstance(e.tag, str) and e is not root]
        if not elements:
            break
        _change(chance.choice(elements), elements, chance)
    return etree.tostring(root)


def _change(element: etree._Element, elements: list[etree._Element], chance: random.Random) -> None:
    parent = element.getparent()
    what = chance.randrange(7)
    if what == 0 and element.attrib:
        del element.attrib[chance.choice(list(element.attrib))]
    elif what == 1:
        names = [*element.attrib, "default", "attachedToRef", "triggeredByEvent", "isForCompensation", "messageRef"]
        element.set(chance.choice(names), chance.choice(VALUES))
    elif what == 2 and element.attrib:
        other = chance.choice(elements)
        element.set(chance.choice(list(element.attrib)), other.get("id") or "")
    elif what == 3 and parent is not None:
        parent.remove(element)
    elif what == 4:
        element.tag = TAG + chance.choice(KINDS)
    elif what == 5:
        element.text = chance.choice(VALUES)
    elif parent is not None:
        target = chance.choice(elements)
        if element not in list(target.iterancestors()) and target is not element:
            target.append(element)


def survive(content: bytes, foreign: bool) -> None:
    """Compile, draw and correct; a definition that comes out starts."""
    compiled = compile([Source("m.bpmn", content)], None, foreign=foreign)
    if compiled.definition is not None:
        runtime.start(compiled.definition, data={}, now=NOW)
    apply_fixes(content)
    try:
        render(content)
    except XmlRefused:
        return


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SEEDS), st.integers(0, 2**32), st.integers(1, 12), st.booleans())
def test_a_spoilt_model_is_told_or_runs(seed: bytes, number: int, times: int, foreign: bool) -> None:
    survive(spoil(seed, random.Random(number), times), foreign)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_answered(content: bytes) -> None:
    assert compile([Source("m.bpmn", content)], None).definition is None
    assert apply_fixes(content) == content


@settings(max_examples=400, deadline=None)
@given(st.text("ab01 .()[]{}$#'\"!=<>&|+-*/%?:,é\\", max_size=40))
def test_any_expression_is_translated_or_refused(text: str) -> None:
    try:
        found: object = translate(text)
    except NotTranslatable as refused:
        found = refused.reason
    assert isinstance(found, str)
