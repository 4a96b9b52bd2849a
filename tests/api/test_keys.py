"""Idempotency-Key: the same request under the same key is one request."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from prefecture.dossiers import queries
from tests.api.caller import Caller
from tests.town import PIECES, Town

Call = Callable[..., Caller]


def test_the_same_filing_under_the_same_key_is_one_dossier(town: Town, call: Call) -> None:
    amina = call("amina")
    body = amina.filing()
    first, second = amina.post("/dossiers", body, key="k1"), amina.post("/dossiers", body, key="k1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(amina.get("/dossiers").json["items"]) == 1


def test_another_request_under_the_same_key_is_refused(town: Town, call: Call) -> None:
    amina = call("amina")
    body = amina.filing()
    assert amina.post("/dossiers", body, key="k1").status_code == 201
    other = {**body, "answers": {**body["answers"], "ville": "Ivry"}}
    refused = amina.post("/dossiers", other, key="k1")
    assert refused.status_code == 422
    assert "Idempotency-Key" in refused.json["errors"]


def test_a_refused_request_leaves_its_key_free(town: Town, call: Call) -> None:
    amina = call("amina")
    body = amina.filing()
    wrong = {**body, "answers": {**body["answers"], "code_postal": "x"}}
    assert amina.post("/dossiers", wrong, key="k1").status_code == 422
    assert amina.post("/dossiers", body, key="k1").status_code == 201


def test_two_accounts_may_choose_the_same_key(town: Town, call: Call) -> None:
    amina, boris = call("amina"), call("boris")
    assert amina.post("/dossiers", amina.filing(), key="1").status_code == 201
    assert boris.post("/dossiers", boris.filing(), key="1").status_code == 201


def test_every_post_honours_the_key(town: Town, call: Call) -> None:
    amina, claire, link = call("amina"), call("claire"), call()
    told = {"login": "ines", "password": "une phrase de passe assez longue"}
    assert link.post("/auth/token", told, key="t").json == link.post("/auth/token", told, key="t").json
    assert amina.upload(key="d").json == amina.upload(key="d").json
    number = amina.file()
    town.drain()
    task = claire.task(number, "verifier_completude")
    assert [claire.post(f"/tasks/{task}/claim", key="c").status_code for _ in range(2)] == [204, 204]
    answers = {"conclusion": "complet", "pieces": {code: {"etat": "valide"} for code in PIECES}}
    body = {"answers": answers}
    done = [claire.post(f"/tasks/{task}/complete", body, key="e") for _ in range(2)]
    assert [one.status_code for one in done] == [200, 200]
    assert done[0].json == done[1].json
    town.drain()
    claire.complete(number, "autoriser_convocation", {"venue": "convoquer", "originaux": ["passeport"]})
    town.drain()
    token = town.link_of(number)
    starts = link.get(f"/convocations/{token}/slots").json["days"][-1]["slots"][0]["starts_at"]
    booked = [link.post(f"/convocations/{token}/booking", {"starts_at": starts}, key="b") for _ in range(2)]
    assert [one.status_code for one in booked] == [201, 201]
    assert booked[0].json == booked[1].json
    gone = [amina.post(f"/dossiers/{number}/withdrawal", {"reason": "Je pars."}, key="w") for _ in range(2)]
    assert [one.status_code for one in gone] == [200, 200]
    assert gone[0].json == gone[1].json


def test_a_key_too_long_is_refused(call: Call) -> None:
    amina = call("amina")
    assert amina.post("/dossiers", amina.filing(), key="k" * 201).status_code == 422


@pytest.mark.slow
def test_eight_at_once_under_one_key_are_one_dossier(any_town: Town) -> None:
    amina = Caller(any_town.app, "amina")
    body = amina.filing()
    answers: list[Any] = []
    together = threading.Barrier(8)

    def send() -> None:
        mine = Caller(any_town.app)
        mine.headers = amina.headers
        together.wait()
        answers.append(mine.post("/dossiers", body, key="k1"))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert {one.status_code for one in answers} == {201}
    assert len({one.json["number"] for one in answers}) == 1
    with any_town.app.app_context():
        assert len(queries.dossiers_of_person(any_town.actor("amina"))) == 1
