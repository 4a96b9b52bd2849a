"""A draft's forms tried by the API: what they refuse, in French, and what the process would receive."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from werkzeug.test import TestResponse

from tests.api.caller import Caller

Call = Callable[..., Caller]
REQUEST = "forms/demande.json"
ASKED = {"type": "number", "key": "age", "label": "Âge", "validate": {"required": True, "max": 120}}


def told(response: TestResponse) -> Any:
    assert response.status_code in (200, 201), response.text
    return json.loads(response.text)


def begun(ana: Caller) -> str:
    made = told(ana.post("/drafts", {"title": "Duplicata", "code": "duplicata", "prefix": "DUP"}))
    return f"/drafts/{made['id']}/form-trials"


def test_answers_are_tried_on_the_saved_form_and_on_the_one_being_written(call: Call) -> None:
    ana = call("ana")
    place = begun(ana)
    invented = told(ana.post(place, {"path": REQUEST, "invent": True}))
    assert (invented["who"], invented["refused"]) == ("usager", {})
    assert invented["answers"]
    assert invented["pages"]
    content = json.dumps({"id": "demande", "components": [ASKED]})
    wrong = told(ana.post(place, {"path": REQUEST, "content": content, "answers": {"age": 130}}))
    assert (list(wrong["refused"]), wrong["answers"]) == (["age"], {})
    assert told(ana.post(place, {"path": REQUEST, "content": content, "answers": {"age": 30}}))["answers"] == {
        "age": 30
    }


def test_what_cannot_be_tried_says_why(call: Call) -> None:
    ana = call("ana")
    place = begun(ana)
    broken = ana.post(place, {"path": REQUEST, "content": "{"})
    assert broken.status_code == 422
    assert "ligne 1" in broken.text
    for body, status in (({}, 422), ({"path": "forms/absent.json"}, 404), ({"path": "../x", "content": ""}, 422)):
        assert ana.post(place, body).status_code == status
    assert ana.post(place, {"path": REQUEST, "scenario": "scenarios/absent.toml"}).status_code == 422
    assert call("claire").post(place, {"path": REQUEST}).status_code == 403
