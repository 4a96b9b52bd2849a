"""The whole story by HTTP alone: filed, checked, convoked, received, decided by two, delivered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tests.api.caller import Caller
from tests.town import PIECES, Town

Call = Callable[..., Caller]
JUDGED = {code: {"etat": "valide"} for code in PIECES}
GRANTED = {"sens": "accepter", "titre": {"nature": "meme", "debut": "2027-03-01", "fin": "2028-02-29"}}


def test_a_title_is_renewed_from_filing_to_hand_over(town: Town, call: Call) -> None:
    amina, claire, denis, link = call("amina"), call("claire"), call("denis"), call()

    def done(who: Caller, element: str, answers: dict[str, object]) -> None:
        response = who.complete(number, element, answers)
        assert response.status_code == 200, response.json
        town.drain()

    def booked() -> None:
        token = town.link_of(number)
        slots = link.get(f"/convocations/{token}/slots").json
        starts = slots["days"][-1]["slots"][0]["starts_at"]
        response = link.post(f"/convocations/{token}/booking", {"starts_at": starts})
        assert response.status_code == 201, response.json
        town.drain()
        town.at(datetime.fromisoformat(starts))
        for who in (amina, claire, denis):  # their tokens are over
            who.sign_in()

    number = amina.file()
    town.drain()
    assert [one["element"] for one in claire.get("/tasks").json["items"]] == ["verifier_completude"]
    task = claire.task(number, "verifier_completude")
    form = claire.get(f"/tasks/{task}/form").json
    assert form["pages"]
    assert form["task"]["number"] == number
    assert claire.post(f"/tasks/{task}/claim").status_code == 204
    done(claire, "verifier_completude", {"conclusion": "complet", "pieces": JUDGED})
    done(claire, "autoriser_convocation", {"venue": "convoquer", "originaux": ["passeport"]})
    assert [one["element"] for one in amina.get("/tasks").json["items"]] == ["choisir_creneau"]
    booked()
    done(claire, "recevoir_usager", {"presence": "present", "biometrie": "relevees", "originaux_conformes": True})
    done(claire, "instruire_demande", GRANTED)
    done(denis, "valider_decision", {"accord": True})
    assert amina.get(f"/dossiers/{number}").json["statut"] == "accepte"
    done(claire, "suivre_fabrication", {"issue": "livre", "numero_titre": "AB1234567"})
    booked()
    done(claire, "recevoir_usager", {"presence": "present"})
    told = {"issue": "remis", "timbre": "1" * 16, "taxes_verifiees": True, "information_signee": True}
    done(claire, "remettre_titre", told)

    shown = amina.get(f"/dossiers/{number}").json
    assert shown["finished_at"] is not None
    assert shown["tasks"] == []
    letters = {one["title"]: one["id"] for one in shown["documents"] if one["kind"] == "courrier"}
    assert {"Attestation de dépôt", "Convocation"} <= set(letters)
    pdf = amina.get(f"/dossiers/{number}/documents/{letters['Attestation de dépôt']}")
    assert pdf.data.startswith(b"%PDF-")
    assert pdf.headers["Content-Disposition"].startswith("attachment")
    told_kinds = [one["kind"] for one in amina.get(f"/dossiers/{number}/history").json["items"]]
    assert told_kinds[0] == "filed"
    assert "finished" in told_kinds
