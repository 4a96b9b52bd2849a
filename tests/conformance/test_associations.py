"""Data associations of the standard, in models made for other engines: what goes in and out under other names."""

from __future__ import annotations

from tests.conformance.writing import do, model, open_tasks, play, scope, values

CALLED = model(scope("start > g -[v = 1]> k > end; g -[*]> w > end", '<exclusiveGateway id="g"/>'), process="q")


def specified(*inputs: str, outputs: tuple[str, ...] = ()) -> str:
    """An ioSpecification; ids are the names after `in_` and `out_`."""
    told = "".join(f'<dataInput id="in_{name}" name="{name}"/>' for name in inputs)
    told += "".join(f'<dataOutput id="out_{name}" name="{name}"/>' for name in outputs)
    return f"<ioSpecification>{told}</ioSpecification>"


def given(name: str, inside: str) -> str:
    return f"<dataInputAssociation>{inside}<targetRef>in_{name}</targetRef></dataInputAssociation>"


def brought(name: str, variable: str) -> str:
    ends = f"<sourceRef>out_{name}</sourceRef><targetRef>{variable}</targetRef>"
    return f"<dataOutputAssociation>{ends}</dataOutputAssociation>"


def called(inside: str) -> bytes:
    return model(scope("start > c > z > end", f'<callActivity id="c" calledElement="q">{inside}</callActivity>'))


def test_a_call_is_handed_what_its_inputs_name_and_gives_back_its_outputs() -> None:
    told = specified("v", outputs=("r",)) + given("v", "<sourceRef>x</sourceRef>") + brought("r", "y")
    steps = [do("k", r=5, other=6), open_tasks("z"), values(y=5, r=None, other=None, v=None)]
    assert play(called(told), *steps, data={"x": 1}, process="p", others={"q.bpmn": CALLED}) == "ok s"


def test_an_input_may_be_assigned_or_transformed() -> None:
    for inside in (
        "<sourceRef>x</sourceRef><transformation>x - 1</transformation>",
        "<assignment><from>#{x - 1}</from><to>in_v</to></assignment>",
    ):
        told = specified("v") + given("v", inside)
        assert play(called(told), open_tasks("k"), data={"x": 2}, process="p", others={"q.bpmn": CALLED}) == "ok s"


def test_a_task_keeps_the_names_of_its_own() -> None:
    assigned = "<assignment><from>Relire</from><to>in_TaskName</to></assignment>"
    told = specified("TaskName", outputs=("res",)) + given("TaskName", assigned) + brought("res", "verdict")
    properties = '<property id="verdict" name="result"/>'
    m = model(properties + scope("start > a > b > end", f'<userTask id="a">{told}</userTask>'))
    assert play(m, do("a", res=1), open_tasks("b"), values(result=1, res=None, TaskName=None)) == "ok s"
    assert play(m, do("a", result=2), open_tasks("b"), values(result=2)) == "ok s"


def test_a_repetition_goes_over_what_its_input_is_given() -> None:
    told = specified("items", outputs=("all",))
    told += given("items", "<sourceRef>list</sourceRef>") + brought("all", "results")
    ends = "<loopDataInputRef>in_items</loopDataInputRef><loopDataOutputRef>out_all</loopDataOutputRef>"
    items = '<inputDataItem id="i" name="item"/><outputDataItem id="o" name="one result"/>'
    marker = f"<multiInstanceLoopCharacteristics>{ends}{items}</multiInstanceLoopCharacteristics>"
    m = model(scope("start > a > z > end", f'<userTask id="a">{told}{marker}</userTask>'))
    assert play(m, do("a", o=3), do("a", o=4), values(results=[3, 4]), data={"list": [1, 2]}) == "ok s"
