"""What a draft says of itself by the API and from the command line: the verbs of the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from click.testing import Result

from tests.api.caller import Caller
from tests.town import Town

Call = Callable[..., Caller]


def begun(ana: Caller) -> tuple[str, str]:
    made: dict[str, Any] = ana.post("/drafts", {"title": "Duplicata", "code": "duplicata", "prefix": "DUP"}).json
    return made["id"], f"/drafts/{made['id']}/presentation"


def test_settings_are_read_written_and_refused_by_name(call: Call) -> None:
    ana = call("ana")
    _, place = begun(ana)
    card = ana.get(place).json
    found = {one["name"]: one for one in card["items"]}
    assert (found["titre"]["value"], found["prefixe"]["value"]) == ("Duplicata", "DUP")
    assert found["description"]["later"]
    values = {"description": "Recevez un duplicata.", "accuse_reception": False}
    done = ana.post(place, {"revision": card["revision"], "values": values})
    assert done.status_code == 200
    told = {one["name"]: one["value"] for one in done.json["items"]}
    assert (told["description"], told["accuse_reception"], told["titre"]) == (*values.values(), "Duplicata")
    assert ana.post(place, {"revision": card["revision"], "values": {"titre": "Tard"}}).status_code == 409
    now = done.json["revision"]
    wrong = {"prefixe": "TSE", "titre": "", "accuse_reception": "oui", "qui": 3}
    refused = ana.post(place, {"revision": now, "values": wrong})
    assert (refused.status_code, set(refused.json["errors"])) == (422, set(wrong))
    assert ana.post(place, {"revision": now, "values": {"silence.delai": "P1D"}}).status_code == 404
    assert call("rita").get(place).status_code == 200
    assert call("rita").post(place, {"revision": now, "values": {}}).status_code == 403


def test_the_command_line_reads_and_writes_them(town: Town, call: Call) -> None:
    draft, _ = begun(call("ana"))
    runner = town.app.test_cli_runner()

    def run(*words: str) -> Result:
        with town.app.app_context():
            return runner.invoke(args=["demarche", "draft", "presentation", draft, *words])

    told = run("--set", "qui=Des gens.", "--set", "accuse_reception=non")
    assert told.exit_code == 0, told.output
    assert {"qui\tDes gens.", "accuse_reception\tnon"} <= set(told.output.splitlines())
    refused = run("--set", "prefixe=x")
    assert (refused.exit_code, "majuscules" in refused.output) == (1, True)
