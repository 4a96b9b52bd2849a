"""Lists: pages by cursor that rows arriving meanwhile do not shift, filters, and what each role sees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from prefecture.kernel import clock
from tests.api.caller import Caller
from tests.town import Town

Call = Callable[..., Caller]


def walk(who: Caller, path: str, meanwhile: Callable[[], object] = lambda: None) -> list[str]:
    """Every item of a list, two a page; `meanwhile` happens after the first page."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = who.get(path, limit=2, **({"cursor": cursor} if cursor else {})).json
        found += [one.get("number") or str(one["seq"]) for one in page["items"]]
        if cursor is None:
            meanwhile()
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def test_pages_are_not_shifted_by_what_arrives_meanwhile(town: Town, call: Call) -> None:
    amina, claire = call("amina"), call("claire")
    numbers = []
    for minute in range(5):
        with clock.frozen(clock.now() + timedelta(minutes=minute)):
            numbers.append(amina.file())

    def arrive() -> None:
        with clock.frozen(clock.now() + timedelta(hours=1)):
            amina.file()

    for who in (amina, claire):
        seen = walk(who, "/dossiers", arrive)
        assert [one for one in seen if one in numbers] == numbers[::-1]
        assert len(seen) == len(set(seen))
    town.later(minutes=10)
    tasks = walk(claire, "/tasks", arrive)
    assert set(numbers) <= set(tasks)
    assert len(tasks) == len(set(tasks))
    history = walk(claire, f"/dossiers/{numbers[0]}/history")
    assert history == [str(seq) for seq in range(1, len(history) + 1)]


def test_a_cursor_that_is_not_ours_is_refused(call: Call) -> None:
    for who in (call("amina"), call("claire")):
        for cursor in ("x", "W10", "WzFd", "!!", "eyJhIjoxfQ"):
            assert who.get("/dossiers", cursor=cursor).status_code == 422, cursor
            assert who.get("/tasks", cursor=cursor).status_code == 422, cursor


def test_a_page_has_a_largest_size(call: Call) -> None:
    for limit in ("0", "101", "-1", "x", "2.5", "1" + "0" * 30):
        assert call("claire").get("/dossiers", limit=limit).status_code == 422, limit


def test_lists_are_filtered(town: Town, call: Call) -> None:
    amina, claire = call("amina"), call("claire")
    number = amina.file()
    town.drain()
    for who in (amina, claire):
        assert [one["number"] for one in who.get("/dossiers", statut="en_construction").json["items"]] == [number]
        assert who.get("/dossiers", statut="accepte").json["items"] == []
        assert who.get("/dossiers", demarche="echange_permis_conduire").json["items"] == []
        assert [one["number"] for one in who.get("/dossiers", text=number).json["items"]] == [number]
        assert who.get("/dossiers", statut="perdu").status_code == 422
    assert [one["number"] for one in claire.get("/dossiers", text="el kebir").json["items"]] == [number]
    assert claire.get("/tasks", view="mine").json["items"] == []
    assert claire.get("/tasks", view="unassigned").json["items"] != []
    assert claire.get("/tasks", etape="decision").json["items"] == []
    assert claire.get("/tasks", view="everything").status_code == 422


def test_a_citizen_reads_the_history_without_the_offices_values(town: Town, call: Call) -> None:
    amina, claire = call("amina"), call("claire")
    number = amina.file()
    town.drain()
    mine = amina.get(f"/dossiers/{number}/history").json["items"]
    theirs = claire.get(f"/dossiers/{number}/history").json["items"]
    assert not [one for one in mine if one["values"] and one["kind"] != "decision"]
    told = [one["values"] for one in mine if one["kind"] == "decision"]
    assert told
    assert {name for values in told for name in values} == {"rules"}  # CRPA, art. L.311-3-1
    assert any(one["values"] for one in theirs)
    assert len(mine) < len(theirs)


def test_demarches_and_their_forms_are_open_to_all(call: Call) -> None:
    nobody = call()
    codes = [one["code"] for one in nobody.get("/demarches").json["items"]]
    assert sorted(codes) == ["echange_permis_conduire", "renouvellement_titre_sejour"]
    form = nobody.get("/demarches/renouvellement_titre_sejour/form").json
    assert form["pages"]
    assert "passeport" in [one["code"] for one in form["pieces"]]


def test_a_piece_is_told_with_its_code(town: Town, call: Call) -> None:
    amina = call("amina")
    number = amina.file()
    shown = amina.get(f"/dossiers/{number}").json["documents"]
    assert "passeport" in {one["code"] for one in shown}


def test_a_complement_is_listed_for_the_citizen_and_given(town: Town, call: Call) -> None:
    amina, claire = call("amina"), call("claire")
    number = amina.file()
    town.drain()
    pieces = {code: {"etat": "valide"} for code in ("passeport", "titre_actuel", "photo")}
    pieces["domicile"] = {"etat": "refusee", "motif": "illisible"}
    asked = {"conclusion": "complement", "delai_jours": 30, "pieces": pieces, "message": "Merci."}
    assert claire.complete(number, "verifier_completude", asked).status_code == 200
    town.drain()
    assert [one["element"] for one in amina.get("/tasks").json["items"]] == ["deposer_complement"]
    given = {"documents": {"domicile": [amina.upload().json["id"]]}}
    response = amina.post(f"/dossiers/{number}/complement", given)
    assert response.status_code == 200, response.json
    town.drain()
    assert claire.task(number, "verifier_completude")
    assert amina.post(f"/dossiers/{number}/complement", given).status_code == 409
