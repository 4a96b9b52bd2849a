"""Elements together: events inside repetitions, joins without structure, compensation of what was repeated."""

from __future__ import annotations

import pytest

from tests.conformance.writing import (
    ENDED,
    NOT_ENDED,
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
    several,
    signal,
    subprocess,
    values,
    waits,
)

TWO = several("<loopCardinality>2</loopCardinality>")
TWO_IN_TURN = several("<loopCardinality>2</loopCardinality>", sequential=True)
FORK = '<parallelGateway id="f"/>'


def driven(start: str, definition: str, then: str, *, soft: bool = False, body: str = "", key: str = "es") -> str:
    begin = event("startEvent", start, definition, isInterrupting="false" if soft else "true")
    return subprocess(key, scope(f"{start} > {then}", begin + body), triggeredByEvent="true")


def undo(host: str, key: str, extra: str = "") -> str:
    return (
        f'<boundaryEvent id="cb_{host}" attachedToRef="{host}"><compensateEventDefinition/></boundaryEvent>'
        f'<userTask id="{key}" isForCompensation="true">{extra}</userTask>'
        f'<association associationDirection="One" sourceRef="cb_{host}" targetRef="{key}"/>'
    )


def test_a_timer_sub_process_in_each_of_two_parallel_instances() -> None:
    inner = scope("starti > a > endi", driven("ts", "timer PT1H", "b > endb"))
    m = model(scope("start > sub > c > end", subprocess("sub", TWO + inner)))
    steps = [open_tasks("a", "a"), do("a"), later("PT2H"), open_tasks("b"), do("b"), open_tasks("c"), do("c"), ENDED]
    assert play(m, *steps) == "ok s"


def test_a_timer_sub_process_in_instances_one_after_the_other() -> None:
    inner = scope("starti > a > endi", driven("ts", "timer PT1H", "b > endb"))
    m = model(scope("start > sub > c > end", subprocess("sub", TWO_IN_TURN + inner)))
    steps = [later("PT2H"), open_tasks("b"), do("b"), open_tasks("a"), later("PT2H"), open_tasks("b"), do("b")]
    assert play(m, *steps, open_tasks("c")) == "ok s"


def test_a_soft_timer_sub_process_under_an_interrupting_boundary() -> None:
    inner = scope("starti > a > endi", driven("ts", "timer PT1H", "b > endb", soft=True))
    body = subprocess("sub", TWO + inner) + boundary("t", "sub", "timer PT3H")
    m = model(scope("start > sub > end; t > c > end2", body))
    steps = [later("PT2H"), open_tasks("a", "a", "b", "b"), later("PT2H"), open_tasks("c"), do("c"), ENDED]
    assert play(m, *steps) == "ok s"


def test_two_event_sub_processes_in_one_scope() -> None:
    both = driven("t1", "timer PT1H", "b > endb", soft=True) + driven("t2", "timer PT2H", "c > endc", key="es2")
    m = model(scope("start > a > end", both))
    assert play(m, later("PT90M"), open_tasks("a", "b"), later("PT1H"), open_tasks("c"), do("c"), ENDED) == "ok s"


def test_a_cycle_in_a_soft_timer_sub_process() -> None:
    m = model(scope("start > a > end", driven("ts", "timer R3/PT1H", "b > endb", soft=True)))
    assert play(m, later("PT90M"), open_tasks("a", "b"), later("PT1H"), open_tasks("a", "b", "b")) == "ok s"


def test_an_event_sub_process_inside_an_event_sub_process() -> None:
    inner = driven("m2", "message m2", "c > endc", key="deep")
    m = model(scope("start > a > end", driven("m1", "message m1", "b > endb", body=inner)), messages("m1", "m2"))
    assert play(m, message("m1"), open_tasks("b"), message("m2"), open_tasks("c"), do("c"), ENDED) == "ok s"


def test_a_boundary_inside_an_event_sub_process() -> None:
    inner = "<userTask id='b'/>" + boundary("t", "b", "timer PT1H")
    es = subprocess(
        "es",
        scope("ms > b > endb; t > c > endc", event("startEvent", "ms", "message m") + inner.replace("'", '"')),
        triggeredByEvent="true",
    )
    m = model(scope("start > a > end", es), messages("m"))
    assert play(m, message("m"), open_tasks("b"), later("PT2H"), open_tasks("c"), do("c"), ENDED) == "ok s"


def test_several_flows_after_a_soft_boundary_on_a_repeated_sub_process() -> None:
    body = subprocess("sub", TWO + scope("starti > a > endi")) + boundary("t", "sub", "timer PT1H", soft=True)
    m = model(scope("start > sub > end; t > b > end2; t > c > end3", body))
    assert play(m, later("PT2H"), open_tasks("a", "a", "b", "c"), do("b"), do("c"), do("a"), do("a"), ENDED) == "ok s"


def test_joins_without_structure() -> None:
    gateways = "".join(f'<parallelGateway id="{g}"/>' for g in ("f1", "f2", "j1", "j2"))
    chains = "start > f1 > a > j1; f1 > f2 > b > j1; f2 > c > j2; j1 > j2 > d > end"
    m = model(scope(chains, gateways))
    assert play(m, do("a"), do("c"), open_tasks("b"), do("b"), open_tasks("d"), do("d"), ENDED) == "ok s"


def test_forks_that_are_never_joined() -> None:
    gateways = '<parallelGateway id="f1"/><parallelGateway id="f2"/>'
    m = model(scope("start > f1 > a > end; f1 > f2 > b > end2; f2 > c > end3", gateways))
    assert play(m, do("a"), do("b"), NOT_ENDED, do("c"), ENDED) == "ok s"


def test_a_parallel_fork_before_and_in_a_sub_process() -> None:
    inner = scope("starti > f2 > b > j2 > endi; f2 > c > j2", '<parallelGateway id="f2"/><parallelGateway id="j2"/>')
    m = model(
        scope("start > f > sub > j > d > end; f > a > j", FORK + '<parallelGateway id="j"/>' + subprocess("sub", inner))
    )
    assert play(m, do("b"), do("a"), do("c"), open_tasks("d")) == "ok s"


def test_an_inclusive_join_after_sub_processes() -> None:
    subs = subprocess("s1", scope("start1 > a > end1")) + subprocess("s2", scope("start2 > b > end2"))
    gateways = '<inclusiveGateway id="g"/><inclusiveGateway id="j"/>'
    m = model(scope("start > g -[x > 0]> s1 > j > c > end; g -[x > 1]> s2 > j", subs + gateways))
    assert play(m, open_tasks("a", "b"), do("b"), open_tasks("a"), do("a"), open_tasks("c"), data={"x": 2}) == "ok s"
    assert play(m, open_tasks("a"), do("a"), open_tasks("c"), data={"x": 1}) == "ok s"


def test_an_inclusive_join_does_not_wait_for_a_branch_that_cannot_come() -> None:
    gateways = '<parallelGateway id="f"/><inclusiveGateway id="j"/><exclusiveGateway id="g"/>'
    m = model(scope("start > f > a > j > d > end; f > b > g -[away]> c > end2; g -[*]> j", gateways))
    assert play(m, do("a"), open_tasks("b"), do("b", away=True), open_tasks("c", "d")) == "ok s"


def test_inclusive_gateways_that_loop_back() -> None:
    gateways = (
        '<inclusiveGateway id="f"/><inclusiveGateway id="j"/><exclusiveGateway id="g"/><exclusiveGateway id="m"/>'
    )
    m = model(scope("start > m > f > a > j > g -[again]> m; f > b > j; g -[*]> d > end", gateways))
    steps = [do("a"), do("b", again=True), open_tasks("a", "b"), do("b"), do("a", again=False), open_tasks("d")]
    assert play(m, *steps) == "ok s"


def test_a_join_behind_a_race_waits_for_the_winner_only() -> None:
    body = FORK + '<eventBasedGateway id="e"/><exclusiveGateway id="x"/><parallelGateway id="j"/>'
    body += event("intermediateCatchEvent", "c1", "message m1") + event("intermediateCatchEvent", "c2", "signal s")
    m = model(
        scope("start > f > a > j > d > end; f > e > c1 > x > j; e > c2 > x", body),
        messages("m1") + '<signal id="s" name="s"/>',
    )
    assert play(m, do("a"), signal("s"), open_tasks("d")) == "ok s"


@pytest.mark.parametrize("marker", [TWO, TWO_IN_TURN], ids=["parallel", "sequential"])
def test_a_repeated_activity_is_undone_as_often_as_it_was_done(marker: str) -> None:
    body = (
        f'<serviceTask id="a">{marker}</serviceTask>'
        + undo("a", "ua")
        + event("intermediateThrowEvent", "t", "compensate")
    )
    m = model(scope("start > a > b > t > c > end", body))
    assert play(m, do("b"), open_tasks("ua", "ua"), do("ua"), do("ua"), open_tasks("c"), do("c"), ENDED) == "ok s"


def test_a_repeated_sub_process_is_undone_in_each_of_its_instances() -> None:
    inner = scope("starti > a > endi", undo("a", "ua"))
    body = subprocess("sub", TWO + inner) + event("intermediateThrowEvent", "t", "compensate")
    m = model(scope("start > sub > t > c > end", body))
    assert play(m, do("a"), do("a"), open_tasks("ua", "ua"), do("ua"), do("ua"), open_tasks("c")) == "ok s"


def test_compensation_inside_a_sub_process_stays_inside() -> None:
    inner = scope("starti > b > t > endi", undo("b", "ub") + event("intermediateThrowEvent", "t", "compensate"))
    m = model(scope("start > a > sub > c > end", undo("a", "ua") + subprocess("sub", inner)))
    assert play(m, do("a"), do("b"), open_tasks("ub"), do("ub"), open_tasks("c")) == "ok s"


def test_a_service_that_undoes_passes_at_once() -> None:
    body = undo("a", "ua").replace("userTask", "serviceTask") + event("endEvent", "t", "compensate")
    assert play(model(scope("start > a > t", body)), do("a"), ENDED) == "ok s"


def test_a_sub_process_that_undoes() -> None:
    handler = '<boundaryEvent id="cb" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>'
    handler += subprocess("h", scope("starth > u1 > u2 > endh"), isForCompensation="true")
    handler += '<association sourceRef="cb" targetRef="h"/>' + event("endEvent", "t", "compensate")
    m = model(scope("start > a > t", handler))
    assert play(m, do("a"), open_tasks("u1"), do("u1"), open_tasks("u2"), do("u2"), ENDED) == "ok s"


def test_compensation_sees_the_variables_of_its_sub_process() -> None:
    handler = undo("a", "ua")
    inner = scope("starti > a > endi", handler)
    body = subprocess("sub", inner) + event("intermediateThrowEvent", "t", "compensate")
    m = model(scope("start > sub > t > c > end", body))
    assert play(m, do("a", x=4), open_tasks("ua"), do("ua"), values(x=4), open_tasks("c")) == "ok s"


def test_an_error_of_a_repeated_call_is_caught_once() -> None:
    called = model(
        scope("start > a > ee", event("endEvent", "ee", "error e")), '<error id="e" errorCode="E"/>', process="q"
    )
    body = f'<callActivity id="c" calledElement="q">{TWO}</callActivity>' + boundary("b1", "c", "error e")
    m = model(scope("start > c > end; b1 > b > end2", body), '<error id="e" errorCode="E"/>')
    steps = [open_tasks("a", "a"), do("a"), open_tasks("b"), do("b"), ENDED]
    assert play(m, *steps, process="p", others={"q.bpmn": called}) == "ok s"


def test_a_call_inside_a_call() -> None:
    inner = model(scope("start > a > end"), process="r")
    middle = model(scope("start > c > z > end", '<callActivity id="c" calledElement="r"/>'), process="q")
    m = model(scope("start > c > b > end", '<callActivity id="c" calledElement="q"/>'))
    steps = [open_tasks("a"), do("a"), open_tasks("z"), do("z"), open_tasks("b"), do("b"), ENDED]
    assert play(m, *steps, process="p", others={"q.bpmn": middle, "r.bpmn": inner}) == "ok s"


def test_a_boundary_on_an_outer_scope_ends_calls_inside() -> None:
    called = model(scope("start > a > end"), process="q")
    body = subprocess("sub", scope("starti > c > endi", '<callActivity id="c" calledElement="q"/>'))
    m = model(scope("start > sub > end; m > b > end2", body + boundary("m", "sub", "message m")), messages("m"))
    steps = [open_tasks("a"), message("m"), open_tasks("b"), do("b"), ENDED]
    assert play(m, *steps, process="p", others={"q.bpmn": called}) == "ok s"


def test_a_receive_task_with_a_timer() -> None:
    body = '<receiveTask id="r" messageRef="m"/>' + boundary("t", "r", "timer PT1H", soft=True)
    m = model(scope("start > r > end; t > b > end2", body), messages("m"))
    assert play(m, later("PT2H"), open_tasks("b"), waits("r"), message("m"), do("b"), ENDED) == "ok s"


def test_a_variable_of_one_instance_is_not_the_other_s() -> None:
    marker = (
        '<multiInstanceLoopCharacteristics camunda:collection="list" camunda:elementVariable="item">'
        "<completionCondition>${item == 2}</completionCondition></multiInstanceLoopCharacteristics>"
    )
    m = model(scope("start > a > b > end", f'<userTask id="a">{marker}</userTask>'))
    assert play(m, do("a"), open_tasks("a", "a"), do("a"), open_tasks("b"), data={"list": [1, 2, 3]}) == "ok s"


def test_a_link_out_of_a_loop() -> None:
    links = event("intermediateThrowEvent", "out", "link L") + event("intermediateCatchEvent", "in", "link L")
    body = links + '<exclusiveGateway id="g"/><exclusiveGateway id="m"/>'
    m = model(scope("start > m > a > g -[again]> out; in > m; g -[*]> b > end", body))
    assert play(m, do("a", again=True), open_tasks("a"), do("a", again=False), open_tasks("b")) == "ok s"


def test_a_terminated_process_ends_its_calls_and_sub_processes() -> None:
    body = FORK + subprocess("sub", TWO + scope("starti > a > endi")) + event("endEvent", "te", "terminate")
    m = model(scope("start > f > sub > end; f > b > te", body))
    assert play(m, open_tasks("a", "a", "b"), do("b"), ENDED) == "ok s"


def test_an_escalation_of_a_called_process_is_caught_on_the_call() -> None:
    roots = '<escalation id="x" escalationCode="X"/>'
    called = model(
        scope("start > t > a > end", event("intermediateThrowEvent", "t", "escalation x")), roots, process="q"
    )
    body = '<callActivity id="c" calledElement="q"/>' + boundary("b1", "c", "escalation x", soft=True)
    m = model(scope("start > c > end; b1 > b > end2", body), roots)
    assert play(m, open_tasks("a", "b"), process="p", others={"q.bpmn": called}) == "ok s"


def test_an_interrupting_boundary_on_a_task_that_is_done_no_longer_listens() -> None:
    m = model(scope("start > a > b > end; m1 > c > end2", boundary("m1", "a", "message m")), messages("m"))
    assert play(m, do("a"), message("m")).startswith("WRONG s 2 MessageNotAwaited")


@pytest.mark.parametrize("marker", [TWO, TWO_IN_TURN])
def test_who_cancels_one_turn_of_a_repeated_transaction_cancels_and_undoes_them_all(marker: str) -> None:
    ways = "starti > a > b > g -[bad]> stop; g -[*]> endi"
    inside = scope(ways, '<exclusiveGateway id="g"/>' + event("endEvent", "stop", "cancel") + undo("a", "u"))
    body = subprocess("tx", marker + inside, "transaction") + boundary("cx", "tx", "cancel")
    m = model(scope("start > tx > z > end; cx > c > end2", body))
    turns = [do("a"), do("b", bad=False), do("a"), do("b", bad=True), do("u"), do("u")]
    assert play(m, *turns, open_tasks("c"), do("c"), ENDED) == "ok s"
    fine = [do("a"), do("b", bad=False)] * 2
    assert play(m, *fine, open_tasks("z"), do("z"), ENDED) == "ok s"


def test_a_repeated_transaction_that_succeeded_is_undone_later() -> None:
    inside = TWO + scope("starti > a > endi", undo("a", "u"))
    body = subprocess("tx", inside, "transaction") + event("intermediateThrowEvent", "t", "compensate")
    m = model(scope("start > tx > t > end", body))
    assert play(m, do("a"), do("a"), open_tasks("u", "u"), do("u"), do("u"), ENDED) == "ok s"
