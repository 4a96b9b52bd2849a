"""Préfectures' own values by the API and from the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from click.testing import Result

from tests.api.caller import PREFIX, Caller
from tests.town import TSE, Town

Call = Callable[..., Caller]
HERE = f"/demarches/{TSE}/variants/94"


def put(caller: Caller, path: str, body: dict[str, Any]) -> Any:
    return caller.client.put(PREFIX + path, headers=caller.headers, json=body)


def test_a_prefectures_values_are_read_written_and_decided(call: Call) -> None:
    denis = call("denis")
    read = denis.get(HERE).json
    assert (read["number"], read["since"]) == (0, None)
    days = next(one for one in read["settings"] if one["path"] == "convocation.validite_jours")
    assert (days["national"], days["ours"], days["conflict"]) == (30, None, "")
    values = {"convocation.validite_jours": 45, "informations.acces": "Tramway T1"}
    written = put(denis, HERE, {"number": 0, "values": values, "note": "Travaux"})
    assert written.status_code == 200, written.json
    assert put(denis, HERE, {"number": 0, "values": values}).status_code == 409
    wrong = put(denis, HERE, {"number": 1, "values": {"convocation.validite_jours": 10, "silence.delai": "P1M"}})
    assert wrong.status_code == 422
    assert set(wrong.json["errors"]) == {"convocation.validite_jours", "silence.delai"}
    listed = call("ana").get(f"/demarches/{TSE}/variants").json["items"]
    assert [one["prefecture"] for one in listed] == ["94"]
    decision = {"number": 1, "path": "informations.acces", "keep": False}
    assert denis.post(f"{HERE}/decision", decision).json["number"] == 2
    assert denis.post(f"{HERE}/decision", {**decision, "number": 2}).status_code == 404


def test_another_prefectures_values_are_nobody_elses_to_write(call: Call) -> None:
    body = {"number": 0, "values": {"informations.acces": "Métro"}}
    for name, status in (("omar", 404), ("claire", 403), ("rita", 403)):
        assert put(call(name), HERE, body).status_code == status, name
    assert call("omar").get(HERE).status_code == 404
    assert call().get(HERE).status_code == 401
    assert call("ana").get(f"/demarches/{TSE}/variants/999").status_code == 404


def test_the_command_line_has_the_same_verbs(town: Town) -> None:
    runner = town.app.test_cli_runner()

    def run(*words: str) -> Result:
        with town.app.app_context():
            return runner.invoke(args=["demarche", "local", *words])

    assert run("set", TSE, "94", "convocation.validite_jours", "45").output.startswith(f"WRITTEN {TSE} 94 1")
    assert run("set", TSE, "94", "informations.acces", "Tramway T1").exit_code == 0
    assert "94\tconvocation.validite_jours\t30\t45\t-" in run("list", TSE).output
    refused = run("set", TSE, "94", "silence.delai", "P1M")
    assert refused.exit_code == 1
    assert "ne laisse pas régler cela" in refused.output
    assert run("keep", TSE, "94", "informations.acces").exit_code == 0
    assert run("drop", TSE, "94", "informations.acces").exit_code == 0
    assert "informations.acces" not in run("list", TSE).output
    assert "informations.acces\t''\t\t-" in run("list", TSE, "94").output
