"""Agents' pages: worklist, task, dossier, reception; what was typed is kept, what is not theirs is not there."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from prefecture.agenda import queries as agenda
from prefecture.dossiers import queries as dossiers
from prefecture.dossiers import service
from prefecture.dossiers.queries import DossierView
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.steps import appointments
from tests.town import PIECES, START
from tests.web.village import Village, plain
from web import wording

PARIS = "Europe/Paris"


def task_of(village: Village, view: DossierView, element: str = "verifier_completude") -> str:
    """The address of the open task of that element."""
    with village.app.app_context():
        open_now = dossiers.open_tasks(view.number, Actor.system())
        return f"/agent/taches/{next(one.id for one in open_now if one.element == element)}"


def judged(state: str = "valide") -> dict[str, str]:
    """The posted judgement of every pièce."""
    return {f"pieces.{code}.etat": state for code in PIECES}


def test_a_deadline_is_told_in_words(village: Village) -> None:
    evening = START.replace(hour=22, minute=59, second=59)
    assert plain_text(wording.due(START + timedelta(hours=2), PARIS)) == "aujourd’hui, 12 h"
    assert wording.due(evening, PARIS) == "aujourd’hui"
    assert wording.due(evening + timedelta(days=1), PARIS) == "demain"
    assert wording.due(evening - timedelta(days=1), PARIS) == "en retard d’un jour"
    assert plain_text(wording.due(evening - timedelta(days=3), PARIS)) == "en retard de 3 jours"
    assert plain_text(wording.due(evening + timedelta(days=21), PARIS)) == "lun. 14 déc."
    assert wording.due(None, PARIS) == "sans échéance"


def plain_text(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_the_last_second_of_a_day_is_that_day() -> None:
    assert plain_text(wording.moment(START.replace(hour=22, minute=59), PARIS)) == "23 nov. 2026"


def test_the_worklist_names_person_task_and_deadline(village: Village) -> None:
    view = village.file()
    text = plain(village.browse("claire").get("/agent"))
    assert view.number in text
    assert "El Kébir Amina" in text
    assert "Vérifier la complétude" in text
    assert "23 h 59" not in text


def test_the_worklist_is_searched_by_name_and_tells_when_nothing_fits(village: Village) -> None:
    view = village.file()
    agent = village.browse("claire")
    assert view.number in plain(agent.get("/agent?q=El Kébir"))
    assert "Aucune tâche ne correspond" in plain(agent.get("/agent?q=Dupont"))
    assert "Vous n’avez pris aucune tâche" in plain(agent.get("/agent?vue=mine"))


def test_several_tasks_are_taken_at_once(village: Village) -> None:
    view = village.file()
    agent = village.browse("claire")
    task = task_of(village, view).rpartition("/")[2]
    agent.post("/agent/taches/prendre", {"ligne": task}, form="/agent")
    assert view.number in plain(agent.get("/agent?vue=mine"))


def test_a_task_shows_the_pieces_by_their_label_with_their_state(village: Village) -> None:
    view = village.file()
    text = plain(village.browse("claire").get(task_of(village, view)))
    assert "Justificatif de domicile de moins de 6 mois" in text
    assert "Terminer" in text


def test_another_services_task_and_dossier_do_not_exist(village: Village) -> None:
    view = village.file()
    stranger = village.browse("omar")
    assert stranger.get(task_of(village, view)).status_code == 404
    assert stranger.get(f"/agent/dossiers/{view.number}").status_code == 404
    assert stranger.get(task_of(village, view) + "/courrier").status_code == 404


def test_wrong_answers_come_back_as_typed(village: Village) -> None:
    view = village.file()
    address = task_of(village, view)
    answer = village.browse("claire").post(
        address,
        {**judged(), "conclusion": "complement", "delai_jours": "900", "message": "Merci d’avance"},
        form=address,
    )
    assert answer.status_code == 422
    text = plain(answer)
    assert 'value="900"' in text
    assert "Merci d’avance" in text


def test_a_dossier_that_changed_meanwhile_is_a_conflict_that_keeps_what_was_typed(village: Village) -> None:
    view = village.file()
    address = task_of(village, view)
    told = {**judged(), "conclusion": "complement", "delai_jours": "30", "message": "Gardez ceci", "revision": "0"}
    answer = village.browse("claire").post(address, told, form=address)
    assert answer.status_code == 409
    assert "Gardez ceci" in plain(answer)
    assert "La tâche n’a pas été enregistrée" in plain(answer)


def test_looking_at_a_piece_without_javascript_keeps_what_was_typed(village: Village) -> None:
    view = village.file()
    address = task_of(village, view)
    told = {"conclusion": "complement", "message": "Gardez ceci", "_voir": "domicile"}
    answer = village.browse("claire").post(address, told, form=address)
    assert answer.status_code == 200
    assert "Gardez ceci" in plain(answer)
    assert "verifier_completude" in village.open(view)


def test_a_completed_task_leads_to_the_next(village: Village) -> None:
    view, other = village.file(), village.file("boris")
    address = task_of(village, view)
    answer = village.browse("claire").post(address, {**judged(), "conclusion": "complet"}, form=address)
    assert answer.status_code == 302
    assert task_of(village, other) in answer.location
    village.drain()
    assert "autoriser_convocation" in village.open(view)


def test_a_task_that_a_colleague_has_taken_says_so(village: Village) -> None:
    view = village.file()
    address = task_of(village, view)
    ines = village.actor("ines")
    with village.app.app_context(), unit_of_work():
        service.claim_task(ines, address.rpartition("/")[2])
    text = plain(village.browse("claire").get(address))
    assert "Un collègue a pris cette tâche" in text
    assert "Inès Morel" in text


def test_a_task_of_another_role_shows_the_dossier_without_the_form(village: Village) -> None:
    view = village.file()
    text = plain(village.browse("awa").get(task_of(village, view)))
    assert "revient à un autre rôle" in text
    assert "Terminer" not in text


def test_the_letter_is_read_before_it_is_sent_and_nothing_is_kept(village: Village) -> None:
    view = village.file()
    address = task_of(village, view)
    agent = village.browse("claire")
    told = {**judged(), "pieces.photo.etat": "refusee", "pieces.photo.motif": "illisible"}
    told |= {"conclusion": "complement", "delai_jours": "30"}
    page = agent.post(f"{address}/courrier", told, form=address)
    assert page.status_code == 200
    assert "Le document n’est pas lisible." in plain(page)
    assert "sandbox" in page.headers["Content-Security-Policy"]
    assert "Pas encore de courrier" in plain(agent.get(f"{address}/courrier"))
    assert village.open(view) == ["verifier_completude"]


def test_who_proposed_may_not_approve_and_is_told_why(village: Village) -> None:
    view = village.file()
    village.judge(view)
    village.do(view, "autoriser_convocation", {"venue": "dispense"}, "denis")
    told = {"sens": "accepter", "titre": {"nature": "meme", "debut": "2027-03-01", "fin": "2037-02-28"}}
    village.do(view, "instruire_demande", told, "denis")
    address = task_of(village, view, "valider_decision")
    agent = village.browse("denis")
    assert "Attestation de décision favorable" in plain(agent.get(f"{address}/courrier"))
    answer = agent.post(address, {"accord": "true"}, form=address)
    assert answer.status_code == 403
    assert "un autre agent doit la traiter" in plain(answer)


def test_the_dossier_page_shows_where_it_stands_and_what_was_said(village: Village) -> None:
    view = village.file()
    text = plain(village.browse("claire").get(f"/agent/dossiers/{view.number}"))
    for words in ("À faire maintenant", "Historique", "Parcours", "Renouvellement de titre de séjour", "Complétude"):
        assert words in text
    assert text.count('class="bpmn"') == 2


def test_a_document_is_looked_at_page_by_page(village: Village) -> None:
    view = village.file()
    agent = village.browse("claire")
    page = agent.get(f"/agent/dossiers/{view.number}").get_data(as_text=True)
    look = next(part.partition('"')[0] for part in page.split('href="') if part.partition('"')[0].endswith("/voir"))
    assert agent.get(look).status_code == 200
    assert village.browse("omar").get(look).status_code == 404


def test_sending_back_needs_a_reason_and_keeps_the_dossier_otherwise(village: Village) -> None:
    view = village.file()
    village.judge(view)
    address = f"/agent/dossiers/{view.number}"
    agent = village.browse("claire")
    assert agent.post(f"{address}/renvoyer", {"motif": ""}, form=address).status_code == 422
    answer = agent.post(f"{address}/renvoyer", {"motif": "Corrigez votre adresse."}, form=address)
    assert answer.status_code == 302
    assert village.now(view).statut == "en_construction"


def test_dossiers_are_found_by_number_and_the_empty_list_says_what_to_do(village: Village) -> None:
    view = village.file()
    agent = village.browse("claire")
    assert view.number in plain(agent.get(f"/agent/dossiers?q={view.number}"))
    assert "Aucun dossier trouvé" in plain(agent.get("/agent/dossiers?q=TSE-00-00-000000-X"))


def test_reception_and_counter_say_when_nobody_is_expected(village: Village) -> None:
    agent = village.browse("awa")
    assert "Personne n’est attendu" in plain(agent.get("/agent/accueil"))
    assert "Personne n’attend" in plain(village.browse("gil").get("/agent/guichet"))


def test_who_arrives_is_noted_and_called_at_the_counter(village: Village) -> None:
    view = village.file()
    village.convoke(view)
    rdv, starts = village_booking(village, view)
    with clock.frozen(starts - timedelta(minutes=5)):
        desk = village.browse("awa")
        assert "Amina El Kébir" in plain(desk.get("/agent/accueil?q=kébir"))
        assert "Personne ne correspond" in plain(desk.get("/agent/accueil?q=dupont"))
        desk.post(f"/agent/accueil/{rdv}/arrivee", form="/agent/accueil")
        counter = plain(village.browse("gil").get("/agent/guichet"))
        assert "À recevoir maintenant" in counter
        assert "Amina El Kébir" in counter


def village_booking(village: Village, view: DossierView) -> tuple[uuid.UUID, datetime]:
    """The first free slot booked: the appointment's id and its instant."""
    with village.app.app_context():
        invited = agenda.convocation_of(view.id)
        assert invited is not None
        slot = next(slot for day in agenda.free_slots(invited.id) for slot in (*day.morning, *day.afternoon))
        with unit_of_work():
            appointments.book(invited.id, slot.starts_at)
        booked = agenda.appointment_of(view.id)
        assert booked is not None
    village.drain()
    return booked.id, slot.starts_at


def test_a_message_that_came_too_early_is_shown_with_its_time(village: Village) -> None:
    view = village.file()
    with village.app.app_context(), unit_of_work():
        service.send_message(view.id, "titre_retrouve", {"secret": "rien"}, ttl=timedelta(days=3))
    text = plain(village.browse("claire").get(f"/agent/dossiers/{view.number}"))
    assert "titre_retrouve" in text
    assert "gardé jusqu’à ce que le parcours l’attende" in text
    assert "secret" not in text
