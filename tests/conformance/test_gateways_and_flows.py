"""Gateways, joins, and flows that leave activities as if they were gateways."""

from __future__ import annotations

from tests.conformance.writing import (
    ENDED,
    INCIDENT,
    NOT_ENDED,
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
    waits,
)

XOR = '<exclusiveGateway id="g"/>'
PAR = '<parallelGateway id="fork"/><parallelGateway id="join"/>'
INC = '<inclusiveGateway id="fork"/><inclusiveGateway id="join"/>'


def test_the_first_true_condition_is_taken() -> None:
    m = model(scope("start > g -[x > 1]> a > end; g -[x > 0]> b > end", XOR))
    assert play(m, open_tasks("a"), data={"x": 2}) == "ok s"


def test_no_true_condition_takes_the_default() -> None:
    m = model(scope("start > g -[x > 1]> a > end; g -[*]> b > end", XOR))
    assert play(m, open_tasks("b"), data={"x": 0}) == "ok s"


def test_no_true_condition_without_default_is_an_incident() -> None:
    m = model(scope("start > g -[${x == 1}]> a > end; g -[${x == 2}]> b > end", XOR))
    assert play(m, INCIDENT, data={"x": 0}) == "ok s"


def test_the_only_bare_way_out_is_the_default() -> None:
    m = model(scope("start > g -[x = 1]> a > end; g > b > end", XOR))
    assert play(m, open_tasks("b"), data={"x": 0}) == "ok s"
    assert play(m, open_tasks("a"), data={"x": 1}) == "ok s"


def test_an_exclusive_merge_passes_every_token() -> None:
    m = model(scope("start > fork > g > a > end; fork > g", XOR + '<parallelGateway id="fork"/>'))
    assert play(m, open_tasks("a", "a"), do("a"), open_tasks("a"), do("a"), ENDED) == "ok s"


def test_a_parallel_join_waits_for_all() -> None:
    m = model(scope("start > fork > a > join > c > end; fork > b > join", PAR))
    assert play(m, do("a"), open_tasks("b"), do("b"), open_tasks("c"), do("c"), ENDED) == "ok s"


def test_three_parallel_blocks_in_sequence() -> None:
    gateways = "".join(f'<parallelGateway id="f{i}"/><parallelGateway id="j{i}"/>' for i in range(12))
    chains = ";".join(f"f{i} > j{i}; f{i} > j{i}" for i in range(12)) + ";start > f0; j11 > a > end;"
    chains += ";".join(f"j{i} > f{i + 1}" for i in range(11))
    assert play(model(scope(chains, gateways)), open_tasks("a"), do("a"), ENDED) == "ok s"


def test_a_parallel_join_in_a_loop_waits_each_round() -> None:
    chains = "start > m > fork > a > join > g -[again]> m; fork > b > join; g -[*]> end"
    m = model(scope(chains, PAR + XOR + '<exclusiveGateway id="m"/>'))
    again = {"again": True}
    assert play(m, do("a"), do("b", **again), open_tasks("a", "b"), do("b"), do("a", again=False), ENDED) == "ok s"


def test_an_inclusive_join_waits_for_the_ways_taken_only() -> None:
    m = model(scope("start > fork -[x > 0]> a > join > d > end; fork -[x > 1]> b > join; fork -[x > 2]> c > join", INC))
    assert play(m, open_tasks("a", "b"), do("a"), open_tasks("b"), do("b"), open_tasks("d"), data={"x": 2}) == "ok s"


def test_an_inclusive_default_is_taken_alone() -> None:
    m = model(scope("start > fork -[x > 0]> a > join > d > end; fork -[*]> b > join", INC))
    assert play(m, open_tasks("b"), do("b"), open_tasks("d"), data={"x": 0}) == "ok s"
    assert play(m, open_tasks("a"), data={"x": 1}) == "ok s"


def test_an_inclusive_split_without_true_condition_is_an_incident() -> None:
    m = model(scope("start > fork -[x > 0]> a > join > d > end; fork -[x > 1]> b > join", INC))
    assert play(m, INCIDENT, data={"x": 0}) == "ok s"


def test_an_inclusive_join_passes_when_a_branch_ends_elsewhere() -> None:
    m = model(scope("start > fork > a > join > d > end; fork > b > end2", INC))
    assert play(m, open_tasks("a", "b"), do("a"), open_tasks("b", "d"), do("b"), do("d"), ENDED) == "ok s"


def test_an_inclusive_join_waits_for_a_branch_in_a_loop() -> None:
    chains = "start > fork > a > join > d > end; fork > m > b > g -[again]> m; g -[*]> join"
    m = model(scope(chains, INC + XOR + '<exclusiveGateway id="m"/>'))
    assert (
        play(m, do("a"), open_tasks("b"), do("b", again=True), open_tasks("b"), do("b", again=False), open_tasks("d"))
        == "ok s"
    )


def test_an_inclusive_join_fires_once_for_tokens_of_one_split() -> None:
    m = model(scope("start > fork > a > join > d > end; fork > b > join; fork > c > join", INC))
    assert play(m, do("c"), do("a"), open_tasks("b"), do("b"), open_tasks("d"), do("d"), ENDED) == "ok s"


def test_flows_without_ids_are_flows() -> None:
    plain = '<startEvent id="s0"/><userTask id="a"/><sequenceFlow sourceRef="s0" targetRef="a"/>'
    assert play(model(plain), open_tasks("a"), do("a"), ENDED) == "ok s"


def test_nodes_may_be_called_start_and_end() -> None:
    body = '<startEvent id="Start"/><endEvent id="End"/><userTask id="Root"/>'
    assert play(model(scope("Start > Root > End", body)), open_tasks("Root"), do("Root"), ENDED) == "ok s"


def test_an_activity_without_flows_ends_its_path() -> None:
    assert play(model(scope("start > a")), do("a"), ENDED) == "ok s"


def test_several_flows_of_an_activity_are_all_taken() -> None:
    m = model(scope("start > a > b > end; a > c > end2"))
    assert play(m, do("a"), open_tasks("b", "c"), do("b"), do("c"), ENDED) == "ok s"


def test_conditional_flows_of_an_activity_are_taken_when_true() -> None:
    m = model(scope("start > a -[x > 0]> b > end; a -[x > 1]> c > end2; a -[*]> d > end3"))
    assert play(m, do("a", x=2), open_tasks("b", "c")) == "ok s"
    assert play(m, do("a", x=1), open_tasks("b")) == "ok s"
    assert play(m, do("a", x=0), open_tasks("d")) == "ok s"


def test_a_single_conditional_flow_that_is_false_ends_the_path() -> None:
    m = model(scope("start > a -[x > 0]> b > end"))
    assert play(m, do("a", x=0), ENDED) == "ok s"
    assert play(m, do("a", x=1), open_tasks("b")) == "ok s"


def test_an_unconditional_flow_beside_a_conditional_one_is_always_taken() -> None:
    m = model(scope("start > a > b > end; a -[x > 0]> c > end2"))
    assert play(m, do("a", x=0), open_tasks("b")) == "ok s"
    assert play(m, do("a", x=1), open_tasks("b", "c")) == "ok s"


def test_several_flows_of_a_start_event_are_all_taken() -> None:
    assert play(model(scope("start > a > end; start > b > end")), open_tasks("a", "b"), do("a"), NOT_ENDED) == "ok s"


def test_two_flows_into_a_task_make_two_tasks() -> None:
    m = model(scope("start > fork > a > c > end; fork > b > c", '<parallelGateway id="fork"/>'))
    assert play(m, do("a"), open_tasks("b", "c"), do("b"), open_tasks("c", "c"), do("c"), do("c"), ENDED) == "ok s"


def test_link_events_jump() -> None:
    links = event("intermediateThrowEvent", "out", "link L") + event("intermediateCatchEvent", "in", "link L")
    assert (
        play(model(scope("start > a > out; in > b > end", links)), do("a"), open_tasks("b"), do("b"), ENDED) == "ok s"
    )


def test_link_events_of_a_sub_process_jump_inside_it() -> None:
    links = event("intermediateThrowEvent", "out", "link L") + event("intermediateCatchEvent", "in", "link L")
    inner = scope("starti > out; in > b > endi", links)
    assert (
        play(model(scope("start > sub > c > end", subprocess("sub", inner))), open_tasks("b"), do("b"), open_tasks("c"))
        == "ok s"
    )


def test_a_link_without_arrival_is_refused() -> None:
    m = model(scope("start > a > out", event("intermediateThrowEvent", "out", "link L")))
    assert play(m, ENDED) == "refused s lien-sans-arrivee"


def test_an_event_gateway_takes_the_first_event() -> None:
    body = '<eventBasedGateway id="g"/><receiveTask id="r" messageRef="m2"/>' + event(
        "intermediateCatchEvent", "c", "message m1"
    )
    m = model(scope("start > g > c > a > end; g > r > b > end", body), messages("m1", "m2"))
    assert play(m, waits("c", "r"), message("m2"), open_tasks("b"), do("b"), ENDED) == "ok s"
    assert play(m, message("m1"), open_tasks("a")) == "ok s"


def test_an_event_gateway_in_a_loop_waits_again() -> None:
    body = '<eventBasedGateway id="g"/><exclusiveGateway id="m"/>'
    body += event("intermediateCatchEvent", "c", "message m1") + event("intermediateCatchEvent", "t", "timer PT1H")
    m = model(scope("start > m > g > c > m; g > t > b > end", body), messages("m1"))
    assert play(m, message("m1"), message("m1"), waits("c", "t"), later("PT2H"), open_tasks("b")) == "ok s"


def test_an_event_gateway_before_a_task_is_refused() -> None:
    m = model(scope("start > g > a > end", '<eventBasedGateway id="g"/>'))
    assert play(m, ENDED) == "refused s passerelle-evenement"


def test_a_complex_join_without_a_condition_is_refused() -> None:
    m = model(scope("start > a > g > end; start > b > g", '<complexGateway id="g"/>'))
    assert play(m, ENDED) == "refused s passerelle-complexe"


def test_a_complex_split_takes_every_open_way() -> None:
    m = model(scope("start > g -[x > 1]> a > end; g -[x > 2]> b > end; g -[*]> c > end", '<complexGateway id="g"/>'))
    assert play(m, open_tasks("a"), data={"x": 2}) == "ok s"
    assert play(m, open_tasks("a", "b"), data={"x": 3}) == "ok s"
    assert play(m, open_tasks("c"), data={"x": 1}) == "ok s"


def test_conditions_may_look_into_structures() -> None:
    m = model(scope("start > g -[${order.price > 250 && order.items[0] == 'x'}]> a > end; g -[*]> b > end", XOR))
    assert play(m, open_tasks("a"), data={"order": {"price": 300, "items": ["x"]}}) == "ok s"


def test_the_loop_of_a_thousand_rounds_stays_right() -> None:
    m = model(scope("start > m > a > g -[n < 250]> m; g -[*]> end", XOR + '<exclusiveGateway id="m"/>'))
    steps = [do("a", n=n) for n in range(1, 251)]
    assert play(m, *steps[:-1], open_tasks("a"), values(n=249), steps[-1], ENDED) == "ok s"
