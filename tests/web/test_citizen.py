"""A citizen by the pages, without JavaScript: nothing asked twice, nothing lost, one dossier, and only one's own."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from werkzeug.test import TestResponse

from prefecture.dossiers import queries as dossiers
from prefecture.dossiers import service
from prefecture.identity import queries as identity
from prefecture.kernel.unit_of_work import unit_of_work
from tests.town import PDF, PIECES, TSE
from tests.web.village import Village, Visitor, plain
from web.citizen.filing import prefecture_of

FORM = f"/demarches/{TSE}"
PAGES: Mapping[int, Mapping[str, str]] = {
    1: {
        "numero_etranger": "7503054321",
        "nom": "El Kébir",
        "prenoms": "Amina Sarah",
        "naissance_le-jour": "4",
        "naissance_le-mois": "5",
        "naissance_le-annee": "1994",
        "naissance_lieu": "Oran, Algérie",
        "nationalite": "Algérienne",
    },
    2: {
        "titre_nature": "vie_privee_familiale",
        "titre_numero": "AB123456",
        "titre_expire_le-jour": "28",
        "titre_expire_le-mois": "2",
        "titre_expire_le-annee": "2027",
    },
    3: {
        "adresse": "12, rue des Lilas",
        "code_postal": "94000",
        "ville": "Créteil",
        "logement": "locataire",
        "courriel": "amina@example.fr",
        "telephone": "06 12 34 56 78",
    },
    4: {"situation_famille": "celibataire", "changement": "non"},
    6: {"sur_honneur": "on", "notification_electronique": "on"},
}


def step(visitor: Visitor, page: int, data: Mapping[str, Any]) -> TestResponse:
    address = f"{FORM}/etapes/{page}"
    return visitor.post(address, data, form=address)


def files() -> dict[str, Any]:
    return {f"{code}-fichier": (io.BytesIO(PDF), f"{code}.pdf") for code in PIECES}


def fill(visitor: Visitor) -> TestResponse:
    """Every page; returns the answer to the last."""
    for page in sorted({*PAGES, 5}):
        answer = step(visitor, page, files() if page == 5 else PAGES[page])
        assert answer.status_code == 302, plain(answer)
    return answer


def key_of(page: TestResponse) -> str:
    match = re.search(r'name="cle" value="([^"]+)"', page.get_data(as_text=True))
    assert match is not None
    return match[1]


def send(visitor: Visitor, **more: str) -> TestResponse:
    key = key_of(visitor.get(f"{FORM}/relecture"))
    return visitor.post(f"{FORM}/deposer", {"cle": key, **more}, form=f"{FORM}/relecture")


def test_an_empty_home_says_what_can_be_done(village: Village) -> None:
    home = plain(village.browse("amina").get("/mon-espace"))
    assert "Rien pour le moment" in home
    assert "Vous n’avez pas encore de dossier" in home
    assert f'href="{FORM}"' in home


def test_the_first_page_of_a_demarche_tells_pieces_delay_and_cost_without_an_account(village: Village) -> None:
    page = plain(village.browse().get(FORM))
    assert "225" not in page
    assert "200 €" in page
    assert "Passeport" in page
    assert "Quatre mois au plus" in page


def test_beginning_without_an_account_leads_to_signing_in_and_back(village: Village) -> None:
    answer = village.browse().get(f"{FORM}/etapes/1")
    assert answer.location == f"/connexion?suite=/demarches/{TSE}/etapes/1"


def test_what_the_account_knows_is_not_asked_twice(village: Village) -> None:
    page = village.browse("amina").get(f"{FORM}/etapes/1").get_data(as_text=True)
    assert 'value="El Kébir"' in page
    assert 'value="1994"' in page


def test_a_demand_is_filed_page_by_page_with_files(village: Village) -> None:
    amina = village.browse("amina")
    assert fill(amina).location == f"{FORM}/relecture"
    read = plain(amina.get(f"{FORM}/relecture"))
    assert "12, rue des Lilas" in read
    assert "passeport.pdf" in read
    assert "Préfecture du Val-de-Marne" in read
    receipt = amina.get(send(amina).location)
    assert "Votre demande est envoyée" in plain(receipt)
    village.drain()
    home = plain(amina.get("/mon-espace"))
    assert "Terminer ma demande" not in home
    assert "Attestation de dépôt" in home


def test_a_second_click_is_the_same_dossier(village: Village) -> None:
    amina = village.browse("amina")
    fill(amina)
    key = key_of(amina.get(f"{FORM}/relecture"))
    first, second = (amina.post(f"{FORM}/deposer", {"cle": key}, form="/mon-espace") for _ in range(2))
    assert first.location == second.location
    with village.app.app_context():
        assert len(dossiers.dossiers_of_person(village.actor("amina"))) == 1


def test_a_wrong_page_is_kept_as_typed_and_says_what_to_correct(village: Village) -> None:
    amina = village.browse("amina")
    answer = step(amina, 1, {**PAGES[1], "numero_etranger": "12", "naissance_lieu": ""})
    assert answer.status_code == 422
    assert 'href="#champ-numero_etranger"' in answer.get_data(as_text=True)
    again = amina.get(f"{FORM}/etapes/1").get_data(as_text=True)
    assert 'value="12"' in again
    assert 'value="Algérienne"' in again


def test_leaving_keeps_the_page_and_home_offers_to_go_on(village: Village) -> None:
    amina = village.browse("amina")
    answer = step(amina, 2, {"titre_numero": "ZZ9", "_quitter": "1"})
    assert answer.location == "/mon-espace"
    home = plain(amina.get("/mon-espace"))
    assert "Terminer ma demande" in home
    assert f'href="{FORM}/etapes/2"' in home
    assert 'value="ZZ9"' in amina.get(f"{FORM}/etapes/2").get_data(as_text=True)


def test_a_draft_is_thrown_away_only_after_asking(village: Village) -> None:
    amina = village.browse("amina")
    step(amina, 2, {"titre_numero": "ZZ9", "_quitter": "1"})
    assert "Effacer ce brouillon" in plain(amina.get(f"{FORM}/abandonner"))
    amina.post(f"{FORM}/abandonner", form=f"{FORM}/abandonner")
    assert "Terminer ma demande" not in plain(amina.get("/mon-espace"))
    assert amina.get(f"{FORM}/abandonner").status_code == 404


def test_a_refused_file_says_why_and_the_others_are_kept(village: Village) -> None:
    amina = village.browse("amina")
    for page in (1, 2, 3, 4):
        step(amina, page, PAGES[page])
    answer = step(amina, 5, {**files(), "photo-fichier": (io.BytesIO(b"MZ not a picture"), "photo.exe")})
    assert answer.status_code == 422
    text = plain(answer)
    assert "photo.exe :" in text
    assert "passeport.pdf" in text


def test_a_file_is_taken_away_by_its_button(village: Village) -> None:
    amina = village.browse("amina")
    for page in (1, 2, 3, 4):
        step(amina, page, PAGES[page])
    step(amina, 5, files())
    page = amina.get(f"{FORM}/etapes/5").get_data(as_text=True)
    posted = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([0-9a-f-]{36})">', page))
    answer = step(amina, 5, {**posted, "_enlever": posted["photo"]})
    assert answer.status_code == 200
    text = plain(answer)
    assert "photo.pdf" not in text
    assert "passeport.pdf" in text
    assert amina.get(f"/mes-fichiers/{posted['photo']}").status_code == 404
    assert amina.get(f"/mes-fichiers/{posted['passeport']}").status_code == 200


def test_the_script_s_upload_is_kept_in_the_draft_at_once(village: Village) -> None:
    amina = village.browse("amina")
    for page in (1, 2, 3, 4):
        step(amina, page, PAGES[page])
    sent = {"fichier": (io.BytesIO(PDF), "mon passeport.pdf"), "piece": "passeport"}
    answer = amina.post(f"{FORM}/fichiers", sent, form=f"{FORM}/etapes/5")
    assert set(answer.get_json()) == {"id", "name", "size"}
    assert "mon passeport.pdf" in plain(amina.get(f"{FORM}/etapes/5"))


def test_the_script_is_told_in_json_why_a_file_is_refused(village: Village) -> None:
    amina = village.browse("amina")
    page = amina.get(f"{FORM}/etapes/5").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    answer = amina.client.post(
        f"{FORM}/fichiers",
        data={"fichier": (io.BytesIO(b"MZ"), "a.exe"), "piece": "passeport", "csrf_token": token[1]},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code in (415, 422)
    assert answer.get_json()["detail"]


def test_reading_back_names_the_pages_that_are_not_finished(village: Village) -> None:
    amina = village.browse("amina")
    step(amina, 1, PAGES[1])
    page = amina.get(f"{FORM}/relecture").get_data(as_text=True)
    assert "Il manque des réponses" in page
    assert f'href="{FORM}/etapes/3?retour=relecture"' in page
    assert "Envoyer ma demande" not in page


def test_correcting_from_the_reading_leads_back_to_it(village: Village) -> None:
    amina = village.browse("amina")
    fill(amina)
    address = f"{FORM}/etapes/3?retour=relecture"
    answer = amina.post(address, {**PAGES[3], "ville": "Maisons-Alfort"}, form=address)
    assert answer.location == f"{FORM}/relecture"
    assert "Maisons-Alfort" in plain(amina.get(f"{FORM}/relecture"))


def test_a_postcode_of_nowhere_asks_for_the_prefecture(village: Village) -> None:
    amina = village.browse("amina")
    fill(amina)
    step(amina, 3, {**PAGES[3], "code_postal": "75011", "ville": "Paris"})
    assert 'name="prefecture"' in amina.get(f"{FORM}/relecture").get_data(as_text=True)
    refused = send(amina)
    assert refused.status_code == 422
    assert 'href="#champ-prefecture"' in refused.get_data(as_text=True)
    number = send(amina, prefecture="93").location.split("/")[2]
    assert number.startswith("TSE-93-")


@pytest.mark.parametrize(
    ("postcode", "code"),
    [("94000", "94"), ("02100", "02"), ("97200", "972"), ("20090", "2A"), ("20200", "2B"), ("", None)],
)
def test_a_postcode_tells_the_prefecture(postcode: str, code: str | None) -> None:
    paris = ZoneInfo("Europe/Paris")
    codes = ("94", "02", "972", "2A", "2B", "97")
    houses = [identity.PrefectureView(one, one, "", "", "", "", "", paris) for one in codes]
    house = prefecture_of({"code_postal": postcode}, houses)
    assert (house.code if house else None) == code


def test_a_complement_says_why_and_takes_the_pieces(village: Village) -> None:
    filed = village.file()
    village.judge(filed, {"domicile": "refusee", "photo": "manquante"})
    amina = village.browse("amina")
    home = amina.get("/mon-espace").get_data(as_text=True)
    match = re.search(r'href="(/dossiers/[^"]+/taches/[^"]+)"', home)
    assert match is not None
    page = plain(amina.get(match[1]))
    assert "Le document n’est pas lisible" in page
    assert "Jusqu’au mercredi 23 décembre 2026" in page
    assert 'id="champ-passeport"' not in page
    one = amina.post(match[1], {"photo-fichier": (io.BytesIO(PDF), "photo.pdf")}, form=match[1])
    assert one.status_code == 422
    assert "photo.pdf" in plain(amina.get(match[1]))  # nothing that was sent is lost
    ids = re.findall(r'<input type="hidden" name="(photo)" value="([0-9a-f-]{36})">', one.get_data(as_text=True))
    both = {**dict(ids), "domicile-fichier": (io.BytesIO(PDF), "bail.pdf")}
    done = amina.post(match[1], both, form=match[1])
    assert done.location == f"/dossiers/{filed.number}"
    village.drain()
    assert village.open(filed) == ["verifier_completude"]
    assert "Il n’y a plus rien à faire ici" in plain(amina.get(match[1]))


def test_a_demand_sent_back_is_corrected_page_by_page(village: Village) -> None:
    filed = village.file()
    village.do(filed, "verifier_completude", {"conclusion": "corriger", "message": "Votre rue.", "pieces": judged()})
    amina = village.browse("amina")
    with village.app.app_context():
        task = next(one for one in dossiers.open_tasks(filed.number, village.actor("amina")) if one.lane == "usager")
    address = f"/dossiers/{filed.number}/taches/{task.id}"
    assert "12, rue des Lilas" in amina.get(f"{address}?etape=3").get_data(as_text=True)
    amina.post(f"{address}?etape=3", {**PAGES[3], "adresse": "14, rue des Lilas"}, form=f"{address}?etape=3")
    page = amina.get(f"{address}?etape=5").get_data(as_text=True)
    kept = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([0-9a-f-]{36})">', page))
    assert set(kept) == set(PIECES)
    amina.post(f"{address}?etape=5", kept, form=f"{address}?etape=5")
    done = amina.post(f"{address}?etape=6", PAGES[6], form=f"{address}?etape=6")
    assert done.location == f"/dossiers/{filed.number}", plain(done)
    village.drain()
    assert "14, rue des Lilas" in plain(amina.get(f"/dossiers/{filed.number}"))
    assert village.open(filed) == ["verifier_completude"]


def judged() -> dict[str, dict[str, str]]:
    return {code: {"etat": "valide"} for code in PIECES}


def test_a_task_done_elsewhere_meanwhile_is_told_kindly(village: Village) -> None:
    filed = village.file()
    village.judge(filed, {"photo": "manquante"})
    amina, actor = village.browse("amina"), village.actor("amina")
    with village.app.app_context():
        task = dossiers.open_tasks(filed.number, actor)[0].id
    address = f"/dossiers/{filed.number}/taches/{task}"
    amina.get(address)
    with village.app.app_context():
        given = {"photo": [village.document(actor)]}
        with unit_of_work():
            service.complete_task(actor, task, given)
    answer = amina.post(address, {"photo-fichier": (io.BytesIO(PDF), "photo.pdf")}, form="/compte")
    assert answer.location == address
