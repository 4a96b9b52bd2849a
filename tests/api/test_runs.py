"""A draft played step by step by the API: forms checked, time, messages, actions that answer or fail; then kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from prefecture.demarches import queries as demarches
from tests.api.caller import COMPLETE, JUDGED, Caller
from tests.town import TSE

Call = Callable[..., Caller]
NOMINAL = "scenarios/nominal.toml"


def told(response: TestResponse) -> Any:
    assert response.status_code in (200, 201), response.text
    return json.loads(response.text)


class Runner:
    """An analyst's tool that plays one draft."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        with caller.client.application.app_context():
            version = str(demarches.current(TSE).id)
        self.draft = f"/drafts/{told(caller.post('/drafts', {'title': 'Suite', 'version_id': version}))['id']}"
        self.place = f"{self.draft}/run"
        self.stands: dict[str, Any] = {}

    def begin(self, **what: Any) -> dict[str, Any]:
        self.stands = told(self.caller.post(self.place, what))
        return self.stands

    def step(self, **what: Any) -> dict[str, Any]:
        self.stands = told(self.send("steps", **what))
        return self.stands

    def send(self, verb: str, **what: Any) -> TestResponse:
        return self.caller.post(f"{self.place}/{verb}", {"revision": self.stands["revision"], **what})

    def open(self) -> list[str]:
        return [one["element"] for one in self.stands["tasks"]]


@pytest.fixture
def run(call: Call) -> Runner:
    return Runner(call("ana"))


def test_a_run_is_begun_moved_on_taken_back_and_kept(run: Runner) -> None:
    assert run.caller.get(run.place).status_code == 404
    run.begin(scenario=NOMINAL)
    assert run.open() == ["verifier_completude"]
    form = told(run.caller.get(f"{run.place}/tasks/verifier_completude/form"))
    assert any(one["path"] == "conclusion" for page in form["pages"] for one in page["fields"])
    refused = run.send("steps", task="verifier_completude", answers={"conclusion": "peut-être"})
    assert refused.status_code == 422
    assert "conclusion" in refused.text
    pieces = {**JUDGED, "activite_salariee": {"etat": "valide"}}
    run.step(task="verifier_completude", answers={**COMPLETE, "pieces": pieces})
    assert run.open() == ["autoriser_convocation"]
    assert run.stands["done"][-1]["sent"] == ["courriel:instruction"]
    assert run.stands["timers"][0]["at"] > run.stands["now"]
    run.step(wait="P1D")
    run.step(until="2026-04-01T10:00:00+02:00")
    assert run.stands["now"].startswith("2026-04-01T10:00:00")
    assert run.send("steps", until="2026-03-01T10:00:00+01:00").status_code == 422
    run.stands = told(run.send("undo"))
    assert len(run.stands["done"]) == 3
    run.step(message="retrait")
    assert run.stands["finished"]
    saved = told(run.caller.post(f"{run.place}/scenario", {"name": "par_api", "title": "Joué par l’API"}))
    assert saved["path"] == "scenarios/par_api.toml"
    trials = told(run.caller.post(f"{run.draft}/trials"))
    assert next(one["passed"] for one in trials["tried"] if one["file"] == saved["path"])
    again = run.caller.post(f"{run.place}/scenario", {"name": "par_api", "title": "Encore"})
    assert again.status_code == 409
    assert run.caller.delete(run.place).status_code == 204
    assert run.caller.get(run.place).status_code == 404


def test_an_action_answers_or_fails_by_hand(run: Runner) -> None:
    run.begin(scenario=NOMINAL, held=["depot.attester"])
    asked = run.stands["asked"][0]
    assert asked["action"] == "depot.attester"
    revision = run.stands["revision"]
    run.step(action="depot.attester", failure={"message": "l’imprimante est en panne"})
    assert run.stands["incidents"] == ["Attester le dépôt\u00a0: l’imprimante est en panne"]
    assert run.stands["done"][-1]["stopped"]
    stale = run.caller.post(f"{run.place}/undo", {"revision": revision})
    assert stale.status_code == 409
    run.stands = told(run.send("undo"))
    wrong = {**asked["proposed"], "echeance_silence": "bientôt"}
    assert run.send("steps", action="depot.attester", answers=wrong).status_code == 422
    run.step(action="depot.attester", answers=asked["proposed"])
    assert run.open() == ["verifier_completude"]
    assert run.send("steps", action="depot.attester", answers={}).status_code == 404


def test_the_citizen_asks_something_else(run: Runner) -> None:
    run.begin()
    asked = {**told(run.caller.get(run.place))["data"]["demande"], "titre_nature": "étrange"}
    assert run.send("request", answers=asked).status_code == 422


def test_one_thing_at_a_time_and_only_what_is_there(run: Runner, call: Call) -> None:
    run.begin(scenario=NOMINAL)
    assert run.send("steps", task="a", message="b").status_code == 422
    assert run.send("steps", task="a", failure={}).status_code == 422
    assert run.send("steps", task="remettre_titre").status_code == 404
    assert run.send("steps", message="personne").status_code == 404
    assert run.send("steps", wait="demain").status_code == 422
    assert run.caller.get(f"{run.place}/tasks/remettre_titre/form").status_code == 404
    assert call("claire").get(run.place).status_code == 403
    assert call("rita").get(run.place).status_code == 404
