"""The player of scenarios itself: what does not hold is wrong, what is refused is refused, and the figures add up."""

from __future__ import annotations

import json

from engine.conformance import check_models, run_scenarios
from tests.conformance.writing import INCIDENT, do, message, messages, model, open_tasks, play, scope, values, waits

PLAIN = model(scope("start > a > end"))


def test_a_step_that_does_not_hold_is_wrong_and_says_what_is() -> None:
    assert play(PLAIN, do("a"), open_tasks("a")) == "WRONG s 2 tasks [] instead of [a]"
    assert play(PLAIN, waits("a")).startswith("WRONG s 1 waits [] instead of [a]")
    assert play(PLAIN, {"ended": True}).startswith("WRONG s 1 ended=False")
    assert play(PLAIN, values(x=1)).startswith("WRONG s 1 variable x is None")
    assert play(PLAIN, INCIDENT).startswith("WRONG s 1 incidents")


def test_a_task_that_is_not_open_is_wrong() -> None:
    assert play(PLAIN, do("b")) == "WRONG s 1 task b is not open: [a]"


def test_a_step_that_nobody_knows_is_wrong() -> None:
    assert play(PLAIN, {"dance": 1}).startswith("WRONG s 1 unknown step")


def test_a_step_without_claim_holds() -> None:
    assert play(PLAIN, {"any": True}) == "ok s"


def test_an_exception_is_wrong() -> None:
    assert play(model(scope("start > a > end"), messages("m")), message("m")).startswith("WRONG s 1 MessageNotAwaited")
    assert play(PLAIN, {"advance": "tomorrow"}).startswith("WRONG s 1")
    assert play(PLAIN, do("a"), data={"typename": "x"}).startswith("WRONG s 0")


def test_a_file_that_is_missing_is_wrong() -> None:
    scenarios = [{"id": "x", "file": "no.bpmn", "steps": []}]
    assert run_scenarios({"scenarios.json": json.dumps(scenarios).encode()}).lines[0].startswith("WRONG x 0 KeyError")


def test_the_figures_add_up() -> None:
    scenarios = [
        {"id": "one", "file": "m.bpmn", "start_data": {}, "steps": [{"tasks": ["a"]}]},
        {"id": "two", "file": "m.bpmn", "start_data": {}, "steps": [{"tasks": []}]},
        {"id": "three", "file": "r.bpmn", "start_data": {}, "steps": []},
    ]
    refused = model(scope("start > g > a; g > b", '<exclusiveGateway id="g"/>'))
    files = {"m.bpmn": PLAIN, "r.bpmn": refused, "scenarios.json": json.dumps(scenarios).encode()}
    assert run_scenarios(files).lines == (
        "ok one",
        "WRONG two 1 tasks [a] instead of []",
        "refused three passerelle-sans-condition",
        "CONFORM ok=1 refused=1 wrong=1",
    )


def test_numbers_are_compared_as_numbers() -> None:
    assert play(PLAIN, values(x=1.5, y=2, z=True), data={"x": 1.5, "y": 2.0, "z": True}) == "ok s"
    assert play(PLAIN, values(z=1), data={"z": True}).startswith("WRONG")


def test_a_model_runs_once_or_names_its_findings() -> None:
    refused = model(scope("start > g > a; g > b", '<exclusiveGateway id="g"/>'))
    descriptive = PLAIN.replace(b'isExecutable="true"', b'isExecutable="false"')
    good, bad, broken = check_models({"a.bpmn": descriptive, "b.bpmn": refused, "c.bpmn": b"<a"})
    assert good.lines == ("ok a.bpmn p",)
    assert bad.lines[0] == "refused b.bpmn passerelle-sans-condition"
    assert bad.lines[1].startswith("  passerelle-sans-condition g l.1\u00a0: ")
    assert broken.lines[0] == "refused c.bpmn fichier-illisible"
    assert [one.verdict for one in (good, bad, broken)] == ["ok", "refused", "refused"]
    assert [line.split()[0] for line in broken.lines[1:]] == ["fichier-illisible"]


def test_a_model_of_ours_runs_once_with_its_actions_answered() -> None:
    asks = "<extensionElements><planipref:action nom='lettre.envoyer'/></extensionElements>"
    action = f'<serviceTask id="s">{asks}</serviceTask>'
    (check,) = check_models({"a.bpmn": model(scope("start > s > a > end", action))})
    assert check.lines == ("ok a.bpmn p",)
