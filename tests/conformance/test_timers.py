"""Timers: durations, dates and cycles, on boundaries, in flows, behind event gateways, starting sub-processes."""

from __future__ import annotations

from tests.conformance.writing import (
    ENDED,
    INCIDENT,
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
    subprocess,
    waits,
)


def test_an_interrupting_timer_cancels_its_task() -> None:
    m = model(scope("start > a > end; t > b > end2", boundary("t", "a", "timer PT1H")))
    assert (
        play(m, open_tasks("a"), later("PT59M"), open_tasks("a"), later("PT2M"), open_tasks("b"), do("b"), ENDED)
        == "ok s"
    )


def test_a_timer_dies_with_its_task() -> None:
    m = model(scope("start > a > b > end; t > c > end2", boundary("t", "a", "timer PT1H")))
    assert play(m, do("a"), later("P1D"), open_tasks("b")) == "ok s"


def test_a_soft_timer_leaves_its_task() -> None:
    m = model(scope("start > a > end; t > b > end2", boundary("t", "a", "timer PT1H", soft=True)))
    assert play(m, later("PT2H"), open_tasks("a", "b"), do("a"), open_tasks("b"), do("b"), ENDED) == "ok s"


def test_a_soft_cycle_fires_as_often_as_it_says() -> None:
    m = model(scope("start > a > end; t > b > end2", boundary("t", "a", "timer R3/PT10H", soft=True)))
    assert (
        play(
            m,
            later("PT9H"),
            open_tasks("a"),
            later("PT2H"),
            open_tasks("a", "b"),
            later("PT10H"),
            open_tasks("a", "b", "b"),
            later("PT10H"),
            open_tasks("a", "b", "b", "b"),
            later("PT100H"),
            open_tasks("a", "b", "b", "b"),
        )
        == "ok s"
    )


def test_an_endless_cycle_goes_on_until_its_task_is_done() -> None:
    m = model(scope("start > a > end; t > x > end2", boundary("t", "a", "timer R/PT1H", soft=True) + '<task id="x"/>'))
    assert play(m, later("PT5H"), open_tasks("a"), do("a"), ENDED) == "ok s"


def test_a_wait_for_a_duration_passes() -> None:
    m = model(scope("start > w > a > end", event("intermediateCatchEvent", "w", "timer PT10S")))
    assert play(m, waits("w"), later("PT9S"), waits("w"), later("PT2S"), open_tasks("a")) == "ok s"


def test_a_wait_for_a_date_passes_on_that_date() -> None:
    m = model(scope("start > w > a > end", event("intermediateCatchEvent", "w", "timer 2026-01-06T08:00:00Z")))
    assert play(m, later("PT23H"), waits("w"), later("PT2H"), open_tasks("a")) == "ok s"


def test_a_date_that_is_over_passes_at_once() -> None:
    m = model(scope("start > w > a > end", event("intermediateCatchEvent", "w", "timer 2020-01-06T08:00:00Z")))
    assert play(m, later("PT1S"), open_tasks("a")) == "ok s"


def test_a_duration_may_come_from_a_variable() -> None:
    m = model(scope("start > w > a > end", event("intermediateCatchEvent", "w", "timer ${duration}")))
    assert play(m, later("PT29M"), waits("w"), later("PT2M"), open_tasks("a"), data={"duration": "PT30M"}) == "ok s"


def test_a_date_may_come_from_a_variable() -> None:
    timer = "<timerEventDefinition><timeDate>${when}</timeDate></timerEventDefinition>"
    m = model(scope("start > w > a > end", f'<intermediateCatchEvent id="w">{timer}</intermediateCatchEvent>'))
    assert (
        play(m, later("PT1H"), waits("w"), later("P2D"), open_tasks("a"), data={"when": "2026-01-06T08:00:00Z"})
        == "ok s"
    )


def test_a_timer_without_a_value_is_an_incident() -> None:
    m = model(scope("start > w > a > end", event("intermediateCatchEvent", "w", "timer ${nothing}")))
    assert play(m, INCIDENT) == "ok s"


def test_two_timers_behind_an_event_gateway_keep_their_own_moments() -> None:
    catches = event("intermediateCatchEvent", "t1", "timer PT2H") + event("intermediateCatchEvent", "t2", "timer PT1H")
    m = model(scope("start > g > t1 > a > end; g > t2 > b > end2", '<eventBasedGateway id="g"/>' + catches))
    assert (
        play(m, waits("t1", "t2"), later("PT61M"), open_tasks("b"), later("PT5H"), open_tasks("b"), do("b"), ENDED)
        == "ok s"
    )


def test_a_message_wins_over_the_timer_beside_it() -> None:
    catches = event("intermediateCatchEvent", "t1", "timer PT2H") + event("intermediateCatchEvent", "m1", "message m")
    m = model(
        scope("start > g > t1 > a > end; g > m1 > b > end2", '<eventBasedGateway id="g"/>' + catches), messages("m")
    )
    assert play(m, message("m"), open_tasks("b"), later("P1D"), open_tasks("b"), do("b"), ENDED) == "ok s"


def test_an_interrupting_timer_sub_process_takes_over_its_process() -> None:
    inner = scope("ts > b > endb", event("startEvent", "ts", "timer PT1H"))
    m = model(scope("start > a > end", subprocess("es", inner, triggeredByEvent="true")))
    assert play(m, open_tasks("a"), later("PT2H"), open_tasks("b"), do("b"), ENDED) == "ok s"


def test_a_soft_timer_sub_process_runs_beside_its_process() -> None:
    inner = scope("ts > b > endb", event("startEvent", "ts", "timer PT1H", isInterrupting="false"))
    m = model(scope("start > a > end", subprocess("es", inner, triggeredByEvent="true")))
    assert play(m, later("PT2H"), open_tasks("a", "b"), do("a"), NOT_ENDED, open_tasks("b"), do("b"), ENDED) == "ok s"


def test_a_timer_on_a_sub_process_cancels_everything_in_it() -> None:
    inner = scope("starti > fork > a > endi; fork > b > endj", '<parallelGateway id="fork"/>')
    m = model(scope("start > sub > end; t > c > end2", subprocess("sub", inner) + boundary("t", "sub", "timer PT1H")))
    assert play(m, open_tasks("a", "b"), later("PT2H"), open_tasks("c"), do("c"), ENDED) == "ok s"


def test_a_soft_timer_on_a_sub_process_fires_once() -> None:
    inner = scope("starti > a > b > endi")
    m = model(
        scope(
            "start > sub > end; t > c > end2", subprocess("sub", inner) + boundary("t", "sub", "timer PT1H", soft=True)
        )
    )
    assert (
        play(
            m, later("PT2H"), open_tasks("a", "c"), do("a"), later("P1D"), open_tasks("b", "c"), do("b"), do("c"), ENDED
        )
        == "ok s"
    )


def test_timers_that_fall_due_together_fire_in_the_order_of_their_moments() -> None:
    m = model(
        scope(
            "start > a > end; t1 > b > end; t2 > c > end",
            boundary("t1", "a", "timer PT2H", soft=True) + boundary("t2", "a", "timer PT1H"),
        )
    )
    assert play(m, later("P1D"), open_tasks("c")) == "ok s"


def test_a_timer_starts_a_process_after_its_delay() -> None:
    m = model(scope("ts > a > end", event("startEvent", "ts", "timer PT1H")))
    assert play(m, open_tasks(), later("PT2H"), open_tasks("a"), do("a"), ENDED) == "ok s"


def test_a_month_after_the_last_of_january_is_the_last_of_february() -> None:
    m = model(scope("start > w > a > end", event("intermediateCatchEvent", "w", "timer P1M")))
    assert play(m, later("P30D"), waits("w"), later("P2D"), open_tasks("a")) == "ok s"
