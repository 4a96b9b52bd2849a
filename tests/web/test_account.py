"""Accounts and public pages: signing in, one's own particulars, letters verified, errors that say what to do."""

from __future__ import annotations

import re

import pytest

from prefecture.notifications import queries as notifications
from prefecture.steps.letters import verification_code
from tests.town import PASSWORD
from tests.web.village import Village, plain

NEW = {
    "prenoms": "Nour",
    "nom": "Haddad",
    "courriel": "nour@example.fr",
    "mot_de_passe": "une phrase longue et à moi",
    "telephone": "06 11 22 33 44",
    "naissance": "1990-01-02",
}


@pytest.mark.parametrize("address", ["/", "/aide", "/mentions-legales", "/accessibilite", "/connexion", "/verifier"])
def test_public_pages_open_without_an_account(village: Village, address: str) -> None:
    answer = village.browse().get(address)
    assert answer.status_code == 200
    assert "<h1>" in answer.get_data(as_text=True)


def test_a_wrong_password_is_told_without_saying_which_part(village: Village) -> None:
    answer = village.browse().post("/connexion", {"login": "amina@example.fr", "mot_de_passe": "non"})
    assert answer.status_code == 401
    page = answer.get_data(as_text=True)
    assert 'href="#identifiant"' in page
    assert 'value="amina@example.fr"' in page


def test_signing_in_leads_where_one_was_going_and_nowhere_else(village: Village) -> None:
    told = {"login": "amina@example.fr", "mot_de_passe": PASSWORD}
    inside = village.browse().post("/connexion", {**told, "suite": "/demarches"})
    assert inside.location == "/demarches"
    outside = village.browse().post("/connexion", {**told, "suite": "//evil.example/"})
    assert outside.location == "/mon-espace"


def test_a_new_account_is_signed_in(village: Village) -> None:
    visitor = village.browse()
    assert visitor.post("/compte/nouveau", NEW, form="/compte/nouveau").location == "/mon-espace"
    assert "Bonjour Nour Haddad" in plain(visitor.get("/mon-espace"))


def test_a_new_account_with_faults_keeps_what_was_typed(village: Village) -> None:
    answer = village.browse().post(
        "/compte/nouveau", {**NEW, "nom": "", "notifications": "oui"}, form="/compte/nouveau"
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#champ-nom"' in page
    assert 'value="Nour"' in page
    assert re.search(r'name="notifications" value="oui" checked', page)


def test_my_particulars_are_shown_with_their_values(village: Village) -> None:
    page = plain(village.browse("amina").get("/compte"))
    assert "<dd>Amina El Kébir</dd>" in page
    assert "<dd>amina@example.fr</dd>" in page
    assert "4 mai 1994" in page


def test_how_i_am_reached_can_be_changed(village: Village) -> None:
    amina = village.browse("amina")
    wrong = amina.post("/compte/contact", {"telephone": "abc"}, form="/compte")
    assert wrong.status_code == 422
    assert 'value="abc"' in wrong.get_data(as_text=True)
    amina.post("/compte/contact", {"telephone": "06 99 88 77 66", "notifications": "oui"}, form="/compte")
    page = plain(amina.get("/compte"))
    assert "06 99 88 77 66" in page
    assert "<dd>oui</dd>" in page


def test_a_new_password_closes_the_other_sessions(village: Village) -> None:
    here, there = village.browse("amina"), village.browse("amina")
    told = {"ancien": PASSWORD, "nouveau": "une autre phrase assez longue"}
    assert here.post("/compte/mot-de-passe", told, form="/compte").status_code == 302
    assert here.get("/mon-espace").status_code == 200
    assert there.get("/mon-espace").status_code == 302


def test_one_of_my_sessions_is_closed_from_another(village: Village) -> None:
    here, there = village.browse("amina"), village.browse("amina")
    page = here.get("/compte").get_data(as_text=True)
    addresses = re.findall(r'action="(/compte/sessions/[^"]+)"', page)
    assert len(addresses) == 2
    assert here.post(addresses[0]).location == "/compte"
    assert sorted(one.get("/mon-espace").status_code for one in (here, there)) == [200, 302]


def test_an_agent_has_an_account_page_too(village: Village) -> None:
    assert "Claire Petit" in plain(village.browse("claire").get("/compte"))


def test_a_letter_is_recognised_by_its_number_and_code(village: Village) -> None:
    filed = village.file()
    with village.app.app_context():
        letter = next(one for one in notifications.of_dossier(filed.id) if one.kind == "courrier")
        code = verification_code(letter.key)
    visitor = village.browse()
    right = plain(visitor.post("/verifier", {"numero": filed.number, "code": code.lower()}, form="/verifier"))
    assert "Ce courrier vient bien de la préfecture" in right
    assert "El Kébir" not in right
    wrong = plain(visitor.post("/verifier", {"numero": filed.number, "code": "AAAA-BBBB-CCCC"}, form="/verifier"))
    assert "Aucun courrier ne porte ce numéro et ce code" in wrong
    assert visitor.post("/verifier", form="/verifier").status_code == 422


def test_an_unknown_page_says_what_to_do(village: Village) -> None:
    answer = village.browse().get("/nulle-part")
    assert answer.status_code == 404
    assert "Aller à l’accueil" in plain(answer)
