"""What the editor's scripts ask and send: revisions, findings, corrections, completion, the lock, comments, history."""

from __future__ import annotations

import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.town import TSE
from tests.web.village import Village, Visitor

README, PROCESS = "LISEZMOI.md", "processus.bpmn"


class Script:
    """A page's scripts: JSON both ways, the token in a header."""

    def __init__(self, visitor: Visitor, address: str) -> None:
        self.client, self.address = visitor.client, address
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get("/compte").text)
        assert found is not None
        self.headers = {"X-CSRFToken": found[1], "Accept": "application/json"}

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        headers = {**self.headers, **more.pop("headers", {})}
        told = {"json": body} if body is not None else {}
        return self.client.open(f"{self.address}/{path}", method=method, headers=headers, **told, **more)

    def read(self, path: str) -> tuple[str, str]:
        answer = self.ask("GET", f"fichiers/{path}")
        assert answer.status_code == 200
        return answer.text, answer.headers["ETag"]

    def save(self, path: str, text: str, revision: str) -> TestResponse:
        return self.ask("PUT", f"fichiers/{path}", data=text.encode(), headers={"If-Match": revision})


@pytest.fixture
def address(village: Village) -> str:
    made = village.browse("ana").post(f"/analyste/demarches/{TSE}/brouillons", form="/analyste/nouvelle")
    return made.headers["Location"].removesuffix("/dossier")


@pytest.fixture
def ana(village: Village, address: str) -> Script:
    return Script(village.browse("ana"), address)


@pytest.fixture
def rita(village: Village, address: str) -> Script:
    return Script(village.browse("rita"), address)


def test_a_file_is_read_with_its_revision_and_written_with_it(ana: Script) -> None:
    _, read = ana.read(README)
    assert re.fullmatch(r'"\d+"', read)
    saved = ana.save(README, "# Neuf", read)
    assert saved.status_code == 200
    assert ana.read(README) == ("# Neuf", f'"{saved.json["revision"]}"')
    unchanged = ana.ask("GET", f"fichiers/{README}", headers={"If-None-Match": saved.headers["ETag"]})
    assert unchanged.status_code == 304
    assert ana.save("scenarios/neuf.toml", "titre = 'x'", '"0"').status_code == 200
    assert ana.ask("POST", "noms", {"path": "scenarios/neuf.toml", "to": "scenarios/vieux.toml"}).status_code == 200
    assert ana.ask("DELETE", "fichiers/scenarios/vieux.toml").status_code == 200
    assert ana.ask("GET", "fichiers/scenarios/vieux.toml").status_code == 404


def test_a_file_is_shown_as_text_and_never_run(ana: Script) -> None:
    ana.save("courriers/x.html", "<script>alert(1)</script>", '"0"')
    answer = ana.ask("GET", "fichiers/courriers/x.html")
    assert answer.mimetype == "text/plain"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_stale_text_is_refused_kept_and_told(ana: Script) -> None:
    before, read = ana.read(README)
    ana.save(README, "# Un", read)
    refused = ana.save(README, "# Deux", read)
    assert refused.status_code == 409
    assert set(refused.json) == {"message", "revision", "by", "milestone"}
    assert refused.json["by"] == "Ana Lopez"
    kept = ana.ask("POST", f"historique/{refused.json['milestone']}/retour", {"path": README})
    assert kept.status_code == 200
    assert ana.read(README)[0] == "# Deux"
    milestones = ana.ask("GET", "historique").json["milestones"]
    assert [one["kind"] for one in milestones] == ["auto", "refused", "auto"]
    assert ana.ask("POST", f"historique/{milestones[-1]['number']}/retour", {}).status_code == 200
    assert ana.read(README)[0] == before
    assert ana.ask("POST", "historique", {"label": "Relu"}).status_code == 201
    assert ana.ask("POST", "historique", {"label": " "}).status_code == 422


@pytest.mark.parametrize(
    ("path", "revision", "status"),
    [
        (README, "", 428),
        (README, "abc", 428),
        ("_commun/bloc_decision.bpmn", '"1"', 422),
        ("forms/../../x", '"0"', 422),
        ("programme.py", '"0"', 422),
    ],
)
def test_what_cannot_be_written_is_refused_with_a_sentence(ana: Script, path: str, revision: str, status: int) -> None:
    refused = ana.save(path, "x", revision)
    assert refused.status_code in {status, 404}  # an address may be made straight before it arrives
    if refused.is_json:
        assert refused.json["message"]


def test_too_large_a_file_is_refused(ana: Script) -> None:
    refused = ana.save(README, "x" * (2 * 1024 * 1024 + 1), ana.read(README)[1])
    assert refused.status_code == 413
    assert "2" in refused.json["message"]
    assert ana.save(README, "x" * (13 * 1024 * 1024), '"1"').status_code == 413


def test_the_lock_is_held_refused_taken_over_and_let_go(village: Village, ana: Script, address: str) -> None:
    held = ana.ask("POST", "edition", {}).json
    assert (held["by"], held["mine"]) == ("Ana Lopez", True)
    other = Script(village.browse("ana"), address)  # the same person on another screen goes on
    assert other.ask("POST", "edition", {}).json["mine"]
    assert ana.ask("DELETE", "edition").status_code == 200
    assert ana.ask("POST", "edition", {"prendre": True}).json["mine"]


def test_the_unsaved_text_is_judged_with_places_and_fixes(ana: Script) -> None:
    whole = ana.ask("POST", "verification", {}).json
    assert whole["findings"] == []
    text, _ = ana.read(PROCESS)
    broken = text.replace('calledElement="bloc_remise"', 'calledElement="bloc_absent"')
    told = ana.ask("POST", "verification", {"path": PROCESS, "content": broken}).json
    found = next(one for one in told["findings"] if one["severity"] == "error")
    assert (found["file"], found["element"]) == (PROCESS, "remise_titre")
    assert set(found) == {
        *("rule", "severity", "file", "element", "element_name", "line", "message", "fix", "fixable"),
    }
    assert isinstance(told["ms"], int)
    for body in ({"path": PROCESS}, {"path": "../x", "content": ""}, {"path": PROCESS, "content": 3}):
        assert ana.ask("POST", "verification", body).status_code == 422
    assert ana.ask("POST", "verification", data=b"{", content_type="application/json").status_code == 422


def test_automatic_corrections_come_back_and_are_not_saved(ana: Script) -> None:
    text, read = ana.read(PROCESS)
    without = text.replace('<bpmn:sequenceFlow id="flux_traitement__titre_accorde" ', "<bpmn:sequenceFlow ", 1)
    assert without != text
    corrected = ana.ask("POST", "corrections", {"path": PROCESS, "content": without}).json["content"]
    assert corrected != without
    assert ana.read(PROCESS) == (text, read)
    assert ana.ask("POST", "corrections", {}).status_code == 422


def test_only_the_chosen_corrections_are_made(ana: Script) -> None:
    text, _ = ana.read(PROCESS)
    foreign = text.replace(">=decision = null<", ">${decision == null}<", 1)
    sent = {"path": PROCESS, "content": foreign}
    found = ana.ask("POST", "verification", sent).json["findings"]
    fixable = [{"rule": one["rule"], "element": one["element"]} for one in found if one["fixable"]]
    assert fixable
    assert ana.ask("POST", "corrections", {**sent, "findings": fixable}).json["content"] != foreign
    others = [{"rule": fixable[0]["rule"], "element": "ailleurs"}]
    assert ana.ask("POST", "corrections", {**sent, "findings": others}).json["content"] == foreign
    assert ana.ask("POST", "corrections", {**sent, "findings": "toutes"}).status_code == 422


def test_a_diagram_without_a_drawing_is_laid_out(ana: Script) -> None:
    text, _ = ana.read(PROCESS)
    bare = re.sub(r"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", "", text, flags=re.DOTALL)
    found = ana.ask("POST", "verification", {"path": PROCESS, "content": bare}).json["findings"]
    assert [one["fixable"] for one in found if one["rule"] == "dessin-absent"] == [True]
    laid = ana.ask("POST", "disposition", {"path": PROCESS, "content": bare}).json["content"]
    found = ana.ask("POST", "verification", {"path": PROCESS, "content": laid}).json["findings"]
    assert not [one for one in found if one["rule"] == "dessin-absent"]
    refused = ana.ask("POST", "disposition", {"path": PROCESS, "content": "<a"})
    assert refused.status_code == 422
    assert "XML bien formé" in refused.json["message"]
    assert ana.ask("POST", "disposition", {}).status_code == 422


def test_one_is_helped_while_one_writes(ana: Script) -> None:
    known = ana.ask("GET", "aide").json
    assert known["actions"]["decision.notifier"]["required"] == ["sens"]
    assert known["data"]["demande.titre_nature"] == "string"
    assert {"process": "bloc_remise", "file": "_commun/bloc_remise.bpmn"}.items() <= known["blocks"][3].items()
    assert known["pieces"]["passeport"] == "Passeport"
    assert {"forms", "letters", "decisions", "roles"} <= set(known)


def test_comments_are_made_on_elements_answered_and_opened_again(ana: Script, rita: Script) -> None:
    said = rita.ask("POST", "commentaires", {"text": "À revoir.", "path": PROCESS, "element": "silence_garde"})
    assert said.status_code == 201
    listed = ana.ask("GET", f"commentaires?chemin={PROCESS}&element=silence_garde").json["comments"]
    assert [(one["by"], one["text"]) for one in listed] == [("Rita Sow", "À revoir.")]
    assert ana.ask("GET", "commentaires?chemin=LISEZMOI.md").json["comments"] == []
    answered = f"commentaires/{said.json['id']}/resolution"
    assert ana.ask("POST", answered, {}).status_code == 200
    assert ana.ask("GET", "commentaires").json["comments"][0]["resolved_by"] == "Ana Lopez"
    assert ana.ask("POST", answered, {"fait": False}).status_code == 200
    assert ana.ask("GET", "commentaires").json["comments"][0]["resolved_by"] is None
    assert rita.ask("POST", "commentaires", {"text": ""}).status_code == 422


def test_who_signs_off_asks_and_writes_nothing(rita: Script) -> None:
    assert rita.ask("POST", "verification", {}).status_code == 200
    assert rita.save(README, "x", rita.read(README)[1]).status_code == 403
    assert rita.ask("POST", "edition", {}).status_code == 403
    assert rita.ask("POST", "historique", {"label": "x"}).status_code == 403


def test_one_hears_of_what_others_do_meanwhile(ana: Script, rita: Script) -> None:
    before = rita.ask("GET", "nouvelles").json
    assert before["played"] is None
    assert before["files"][0].keys() == {"path", "revision", "shared"}
    assert ana.save("forms/nouveau.json", "{}", "0").status_code == 200
    assert ana.ask("POST", "noms", {"path": README, "to": "NOTICE.md"}).status_code == 200
    assert rita.ask("POST", "commentaires", {"text": "Pourquoi ?"}).status_code == 201
    after = ana.ask("GET", "nouvelles").json
    was, now = ({one["path"] for one in told["files"]} for told in (before, after))
    assert (now - was, was - now) == ({"forms/nouveau.json", "NOTICE.md"}, {README})
    assert after["comments"] == before["comments"] + 1
    played = rita.ask("POST", "essais/resultats", {}).json
    assert played["played"]
    heard = rita.ask("GET", "nouvelles").json
    assert heard["current"]
    assert heard["played"]
