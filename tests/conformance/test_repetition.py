"""Multi-instance and standard loops, on tasks, sub-processes and calls."""

from __future__ import annotations

from tests.conformance.writing import (
    ENDED,
    boundary,
    do,
    later,
    message,
    messages,
    model,
    open_tasks,
    play,
    scope,
    several,
    subprocess,
    values,
    waits,
)

COLLECTION = 'camunda:collection="list" camunda:elementVariable="item"'


def task(marker: str, key: str = "a", kind: str = "userTask") -> str:
    return f'<{kind} id="{key}">{marker}</{kind}>'


def standard(tests_before: str) -> str:
    condition = "<loopCondition>${n &lt; 3}</loopCondition>"
    return f'<standardLoopCharacteristics testBefore="{tests_before}">{condition}</standardLoopCharacteristics>'


def over(collection: str, sequential: bool = False, how: str = "") -> str:
    tag = "multiInstanceLoopCharacteristics"
    return f'<{tag} isSequential="{str(sequential).lower()}" {collection}>{how}</{tag}>'


def test_a_fixed_number_of_tasks_in_parallel() -> None:
    m = model(scope("start > a > b > end", task(several("<loopCardinality>3</loopCardinality>"))))
    assert play(m, open_tasks("a", "a", "a"), do("a"), do("a"), open_tasks("a"), do("a"), open_tasks("b")) == "ok s"


def test_one_task_after_the_other() -> None:
    m = model(scope("start > a > b > end", task(several("<loopCardinality>${n}</loopCardinality>", sequential=True))))
    assert play(m, open_tasks("a"), do("a"), open_tasks("a"), do("a"), open_tasks("b"), data={"n": 2}) == "ok s"


def test_a_task_for_each_item_of_a_list() -> None:
    m = model(scope("start > a > b > end", task(over(COLLECTION))))
    assert play(m, open_tasks("a", "a"), do("a"), do("a"), open_tasks("b"), data={"list": ["x", "y"]}) == "ok s"


def test_an_empty_list_makes_no_task() -> None:
    for sequential in (True, False):
        m = model(scope("start > a > b > end", task(over(COLLECTION, sequential))))
        assert play(m, open_tasks("b"), data={"list": []}) == "ok s"


def test_zero_instances_make_no_task() -> None:
    m = model(scope("start > a > b > end", task(several("<loopCardinality>0</loopCardinality>"))))
    assert play(m, open_tasks("b")) == "ok s"


def test_the_collection_may_be_an_expression() -> None:
    m = model(scope("start > a > end", task(over('camunda:collection="${order.items}" camunda:elementVariable="i"'))))
    assert play(m, open_tasks("a", "a", "a"), data={"order": {"items": [1, 2, 3]}}) == "ok s"


def test_the_standard_words_for_a_collection() -> None:
    how = '<loopDataInputRef>list</loopDataInputRef><inputDataItem id="i" name="item"/>'
    m = model(scope("start > a > end", task(several(how, sequential=True))))
    assert play(m, open_tasks("a"), do("a"), open_tasks("a"), do("a"), ENDED, data={"list": [1, 2]}) == "ok s"


def test_a_completion_condition_cancels_the_rest() -> None:
    how = (
        "<loopCardinality>4</loopCardinality><completionCondition>${nrOfCompletedInstances >= 2}</completionCondition>"
    )
    m = model(scope("start > a > b > end", task(several(how))))
    assert play(m, do("a"), open_tasks("a", "a", "a"), do("a"), open_tasks("b")) == "ok s"


def test_a_completion_condition_stops_a_sequence() -> None:
    how = "<loopCardinality>4</loopCardinality><completionCondition>${enough}</completionCondition>"
    m = model(scope("start > a > b > end", task(several(how, sequential=True))))
    assert play(m, do("a", enough=False), open_tasks("a"), do("a", enough=True), open_tasks("b")) == "ok s"


def test_the_number_active_goes_down() -> None:
    how = "<loopCardinality>3</loopCardinality><completionCondition>${nrOfActiveInstances == 1}</completionCondition>"
    m = model(scope("start > a > b > end", task(several(how))))
    assert play(m, do("a"), open_tasks("a", "a"), do("a"), open_tasks("b")) == "ok s"


def test_a_boundary_message_cancels_all_instances() -> None:
    body = task(several("<loopCardinality>3</loopCardinality>")) + boundary("m", "a", "message m")
    m = model(scope("start > a > end; m > b > end2", body), messages("m"))
    assert play(m, do("a"), message("m"), open_tasks("b"), do("b"), ENDED) == "ok s"


def test_a_sub_process_for_each_item() -> None:
    inner = scope("starti > b > c > endi")
    body = subprocess("sub", over(COLLECTION) + inner)
    m = model(scope("start > sub > d > end", body))
    assert (
        play(
            m,
            open_tasks("b", "b"),
            do("b"),
            open_tasks("b", "c"),
            do("c"),
            do("b"),
            do("c"),
            open_tasks("d"),
            data={"list": [1, 2]},
        )
        == "ok s"
    )


def test_a_timer_cancels_a_repeated_sub_process() -> None:
    inner = scope("starti > b > endi")
    marker = several("<loopCardinality>3</loopCardinality>")
    body = subprocess("sub", marker + inner) + boundary("t", "sub", "timer PT1H")
    m = model(scope("start > sub > end; t > c > end2", body))
    assert play(m, open_tasks("b", "b", "b"), do("b"), later("PT2H"), open_tasks("c"), do("c"), ENDED) == "ok s"


def test_an_error_in_one_instance_cancels_all() -> None:
    inner = scope("starti > b > endi", '<endEvent id="endi"><errorEventDefinition errorRef="e"/></endEvent>')
    marker = several("<loopCardinality>2</loopCardinality>")
    body = subprocess("sub", marker + inner) + boundary("x", "sub", "error e")
    m = model(scope("start > sub > end; x > c > end2", body), '<error id="e" errorCode="e"/>')
    assert play(m, do("b"), open_tasks("c"), do("c"), ENDED) == "ok s"


def test_a_soft_timer_on_a_repeated_task_fires_once() -> None:
    body = task(several("<loopCardinality>2</loopCardinality>")) + boundary("t", "a", "timer PT1H", soft=True)
    m = model(scope("start > a > end; t > c > end2", body))
    assert play(m, later("PT2H"), open_tasks("a", "a", "c")) == "ok s"


def test_a_repeated_sub_process_inside_a_repeated_one() -> None:
    deep = subprocess(
        "deep", several("<loopCardinality>2</loopCardinality>", sequential=True) + scope("start2 > b > end2")
    )
    inner = scope("starti > deep > endi", deep)
    m = model(scope("start > sub > end", subprocess("sub", several("<loopCardinality>2</loopCardinality>") + inner)))
    steps = [open_tasks("b", "b"), do("b"), open_tasks("b", "b"), do("b"), do("b"), do("b"), ENDED]
    assert play(m, *steps) == "ok s"


def test_a_repeated_receive_task_takes_a_message_each() -> None:
    marker = several("<loopCardinality>2</loopCardinality>")
    body = f'<receiveTask id="r" messageRef="m">{marker}</receiveTask>'
    m = model(scope("start > r > b > end", body), messages("m"))
    assert play(m, waits("r", "r"), message("m"), waits("r"), message("m"), open_tasks("b")) == "ok s"


def test_a_repeated_service_task_passes() -> None:
    m = model(scope("start > a > b > end", task(several("<loopCardinality>5</loopCardinality>"), kind="serviceTask")))
    assert play(m, open_tasks("b")) == "ok s"


def test_results_of_the_items_are_gathered() -> None:
    marker = (
        "<multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics inputCollection='=list' "
        "inputElement='item' outputCollection='out' outputElement='=item * 2'/></extensionElements>"
        "</multiInstanceLoopCharacteristics>"
    )
    m = model(scope("start > a > end", task(marker, kind="task")))
    assert play(m, values(out=[2, 4, 6]), data={"list": [1, 2, 3]}) == "ok s"


def test_a_standard_loop_goes_round_while_its_condition_holds() -> None:
    m = model(scope("start > a > b > end", task(standard("false"))))
    assert play(m, do("a", n=1), open_tasks("a"), do("a", n=3), open_tasks("b")) == "ok s"


def test_a_standard_loop_tested_before_may_not_run_at_all() -> None:
    m = model(scope("start > a > b > end", task(standard("true"))))
    assert play(m, open_tasks("b"), data={"n": 5}) == "ok s"


def test_a_standard_loop_has_a_largest_number() -> None:
    m = model(scope("start > a > b > end", task('<standardLoopCharacteristics loopMaximum="2"/>')))
    assert play(m, do("a"), open_tasks("a"), do("a"), open_tasks("b")) == "ok s"


def test_a_repetition_without_number_is_refused() -> None:
    m = model(scope("start > a > end", task("<multiInstanceLoopCharacteristics/>")))
    assert play(m, ENDED) == "refused s repetition-sans-nombre"


def test_a_loop_without_end_is_refused() -> None:
    m = model(scope("start > a > end", task("<standardLoopCharacteristics/>")))
    assert play(m, ENDED) == "refused s boucle-sans-fin"
