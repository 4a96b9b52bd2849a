"""Drafts by the API: the verbs of the pages, for an analyst's own tools."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.api.caller import PREFIX, Caller
from tests.town import TSE

Call = Callable[..., Caller]


def send(caller: Caller, path: str, content: bytes, name: str) -> TestResponse:
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(content), name)})
    kind = f"multipart/form-data; boundary={boundary}"
    return caller.client.post(PREFIX + path, headers=caller.headers, data=body, content_type=kind)


def put(caller: Caller, path: str, content: bytes, revision: str | None) -> TestResponse:
    headers = {**caller.headers, **({"If-Match": revision} if revision is not None else {})}
    return caller.client.put(PREFIX + path, headers=headers, data=content)


@pytest.fixture
def ana(call: Call) -> Caller:
    return call("ana")


@pytest.fixture
def draft(ana: Caller) -> dict[str, Any]:
    made = ana.post("/drafts", {"title": "Duplicata", "code": "duplicata", "prefix": "DUP"}, key="une-fois")
    assert made.status_code == 201, made.json
    again = ana.post("/drafts", {"title": "Duplicata", "code": "duplicata", "prefix": "DUP"}, key="une-fois")
    assert again.json["id"] == made.json["id"]
    told: dict[str, Any] = made.json
    return told


def test_a_draft_is_begun_from_everything_that_it_may_begin_from(ana: Caller, draft: dict[str, Any]) -> None:
    assert (draft["code"], draft["based_on"], draft["owner"]) == ("duplicata", None, "Ana Lopez")
    copy = ana.post("/drafts", {"title": "Copie", "draft_id": draft["id"]})
    assert copy.json["code"] == "duplicata"
    folder = ana.get(f"/drafts/{draft['id']}/archive")
    assert folder.mimetype == "application/zip"
    imported = send(ana, "/drafts/import", folder.data, "duplicata.zip")
    assert (imported.status_code, imported.json["notes"]) == (201, [])
    listed = ana.get("/drafts", code="duplicata").json["items"]
    assert {one["id"] for one in listed} == {draft["id"], copy.json["id"], imported.json["id"]}
    assert ana.get(f"/drafts/{imported.json['id']}/findings").json["items"] == []


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"title"}),
        ({"title": "x"}, {"code", "prefix"}),
        ({"title": "x", "code": "Majuscule", "prefix": "XX"}, {"code"}),
        ({"title": "x", "code": TSE, "prefix": "XX"}, {"code"}),
        ({"title": "x", "code": "libre", "prefix": "TSE"}, {"prefix"}),
    ],
)
def test_a_draft_that_cannot_begin_is_refused_by_field(ana: Caller, body: dict[str, str], fields: set[str]) -> None:
    refused = ana.post("/drafts", body)
    assert refused.status_code == 422
    assert set(refused.json["errors"]) == fields


def test_a_file_is_written_once_and_a_late_text_is_kept(ana: Caller, draft: dict[str, Any]) -> None:
    path = f"/drafts/{draft['id']}/files/LISEZMOI.md"
    read = ana.get(path).headers["ETag"]
    assert put(ana, path, b"# Un", None).status_code == 428
    assert put(ana, path, b"# Un", read).status_code == 200
    late = put(ana, path, b"# Deux", read)
    assert late.status_code == 409
    kept = ana.get(f"/drafts/{draft['id']}/milestones").json["items"][0]
    assert (kept["kind"], kept["path"]) == ("refused", "LISEZMOI.md")
    back = ana.post(f"/drafts/{draft['id']}/restore", {"number": kept["number"], "path": "LISEZMOI.md"})
    assert back.status_code == 204
    assert ana.get(path).data == b"# Deux"
    assert ana.post(f"/drafts/{draft['id']}/milestones", {"label": "Relu"}).json["label"] == "Relu"
    assert ana.delete(path).status_code == 204
    assert ana.get(path).status_code == 404


def test_a_draft_is_held_named_put_away_and_brought_back(ana: Caller, draft: dict[str, Any]) -> None:
    address = f"/drafts/{draft['id']}"
    assert ana.post(f"{address}/lock").json["mine"]
    assert ana.delete(f"{address}/lock").status_code == 204
    assert ana.post(f"{address}/rename", {"title": "Autre nom"}).json["title"] == "Autre nom"
    assert ana.post(f"{address}/refresh").status_code == 200
    readme = send(ana, f"{address}/import", b"# Venu d\xe2\x80\x99ailleurs", "LISEZMOI.md")
    assert readme.json["notes"] == []
    assert send(ana, f"{address}/import", b"x", "x.zip").json["errors"].keys() == {"file"}
    assert ana.post(f"{address}/archive").json["archived_at"]
    assert ana.post(f"{address}/rename", {"title": "x"}).status_code == 409
    assert [one["id"] for one in ana.get("/drafts", archived="true").json["items"]] == [draft["id"]]
    assert ana.post(f"{address}/unarchive").json["archived_at"] is None


def test_who_signs_off_reads_and_comments_and_others_see_nothing(call: Call, draft: dict[str, Any]) -> None:
    address = f"/drafts/{draft['id']}"
    rita = call("rita")
    said = rita.post(f"{address}/comments", {"text": "À revoir.", "path": "processus.bpmn"})
    assert said.status_code == 201
    assert rita.post(f"{address}/comments/{said.json['id']}/resolve").status_code == 204
    assert rita.get(f"{address}/comments").json["items"][0]["resolved_by"] == "Rita Sow"
    assert rita.get(address).status_code == 200
    assert rita.post(f"{address}/rename", {"title": "x"}).status_code == 403
    assert put(rita, f"{address}/files/LISEZMOI.md", b"x", '"1"').status_code == 403
    for name in ("claire", "amina"):
        assert call(name).get(address).status_code == 403
    assert call().get(address).status_code == 401


def test_a_diagram_is_laid_out_saved_or_not_and_nothing_is_written(
    ana: Caller, call: Call, draft: dict[str, Any]
) -> None:
    address = f"/drafts/{draft['id']}"
    saved = ana.get(f"{address}/files/processus.bpmn")
    bare = re.sub(r"(?s)  <bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>\n", "", saved.text)
    assert "BPMNShape" not in bare
    laid = ana.post(f"{address}/arrangements", {"path": "processus.bpmn", "content": bare}).json["content"]
    assert "BPMNShape" in laid
    assert put(ana, f"{address}/files/processus.bpmn", bare.encode(), saved.headers["ETag"]).status_code == 200
    same = call("rita").post(f"{address}/arrangements", {"path": "processus.bpmn"})
    assert (same.status_code, same.json["content"]) == (200, laid)
    assert ana.get(f"{address}/files/processus.bpmn").text == bare


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"path": "processus.bpmn", "content": "<a"}, 422),
        ({"path": "regles.dmn"}, 422),
        ({"path": "absent.bpmn"}, 404),
        ({}, 422),
    ],
)
def test_what_cannot_be_laid_out_is_refused_with_a_sentence(
    ana: Caller, draft: dict[str, Any], body: dict[str, str], status: int
) -> None:
    refused = ana.post(f"/drafts/{draft['id']}/arrangements", body)
    assert refused.status_code == status
    assert refused.json["detail"]
