"""The observation's pages: heat map, questions, replays, incidents, a dossier's way, suspensions; no name on any."""

from __future__ import annotations

import csv
import io
import re
import uuid
from datetime import timedelta

from lxml import etree

from prefecture.dossiers import queries as dossiers
from prefecture.dossiers.queries import DossierView
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock, outbox
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.statistics import observing
from tests.town import TSE
from tests.web.village import Village, Visitor, plain

HEAT = f"/analyste/demarches/{TSE}/observation"
HELD = f"/analyste/demarches/{TSE}/suspensions"
REPLAYS = f"/analyste/demarches/{TSE}/rejeux"
PAPER = "{http://www.w3.org/2000/svg}"


def walked(village: Village) -> DossierView:
    """A dossier that waited four days for its check, and is read."""
    view = village.file()
    with clock.frozen(clock.now() + timedelta(days=4)):
        village.convoke(view)
    read(village)
    return view


def read(village: Village) -> None:
    with village.app.app_context():
        observing.observe()


def stuck(village: Village, count: int = 1) -> list[DossierView]:
    """Dossiers whose attestation failed for good."""
    views = [village.file() for _ in range(count)]
    with village.app.app_context(), unit_of_work():
        for view in views:
            outbox.post("essai.personne", f"{view.id}:attester_depot:x", {}, key_id=None, dossier_id=view.id)
    village.drain()
    return views


def analyst(village: Village) -> Visitor:
    return village.browse("ana")


def test_the_heat_map_shows_where_dossiers_stand_and_how_long_they_waited(village: Village) -> None:
    walked(village)
    with clock.frozen(clock.now() + timedelta(days=5)):
        page = analyst(village).get(HEAT)
        text = plain(page)
    assert page.status_code == 200
    assert "C’est à l’étape « Vérifier la complétude » qu’on attend le plus" in text
    assert "bpmn-chaleur-flux" in text
    # What a pointer and a reader of the picture are told, within nine per cent.
    assert re.search(r"Vérifier la complétude : (3,[4-9]|4|4,[0-6]) j", text)
    assert "Étapes et chemins d’autres versions" not in text
    assert "El Kébir" not in text


def test_before_anything_was_read_the_page_says_when_figures_come(village: Village) -> None:
    assert "dans les dix minutes" in plain(analyst(village).get(HEAT))
    read(village)
    assert "Aucun passage" in plain(analyst(village).get(f"{HEAT}?du=2020-01-01&au=2020-02-01"))


def test_two_periods_and_two_versions_are_compared(village: Village) -> None:
    walked(village)
    with clock.frozen(clock.now() + timedelta(days=100)):
        text = plain(analyst(village).get(f"{HEAT}?avec=avant&mesure=passages"))
        other = plain(analyst(village).get(f"{HEAT}?avec=version:1"))
        free = plain(analyst(village).get(f"{HEAT}?avec=autre&du2=2026-11-01&au2=2026-12-30&mesure=passages"))
    assert "1 → 0" in text
    assert "bpmn-froid" in text
    assert "version 1" in other
    assert "comparé à : du 1 nov. 2026 au 30 déc. 2026" in free


def test_what_cannot_be_read_in_the_address_is_told_and_the_rest_is_shown(village: Village) -> None:
    page = analyst(village).get(f"{HEAT}?du=hier&version=9&mesure=poids")
    assert page.status_code == 422
    assert "Cette date ne se lit pas" in plain(page)
    assert "Cette version n’existe pas" in plain(page)
    turned = analyst(village).get(f"{HEAT}?du=2026-11-20&au=2026-11-01")
    assert "La fin vient avant le début" in plain(turned)
    assert analyst(village).get("/analyste/demarches/inconnue/observation").status_code == 404


def test_the_picture_is_taken_away_as_a_file_that_stands_alone(village: Village) -> None:
    walked(village)
    answer = analyst(village).get(
        f"/analyste/demarches/{TSE}/observation.svg?fichier=_commun/bloc_completude.bpmn&au=2026-12-31"
    )
    assert answer.mimetype == "image/svg+xml"
    assert "attachment" in answer.headers["Content-Disposition"]
    svg = etree.fromstring(answer.data)
    assert svg.tag == f"{PAPER}svg"
    assert [e for e in svg.iter(f"{PAPER}text") if re.match("[34].*\u00a0j", "".join(e.itertext()))]
    assert analyst(village).get(f"/analyste/demarches/{TSE}/observation.svg?fichier=rien.bpmn").status_code == 404


def test_the_table_says_the_same_as_the_picture(village: Village) -> None:
    walked(village)
    answer = analyst(village).get(f"/analyste/demarches/{TSE}/observation.csv?au=2026-12-31&avec=annee")
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")), delimiter=";"))
    line = next(row for row in rows if row[1] == "verifier_completude")
    assert line[2] == "Vérifier la complétude"
    assert line[5] == "1"
    assert abs(int(line[6]) - 4 * 86_400) < 0.19 * 4 * 86_400
    assert len(rows[0]) == len(line) == 16
    assert {row[3] for row in rows[1:]} == {"étape", "chemin"}


def test_the_questions_are_answered_by_plots_with_their_tables(village: Village) -> None:
    view = village.file()
    village.judge(view, {"domicile": "refusee"})
    read(village)
    text = plain(analyst(village).get(f"/analyste/demarches/{TSE}/questions"))
    assert "Quelles pièces manquent ou sont refusées ?" in text
    assert "(1 sur 1)" in text
    assert "Le document n’est pas lisible." in text
    assert "Attendent une décision" in text
    assert "Voir les chiffres" in text


def test_past_decisions_are_played_through_another_versions_tables(village: Village) -> None:
    walked(village)
    ana = analyst(village)
    missing = ana.post(REPLAYS, {"contre": "version:7", "du": "2026-11-01", "au": "2026-11-30"}, form=REPLAYS)
    assert missing.status_code == 422
    assert "Choisissez une version" in plain(missing)
    turned = ana.post(REPLAYS, {"contre": "version:1", "du": "2026-11-30", "au": "2026-11-01"}, form=REPLAYS)
    assert "La fin vient avant le début" in plain(turned)
    answer = ana.post(REPLAYS, {"contre": "version:1", "du": "2026-11-01", "au": "2026-11-30"}, form=REPLAYS)
    assert answer.status_code == 302
    assert "Dossiers relus : 0 sur 1" in plain(ana.get(answer.headers["Location"]))
    village.drain()
    text = plain(ana.get(answer.headers["Location"]))
    assert "Aucune réponse ne change." in text
    assert "Délai et sens du silence" in text
    assert "terminé" in plain(ana.get(REPLAYS))
    assert ana.get(f"{REPLAYS}/{uuid.uuid4()}").status_code == 404


def test_a_dossiers_way_is_drawn_with_its_times_and_without_its_names(village: Village) -> None:
    view = walked(village)
    text = plain(analyst(village).get(f"/analyste/dossiers/{view.number}/parcours"))
    assert f"Parcours du dossier {view.number}" in text
    assert "bpmn-pris" in text
    assert "Choisir un créneau" in text
    assert "Kébir" not in text
    assert "Claire" not in text
    found = analyst(village).get(f"/analyste/parcours?numero={view.number.lower()}")
    assert found.headers["Location"].endswith(f"/analyste/dossiers/{view.number}/parcours")
    assert analyst(village).get("/analyste/dossiers/TSE-94-26-999999-X/parcours").status_code == 404
    assert village.browse("claire").get(f"/analyste/dossiers/{view.number}/parcours").status_code == 403


def test_incidents_are_told_by_cause_and_on_the_diagram(village: Village) -> None:
    stuck(village, 2)
    text = plain(analyst(village).get(f"/analyste/incidents?demarche={TSE}"))
    assert "Une action du système a échoué" in text
    assert "2 incidents" in text
    assert "bpmn-chaleur" in text
    assert "Aucun incident" in plain(analyst(village).get("/analyste/incidents?demarche=echange_permis_conduire"))


def test_all_incidents_of_a_cause_are_passed_over_for_one_reason(village: Village) -> None:
    stuck(village, 2)
    ids = _incidents(village)
    ana = analyst(village)
    ana.post("/analyste/incidents/passage", {"incident": ids, "motif": " "}, form="/analyste/incidents")
    assert len(_incidents(village)) == 2
    ana.post(
        "/analyste/incidents/passage", {"incident": ids, "motif": "Action abandonnée."}, form="/analyste/incidents"
    )
    assert _incidents(village) == []
    again = ana.post("/analyste/incidents/relance", {"incident": ids}, form="/analyste")
    assert again.status_code == 302
    assert "Aucun incident n’a changé" in plain(ana.get("/analyste/incidents"))


def test_one_incident_is_tried_again_and_a_token_moved_from_its_page(village: Village) -> None:
    (view,) = stuck(village)
    (incident,) = _incidents(village)
    page = f"/analyste/incidents/{incident}"
    ana = analyst(village)
    assert "Ce qui est à" in plain(ana.get(page))
    silent = ana.post(f"{page}/deplacement", {"de": "verifier_completude", "vers": "verifier_completude"}, form=page)
    assert silent.status_code == 422
    assert "Dites pourquoi." in plain(silent)
    moved = {"de": "verifier_completude", "vers": "verifier_completude", "motif_deplacement": "À refaire."}
    assert ana.post(f"{page}/deplacement", moved, form=page).status_code == 302
    with village.app.app_context():
        kinds = [one.kind for one in dossiers.history(view.number, Actor.system())]
    assert "token_moved" in kinds
    assert ana.post(f"{page}/relance", {}, form=page).status_code == 302
    assert _incidents(village) == []


def test_data_are_corrected_without_being_shown(village: Village) -> None:
    (view,) = stuck(village)
    (incident,) = _incidents(village)
    page = f"/analyste/incidents/{incident}"
    ana = analyst(village)
    broken = ana.post(f"{page}/donnees", {"valeurs": "{montant: 3", "motif_donnees": "Erreur."}, form=page)
    assert broken.status_code == 422
    assert "Ce n’est pas du JSON" in plain(broken)
    assert "{montant: 3" in plain(broken)
    assert (
        ana.post(f"{page}/donnees", {"valeurs": '{"essai": 3}', "motif_donnees": "Erreur."}, form=page).status_code
        == 302
    )
    with village.app.app_context():
        assert dossiers.data_of(view.id)["essai"] == 3


def test_a_version_is_held_from_its_page_and_resumed(village: Village) -> None:
    ana = analyst(village)
    silent = ana.post(HELD, {"version": "1", "etape": "", "motif": ""}, form=HELD)
    assert silent.status_code == 422
    assert "Dites pourquoi." in plain(silent)
    assert ana.post(HELD, {"version": "1", "etape": "", "motif": "Table fausse."}, form=HELD).status_code == 302
    assert "Table fausse." in plain(ana.get(HELD))
    address = ana.get(HELD).get_data(as_text=True).split("/suspensions/")[1].split("/reprise")[0]
    assert ana.post(f"{HELD}/{address}/reprise", {}, form=HELD).status_code == 302
    assert "Suspensions passées" in plain(ana.get(HELD))


def test_other_roles_do_not_enter(village: Village) -> None:
    for address in (HEAT, HELD, REPLAYS, "/analyste/incidents", f"/analyste/demarches/{TSE}/questions"):
        assert village.browse("denis").get(address).status_code == 403
        assert village.browse("amina").get(address).status_code == 403


def _incidents(village: Village) -> list[str]:
    with village.app.app_context():
        return [str(one.id) for one in outbox.incidents()]
