"""What a citizen reads before typing anything when a démarche is closed or held, and how it is closed by the pages."""

from __future__ import annotations

import re
from datetime import date

from prefecture.demarches import queries as demarches
from prefecture.demarches import suspension
from prefecture.identity import service as identity
from prefecture.kernel.unit_of_work import unit_of_work
from tests.town import PASSWORD, TSE
from tests.web.village import Village, Visitor, plain

FORM, CLOSINGS = f"/demarches/{TSE}", f"/analyste/demarches/{TSE}/fermeture"
WHY = "Le décret du 3 mai l’a supprimée."
FIRST = {"numero_etranger": "7503054321", "nom": "El Kébir"}


def close(ana: Visitor, **told: str) -> None:
    asked = {"version": "toutes", "motif": WHY, "usagers": "Adressez-vous à la mairie.", **told}
    assert ana.post(CLOSINGS, asked, form=CLOSINGS).status_code == 302


def test_a_closed_demarche_is_told_before_anything_is_typed(village: Village) -> None:
    ana, amina = village.browse("ana"), village.browse("amina")
    amina.post(f"{FORM}/etapes/1", {**FIRST, "_quitter": "1"}, form=f"{FORM}/etapes/1")
    close(ana)
    for visitor in (village.browse(), amina):
        page = plain(visitor.get(FORM))
        assert "Cette démarche ne reçoit plus de nouvelles demandes" in page
        assert "Adressez-vous à la mairie." in page
        assert "Commencer la demande" not in page
        assert ">Reprendre<" not in page
    assert "Votre brouillon est gardé jusqu’au" in plain(amina.get(FORM))
    assert amina.get(f"{FORM}/etapes/1").headers["Location"] == FORM
    assert "Fermée" in plain(amina.get("/demarches"))
    assert f'href="{FORM}"' not in village.browse().get("/").text
    assert f'<a class="link" href="{FORM}"' not in amina.get("/mon-espace").text


def test_what_is_being_typed_when_it_closes_is_kept(village: Village) -> None:
    ana, amina = village.browse("ana"), village.browse("amina")
    token = re.search(r'name="csrf_token" value="([^"]+)"', amina.get(f"{FORM}/etapes/1").text)
    assert token
    close(ana)
    sent = amina.client.post(f"{FORM}/etapes/1", data={"csrf_token": token[1], **FIRST, "_quitter": "1"})
    assert sent.status_code == 302
    sent = amina.client.post(f"{FORM}/deposer", data={"csrf_token": token[1], "cle": "rien"})
    assert sent.status_code in (302, 409)
    assert "Votre brouillon est gardé" in plain(amina.get(FORM))


def test_a_held_demarche_says_when_it_is_hoped_to_go_on(village: Village) -> None:
    here, ana = f"/analyste/demarches/{TSE}/suspensions", village.browse("ana")
    asked = {"version": "1", "motif": "Une table se trompe.", "reprise": "2026-12-01"}
    late = ana.post(here, {**asked, "reprise": "2020-01-01"}, form=here)
    assert (late.status_code, "Une table se trompe." in late.text) == (422, True)
    assert ana.post(here, {**asked, "reprise": "demain"}, form=here).status_code == 422
    ana.post(here, asked, form=here)
    page = plain(village.browse("amina").get(FORM))
    assert "Cette démarche est suspendue le temps d’une vérification" in page
    assert "Elle devrait reprendre le mardi 1er décembre 2026." in page
    assert "Commencer la demande" not in page
    assert "Reprise prévue le mardi 1er décembre 2026" in plain(ana.get(here))
    assert f'href="{FORM}"' in village.browse().get("/").text


def test_a_step_that_is_held_leaves_the_way_in_open(village: Village) -> None:
    ana = village.actor("ana")
    with village.app.app_context(), unit_of_work():
        version = demarches.current(TSE)
        suspension.suspend(ana, version.id, "Une table.", "traitement", date(2027, 1, 4))
    assert "Commencer la demande" in plain(village.browse("amina").get(FORM))


def test_a_demarche_is_closed_and_opened_by_the_pages(village: Village) -> None:
    with village.app.app_context(), unit_of_work():
        identity.create_agent("nina", "Nina Roy", PASSWORD, ["administrateur"])
    ana, nina = village.browse("ana"), village.browse("nina")
    wrong = ana.post(CLOSINGS, {"version": "", "motif": WHY, "usagers": "À la mairie."}, form=CLOSINGS)
    assert (wrong.status_code, "À la mairie." in wrong.text) == (422, True)
    short = ana.post(CLOSINGS, {"version": "1", "motif": "bof", "usagers": "À la mairie."}, form=CLOSINGS)
    assert (short.status_code, "À la mairie." in short.text) == (422, True)
    close(ana, version="1")
    assert ana.post(CLOSINGS, {"version": "1", "motif": WHY}, form=CLOSINGS).status_code == 409
    page = nina.get(CLOSINGS)
    assert "Aucun nouveau dossier ne peut commencer" in plain(page)
    assert "Fermée aux nouveaux dossiers : version 1" in plain(nina.get("/analyste/publications"))
    again = re.search(rf"{CLOSINGS}/[0-9a-f-]+/reouverture", page.text)
    assert again
    assert nina.post(again[0], {"motif": ""}, form=CLOSINGS).status_code == 422
    nina.post(again[0], {"motif": "Le décret est annulé."}, form=CLOSINGS)
    assert "De nouveaux dossiers peuvent commencer" in plain(nina.get(CLOSINGS))
    assert "Commencer la demande" in plain(village.browse("amina").get(FORM))
    marc = village.browse("marc")
    assert marc.post(CLOSINGS, {"version": "toutes", "motif": WHY}, form="/analyste/publications").status_code == 403
