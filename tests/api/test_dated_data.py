"""Dated data by the API and from the command line: the verbs of the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from tests.api.caller import Caller
from tests.town import TSE, Town

Call = Callable[..., Caller]
TAX = {"kind": "tarif", "name": "droit", "source": "Décret"}


@pytest.fixture
def ana(call: Call) -> Caller:
    return call("ana")


@pytest.fixture
def data(ana: Caller) -> str:
    """The address of the data of a draft that begins from the archetype."""
    made = ana.post("/drafts", {"title": "Duplicata", "code": "duplicata", "prefix": "DUP"})
    return f"/drafts/{made.json['id']}/data"


def values(sheet: dict[str, Any], name: str) -> list[tuple[int, Any, str]]:
    found = next(one for one in sheet["subjects"] if one["name"] == name)
    return [(one["index"], one["value"], one["state"]) for one in found["values"]]


def test_a_version_is_read_as_of_any_day(ana: Caller) -> None:
    told = ana.get(f"/demarches/{TSE}/data", day="2021-04-30").json
    assert values(told, "droit_timbre") == [(0, 25, "a_venir")]
    assert told["days"] == ["2021-05-01"]
    assert ana.get(f"/demarches/{TSE}/data", version=9).status_code == 404
    assert ana.get(f"/demarches/{TSE}/data", day="demain").status_code == 422


def test_a_value_from_a_day_on_is_added_and_taken_away(ana: Caller, data: str) -> None:
    revision = ana.get(data).json["revision"]
    change = {**TAX, "revision": revision, "since": "2027-01-01", "value": 30}
    added = ana.post(data, change, key="une-fois")
    assert added.status_code == 201, added.json
    assert ana.post(data, change, key="une-fois").json == added.json
    assert values(ana.get(data).json, "droit") == [(0, 0, "en_vigueur"), (1, 30, "a_venir")]
    assert values(ana.get(data, day="2027-01-01").json, "droit") == [(0, 0, "passee"), (1, 30, "en_vigueur")]
    late = ana.post(data, {**change, "since": "2028-01-01"})
    assert (late.status_code, late.json["type"]) == (409, "urn:planipref:probleme:conflit")
    wrong = ana.post(data, {**change, "revision": added.json["revision"], "value": "beaucoup", "since": "2028-01-01"})
    assert wrong.json["errors"] == {"value": "Écrivez un nombre, par exemple 225 ou 12,50."}
    away = {"kind": "tarif", "name": "droit", "revision": added.json["revision"], "index": 1}
    assert ana.post(f"{data}/removal", away).status_code == 200
    assert values(ana.get(data).json, "droit") == [(0, 0, "en_vigueur")]


def test_who_does_not_draw_reads_and_writes_nothing(call: Call, data: str) -> None:
    rita = call("rita")
    assert rita.get(data).status_code == 200
    assert rita.post(data, {**TAX, "revision": 1, "since": "2027-01-01", "value": 3}).status_code == 403
    assert call("claire").get(data).status_code == 403


def test_the_command_line_has_the_same_verbs(town: Town, data: str) -> None:
    runner = town.app.test_cli_runner()
    draft = data.split("/")[2]

    def run(words: list[str]) -> Result:
        with town.app.app_context():
            return runner.invoke(args=words)

    told = run(["demarche", "data", TSE, "--at", "2026-01-01"])
    assert "tarif\tdroit_timbre\t0\t2021-05-01\t…\ten_vigueur\t25\u00a0€" in told.output
    given = ["--from", "2027-01-01", "--value", "6 mois", "--source", "Décret"]
    done = run(["demarche", "draft", "set-data", draft, "delai", "silence.delai", *given])
    assert "REVISION" in done.output, done.output
    told = run(["demarche", "draft", "data", draft])
    assert "delai\tsilence.delai\t0\t2027-01-01\t…\ta_venir\t6\u00a0mois\tDécret" in told.output
    refused = run(["demarche", "draft", "drop-data", draft, "tarif", "droit", "0"])
    assert refused.exit_code == 1
    assert "en vigueur" in refused.output
    gone = run(["demarche", "draft", "drop-data", draft, "delai", "silence.delai", "0"])
    assert gone.exit_code == 0, gone.output
