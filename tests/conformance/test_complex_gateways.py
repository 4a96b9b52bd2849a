"""Complex gateways: they go on when enough has come, and take in what comes late, as BPMN 2.0 (13.4.5) says."""

from __future__ import annotations

from tests.conformance.writing import (
    ENDED,
    INCIDENT,
    NOT_ENDED,
    boundary,
    do,
    later,
    model,
    open_tasks,
    play,
    scope,
    subprocess,
    values,
)

FORK = '<parallelGateway id="f"/>'
THREE = "start > f > a > x > z > end; f > b > x; f > c > x"


def gateway(condition: str) -> str:
    return f'{FORK}<complexGateway id="x"><activationCondition>{condition}</activationCondition></complexGateway>'


TWO_OF = gateway("activationCount &gt;= 2")


def test_two_of_three_are_enough_and_the_third_is_taken_in() -> None:
    m = model(scope(THREE, TWO_OF))
    assert (
        play(m, do("a"), open_tasks("b", "c"), do("b"), open_tasks("c", "z"), do("z"), NOT_ENDED, do("c"), ENDED)
        == "ok s"
    )
    assert play(m, do("c"), do("a"), do("b"), open_tasks("z"), do("z"), ENDED) == "ok s"


def test_what_has_come_all_at_once_is_counted_once() -> None:
    tasks = "".join(f'<task id="{name}"/>' for name in "abc")
    assert play(model(scope(THREE, TWO_OF + tasks)), open_tasks("z"), do("z"), ENDED) == "ok s"


def test_the_condition_may_look_at_variables() -> None:
    m = model(scope(THREE, gateway("activationCount = 3 or urgent")))
    assert play(m, do("a", urgent=True), open_tasks("b", "c", "z")) == "ok s"
    assert play(m, do("a", urgent=False), do("b"), do("c"), open_tasks("z"), values(activationCount=None)) == "ok s"


def test_it_begins_again_in_a_loop() -> None:
    ways = "start > m > f > a > x > z > g -[again]> m; f > b > x; f > c > x; g -[*]> end"
    m = model(scope(ways, TWO_OF + '<exclusiveGateway id="m"/><exclusiveGateway id="g"/>'))
    steps = [do("a"), do("b"), do("c"), open_tasks("z"), do("z", again=True), open_tasks("a", "b", "c")]
    assert play(m, *steps, do("c"), do("a"), do("b"), do("z", again=False), ENDED) == "ok s"


def test_a_branch_that_ends_elsewhere_is_not_waited_for() -> None:
    ways = "start > m > f > a > x > z > g -[again]> m; f > b > x; f > c > x; g -[*]> end; t > late > end"
    body = TWO_OF + '<exclusiveGateway id="m"/><exclusiveGateway id="g"/>' + boundary("t", "c", "timer PT1H")
    m = model(scope(ways, body))
    steps = [do("a"), do("b"), later("PT2H"), do("late"), do("z", again=True), do("a"), do("b"), open_tasks("c", "z")]
    assert play(m, *steps) == "ok s"


def test_a_way_out_may_be_kept_for_the_late_ones() -> None:
    ways = "start > f > a > x -[waitingForStart]> z > end; x -[not(waitingForStart)]> late > end; f > b > x; f > c > x"
    m = model(scope(ways, TWO_OF))
    assert play(m, do("a"), do("b"), open_tasks("c", "z"), do("c"), open_tasks("late", "z")) == "ok s"


def test_each_scope_has_its_own() -> None:
    inner = scope("start1 > f > a > x > z > end1; f > b > x", gateway("activationCount &gt;= 1"))
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    m = model(scope("start > s > y > end", subprocess("s", loop + inner)))
    steps = [do("a"), open_tasks("a", "b", "b", "z"), do("z"), do("b"), open_tasks("a", "b"), do("b"), do("a"), do("z")]
    assert play(m, *steps, open_tasks("y")) == "ok s"


def test_a_condition_that_is_none_is_an_incident() -> None:
    assert play(model(scope(THREE, gateway("activationCount"))), do("a"), INCIDENT) == "ok s"
