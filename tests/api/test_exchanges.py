"""Messages about a dossier, by programs."""

from __future__ import annotations

from collections.abc import Callable

from tests.api.caller import Caller

Call = Callable[..., Caller]


def test_a_message_is_written_answered_and_closed(call: Call) -> None:
    amina, claire, boris = call("amina"), call("claire"), call("boris")
    here = f"/dossiers/{amina.file()}/exchanges"
    first = amina.post(here, {"text": "Puis-je venir avec ma mère ?"}, key="une-fois")
    again = amina.post(here, {"text": "Puis-je venir avec ma mère ?"}, key="une-fois")
    assert (first.status_code, first.json, len(first.json["items"])) == (201, again.json, 1)
    assert claire.get(here).json["items"][0]["open"]
    assert claire.post(here, {"text": "Oui."}).json["items"][1]["by"] == "Claire Petit"
    assert not amina.get(here).json["items"][0]["open"]
    assert claire.post(f"{here}/close").status_code == 409
    amina.post(here, {"text": "Merci."})
    assert claire.post(f"{here}/close").status_code == 200
    assert boris.get(here).status_code == 404
    assert boris.post(here, {"text": "Bonjour"}).status_code == 404
    assert amina.post(here, {"text": ""}).status_code == 422
    assert amina.post(f"{here}/close").status_code == 403
