"""Incidents by HTTP: who sees them, trying again, going on without, once under one key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from prefecture.dossiers import queries, service
from prefecture.kernel import outbox, worker
from prefecture.kernel.unit_of_work import unit_of_work
from tests.api.caller import Caller
from tests.town import Town

Call = Callable[..., Caller]


@pytest.fixture
def broken(town: Town, call: Call, monkeypatch: pytest.MonkeyPatch) -> str:
    """The number of a dossier whose first action failed for good; the actions are in order again."""
    kinds = [kind for kind in outbox.handlers() if "." in kind and not kind.startswith("dossiers.")]

    def fails(work: outbox.Work) -> None:
        raise outbox.PermanentFailure("the other side refuses")

    with monkeypatch.context() as patch:
        for kind in kinds:
            patch.setitem(outbox.handlers(), kind, fails)  # type: ignore[arg-type]
        number = call("amina").file()
        town.drain()
    return number


def ids(caller: Caller, number: str) -> list[str]:
    found = caller.get("/incidents", number=number)
    assert found.status_code == 200, found.json
    return [one["id"] for one in found.json["items"]]


def test_an_incident_says_where_and_why(broken: str, call: Call) -> None:
    items = call("denis").get("/incidents").json["items"]
    assert broken in {one["number"] for one in items}
    one = next(one for one in items if one["number"] == broken and one["element"])
    assert one["kind"] == "work"
    assert "the other side refuses" in one["message"]


def test_each_role_sees_what_is_its_own(broken: str, call: Call) -> None:
    for name, sees in (("denis", True), ("ana", True), ("marc", True), ("omar", False), ("paul", False)):
        assert bool(ids(call(name), broken)) is sees, name
    for name in ("amina", "claire", "gil"):
        assert call(name).get("/incidents").status_code == 403
    assert call().get("/incidents").status_code == 401


def test_what_is_tried_again_goes_on(broken: str, call: Call, town: Town) -> None:
    denis = call("denis")
    for one in ids(denis, broken):
        assert denis.post(f"/incidents/{one}/retry").status_code == 204
    town.drain()
    assert ids(denis, broken) == []
    assert denis.get("/tasks", number=broken).json["items"]
    assert denis.post("/incidents/rien/retry").status_code == 404


def test_a_skip_needs_a_reason_and_happens_once(broken: str, call: Call) -> None:
    denis = call("denis")
    one = next(
        item["id"] for item in denis.get("/incidents", number=broken).json["items"] if item["element"] is not None
    )
    assert denis.post(f"/incidents/{one}/skip", {"reason": ""}).status_code == 422
    said = {"reason": "fait à la main"}
    assert call("omar").post(f"/incidents/{one}/skip", said).status_code == 404
    assert denis.post(f"/incidents/{one}/skip", said, key="k1").status_code == 204
    assert denis.post(f"/incidents/{one}/skip", said, key="k1").status_code == 204
    assert denis.post(f"/incidents/{one}/skip", said).status_code == 409
    history = denis.get(f"/dossiers/{broken}/history").json["items"]
    assert [item["kind"] for item in history].count("incident_skipped") == 1


def test_pages_of_incidents_follow_each_other(broken: str, call: Call) -> None:
    denis = call("denis")
    whole, seen, cursor = ids(denis, broken), [], None
    for _ in whole:
        page = denis.get("/incidents", number=broken, limit=1, **({"cursor": cursor} if cursor else {})).json
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert seen == whole
    assert cursor is None


def test_what_stands_wrong_is_put_right_by_hand_and_journalled(broken: str, call: Call, town: Town) -> None:
    denis = call("denis")
    assert denis.post(f"/dossiers/{broken}/data", {"reason": " ", "values": {"note": 1}}).status_code == 422
    told = {"reason": "reprise à la main", "values": {"note": {"ok": True}}}
    assert denis.post(f"/dossiers/{broken}/data", told).status_code == 204
    for one in ids(denis, broken):
        assert denis.post(f"/incidents/{one}/retry").status_code == 204
    town.drain()
    standing = denis.get("/tasks", number=broken).json["items"][0]["element"]
    refused = denis.post(f"/dossiers/{broken}/move", {"reason": "essai", "mapping": {"rien": standing}})
    assert refused.status_code == 409
    again = {"reason": "à refaire", "mapping": {standing: standing}}
    assert denis.post(f"/dossiers/{broken}/move", again, key="once").status_code == 204
    assert denis.post(f"/dossiers/{broken}/move", again, key="once").headers["Idempotency-Replayed"]
    history = {one["kind"]: one for one in denis.get(f"/dossiers/{broken}/history", limit=100).json["items"]}
    assert {"data_edited", "incident_retried", "token_moved"} <= set(history)
    for name, status in (("claire", 403), ("omar", 404), ("amina", 403)):
        assert call(name).post(f"/dossiers/{broken}/move", again).status_code == status


def test_a_message_that_came_too_early_is_seen_by_agents(town: Town, call: Call) -> None:
    number = call("amina").file()
    town.drain()
    with town.app.app_context(), unit_of_work():
        service.send_message(queries.by_number(number).id, "titre_perdu", {"secret": 1}, ttl=timedelta(days=3))
    (shown,) = call("claire").get(f"/dossiers/{number}/messages").json["items"]
    assert (shown["name"], shown["status"]) == ("titre_perdu", "kept")
    assert "secret" not in str(shown)
    assert call("amina").get(f"/dossiers/{number}/messages").status_code == 403
    assert call("omar").get(f"/dossiers/{number}/messages").status_code == 404
    worker.plan(town.app)
    town.later(days=4)
    denis = call("denis")
    late = next(one for one in denis.get("/incidents", number=number).json["items"] if one["kind"] == "message")
    assert denis.post(f"/incidents/{late['id']}/skip", {"reason": "sans objet"}).status_code == 204
    assert denis.get(f"/dossiers/{number}/messages").json["items"] == []
