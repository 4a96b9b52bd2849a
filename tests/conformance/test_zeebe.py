"""What Camunda 8's models say in extension elements, run as Camunda 8 runs it."""

from __future__ import annotations

from tests.conformance.writing import ENDED, do, model, open_tasks, play, scope, values

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
