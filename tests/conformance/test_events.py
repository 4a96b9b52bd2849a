"""Messages, signals, errors, escalations, conditions, terminations: caught where BPMN says."""

from __future__ import annotations

import pytest

from tests.conformance.writing import (
    ENDED,
    NOT_ENDED,
    boundary,
    change,
    do,
    event,
    later,
    message,
    messages,
    model,
    open_tasks,
    play,
    scope,
    signal,
    subprocess,
    waits,
)

TWO = '<messageEventDefinition messageRef="m"/><signalEventDefinition signalRef="s"/>'
SIGNAL = '<signal id="s" name="alert"/>'
ERROR = '<error id="e" errorCode="E1"/><error id="e2" errorCode="E2"/>'
ESCALATION = '<escalation id="x" escalationCode="X1"/><escalation id="x2" escalationCode="X2"/>'


def driven(key: str, start: str, definition: str, then: str, *, soft: bool = False, body: str = "") -> str:
    """An event sub-process."""
    begin = event("startEvent", start, definition, isInterrupting="false" if soft else "true")
    return subprocess(key, scope(f"{start} > {then}", begin + body), triggeredByEvent="true")


def test_a_message_goes_on() -> None:
    m = model(scope("start > w > a > end", event("intermediateCatchEvent", "w", "message m")), messages("m"))
    assert play(m, waits("w"), message("m", x=1), open_tasks("a"), {"vars": {"x": 1}}) == "ok s"


def test_a_message_that_nobody_awaits_is_wrong() -> None:
    m = model(scope("start > a > end"), messages("m"))
    assert play(m, message("m")).startswith("WRONG s 1 MessageNotAwaited")


def test_a_message_goes_to_one_receiver_only() -> None:
    body = '<parallelGateway id="f"/>' + event("intermediateCatchEvent", "w1", "message m")
    body += event("intermediateCatchEvent", "w2", "message m")
    m = model(scope("start > f > w1 > end; f > w2 > end2", body), messages("m"))
    assert play(m, message("m"), NOT_ENDED, message("m"), ENDED) == "ok s"


def test_a_soft_message_comes_again_and_again() -> None:
    m = model(scope("start > a > end; b1 > b > end2", boundary("b1", "a", "message m", soft=True)), messages("m"))
    assert play(m, message("m"), message("m"), open_tasks("a", "b", "b"), do("a"), do("b"), do("b"), ENDED) == "ok s"


def test_two_messages_on_one_task() -> None:
    body = boundary("b1", "a", "message m1") + boundary("b2", "a", "message m2")
    m = model(scope("start > a > end; b1 > b > end; b2 > c > end", body), messages("m1", "m2"))
    assert play(m, message("m2"), open_tasks("c")) == "ok s"


def test_a_message_on_a_repeated_path_waits_again() -> None:
    body = '<exclusiveGateway id="g"/>' + event("intermediateCatchEvent", "w", "message m")
    m = model(scope("start > g > w > a > g", body), messages("m"))
    assert play(m, message("m"), do("a"), waits("w"), message("m"), open_tasks("a")) == "ok s"


def test_an_interrupting_message_sub_process_takes_over_a_sub_process() -> None:
    inner = scope("starti > a > endi", driven("es", "ms", "message m", "b > endb"))
    m = model(scope("start > sub > c > end", subprocess("sub", inner)), messages("m"))
    assert play(m, open_tasks("a"), message("m"), open_tasks("b"), do("b"), open_tasks("c")) == "ok s"


def test_a_soft_message_sub_process_holds_its_scope_open() -> None:
    m = model(scope("start > a > end", driven("es", "ms", "message m", "b > endb", soft=True)), messages("m"))
    assert (
        play(
            m,
            message("m"),
            open_tasks("a", "b"),
            message("m"),
            open_tasks("a", "b", "b"),
            do("a"),
            NOT_ENDED,
            do("b"),
            do("b"),
            ENDED,
        )
        == "ok s"
    )


def test_an_inner_message_sub_process_is_open_as_long_as_its_scope() -> None:
    inner = scope("starti > a > endi", driven("es", "ms", "message m", "b > endb", soft=True))
    m = model(scope("start > sub > c > end", subprocess("sub", inner)), messages("m"))
    assert play(m, message("m"), open_tasks("a", "b"), do("a"), open_tasks("b"), do("b"), open_tasks("c")) == "ok s"
    assert play(m, do("a"), open_tasks("c"), message("m")).startswith("WRONG s 3 MessageNotAwaited")


def test_an_outer_event_sub_process_interrupts_inner_work() -> None:
    inner = scope("starti > a > endi")
    m = model(
        scope("start > sub > c > end", subprocess("sub", inner) + driven("es", "ms", "message m", "b > endb")),
        messages("m"),
    )
    assert play(m, open_tasks("a"), message("m"), open_tasks("b"), do("b"), ENDED) == "ok s"


def test_a_message_starts_a_process() -> None:
    m = model(scope("ms > a > end", event("startEvent", "ms", "message m")), messages("m"))
    assert play(m, message("m", x=1), open_tasks("a"), do("a"), ENDED) == "ok s"


def test_a_message_starts_a_process_that_starts_plainly_too() -> None:
    m = model(scope("start > a > end; ms > b > end", event("startEvent", "ms", "message m")), messages("m"))
    assert play(m, open_tasks("a"), do("a"), ENDED) == "ok s"


def test_a_receive_task_waits_for_its_message() -> None:
    m = model(scope("start > r > a > end", '<receiveTask id="r" messageRef="m"/>'), messages("m"))
    assert play(m, waits("r"), message("m"), open_tasks("a")) == "ok s"


def test_a_receive_task_without_message_waits() -> None:
    m = model(scope("start > r > a > end", '<receiveTask id="r"/>'))
    assert play(m, waits("r"), open_tasks()) == "ok s"


def test_a_qualified_reference_is_a_reference() -> None:
    m = model(scope("start > r > a > end", '<receiveTask id="r" messageRef="tns:m"/>'), messages("m"))
    assert play(m, message("m"), open_tasks("a")) == "ok s"


def test_a_signal_reaches_all_who_wait() -> None:
    body = '<parallelGateway id="f"/>' + event("intermediateCatchEvent", "w1", "signal s")
    body += event("intermediateCatchEvent", "w2", "signal s")
    m = model(scope("start > f > w1 > a > end; f > w2 > b > end2", body), SIGNAL)
    assert play(m, signal("alert"), open_tasks("a", "b")) == "ok s"


def test_a_thrown_signal_is_caught_in_the_same_process() -> None:
    body = '<parallelGateway id="f"/>' + event("intermediateCatchEvent", "w1", "signal s")
    body += event("intermediateThrowEvent", "t", "signal s")
    m = model(scope("start > f > w1 > a > end; f > b > t > c > end2", body), SIGNAL)
    assert play(m, do("b"), open_tasks("a", "c")) == "ok s"


def test_a_signal_boundary_interrupts() -> None:
    m = model(scope("start > a > end; b1 > b > end2", boundary("b1", "a", "signal s")), SIGNAL)
    assert play(m, signal("alert"), open_tasks("b"), do("b"), ENDED) == "ok s"


def test_a_signal_sub_process_runs_beside() -> None:
    m = model(scope("start > a > end", driven("es", "ss", "signal s", "b > endb", soft=True)), SIGNAL)
    assert play(m, signal("alert"), open_tasks("a", "b"), do("b"), do("a"), ENDED) == "ok s"


def test_an_error_is_caught_on_its_sub_process() -> None:
    inner = scope("starti > a > ee", event("endEvent", "ee", "error e"))
    body = subprocess("sub", inner) + boundary("b1", "sub", "error e")
    assert (
        play(model(scope("start > sub > end; b1 > b > end2", body), ERROR), do("a"), open_tasks("b"), do("b"), ENDED)
        == "ok s"
    )


def test_an_error_goes_to_the_boundary_of_its_code() -> None:
    inner = scope("starti > a > ee", event("endEvent", "ee", "error e2"))
    body = subprocess("sub", inner) + boundary("b1", "sub", "error e") + boundary("b2", "sub", "error e2")
    m = model(scope("start > sub > end; b1 > b > end2; b2 > c > end3", body), ERROR)
    assert play(m, do("a"), open_tasks("c")) == "ok s"


def test_an_error_passes_scopes_that_do_not_catch_it() -> None:
    deep = subprocess("deep", scope("start2 > a > ee", event("endEvent", "ee", "error e")))
    inner = scope("starti > deep > endi; b0 > z > endz", deep + boundary("b0", "deep", "error e2"))
    body = subprocess("sub", inner) + boundary("b1", "sub", "error e")
    m = model(scope("start > sub > end; b1 > b > end2", body), ERROR)
    assert play(m, do("a"), open_tasks("b")) == "ok s"


def test_an_error_cancels_the_other_branches_of_its_scope() -> None:
    inner = scope("starti > f > a > ee; f > z > endz", event("endEvent", "ee", "error e") + '<parallelGateway id="f"/>')
    body = subprocess("sub", inner) + boundary("b1", "sub", "error e")
    m = model(scope("start > sub > end; b1 > b > end2", body), ERROR)
    assert play(m, open_tasks("a", "z"), do("a"), open_tasks("b")) == "ok s"


def test_an_error_that_nobody_catches_ends_its_path_or_is_an_incident() -> None:
    m = model(scope("start > a > ee", event("endEvent", "ee", "error e")), ERROR)
    assert play(m, do("a"), open_tasks()) == "ok s"


def test_an_error_event_sub_process_takes_over() -> None:
    body = event("endEvent", "ee", "error e") + driven("es", "es1", "error e", "b > endb")
    assert (
        play(model(scope("start > a > ee", body), ERROR), open_tasks("a"), do("a"), open_tasks("b"), do("b"), ENDED)
        == "ok s"
    )


def test_an_error_event_sub_process_inside_a_sub_process() -> None:
    inner = scope("starti > a > ee", event("endEvent", "ee", "error e") + driven("es", "es1", "error", "b > endb"))
    m = model(scope("start > sub > c > end", subprocess("sub", inner)), ERROR)
    assert play(m, do("a"), open_tasks("b"), do("b"), open_tasks("c")) == "ok s"


def test_an_error_event_sub_process_waits_for_its_error() -> None:
    m = model(scope("start > a > end", driven("es", "es1", "error e", "b > endb")), ERROR)
    assert play(m, open_tasks("a"), do("a"), ENDED) == "ok s"


def test_an_error_thrown_in_the_handler_goes_outwards() -> None:
    handler = driven("es", "es1", "error e", "b > ee2", body=event("endEvent", "ee2", "error e2"))
    inner = scope("starti > a > ee", event("endEvent", "ee", "error e") + handler)
    body = subprocess("sub", inner) + boundary("b1", "sub", "error e2")
    m = model(scope("start > sub > end; b1 > c > end2", body), ERROR)
    assert play(m, do("a"), open_tasks("b"), do("b"), open_tasks("c")) == "ok s"


@pytest.mark.parametrize("soft", [False, True])
def test_an_escalation_is_caught_on_its_sub_process(soft: bool) -> None:
    inner = scope("starti > a > t > z > endi", event("intermediateThrowEvent", "t", "escalation x"))
    body = subprocess("sub", inner) + boundary("b1", "sub", "escalation x", soft=soft)
    m = model(scope("start > sub > end; b1 > b > end2", body), ESCALATION)
    assert play(m, do("a"), open_tasks("b", *(["z"] if soft else []))) == "ok s"


def test_an_escalation_that_nobody_catches_goes_on() -> None:
    m = model(scope("start > t > a > end", event("intermediateThrowEvent", "t", "escalation x")), ESCALATION)
    assert play(m, open_tasks("a"), do("a"), ENDED) == "ok s"


def test_an_escalation_without_code_catches_all() -> None:
    inner = scope("starti > t > z > endi", event("intermediateThrowEvent", "t", "escalation x2"))
    body = subprocess("sub", inner) + boundary("b1", "sub", "escalation")
    assert play(model(scope("start > sub > end; b1 > b > end2", body), ESCALATION), open_tasks("b")) == "ok s"


def test_a_soft_escalation_sub_process_runs_beside() -> None:
    inner = scope(
        "starti > t > z > endi",
        event("intermediateThrowEvent", "t", "escalation x")
        + driven("es", "xs", "escalation x", "b > endb", soft=True),
    )
    m = model(scope("start > sub > c > end", subprocess("sub", inner)), ESCALATION)
    assert play(m, open_tasks("b", "z"), do("z"), open_tasks("b"), do("b"), open_tasks("c")) == "ok s"


def test_an_escalation_end_event_leaves_its_sub_process_by_both_ways() -> None:
    inner = scope("starti > a > xe", event("endEvent", "xe", "escalation x"))
    body = subprocess("sub", inner) + boundary("b1", "sub", "escalation x", soft=True)
    m = model(scope("start > sub > c > end; b1 > b > end2", body), ESCALATION)
    assert play(m, do("a"), open_tasks("b", "c")) == "ok s"


def test_a_condition_interrupts_when_it_becomes_true() -> None:
    m = model(scope("start > a > end; b1 > b > end2", boundary("b1", "a", "conditional ${x > 1}")))
    assert play(m, change(x=1), open_tasks("a"), change(x=2), open_tasks("b"), data={"x": 0}) == "ok s"


def test_a_condition_that_holds_already_does_not_wait() -> None:
    m = model(scope("start > w > a > end", event("intermediateCatchEvent", "w", "conditional ${x == 1}")))
    assert play(m, open_tasks("a"), data={"x": 1}) == "ok s"
    assert play(m, waits("w"), change(x=1), open_tasks("a"), data={"x": 0}) == "ok s"


def test_a_condition_is_looked_at_when_a_task_changes_a_variable() -> None:
    body = '<parallelGateway id="f"/>' + event("intermediateCatchEvent", "w", "conditional ${x == 1}")
    m = model(scope("start > f > w > a > end; f > b > end2", body))
    assert play(m, open_tasks("b"), do("b", x=1), open_tasks("a"), data={"x": 0}) == "ok s"


def test_a_soft_condition_runs_beside() -> None:
    m = model(scope("start > a > end; b1 > b > end2", boundary("b1", "a", "conditional x > 1", soft=True)))
    assert play(m, change(x=2), open_tasks("a", "b"), do("b"), do("a"), ENDED, data={"x": 0}) == "ok s"


def test_a_conditional_sub_process_takes_over_an_inner_scope() -> None:
    inner = scope("starti > a > endi", driven("es", "cs", "conditional ${x == 1}", "b > endb"))
    m = model(scope("start > sub > c > end", subprocess("sub", inner)))
    assert play(m, open_tasks("a"), change(x=1), open_tasks("b"), do("b"), open_tasks("c"), data={"x": 0}) == "ok s"


def test_a_termination_ends_its_process() -> None:
    body = '<parallelGateway id="f"/>' + event("endEvent", "te", "terminate")
    assert play(model(scope("start > f > a > te; f > b > end", body)), do("a"), ENDED) == "ok s"


def test_a_termination_in_a_sub_process_ends_that_alone() -> None:
    inner = scope(
        "starti > f > a > te; f > b > endi", '<parallelGateway id="f"/>' + event("endEvent", "te", "terminate")
    )
    m = model(scope("start > sub > c > end", subprocess("sub", inner)))
    assert play(m, do("a"), open_tasks("c"), do("c"), ENDED) == "ok s"


def test_a_message_end_event_ends() -> None:
    m = model(scope("start > a > me", event("endEvent", "me", "message m")), messages("m"))
    assert play(m, do("a"), ENDED) == "ok s"


def test_several_definitions_of_a_wait_are_alternatives() -> None:
    body = f'<intermediateCatchEvent id="w">{TWO}</intermediateCatchEvent>'
    m = model(scope("start > w > a > end", body), messages("m") + SIGNAL)
    assert play(m, waits("w"), signal("alert"), open_tasks("a")) == "ok s"
    assert play(m, message("m"), open_tasks("a"), do("a"), ENDED) == "ok s"


def test_several_definitions_of_a_boundary_are_alternatives() -> None:
    body = f'<boundaryEvent id="w" attachedToRef="a">{TWO}</boundaryEvent>'
    m = model(scope("start > a > end; w > b > end2", body), messages("m") + SIGNAL)
    assert play(m, signal("alert"), open_tasks("b"), do("b"), ENDED) == "ok s"


def test_several_throws_of_an_end_happen_all() -> None:
    body = '<endEvent id="e"><signalEventDefinition signalRef="s"/><terminateEventDefinition/></endEvent>'
    body += '<parallelGateway id="f"/>' + event("intermediateCatchEvent", "w", "signal s")
    m = model(scope("start > f > a > e; f > w > b > end", body), SIGNAL)
    assert play(m, do("a"), ENDED) == "ok s"


def test_a_wait_for_several_events_at_once_needs_them_all() -> None:
    body = f'<intermediateCatchEvent id="w" parallelMultiple="true">{TWO}</intermediateCatchEvent>'
    m = model(scope("start > w > a > end", body), messages("m") + SIGNAL)
    assert play(m, waits("w", "w_2"), signal("alert"), open_tasks(), message("m"), open_tasks("a")) == "ok s"
    assert play(m, message("m"), open_tasks(), signal("alert"), open_tasks("a"), do("a"), ENDED) == "ok s"


@pytest.mark.parametrize("soft", [False, True])
def test_an_edge_may_wait_for_several_events_at_once(soft: bool) -> None:
    body = f'<boundaryEvent id="w" attachedToRef="a" parallelMultiple="true" cancelActivity="{str(not soft).lower()}">'
    m = model(scope("start > a > end; w > b > end2", f"{body}{TWO}</boundaryEvent>"), messages("m") + SIGNAL)
    both = ["a"] if soft else []
    assert play(m, signal("alert"), open_tasks("a"), message("m"), open_tasks(*both, "b")) == "ok s"
    assert play(m, message("m"), do("a"), ENDED) == "ok s"
    if soft:
        again = [signal("alert"), message("m")] * 2
        assert play(m, *again, open_tasks("a", "b", "b")) == "ok s"


def test_a_process_may_begin_with_several_messages_at_once() -> None:
    both = "".join(f'<messageEventDefinition messageRef="{name}"/>' for name in "mn")
    body = f'<startEvent id="both" parallelMultiple="true">{both}</startEvent>'
    m = model(scope("both > a > end", body), messages("m", "n"))
    assert play(m, message("n"), open_tasks(), message("m"), open_tasks("a"), do("a"), ENDED) == "ok s"


def test_a_race_may_be_won_by_several_events_at_once() -> None:
    body = f'<eventBasedGateway id="g"/><intermediateCatchEvent id="w" parallelMultiple="true">{TWO}'
    body += "</intermediateCatchEvent>" + event("intermediateCatchEvent", "t", "timer PT1H")
    m = model(scope("start > g > w > a > end; g > t > b > end", body), messages("m") + SIGNAL)
    assert play(m, message("m"), open_tasks(), signal("alert"), open_tasks("a")) == "ok s"
    assert play(m, message("m"), later("PT2H"), open_tasks("b"), do("b"), ENDED) == "ok s"


def test_an_event_sub_process_may_begin_with_one_of_several_events() -> None:
    begin = f'<startEvent id="e" isInterrupting="false">{TWO}</startEvent>'
    inside = subprocess("es", scope("e > k > end1", begin), triggeredByEvent="true")
    m = model(scope("start > a > end", inside), messages("m") + SIGNAL)
    assert play(m, message("m"), open_tasks("a", "k"), signal("alert"), open_tasks("a", "k", "k")) == "ok s"
