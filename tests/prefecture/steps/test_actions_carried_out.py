"""The actions on real desks: what is kept, what leaves, and that nothing leaves twice."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pypdfium2
import pytest

from prefecture.agenda import queries as agenda_queries
from prefecture.documents import queries as documents_queries
from prefecture.dossiers import service
from prefecture.dossiers.queries import DossierView
from prefecture.kernel import outbox
from prefecture.kernel.errors import Forbidden
from prefecture.kernel.outbox import PermanentFailure, Work
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.notifications import queries as notifications_queries
from prefecture.steps import appointments
from prefecture.steps.actions import ACTIONS
from prefecture.steps.running import handler
from prefecture.steps.verification import recognise

Choose = Callable[[DossierView], datetime]
GRANTED = {"sens": "accepter", "titre": {"nature": "meme", "debut": "2027-03-01", "fin": "2028-02-29"}}


def read(view: DossierView, code: str) -> str:
    """The text of a kept letter."""
    found = next(one for one in documents_queries.of_dossier(view.id) if one.code == code)
    pdf = pypdfium2.PdfDocument(io.BytesIO(documents_queries.content(found.id)))
    text = "\n".join(page.get_textpage().get_text_bounded() for page in pdf)
    pdf.close()
    return text.replace("\u00a0", " ").replace("\r\n", " ").replace("\n", " ")


def complete(world: Any, view: DossierView) -> None:
    world.do(view, "verifier_completude", {"conclusion": "complet", "pieces": judged()})


def judged(**others: dict[str, str]) -> dict[str, dict[str, str]]:
    return {code: {"etat": "valide"} for code in ("passeport", "titre_actuel", "photo", "domicile")} | others


def booked(world: Any, view: DossierView, first_slot: Choose) -> datetime:
    world.do(view, "autoriser_convocation", {"venue": "convoquer", "originaux": ["passeport"]})
    found = agenda_queries.convocation_of(view.id)
    starts = first_slot(view)
    with unit_of_work():
        appointments.book(found.id, starts)
    world.drain()
    return starts


def test_filing_gives_an_acknowledgement_with_every_mention_of_the_law(world: Any) -> None:
    view = world.file()
    assert world.letters(view) == ["attestation_depot"]
    text = read(view, "attestation_depot")
    for mention in (
        view.number,
        "23 novembre 2026",  # received
        "23 mars 2027",  # silence means refusal
        "décision implicite de rejet",
        "sous réserve que votre dossier soit complet",
        "Bureau des étrangers",
        "21 avenue du Général-de-Gaulle",
        "etrangers@example.fr",
        "01 49 56 60 00",
        "deux mois",
        "tribunal administratif",
        "Amina Sarah El Kébir",
    ):
        assert mention in text, mention
    assert world.sent(view) == ["Votre demande est enregistrée"]
    now = world.now(view)
    assert now.statut == "en_construction"
    assert now.silence_at.date() == date(2027, 3, 23)
    assert world.open(view) == ["verifier_completude"]


def test_an_action_carried_out_twice_sends_one_mail(world: Any) -> None:
    view = world.file()
    mails, letters = world.sent(view), world.letters(view)
    action = ACTIONS["depot.attester"]
    work = next(one for one in _all_work(view) if one.kind == action.name)
    handler(action)(work)
    world.drain()
    assert world.sent(view) == mails
    assert world.letters(view) == letters


def test_an_action_interrupted_before_its_last_door_leaves_nothing_and_is_done_later(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> bool:
        raise RuntimeError("the machine stopped here")

    monkeypatch.setattr("prefecture.notifications.service.queue_mail", refuse)
    view = world.file()
    assert world.letters(view) == []
    assert world.open(view) == []
    monkeypatch.undo()
    world.later(minutes=1)
    assert world.letters(view) == ["attestation_depot"]
    assert world.sent(view) == ["Votre demande est enregistrée"]
    assert world.open(view) == ["verifier_completude"]


def test_a_complement_suspends_the_clock_and_its_answer_starts_it_again(world: Any) -> None:
    view = world.file()
    bad = judged(domicile={"etat": "refusee", "motif": "illisible"}, photo={"etat": "manquante"})
    world.do(
        view, "verifier_completude", {"conclusion": "complement", "delai_jours": 30, "pieces": bad, "message": "Merci."}
    )
    now = world.now(view)
    assert now.suspended
    assert now.silence_at.date() == date(2027, 4, 22)
    text = read(view, "demande_complement")
    assert "Le document n’est pas lisible." in text
    assert "Photo d’identité" in text
    assert "23 décembre 2026" in text
    world.later(days=10)
    given = {"domicile": [world.document()], "photo": [world.document()]}
    world.do(view, "deposer_complement", given, world.amina)
    now = world.now(view)
    assert not now.suspended
    assert now.silence_at.date() == date(2027, 4, 2)
    assert "Nous avons reçu vos pièces" in world.sent(view)
    assert world.open(view) == ["verifier_completude"]


def test_a_booked_slot_gives_a_convocation_a_calendar_file_and_one_reminder(world: Any, first_slot: Choose) -> None:
    view = world.file()
    complete(world, view)
    starts = booked(world, view, first_slot)
    invited = next(text for text in world.sent(view, "sms") if "rendez-vous en préfecture" in text)
    assert "https://pref.example/rendez-vous/" in invited
    assert len(invited) <= 160
    text = read(view, "convocation")
    assert "Passeport" in text
    assert "RDV-" in text
    assert "Bureau des étrangers" in text
    mail = next(one for one in notifications_queries.of_dossier(view.id) if one.calendar)
    assert len(mail.attachments) == 1
    world.at(starts - timedelta(days=1, hours=20))
    reminders = [text for text in world.sent(view, "sms") if "Apportez" in text]
    assert len(reminders) == 1
    assert len(reminders[0]) <= 160


def test_moving_and_cancelling_are_told_to_the_process(world: Any, first_slot: Choose) -> None:
    view = world.file()
    complete(world, view)
    starts = booked(world, view, first_slot)
    found = agenda_queries.convocation_of(view.id)
    with unit_of_work():
        appointments.book(found.id, starts + timedelta(minutes=40))
    world.drain()
    assert world.open(view) == ["recevoir_usager"]
    assert world.letters(view).count("convocation") == 2
    with unit_of_work():
        appointments.cancel(found.id)
    world.drain()
    assert world.open(view) == ["choisir_creneau"]
    assert "Votre rendez-vous est annulé" in world.sent(view)


def test_the_whole_story_to_the_hand_over(world: Any, first_slot: Choose) -> None:
    view = world.file()
    complete(world, view)
    assert world.now(view).statut == "en_instruction"
    starts = booked(world, view, first_slot)
    world.at(starts)
    world.do(view, "recevoir_usager", {"presence": "present", "biometrie": "relevees", "originaux_conformes": True})
    assert agenda_queries.appointments_of(view.id)[0].status == "honore"
    world.do(view, "instruire_demande", GRANTED)
    world.do(view, "valider_decision", {"accord": True}, world.denis)
    assert world.now(view).statut == "accepte"
    text = read(view, "decision_favorable")
    assert "Denis Roux" in text
    assert "Chef de service" in text
    assert "1er mars 2027" in text
    world.do(view, "suivre_fabrication", {"issue": "livre", "numero_titre": "AB1234567"})
    mail = next(m for m in notifications_queries.of_dossier(view.id) if m.subject == "Votre titre est arrivé")
    assert "225" in mail.text
    with unit_of_work():
        appointments.book(agenda_queries.convocation_of(view.id).id, first_slot(view))
    world.drain()
    world.at(agenda_queries.appointment_of(view.id, purpose="remise").starts_at)
    world.do(view, "recevoir_usager", {"presence": "present"})
    told = {"issue": "remis", "timbre": "1" * 16, "taxes_verifiees": True, "information_signee": True}
    world.do(view, "remettre_titre", told)
    now = world.now(view)
    assert now.finished_at is not None
    assert now.statut == "accepte"
    assert "Votre titre vous a été remis" in world.sent(view)


def test_nobody_approves_their_own_proposal(world: Any) -> None:
    view = world.file()
    complete(world, view)
    world.do(view, "autoriser_convocation", {"venue": "dispense"})
    world.do(view, "instruire_demande", GRANTED, world.denis)
    with pytest.raises(Forbidden), unit_of_work():
        service.complete_task(world.denis, world.task(view, "valider_decision"), {"accord": True})


def test_a_refusal_says_why_and_how_to_contest_it(world: Any) -> None:
    view = world.file()
    complete(world, view)
    world.do(view, "autoriser_convocation", {"venue": "dispense"})
    refusal = {"sens": "refuser", "motifs": ["conditions"], "considerants_droit": "Vu X.", "considerants_fait": "Y."}
    world.do(view, "instruire_demande", refusal)
    world.do(view, "valider_decision", {"accord": True}, world.denis)
    assert world.now(view).statut == "refuse"
    text = read(view, "refus")
    for mention in ("L.432-2", "Vu X.", "Y.", "deux mois", "tribunal administratif", "L.211-5"):
        assert mention in text, mention


def test_silence_is_noted_the_service_warned_and_the_dossier_lives_on(world: Any) -> None:
    view = world.file()
    world.at(datetime(2027, 3, 23, 20, 0, tzinfo=UTC))
    assert "délai de réponse dépassé" not in " ".join(world.sent(view))
    world.at(datetime(2027, 3, 24, 0, 30, tzinfo=UTC))
    warned = [one for one in notifications_queries.of_dossier(view.id) if "délai de réponse dépassé" in one.subject]
    assert [one.address for one in warned] == ["etrangers@example.fr"]
    assert world.open(view) == ["verifier_completude"]
    assert world.now(view).statut == "en_construction"


def test_an_expired_title_is_bridged_for_a_complete_dossier(world: Any) -> None:
    view = world.file(titre_expire_le="2027-02-28")
    complete(world, view)
    world.at(datetime(2027, 2, 28, 8, 0, tzinfo=UTC))
    text = read(view, "attestation_prolongation")
    assert "28 mai 2027" in text
    assert "AB123456" in text
    world.at(datetime(2027, 5, 28, 8, 0, tzinfo=UTC))
    assert world.letters(view).count("attestation_prolongation") == 2


def test_a_withdrawn_demand_is_closed_and_its_slot_given_back(world: Any, first_slot: Choose) -> None:
    view = world.file()
    complete(world, view)
    booked(world, view, first_slot)
    with unit_of_work():
        service.withdraw(world.amina, view.number, "Je pars.")
    world.drain()
    now = world.now(view)
    assert now.statut == "sans_suite"
    assert now.finished_at is not None
    assert agenda_queries.appointment_of(view.id).status == "annule_service"
    assert "Votre demande est retirée" in world.sent(view)


def test_an_action_without_dossier_is_an_incident_at_once(world: Any) -> None:
    work = Work(world.service_id, "depot.attester", "k", {}, None, None, 1, "me")
    with pytest.raises(PermanentFailure):
        handler(ACTIONS["depot.attester"])(work)


def _all_work(view: DossierView) -> list[Work]:
    """The dossier's due work as a worker that was cut off would hold it: payload and all."""
    rows = outbox.db.session.query(outbox.DueWork).filter_by(dossier_id=view.id).all()
    return [
        Work(row.id, row.kind, row.key, {"effect_id": row.key.rpartition(":")[2], "params": {}}, view.id, None, 1, "me")
        for row in rows
    ]


def test_a_letter_is_recognised_by_the_code_printed_on_it(world: Any) -> None:
    view = world.file()
    text = read(view, "attestation_depot")
    code = text.partition("Code : ")[2].split()[0]
    found = recognise(view.number, code.lower())
    assert found is not None
    assert found.title == "Attestation de dépôt"
    assert recognise(view.number, "AAAA-BBBB-CCCC") is None
    assert recognise("TSE-94-26-999999-Z", code) is None


def test_the_second_demarche_ends_with_the_decision(world: Any, demande: Any) -> None:
    told = {
        **{name: demande[name] for name in ("nom", "prenoms", "naissance_le", "naissance_lieu", "nationalite")},
        **{name: demande[name] for name in ("adresse", "code_postal", "ville", "logement", "courriel", "sur_honneur")},
        "permis_pays": "Algérie",
        "permis_numero": "12345",
        "permis_delivre_le": "2019-05-02",
        "permis_valide": "oui",
        "permis_en_francais": "oui",
        "categories": ["B"],
        "categories_lourdes": "non",
        "residence_depuis_le": "2026-06-01",
        "ressortissant_pays_permis": "oui",
        **{code: [world.document()] for code in ("permis", "identite", "photo", "domicile", "droits_conduire")},
    }
    with unit_of_work():
        view = service.submit(world.amina, "echange_permis_conduire", told, service_id=world.service_id)
    world.drain()
    assert world.now(view).silence_at.date() == date(2027, 1, 23)
    pieces = {code: {"etat": "valide"} for code in ("permis", "identite", "photo", "domicile", "droits_conduire")}
    world.do(view, "verifier_completude", {"conclusion": "complet", "pieces": pieces})
    world.do(view, "autoriser_convocation", {"venue": "dispense"})
    world.do(view, "instruire_demande", {"sens": "accepter", "titre": {"categories": ["B"]}})
    now = world.now(view)
    assert now.statut == "accepte"
    assert now.finished_at is not None
    text = read(view, "decision_favorable")
    assert "par la poste" in text
    assert "Claire Petit" in text
