"""A draft signed off and published by other programs, and the way back."""

from __future__ import annotations

from collections.abc import Callable

from prefecture.demarches import queries as demarches
from tests.api.caller import Caller
from tests.api.test_drafts import put
from tests.town import TSE

Call = Callable[..., Caller]
WHY = "Le décret est suspendu."


def begun(ana: Caller) -> str:
    """A draft in which people have 45 days to complete; its address."""
    with ana.client.application.app_context():
        current = demarches.current(TSE).id
    made = ana.post("/drafts", {"title": "Suite", "version_id": str(current)})
    assert made.status_code == 201, made.json
    address = f"/drafts/{made.json['id']}"
    read = ana.get(f"{address}/files/demarche.toml")
    changed = read.data.replace(b"delai_jours = 30", b"delai_jours = 45")
    assert put(ana, f"{address}/files/demarche.toml", changed, read.headers["ETag"]).status_code == 200
    return address


def test_a_draft_is_asked_for_signed_published_and_taken_back(call: Call) -> None:
    ana, rita = call("ana"), call("rita")
    address = begun(ana)
    gate = ana.get(f"{address}/publication").json
    assert not gate["open"]
    assert [one["key"] for one in gate["conditions"] if not one["met"]] == ["recette"]
    refused = ana.post(f"{address}/publication", {"digest": gate["digest"]})
    assert refused.status_code == 422
    assert ana.post(f"{address}/signoff/request", {"note": "Décret"}).json["signoff"]["status"] == "asked"
    assert ana.post(f"{address}/signoff", {"digest": gate["digest"], "accepted": True}).status_code == 403
    signed = rita.post(f"{address}/signoff", {"digest": gate["digest"], "accepted": True})
    assert signed.json["open"]
    told = ana.get(f"{address}/differences").json["sections"]["donnees"][0]["sentences"]
    assert [one.replace("\u00a0", " ") for one in told] == ["Jours laissés pour compléter : 30 devient 45."]
    made = ana.post(f"{address}/publication", {"digest": gate["digest"]}, key="une-fois")
    again = ana.post(f"{address}/publication", {"digest": gate["digest"]}, key="une-fois")
    assert (made.status_code, made.json["number"], again.json["version_id"]) == (201, 2, made.json["version_id"])
    between = ana.get(f"/demarches/{TSE}/differences", before=1, after=2)
    assert list(between.json["sections"]) == ["donnees"]
    assert ana.get(f"/demarches/{TSE}/differences", before=1, after=9).status_code == 404
    assert [one["act"] for one in ana.get("/publications").json["items"]] == ["published", "accepted", "asked"]
    back = ana.post(f"/demarches/{TSE}/in-force", {"version_id": made.json["version_id"], "reason": WHY})
    assert back.status_code == 409


def test_only_the_national_administrator_governs(call: Call) -> None:
    ana, marc = call("ana"), call("marc")
    address = begun(ana)
    digest = ana.get(f"{address}/publication").json["digest"]
    assert ana.post(f"{address}/publication", {"digest": digest, "reason": WHY}).status_code == 403
    assert marc.post(f"{address}/publication", {"digest": digest, "reason": WHY}).status_code == 403
    assert marc.post("/publications/threshold", {"percent": 10, "reason": WHY}).status_code == 403
    assert ana.get("/publications").json["items"] == []
    assert ana.get("/publications/threshold").json == {"percent": 60}
