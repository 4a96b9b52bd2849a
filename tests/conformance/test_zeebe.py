"""What Camunda 8's models say in extension elements, run as Camunda 8 runs it."""

from __future__ import annotations

import pytest

from engine.compile import Source, compile
from tests.conformance.writing import (
    ENDED,
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
    values,
)

CALLED = model(scope("start > cq > end"), process="sub")


def extended(kind: str, key: str, inside: str, after: str = "") -> str:
    return f'<{kind} id="{key}"><extensionElements>{inside}</extensionElements>{after}</{kind}>'


def mapped(*inputs: tuple[str, str], outputs: tuple[tuple[str, str], ...] = ()) -> str:
    told = "".join(f'<zeebe:input source="{source}" target="{target}"/>' for source, target in inputs)
    told += "".join(f'<zeebe:output source="{source}" target="{target}"/>' for source, target in outputs)
    return f"<zeebe:ioMapping>{told}</zeebe:ioMapping>"


def test_targets_with_dots_fill_entries_beside_what_is_there() -> None:
    outputs = (("=y * 2", "w.v"), ("=y", "w.deep.er"), ("text", "w.t"))
    job = '<zeebe:taskDefinition type="t"/>' + mapped(("=x + 1", "y"), outputs=outputs)
    m = model(scope("start > s > z > end", extended("serviceTask", "s", job)))
    assert play(m, values(w={"v": 6, "deep": {"er": 3}, "t": "text"}, y=None), data={"x": 2}) == "ok s"
    steps = (values(w={"a": 1, "deep": {"b": 2, "er": 3}, "v": 6, "t": "text"}),)
    assert play(m, *steps, data={"x": 2, "w": {"a": 1, "deep": {"b": 2}}}) == "ok s"


def test_the_outputs_of_a_call_are_all_that_comes_back() -> None:
    told = '<zeebe:calledElement processId="sub" propagateAllChildVariables="false"/>'
    told += mapped(("=x", "y"), outputs=(("=r + y", "rr"),))
    m = model(scope("start > k > z > end", extended("callActivity", "k", told)))
    steps = (do("cq", r=5), values(rr=6, r=None, y=None))
    assert play(m, *steps, data={"x": 1}, others={"sub.bpmn": CALLED}, process="p") == "ok s"


def test_a_called_process_may_be_computed() -> None:
    m = model(scope("start > k > z > end", extended("callActivity", "k", '<zeebe:calledElement processId="=which"/>')))
    steps = (do("cq", r=5), open_tasks("z"), values(r=5))
    assert play(m, *steps, data={"which": "sub"}, others={"sub.bpmn": CALLED}, process="p") == "ok s"


def test_the_counters_have_longer_names() -> None:
    loop = '<extensionElements><zeebe:loopCharacteristics inputCollection="=items" inputElement="item"/>'
    done = "<completionCondition>=numberOfCompletedInstances &gt; 1 and numberOfInstances = 3</completionCondition>"
    several = f"<multiInstanceLoopCharacteristics>{loop}</extensionElements>{done}</multiInstanceLoopCharacteristics>"
    m = model(scope("start > a > z > end", f'<userTask id="a">{several}</userTask>'))
    assert play(m, do("a"), open_tasks("a", "a"), do("a"), open_tasks("z"), data={"items": [1, 2, 3]}) == "ok s"


def test_ad_hoc_work_opens_what_its_list_names() -> None:
    inner = '<userTask id="t1"/><userTask id="t2"/><userTask id="t3"/>'
    told = '<zeebe:adHoc activeElementsCollection="=chosen"/>'
    m = model(scope("start > ah > z > end", extended("adHocSubProcess", "ah", told, inner)))
    steps = (open_tasks("t1", "t3"), do("t1"), do("t3"), open_tasks("z"), do("z"), ENDED)
    assert play(m, *steps, data={"chosen": ["t1", "t3"]}) == "ok s"
    assert play(m, {"error": True}, data={"chosen": ["nothing"]}) == "ok s"


def test_where_outputs_are_named_nothing_else_comes_out_of_a_task() -> None:
    told = mapped(("=x", "mine"), outputs=(("=r + mine", "kept"),))
    m = model(scope("start > a > b > end", extended("userTask", "a", told)))
    assert play(m, do("a", r=1, other=2), values(kept=4, r=None, other=None, mine=None, x=3), data={"x": 3}) == "ok s"


def test_where_outputs_are_named_nothing_else_comes_out_of_an_event() -> None:
    told = mapped(outputs=(("=amount * 2", "kept"),))
    caught = extended("intermediateCatchEvent", "w", told, '<messageEventDefinition messageRef="m"/>')
    m = model(scope("start > w > a > end", caught), messages("m"))
    assert play(m, message("m", amount=4), open_tasks("a"), values(kept=8, amount=None)) == "ok s"


def test_a_throw_may_compute_variables() -> None:
    m = model(scope("start > t > a > end", extended("intermediateThrowEvent", "t", mapped(outputs=(("=x + 1", "y"),)))))
    assert play(m, open_tasks("a"), values(y=3), data={"x": 2}) == "ok s"


@pytest.mark.parametrize("kind", ["error", "escalation"])
def test_the_code_that_is_thrown_may_be_computed(kind: str) -> None:
    roots = f'<{kind} id="e" {kind}Code="=code"/><{kind} id="e2" {kind}Code="boom"/>'
    inside = subprocess("s", scope("start1 > a > up", event("endEvent", "up", f"{kind} e")))
    m = model(scope("start > s > z > end; b > h > end2", inside + boundary("b", "s", f"{kind} e2")), roots)
    assert play(m, do("a"), open_tasks("h"), data={"code": "boom"}) == "ok s"


def test_the_code_that_is_caught_may_not_be_computed() -> None:
    inside = subprocess("s", scope("start1 > a > end1"))
    caught = scope("start > s > z > end; b > h > end2", inside + boundary("b", "s", "error e"))
    assert play(model(caught, '<error id="e" errorCode="=code"/>')) == "refused s moteur-evenement"


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_rounds_are_counted_from_one(sequential: str) -> None:
    each = 'inputCollection="=[5, 7]" inputElement="i" outputCollection="r" outputElement="=i * 10 + loopCounter"'
    loop = f"<extensionElements><zeebe:loopCharacteristics {each}/></extensionElements>"
    marker = f'<multiInstanceLoopCharacteristics isSequential="{sequential}">{loop}</multiInstanceLoopCharacteristics>'
    m = model(scope("start > a > z > end", f'<userTask id="a">{marker}</userTask>'))
    assert play(m, do("a"), do("a"), open_tasks("z"), values(r=[51, 72])) == "ok s"


@pytest.mark.parametrize(
    ("asked", "data"),
    [
        ("is defined(x) and x > 1", {"x": 2}),
        ("not(is defined(nope))", {}),
        ("get or else(nope, x) = 2", {"x": 2}),
        ("get or else(x, get or else(nope, 3)) = 2", {"x": 2}),
        ('is blank(" ") and is empty([])', {}),
        ('trim(" a b ") = "a b"', {}),
        ("partition([1,2,3], 2) = [[1,2],[3]]", {}),
        ("duplicate values([1,2,3,2,1]) = [1,2]", {}),
    ],
)
def test_its_own_functions_are_said_in_feel(asked: str, data: dict[str, object]) -> None:
    m = model(scope(f"start > g -[={asked}]> a > end; g -[*]> b > end", '<exclusiveGateway id="g"/>'))
    assert play(m, open_tasks("a"), data=data) == "ok s"


def test_a_function_that_nobody_has_is_refused_and_named() -> None:
    m = model(scope("start > g -[=uuid() = x]> a > end; g -[*]> b > end", '<exclusiveGateway id="g"/>'))
    assert play(m) == "refused s expression-illisible"
    (told,) = [f for f in compile([Source("m.bpmn", m)], None, foreign=True).findings if f.severity == "error"]
    assert "«\u00a0uuid\u00a0» n’existe pas" in told.message


@pytest.mark.parametrize(("cycle", "times"), [("cycle(2, d)", 2), ("cycle(-1, d)", 4), ("cycle(d)", 4)])
def test_a_cycle_may_be_computed(cycle: str, times: int) -> None:
    timer = f"<timerEventDefinition><timeCycle>={cycle}</timeCycle></timerEventDefinition>"
    edge = f'<boundaryEvent id="t" attachedToRef="a" cancelActivity="false">{timer}</boundaryEvent>'
    m = model(scope("start > a > end; t > b > end2", edge))
    assert play(m, later("PT4H30M"), open_tasks("a", *["b"] * times), data={"d": "PT1H"}) == "ok s"
