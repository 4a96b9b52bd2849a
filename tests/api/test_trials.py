"""A draft's scenarios by the API: played, read, proposed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from werkzeug.test import TestResponse

from tests.api.caller import Caller

Call = Callable[..., Caller]


def told(response: TestResponse) -> Any:
    assert response.status_code in (200, 201), response.text
    return json.loads(response.text)


def test_a_drafts_scenarios_are_played_and_read(call: Call) -> None:
    ana = call("ana")
    made = told(ana.post("/drafts", {"title": "Duplicata", "code": "duplicata", "prefix": "DUP"}))
    place = f"/drafts/{made['id']}"
    assert ana.get(f"{place}/trials").status_code == 404
    played = told(ana.post(f"{place}/trials", key="une-fois"))
    assert played["passed"]
    assert told(ana.get(f"{place}/trials")) == played
    assert len(played["tried"]) > 5
    assert played["elements"] > 0.5
    assert max(played["passes"].values()) == len(played["tried"])
    assert set(played["tried"][0]["way"]) <= played["passes"].keys()
    proposed = told(ana.get(f"{place}/suggestions"))
    assert proposed["suggestions"]
    assert all(one["content"].startswith("titre = ") for one in proposed["suggestions"])
    assert call("claire").get(f"{place}/trials").status_code == 403
