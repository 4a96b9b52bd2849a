"""The observation by HTTP: the same figures, ways and verbs as on the analysts' pages."""

from __future__ import annotations

import uuid
from datetime import timedelta

from prefecture.kernel import clock
from prefecture.statistics import observing
from tests.api.caller import Caller
from tests.town import PIECES, TSE, Town

HELD = f"/demarches/{TSE}/suspensions"


def judged(town: Town) -> str:
    number = Caller(town.app, "amina").file()
    town.drain()
    pieces = {code: {"etat": "valide"} for code in PIECES}
    town.later(days=3)
    Caller(town.app, "claire").complete(number, "verifier_completude", {"conclusion": "complet", "pieces": pieces})
    town.drain()
    with town.app.app_context():
        observing.observe()
    return number


def test_passages_durations_and_who_stands_where_are_told_by_element(town: Town) -> None:
    judged(town)
    ana = Caller(town.app, "ana")
    found = ana.get(f"/demarches/{TSE}/observation", prefecture="94").json
    elements = {one["id"]: one for one in found["elements"]}
    assert elements["verifier_completude"]["passages"] == 1
    assert abs(elements["verifier_completude"]["median"] - 3 * 86_400) < 0.19 * 3 * 86_400
    assert elements["autoriser_convocation"]["present"] == 1
    assert {"kind": "piece", "subject": "photo", "detail": "valide", "count": 1} in found["said"]
    assert ana.get(f"/demarches/{TSE}/observation", version=9).status_code == 404
    assert ana.get(f"/demarches/{TSE}/observation", since="2026-12-01", until="2026-11-01").status_code == 422
    assert Caller(town.app, "omar").get(f"/demarches/{TSE}/observation").json["elements"] == []
    assert Caller(town.app, "ines").get(f"/demarches/{TSE}/observation").status_code == 403


def test_a_dossiers_way_is_told_without_its_names(town: Town) -> None:
    number = judged(town)
    told = Caller(town.app, "ana").get(f"/dossiers/{number}/path")
    assert [leg["element"] for leg in told.json["legs"]][-1] == "autoriser_convocation"
    assert told.json["present"]["autoriser_convocation"] == 1
    assert "Kébir" not in told.get_data(as_text=True)
    assert Caller(town.app, "omar").get(f"/dossiers/{number}/path").status_code == 404


def test_a_version_is_held_and_resumed(town: Town) -> None:
    ana = Caller(town.app, "ana")
    held = ana.post(HELD, {"version": 1, "reason": "Table fausse."})
    assert held.status_code == 201
    assert ana.post(HELD, {"version": 1, "reason": "Encore."}).status_code == 409
    assert ana.get(HELD).json[0]["reason"] == "Table fausse."
    resumed = ana.post(f"/suspensions/{held.json['id']}/resume")
    assert resumed.json["ended_by"] == "Ana Lopez"
    assert ana.post(f"/suspensions/{uuid.uuid4()}/resume").status_code == 404
    assert Caller(town.app, "denis").post(HELD, {"version": 1, "reason": "Non."}).status_code == 403


def test_past_decisions_are_asked_again(town: Town) -> None:
    judged(town)
    ana = Caller(town.app, "ana")
    today = clock.now().date()
    asked = {"since": str(today - timedelta(days=30)), "until": str(today), "version": 1}
    order = ana.post(f"/demarches/{TSE}/replays", asked)
    assert (order.status_code, order.json["done"], order.json["total"]) == (201, 0, 1)
    town.drain()
    found = ana.get(f"/replays/{order.json['id']}").json
    assert found["ended_at"] is not None
    assert {one["decision"]: (one["same"], one["different"]) for one in found["decisions"]}["delai_silence"] == (1, 0)
    assert ana.post(f"/demarches/{TSE}/replays", {**asked, "version": None}).status_code == 404
    assert ana.post(f"/demarches/{TSE}/replays", {**asked, "draft": str(uuid.uuid4())}).status_code == 404
