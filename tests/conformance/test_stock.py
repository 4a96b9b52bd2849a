"""Why each rewrite is there: its model runs right here, and does not on SpiffWorkflow as it is delivered."""

# mypy: disable-error-code="no-untyped-call,misc,attr-defined"
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from lxml import etree
from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition, SignalEventDefinition

from engine.compiling.rewrites import REWRITES
from tests.conformance.writing import (
    ENDED,
    Step,
    boundary,
    do,
    event,
    later,
    message,
    messages,
    model,
    open_tasks,
    play,
    scope,
    subprocess,
    waits,
)

XOR = '<exclusiveGateway id="g"/>'
SIGNAL = '<signal id="s" name="s"/>'
DAY = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
LATE = f'<messageEventDefinition messageRef="m"/>{DAY}'
GATEWAY = '<eventBasedGateway id="e"/><receiveTask id="r" messageRef="m"/>'
REF = "<eventDefinitionRef>shared</eventDefinitionRef>"
LINKS = event("intermediateThrowEvent", "out", "link L") + event("intermediateCatchEvent", "in", "link L")
DATA = (
    '<dataObject id="d"/><dataObjectReference id="r" dataObjectRef="d"/><userTask id="a"><ioSpecification>'
    '<dataInput id="i"/><inputSet><dataInputRefs>i</dataInputRefs></inputSet><outputSet/></ioSpecification>'
    "<dataInputAssociation><sourceRef>r</sourceRef><targetRef>i</targetRef></dataInputAssociation></userTask>"
)
SHARED = messages("m") + '<messageEventDefinition id="shared" messageRef="m"/>'
Example = tuple[bytes, Mapping[str, Any], Sequence[Step]]

EXAMPLES: dict[str, Example] = {
    "begin_with_values": (
        model(
            scope(
                "start > g -[n = 5]> a > end; g -[*]> b > end",
                f'{XOR}<dataObject id="d" name="n" itemSubjectRef="xsd:int"><extensionElements>'
                "<flowable:value>5</flowable:value></extensionElements></dataObject>",
            )
        ),
        {},
        [open_tasks("a")],
    ),
    "split_waits_for_all": (
        model(
            scope(
                "start > w > a > end",
                f'<intermediateCatchEvent id="w" parallelMultiple="true">{LATE}</intermediateCatchEvent>',
            ),
            messages("m"),
        ),
        {},
        [message("m"), open_tasks(), later("P1D"), open_tasks("a")],
    ),
    "translate_expressions": (
        model(scope("start > g -[${x > 1}]> a > end; g -[*]> b > end", XOR)),
        {"x": 2},
        [open_tasks("a")],
    ),
    "flatten_cycles": (
        model(scope("start > a > end; t > b > end", boundary("t", "a", "timer R3/PT1H"))),
        {},
        [later("PT2H"), open_tasks("b")],
    ),
    "name_flows": (
        model('<startEvent id="s0"/><userTask id="a"/><sequenceFlow sourceRef="s0" targetRef="a"/>'),
        {},
        [open_tasks("a"), do("a"), ENDED],
    ),
    "inline_definitions": (
        model(scope("start > w > a > end", f'<intermediateCatchEvent id="w">{REF}</intermediateCatchEvent>'), SHARED),
        {},
        [waits("w"), message("m"), open_tasks("a")],
    ),
    "resolve_references": (
        model(scope("start > r > a > end", '<receiveTask id="r" messageRef="tns:m"/>'), messages("m")),
        {},
        [waits("r"), message("m"), open_tasks("a")],
    ),
    "catch_any": (
        model(
            scope(
                "start > sub > end; b1 > b > end2",
                subprocess("sub", scope("starti > a > ee", event("endEvent", "ee", "error e")))
                + boundary("b1", "sub", "error any"),
            ),
            '<error id="e" errorCode="E"/><error id="any" name="any"/>',
        ),
        {},
        [do("a"), open_tasks("b"), do("b"), ENDED],
    ),
    "name_messages": (model(scope("start > r > a > end", '<receiveTask id="r"/>')), {}, [waits("r"), open_tasks()]),
    "drop_data": (model(scope("start > a > end", DATA)), {}, [open_tasks("a"), do("a"), ENDED]),
    "links_to_flows": (model(scope("start > a > out; in > b > end", LINKS)), {}, [do("a"), open_tasks("b")]),
    "split_multiple_catches": (
        model(
            scope("start > a > end; w > b > end2", f'<boundaryEvent id="w" attachedToRef="a">{LATE}</boundaryEvent>'),
            messages("m"),
        ),
        {},
        [message("m"), open_tasks("b"), do("b"), ENDED],
    ),
    "split_multiple_waits": (
        model(
            scope("start > w > a > end", f'<intermediateCatchEvent id="w">{LATE}</intermediateCatchEvent>'),
            messages("m"),
        ),
        {},
        [waits("w"), message("m"), open_tasks("a"), do("a"), ENDED],
    ),
    "split_multiple_throws": (
        model(
            scope(
                "start > f > a > e; f > w > b > end",
                '<parallelGateway id="f"/><endEvent id="e"><signalEventDefinition signalRef="s"/>'
                '<messageEventDefinition messageRef="m"/></endEvent>'
                + event("intermediateCatchEvent", "w", "signal s"),
            ),
            messages("m") + SIGNAL,
        ),
        {},
        [do("a"), open_tasks("b"), do("b"), ENDED],
    ),
    "receive_after_event_gateway": (
        model(
            scope(
                "start > e > r > a > end; e > t > b > end", GATEWAY + event("intermediateCatchEvent", "t", "timer P1D")
            ),
            messages("m"),
        ),
        {},
        [message("m"), open_tasks("a"), do("a"), ENDED],
    ),
    "drop_idle_conditions": (
        model(scope("start > g -[x > 1]> a > end; g -[ ]> b > end", XOR)),
        {"x": 1},
        [open_tasks("b")],
    ),
    "lone_flow_is_default": (
        model(scope("start > g -[x > 1]> a > end; g > b > end", XOR)),
        {"x": 1},
        [open_tasks("b")],
    ),
    "inclusive_always": (
        model(scope("start > g -[x > 1]> a > end; g > b > end", '<inclusiveGateway id="g"/>')),
        {"x": 2},
        [open_tasks("a", "b")],
    ),
    "implicit_parallel": (model(scope("start > a > b > end; a > c > end")), {}, [do("a"), open_tasks("b", "c")]),
    "implicit_inclusive": (
        model(scope("start > a -[x > 1]> b > end; a -[x > 2]> c > end")),
        {"x": 2},
        [do("a"), open_tasks("b")],
    ),
    "implicit_start": (
        model(scope("start > sub > b > end", subprocess("sub", scope("a > endi")))),
        {},
        [do("a"), open_tasks("b")],
    ),
    "implicit_end": (
        model(scope("start > sub > b", subprocess("sub", scope("starti > a")))),
        {},
        [do("a"), do("b"), ENDED],
    ),
}
# These make harmless what a rule has refused already: nothing of theirs ever runs.
AFTER_A_REFUSAL = {"drop_broken_flows", "drop_foreign_defaults"}


def stock(content: bytes, data: Mapping[str, Any], steps: Sequence[Step]) -> bool:
    """Whether SpiffWorkflow alone does what the steps say."""
    try:
        parser = BpmnParser()
        parser.add_bpmn_xml(etree.fromstring(content))
        workflow = BpmnWorkflow(parser.get_spec("p"))
        workflow.get_tasks(state=TaskState.READY)[0].set_data(**data)
        workflow.do_engine_steps()
        return all(_holds(workflow, step) for step in steps)
    except Exception:
        # Whatever it raises, it did not run.
        return False


def _holds(workflow: Any, step: Step) -> bool:
    ready = [t for t in workflow.get_tasks(state=TaskState.READY) if t.task_spec.manual]
    if "tasks" in step:
        return Counter(t.task_spec.name for t in ready) == Counter(step["tasks"])
    if "waits" in step:
        waiting = Counter(t.task_spec.name for t in workflow.get_tasks(state=TaskState.WAITING))
        return not Counter(step["waits"]) - waiting
    if "ended" in step:
        return bool(workflow.is_completed())
    if "do" in step:
        next(t for t in ready if t.task_spec.name == step["do"]).run()
    elif "message" in step:
        workflow.catch(BpmnEvent(MessageEventDefinition(step["message"])))
    elif "signal" in step:
        workflow.catch(BpmnEvent(SignalEventDefinition(step["signal"])))
    else:
        return False
    workflow.do_engine_steps()
    return True


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_rewritten_model_runs_right(name: str) -> None:
    content, data, steps = EXAMPLES[name]
    assert play(content, *steps, data=data) == "ok s"


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_same_model_fails_on_the_library_alone(name: str) -> None:
    assert not stock(*EXAMPLES[name])


def test_the_library_alone_does_what_is_plain() -> None:
    assert stock(model(scope("start > a > end")), {}, [open_tasks("a"), do("a"), ENDED])
    choice = model(scope("start > g -[x > 1]> a > end; g -[*]> b > end", XOR))
    assert stock(choice, {"x": 2}, [open_tasks("a")])
    caught = model(scope("start > w > a > end", event("intermediateCatchEvent", "w", "message m")), messages("m"))
    assert stock(caught, {}, [waits("w"), message("m"), open_tasks("a"), do("a"), ENDED])


def test_every_rewrite_has_its_example() -> None:
    assert {one.apply.__name__ for one in REWRITES} == set(EXAMPLES) | AFTER_A_REFUSAL
