"""Decision tables by the API: listed, judged, tried with values and row by row, the unsaved text too."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from werkzeug.test import TestResponse

from tests.api.caller import Caller
from tests.town import PROCESSES

Call = Callable[..., Caller]
RULES = (PROCESSES / "_archetype" / "regles.dmn").read_text()


def told(response: TestResponse) -> Any:
    assert response.status_code in (200, 201), response.text
    return json.loads(response.text)


def test_a_drafts_tables_are_listed_judged_and_tried(call: Call) -> None:
    ana = call("ana")
    made = told(ana.post("/drafts", {"title": "Duplicata", "code": "duplicata", "prefix": "DUP"}))
    place = f"/drafts/{made['id']}"
    listed = told(ana.get(f"{place}/tables"))["items"]
    assert [(one["path"], one["decision"]) for one in listed] == [("regles.dmn", "delai_silence")]

    asked = {"path": "regles.dmn", "given": {"c0": "10/03/2026"}, "rows": True}
    tried = told(ana.post(f"{place}/table-trials", asked))
    assert tried["findings"] == []
    assert tried["result"]["answering"] == [1]
    assert ["Délai", "«\u00a0P2M\u00a0»"] in tried["result"]["answers"]
    assert [row["answers"] for row in tried["rows"]] == [True]

    unsaved = RULES.replace('_entree_1"><text>-</text>', '_entree_1"><text>&gt; date("2026-01-01")</text>')
    judged = told(ana.post(f"{place}/table-trials", {"path": "regles.dmn", "content": unsaved}))
    assert [one["rule"] for one in judged["findings"]] == ["table-cas-sans-regle"]
    assert (judged["result"], judged["rows"]) == (None, None)
    refused = ana.post(f"{place}/table-trials", {"path": "regles.dmn", "given": {"c0": "hier"}})
    assert refused.status_code == 422
    assert "n’est pas une date" in json.loads(refused.text)["errors"]["c0"]
    assert call("claire").get(f"{place}/tables").status_code == 403


def test_an_example_is_kept_replaced_and_taken_back(call: Call) -> None:
    ana = call("ana")
    made = told(ana.post("/drafts", {"title": "Duplicata", "code": "duplicata", "prefix": "DUP"}))
    place = f"/drafts/{made['id']}"
    kept = {"path": "regles.dmn", "name": "Déposé en mars", "given": {"c0": "10/03/2026"}}
    for _ in range(2):
        shelf = told(ana.post(f"{place}/table-examples", kept))
        assert [(one["name"], one["passed"]) for one in shelf["kept"]] == [("Déposé en mars", True)]
    assert ["Délai", "«\u00a0P2M\u00a0»"] in shelf["kept"][0]["awaited"]
    rows = told(ana.post(f"{place}/table-examples", {"path": "regles.dmn", "rows": True}))
    assert len(rows["kept"]) == 2
    refused = ana.post(f"{place}/table-examples", {**kept, "name": ""})
    assert set(json.loads(refused.text)["errors"]) == {"name"}

    other = RULES.replace("demarche.silence.delai", '"P3M"')
    tried = told(ana.post(f"{place}/table-trials", {"path": "regles.dmn", "content": other}))
    assert [one["passed"] for one in tried["examples"]["kept"]] == [False, False]
    gone = told(ana.post(f"{place}/table-examples/removal", {"path": "regles.dmn", "name": "Déposé en mars"}))
    assert len(gone["kept"]) == 1
    assert call("rita").post(f"{place}/table-examples", kept).status_code == 403
