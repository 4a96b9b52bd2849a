"""A démarche closed to new dossiers by a program: nothing begins on it, what runs goes on, and it opens again."""

from __future__ import annotations

from collections.abc import Callable

from tests.api.caller import COMPLETE, Caller
from tests.town import TSE, Town

Call = Callable[..., Caller]
WHY = "Le décret du 3 mai l’a supprimée."
CLOSINGS = f"/demarches/{TSE}/retirements"


def test_nothing_begins_on_what_is_closed_and_what_runs_goes_on(town: Town, call: Call) -> None:
    amina, claire, ana = call("amina"), call("claire"), call("ana")
    number = amina.file()
    town.drain()
    made = ana.post(CLOSINGS, {"reason": WHY, "told": "Adressez-vous à la mairie."}, key="une-fois")
    again = ana.post(CLOSINGS, {"reason": WHY, "told": "Adressez-vous à la mairie."}, key="une-fois")
    assert (made.status_code, again.json["id"], made.json["by"]) == (201, made.json["id"], "Ana Lopez")
    assert ana.post(CLOSINGS, {"reason": WHY}).status_code == 409
    refused = amina.post("/dossiers", amina.filing())
    assert (refused.status_code, refused.json["type"]) == (409, "urn:planipref:probleme:demarche-retiree")
    assert "Adressez-vous à la mairie." in refused.json["detail"]
    told = next(one for one in amina.get("/demarches").json["items"] if one["code"] == TSE)
    assert (told["open"], "nouvelles demandes" in told["closed_because"]) == (False, True)
    assert claire.complete(number, "verifier_completude", COMPLETE).status_code == 200
    ended = ana.post(f"{CLOSINGS}/{made.json['id']}/end", {"reason": "Le décret est annulé."})
    assert (ended.status_code, ended.json["ended_by"]) == (200, "Ana Lopez")
    assert not ana.get(CLOSINGS).json["closed"]
    assert amina.post("/dossiers", amina.filing()).status_code == 201


def test_administrators_of_a_prefecture_close_nothing(call: Call) -> None:
    assert call("marc").post(CLOSINGS, {"reason": WHY}).status_code == 403
    assert call("ana").post(CLOSINGS, {"reason": "bof"}).status_code == 422
