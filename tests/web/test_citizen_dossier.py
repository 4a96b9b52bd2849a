"""A citizen's dossier page: what to do now, its letters, and nobody else's eyes."""

from __future__ import annotations

import re
from datetime import timedelta

from prefecture.documents import queries as documents
from prefecture.dossiers import queries as dossiers
from prefecture.kernel import clock
from prefecture.kernel.db import db
from prefecture.kernel.traces import Trace
from tests.web.village import Village, plain


def test_the_dossier_says_what_to_do_now_who_acts_and_until_when(village: Village) -> None:
    filed = village.file()
    page = plain(village.browse("amina").get(f"/dossiers/{filed.number}"))
    assert "Votre dossier est examiné" in page
    assert "Qui agit :</strong> la préfecture" in page
    assert "Réponse au plus tard le" in page
    assert "Vous avez déposé votre demande" in page


def test_somebody_elses_dossier_does_not_exist(village: Village) -> None:
    filed = village.file()
    village.judge(filed, {"photo": "manquante"})
    with village.app.app_context():
        task = dossiers.open_tasks(filed.number, village.actor("amina"))[0].id
        paper = documents.of_dossier(filed.id)[0].id
    boris = village.browse("boris")
    for address in (
        "",
        "/accuse",
        "/retrait",
        "/rendez-vous",
        "/rendez-vous.ics",
        "/rendez-vous/annuler",
        f"/taches/{task}",
        f"/documents/{paper}",
        f"/documents/{paper}/fichier",
        f"/documents/{paper}/pages/1",
    ):
        assert boris.get(f"/dossiers/{filed.number}{address}").status_code == 404, address
    for address in ("/retrait", "/rendez-vous/garder", "/rendez-vous/confirmer", f"/taches/{task}"):
        answer = boris.post(f"/dossiers/{filed.number}{address}", form="/compte")
        assert answer.status_code == 404, address


def test_an_agent_does_not_enter_by_the_citizens_door(village: Village) -> None:
    filed = village.file()
    assert village.browse("claire").get(f"/dossiers/{filed.number}").status_code == 403


def test_a_letter_is_downloaded_and_seen_as_pictures(village: Village) -> None:
    filed = village.file()
    with village.app.app_context():
        letter = next(one for one in documents.of_dossier(filed.id) if one.kind == "courrier")
    amina = village.browse("amina")
    base = f"/dossiers/{filed.number}/documents/{letter.id}"
    assert f'src="{base}/pages/1"' in amina.get(base).get_data(as_text=True)
    file = amina.get(f"{base}/fichier")
    assert file.data.startswith(b"%PDF")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert amina.get(f"{base}/pages/1").mimetype.startswith("image/")
    assert amina.get(f"{base}/pages/99").status_code == 404


def test_a_decided_dossier_leads_to_its_letter(village: Village) -> None:
    filed = village.file()
    village.judge(filed)
    village.do(filed, "autoriser_convocation", {"venue": "dispense"})
    refusal = {"sens": "refuser", "motifs": ["conditions"], "considerants_droit": "Vu X.", "considerants_fait": "Y."}
    village.do(filed, "instruire_demande", refusal)
    village.do(filed, "valider_decision", {"accord": True}, "denis")
    amina = village.browse("amina")
    page = amina.get(f"/dossiers/{filed.number}").get_data(as_text=True)
    assert "Votre demande est refusée" in page
    match = re.search(r'href="(/dossiers/[^"]+/documents/[^"]+)"><span>Lire le courrier', page)
    assert match is not None
    assert "Décision de refus" in plain(amina.get(match[1]))
    assert "Retirer ma demande" not in page


def test_a_demand_is_withdrawn_after_asking_and_once(village: Village) -> None:
    filed = village.file()
    amina = village.browse("amina")
    address = f"/dossiers/{filed.number}/retrait"
    assert "Retirer votre demande ?" in plain(amina.get(address))
    assert amina.post(address, {"motif": "Je déménage."}, form=address).location == f"/dossiers/{filed.number}"
    village.drain()
    assert village.now(filed).statut == "sans_suite"
    again = amina.post(address, form=address)
    assert again.status_code == 409
    assert "déjà terminé" in plain(again)


def test_a_session_in_use_stays_open_and_an_idle_one_ends(village: Village) -> None:
    amina = village.browse("amina")
    now = clock.now()
    for minutes in (20, 40, 60):
        with clock.frozen(now + timedelta(minutes=minutes)):
            assert amina.get("/mon-espace").status_code == 200
    with clock.frozen(now + timedelta(minutes=95)):
        assert amina.get("/mon-espace").status_code == 302


def test_consultations_leave_a_trace(village: Village) -> None:
    filed = village.file()
    village.browse("amina").get(f"/dossiers/{filed.number}")
    with village.app.app_context():
        kinds = [one.kind for one in db.session.scalars(db.select(Trace).where(Trace.subject_id == str(filed.id)))]
    assert kinds == ["dossier.consulte"]
