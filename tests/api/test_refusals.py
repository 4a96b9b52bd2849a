"""What the API refuses: how it says so, and that nothing partial stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from werkzeug.test import TestResponse

from prefecture.kernel.db import Model, db
from tests.api.caller import PREFIX, Caller
from tests.town import PIECES, Town

Call = Callable[..., Caller]
UNKNOWN = "00000000-0000-4000-8000-000000000000"
# What a request may leave although it is refused: counted tries, looks, tokens.
NO_DOSSIER = frozenset({"tries", "trace", "api_token", "login_session"})


def problem(response: TestResponse, status: int) -> dict[str, Any]:
    """The problem that a response tells, its shape checked."""
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    told: dict[str, Any] = response.json
    assert told["status"] == status
    assert told["type"].startswith("urn:planipref:probleme:")
    assert {"title", "detail", "request_id"} <= set(told)
    assert "Traceback" not in response.text
    return told


@contextmanager
def nothing_stored(town: Town) -> Iterator[None]:
    """Whatever is refused in the block leaves no row behind."""

    def rows() -> dict[str, int]:
        with town.app.app_context(), db.engine.connect() as connection:
            return {
                name: connection.execute(db.select(db.func.count()).select_from(table)).scalar_one()
                for name, table in Model.metadata.tables.items()
                if name not in NO_DOSSIER
            }

    before = rows()
    yield
    assert rows() == before


def test_a_wrong_password_and_an_unknown_login_are_told_in_the_same_words(town: Town, call: Call) -> None:
    said = [
        problem(call().post("/auth/token", {"login": login, "password": "x"}), 401)["detail"]
        for login in ("claire", "nobody")
    ]
    assert said == ["Identifiant ou mot de passe incorrect."] * 2


def test_no_token_and_a_made_up_token_open_nothing(call: Call) -> None:
    nobody = call()
    response = nobody.get("/dossiers")
    problem(response, 401)
    assert response.headers["WWW-Authenticate"] == "Bearer"
    nobody.headers["Authorization"] = "Bearer made-up"
    problem(nobody.get("/tasks"), 401)


def test_a_returned_token_opens_nothing_more(call: Call) -> None:
    claire = call("claire")
    assert claire.get("/tasks").status_code == 200
    assert claire.delete("/auth/token").status_code == 204
    problem(claire.get("/tasks"), 401)


def test_a_token_of_fewer_scopes_does_only_those(town: Town, call: Call) -> None:
    number = call("amina").file()
    town.drain()
    reader = call("claire", ["dossier.read", "task.read"])
    task = reader.task(number, "verifier_completude")
    assert reader.get(f"/dossiers/{number}").status_code == 200
    problem(reader.post(f"/tasks/{task}/claim"), 403)
    problem(reader.post(f"/tasks/{task}/complete", {"answers": {}}), 403)


def test_nobody_gets_scopes_beyond_their_roles(call: Call) -> None:
    told = {"login": "awa", "password": "une phrase de passe assez longue", "scopes": ["dossier.erase"]}
    problem(call().post("/auth/token", told), 403)


@pytest.mark.parametrize("name", ["ana", "marc"])
def test_analysts_and_administrators_read_no_dossier(town: Town, call: Call, name: str) -> None:
    number = call("amina").file()
    who = call(name)
    for path in (f"/dossiers/{number}", f"/dossiers/{number}/history", "/tasks", "/dossiers"):
        problem(who.get(path), 403)


def test_wrong_answers_are_named_field_by_field_in_french(town: Town, call: Call) -> None:
    amina = call("amina")
    body = amina.filing(naissance_le="hier", code_postal="94", nom=None)
    with_more = {**body, "answers": {**body["answers"], "inconnu": "x"}}
    with nothing_stored(town):
        told = problem(amina.post("/dossiers", body), 422)
    assert {"naissance_le", "code_postal", "nom"} <= set(told["errors"])
    assert all(sentence.endswith((".", "?", "!")) for sentence in told["errors"].values())
    with nothing_stored(town):
        assert set(problem(amina.post("/dossiers", with_more), 422)["errors"]) == {"inconnu"}


def test_a_missing_piece_is_named(town: Town, call: Call) -> None:
    amina = call("amina")
    body = amina.filing()
    del body["documents"]["passeport"]
    with nothing_stored(town):
        told = problem(amina.post("/dossiers", body), 422)
    assert [path for path in told["errors"] if "passeport" in path]


def test_a_field_that_is_not_known_is_named(town: Town, call: Call) -> None:
    amina = call("amina")
    with nothing_stored(town):
        told = problem(amina.post("/dossiers", {"demarche": 3, "answers": [], "documnts": {}}), 422)
    assert told["errors"]["documnts"] == "Ce champ n’est pas connu ici."
    assert told["errors"]["demarche"] == "Un texte est attendu."
    assert "answers" in told["errors"]


@pytest.mark.parametrize(
    "content", [b"{", b'{"demarche": NaN}', b"\xff\xfe", b"[" * 100_000, b'{"login": "\\ud800", "password": "x"}']
)
def test_malformed_json_is_told_apart_from_wrong_answers(call: Call, content: bytes) -> None:
    amina = call("amina")
    for path in ("/dossiers", "/auth/token"):
        response = amina.client.post(
            PREFIX + path, headers=amina.headers, data=content, content_type="application/json"
        )
        problem(response, 400)


def test_a_body_that_is_not_json_is_a_wrong_type(call: Call) -> None:
    amina = call("amina")
    response = amina.client.post(PREFIX + "/dossiers", headers=amina.headers, data={"demarche": "x"})
    problem(response, 415)
    response = amina.client.post(PREFIX + "/documents", headers=amina.headers, json={"file": "x"})
    problem(response, 415)


def test_a_null_sign_is_refused_wherever_it_stands(town: Town, call: Call) -> None:
    amina = call("amina")
    body = amina.filing(ville="Cré\x00teil")
    with nothing_stored(town):
        assert "answers.ville" in problem(amina.post("/dossiers", body), 422)["errors"]
    problem(amina.get("/dossiers/TSE%00"), 404)
    assert "text" in problem(amina.get("/dossiers", text="\x00"), 422)["errors"]


def test_a_body_without_end_is_too_large(town: Town, call: Call) -> None:
    amina = call("amina")
    with nothing_stored(town):
        problem(amina.post("/dossiers", {"demarche": "x" * 2_000_000, "answers": {}}), 413)


def test_a_file_too_large_is_refused_with_what_to_do(town: Town, call: Call) -> None:
    amina = call("amina")
    with nothing_stored(town):
        told = problem(amina.upload(b"%PDF-1.4\n" + b"0" * (20 * 1024 * 1024 + 10)), 413)
    assert "Mo" in told["detail"]


def test_a_file_of_another_kind_is_refused_whatever_its_name(town: Town, call: Call) -> None:
    amina = call("amina")
    with nothing_stored(town):
        problem(amina.upload(b"PK\x03\x04 not a pdf", "piece.pdf"), 415)
        problem(amina.upload(b"<html><script>alert(1)</script>", "piece.jpg"), 415)


def test_a_broken_or_absent_file_names_its_field(town: Town, call: Call) -> None:
    amina = call("amina")
    with nothing_stored(town):
        assert set(problem(amina.upload(b"%PDF-1.4\nbroken"), 422)["errors"]) == {"file"}
        response = amina.client.post(PREFIX + "/documents", headers=amina.headers, data={"other": "x"})
        assert response.status_code in {415, 422}
        response = amina.client.post(
            PREFIX + "/documents", headers=amina.headers, data={"x": "y"}, content_type="multipart/form-data"
        )
        assert set(problem(response, 422)["errors"]) == {"file"}


def test_somebody_elses_dossier_and_one_that_does_not_exist_are_told_in_the_same_words(town: Town, call: Call) -> None:
    number = call("amina").file()
    town.drain()
    agent = call("claire")
    task = agent.task(number, "verifier_completude")
    document = agent.get(f"/dossiers/{number}").json["documents"][0]["id"]
    for name in ("boris", "omar"):
        who = call(name)
        for theirs, nowhere in (
            (f"/dossiers/{number}", "/dossiers/TSE-94-26-999999-Z"),
            (f"/dossiers/{number}/history", "/dossiers/TSE-94-26-999999-Z/history"),
            (f"/dossiers/{number}/documents/{document}", f"/dossiers/{number}/documents/{UNKNOWN}"),
            (f"/tasks/{task}/form", f"/tasks/{UNKNOWN}/form"),
        ):
            said = [problem(who.get(path), 404) for path in (theirs, nowhere)]
            assert said[0]["detail"] == said[1]["detail"]
        problem(who.post(f"/tasks/{task}/complete", {"answers": {}}), 404)
        assert who.get("/dossiers").json["items"] == []
        assert who.get("/tasks").json["items"] == []
    boris = call("boris")
    problem(boris.post(f"/dossiers/{number}/withdrawal", {"reason": "x"}), 404)
    problem(boris.post(f"/dossiers/{number}/complement", {}), 404)
    problem(call("omar").post(f"/tasks/{task}/claim"), 404)


def test_nobody_files_with_somebody_elses_document(town: Town, call: Call) -> None:
    amina, boris = call("amina"), call("boris")
    body = amina.filing()
    body["documents"]["passeport"] = [boris.upload().json["id"]]
    with nothing_stored(town):
        assert amina.post("/dossiers", body).status_code in {404, 422}


def test_a_document_serves_one_dossier(town: Town, call: Call) -> None:
    amina = call("amina")
    body = amina.filing()
    assert amina.post("/dossiers", body).status_code == 201
    with nothing_stored(town):
        problem(amina.post("/dossiers", body), 409)


def test_a_citizen_does_not_do_an_agents_task(town: Town, call: Call) -> None:
    amina = call("amina")
    number = amina.file()
    town.drain()
    task = call("claire").task(number, "verifier_completude")
    problem(amina.get(f"/tasks/{task}/form"), 404)
    problem(amina.post(f"/tasks/{task}/complete", {"answers": {}}), 404)
    problem(amina.post(f"/tasks/{task}/claim"), 403)


def test_a_task_of_another_role_is_seen_and_not_done(town: Town, call: Call) -> None:
    number = call("amina").file()
    town.drain()
    task = call("claire").task(number, "verifier_completude")
    awa = call("awa")
    assert awa.get(f"/tasks/{task}/form").status_code == 200
    problem(awa.post(f"/tasks/{task}/complete", {"answers": {}}), 403)


def test_done_already_says_by_whom(town: Town, call: Call) -> None:
    number = call("amina").file()
    town.drain()
    claire, ines = call("claire"), call("ines")
    task = claire.task(number, "verifier_completude")
    answers = {"conclusion": "complet", "pieces": {code: {"etat": "valide"} for code in PIECES}}
    assert claire.post(f"/tasks/{task}/complete", {"answers": answers}).status_code == 200
    told = problem(ines.post(f"/tasks/{task}/complete", {"answers": answers}), 409)
    assert "Claire Petit" in told["detail"]


def test_a_colleagues_task_is_not_taken_and_not_done(town: Town, call: Call) -> None:
    number = call("amina").file()
    town.drain()
    claire, ines = call("claire"), call("ines")
    task = claire.task(number, "verifier_completude")
    assert claire.post(f"/tasks/{task}/claim").status_code == 204
    problem(ines.post(f"/tasks/{task}/claim"), 409)
    problem(ines.post(f"/tasks/{task}/complete", {"answers": {}}), 409)


def test_a_dossier_that_moved_meanwhile_is_a_conflict(town: Town, call: Call) -> None:
    number = call("amina").file()
    town.drain()
    claire = call("claire")
    task = claire.task(number, "verifier_completude")
    revision = claire.get(f"/tasks/{task}/form").json["revision"]
    problem(claire.post(f"/tasks/{task}/complete", {"answers": {}, "revision": revision - 1}), 409)


def test_whoever_proposed_does_not_approve(town: Town, call: Call) -> None:
    amina, claire, denis = call("amina"), call("claire"), call("denis")
    number = amina.file()
    town.drain()
    judged = {code: {"etat": "valide"} for code in PIECES}
    claire.complete(number, "verifier_completude", {"conclusion": "complet", "pieces": judged})
    town.drain()
    claire.complete(number, "autoriser_convocation", {"venue": "dispense"})
    town.drain()
    granted = {"sens": "accepter", "titre": {"nature": "meme", "debut": "2027-03-01", "fin": "2028-02-29"}}
    assert denis.complete(number, "instruire_demande", granted).status_code == 200
    town.drain()
    problem(denis.complete(number, "valider_decision", {"accord": True}), 403)
    problem(claire.post(f"/tasks/{denis.task(number, 'valider_decision')}/complete", {"answers": {}}), 403)


def test_nothing_is_asked_so_no_complement_is_taken(town: Town, call: Call) -> None:
    amina = call("amina")
    number = amina.file()
    town.drain()
    with nothing_stored(town):
        problem(amina.post(f"/dossiers/{number}/complement", {}), 409)


def test_addresses_and_methods_that_do_not_exist_are_problems_too(call: Call) -> None:
    amina = call("amina")
    problem(amina.get("/nothing"), 404)
    problem(amina.get("/dossiers/a/b/c"), 404)
    response = amina.client.patch(PREFIX + "/dossiers", headers=amina.headers, json={})
    problem(response, 405)
    assert "POST" in response.headers["Allow"]
    problem(amina.get("/demarches/nothing/form"), 404)


def test_pages_keep_answering_pages(town: Town) -> None:
    response = town.app.test_client().get("/nothing")
    assert response.status_code == 404
    assert response.mimetype == "text/html"


def test_an_error_of_ours_tells_nothing_internal(town: Town, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret inside")

    claire = call("claire")
    monkeypatch.setattr("prefecture.dossiers.queries.inbox", broken)
    response = claire.get("/tasks")
    told = problem(response, 500)
    assert "secret" not in response.text
    assert told["request_id"]


def test_ten_wrong_passwords_close_the_door_for_a_while(call: Call) -> None:
    nobody = call()
    tries = [nobody.post("/auth/token", {"login": "claire", "password": "x"}) for _ in range(11)]
    assert [one.status_code for one in tries] == [401] * 10 + [429]
    problem(tries[-1], 429)
    assert int(tries[-1].headers["Retry-After"]) > 0
