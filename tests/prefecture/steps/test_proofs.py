"""Proofs of letters, mails and SMS: with an invented citizen, or with a dossier of which nothing personal is read."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pypdfium2
import pytest

from prefecture.agenda import queries as agenda_queries
from prefecture.demarches import bundle
from prefecture.demarches import queries as demarches
from prefecture.demarches.proofs import Proof, Wanted
from prefecture.demarches.version import Version
from prefecture.dossiers.queries import DossierView
from prefecture.identity import service as identity
from prefecture.identity.permissions import ANALYSTE, Actor
from prefecture.kernel.errors import Invalid, NotFound
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.notifications.templates import TemplateRefused
from prefecture.steps import appointments, proofs

TSE = "renouvellement_titre_sejour"
SHARED = "_commun/courriers/"
OWN = "courriers/decision_favorable.html"
# Answers that appear nowhere else; whatever of them is read in a proof has leaked.
HERS = {
    "numero_etranger": "7503054321",
    "nom": "Quezzaouine",
    "prenoms": "Ouardia Zénobie",
    "nom_usage": "Vrombaut",
    "naissance_le": "1964-05-27",
    "naissance_lieu": "Tizi Wezzu",
    "nationalite": "Syldave",
    "titre_numero": "ZX918273",
    "adresse": "417, impasse des Harfangs",
    "complement_adresse": "Escalier Zwin",
    "code_postal": "94817",
    "ville": "Xaintrailles",
    "courriel": "ouardia.q@harfang.example",
    "telephone": "06 71 82 93 04",
}
WORDED = ("27 mai 1964", "27/05/1964", "+33671829304", "Ouardia", "Zénobie", "Harfangs", "El Kébir", "Amina")
BY_AGENT = ("Le bail de Mme Q. est coupé.", "Elle a quitté le foyer.", "Claire Petit", "Denis Roux")


@pytest.fixture
def ana(world: Any) -> Actor:
    with unit_of_work():
        return identity.create_agent("ana", "Ana Lopez", "une phrase assez longue", [ANALYSTE], prefecture="94").actor


@pytest.fixture
def filed(world: Any) -> DossierView:
    found: DossierView = world.file(**HERS)
    return found


def published() -> Version:
    return demarches.current(TSE)


def changed(path: str, text: str) -> Version:
    """The published version with one letter written otherwise."""
    found = published()
    files = {**found.files, path: text.encode()}
    return Version(bundle.of_files(files), version_id=found.id, code=found.code, number=0)


def letters_of(version: Version) -> Iterator[str]:
    return (path for path in version.files if "courriers/" in path)


def said(made: Proof) -> str:
    return "\n".join([made.html, made.text, made.subject, made.title, made.data]).replace("\u00a0", " ")


def test_every_template_of_the_demarches_has_a_proof(world: Any, ana: Actor) -> None:
    for code in (TSE, "echange_permis_conduire"):
        version = demarches.current(code)
        made = {path: proofs.proof(version, path, Wanted(), ana) for path in letters_of(version)}
        assert {one.kind for one in made.values()} == {"courrier", "courriel", "sms"}
        assert all(one.html or one.text for one in made.values())
        assert not [one.text for one in made.values() if one.warning]
    refusal = made[f"{SHARED}refus.html"]
    assert "Préfecture du Val-de-Marne" in refusal.html
    assert "Camille Martin" in refusal.html
    assert "«\u00a0Un refus est relu par le chef de service\u00a0»" in refusal.data
    assert set(refusal.says) == {"motifs", "considerants_droit", "considerants_fait", "titre", "message"}
    assert "Dominique Bernard" in refusal.html
    assert "aucun scénario" in made[f"{SHARED}papier.html"].data
    frame = made[f"{SHARED}mail.html"]
    assert (frame.kind, frame.subject, "Bonjour Camille," in frame.text) == ("courriel", "", True)


def test_a_letter_says_what_its_scenario_says_and_names_its_tables(world: Any, ana: Actor) -> None:
    path = "courriers/attestation_depot.html"
    first = proofs.proof(published(), path, Wanted(), ana)
    assert first.tables == ("Canal et date de dépôt", "Délai et sens du silence")
    assert "L.311-3-1" in first.html
    late = next(scenario for scenario, _ in first.scenarios if "depot_tardif" in scenario)
    assert "régularisation" not in first.html
    assert "régularisation" in proofs.proof(published(), path, Wanted(scenario=late), ana).html
    with pytest.raises(Invalid):
        proofs.proof(published(), path, Wanted(scenario="scenarios/absent.toml"), ana)


def test_an_appointment_is_at_the_same_hour_wherever_the_prefecture_is(world: Any, ana: Actor) -> None:
    with unit_of_work():
        contact = {"email": "p974@example.fr", "phone": "02 62 40 77 77"}
        address = {"address": "1 place du Barachois", "postal_code": "97400", "city": "Saint-Denis"}
        identity.create_prefecture("974", "Préfecture de La Réunion", **address, **contact)
        identity.create_service("974", "Service des étrangers de La Réunion")
    path = f"{SHARED}convocation.html"
    here, there = (proofs.proof(published(), path, Wanted(prefecture=code), ana).html for code in ("94", "974"))
    assert "Service des étrangers de La Réunion" in there
    hours = re.compile(r"\bà (\d+\u00a0h(?:\u00a0\d+)?)")
    assert hours.findall(here) == hours.findall(there) != []


def test_the_unsaved_text_is_proved_and_a_fault_is_told_with_its_line(world: Any, ana: Actor) -> None:
    path = OWN
    assert "Bravo" in proofs.proof(changed(path, "<p>Bravo {{ usager.prenom }}</p>"), path, Wanted(), ana).html
    with pytest.raises(TemplateRefused) as caught:
        proofs.proof(changed(path, "<p>\n{{ usager.prenom | majuscule }}</p>"), path, Wanted(), ana)
    assert (caught.value.line, caught.value.file) == (2, None)
    for missing in ("courriers/absent.html", "demarche.toml"):
        with pytest.raises(NotFound):
            proofs.proof(published(), missing, Wanted(), ana)


def test_an_sms_is_counted_as_telephones_do(world: Any, ana: Actor) -> None:
    path = "courriers/rappel_rdv.sms.txt"
    for text, length, parts, warned in (
        ("Bonjour {{ usager.prenom }}", 15, 1, ""),
        ("a" * 161, 161, 2, "Plus de 160"),
        ("a" * 307, 307, 3, "Plus de 160"),
        ("Bonjour 你", 9, 1, "你"),
    ):
        made = proofs.proof(changed(path, text), path, Wanted(), ana)
        assert (made.length, made.parts) == (length, parts)
        assert warned in made.warning
        assert bool(warned) == bool(made.warning)


def test_the_pdf_is_a_letter_of_ours_marked_as_a_proof(world: Any, ana: Actor) -> None:
    made = proofs.proof(published(), f"{SHARED}refus.html", Wanted(prefecture="94"), ana)
    content = proofs.printed(made)
    with pypdfium2.PdfDocument(io.BytesIO(content)) as document:
        text = " ".join(document[0].get_textpage().get_text_range().split())
    assert "Votre demande est refusée" in text
    assert "Préfecture du Val-de-Marne" in text
    assert "Aperçu sans valeur" in text
    assert len(proofs.pages(content)) == 1


def test_a_draft_whose_settings_cannot_be_read_says_so(world: Any, ana: Actor) -> None:
    for text in ("titre = ", "code = 'x'", ""):
        with pytest.raises(Invalid, match=r"demarche\.toml"):
            proofs.proof(changed("demarche.toml", text), f"{SHARED}refus.html", Wanted(), ana)


def test_nothing_of_a_person_is_read_in_any_letter_at_any_step(
    world: Any, ana: Actor, filed: DossierView, first_slot: Callable[[DossierView], datetime]
) -> None:
    every = "".join(f"{{{{ demande.{name} }}}} " for name in HERS) + "{{ usager.nom }} {{ usager.adresse | lignes }}"
    shown = changed(OWN, every)

    def clean() -> None:
        personal = [*HERS.values(), *WORDED, *BY_AGENT, filed.number]
        for version, path in [(shown, OWN), *((published(), path) for path in letters_of(published()))]:
            text = said(proofs.proof(version, path, Wanted(dossier=filed.number), ana))
            assert [one for one in personal if one in text] == [], path
            assert "masqué" in text

    valid = {code: {"etat": "valide"} for code in ("passeport", "titre_actuel", "photo", "domicile")}
    world.do(filed, "verifier_completude", {"conclusion": "complet", "pieces": valid})
    world.do(filed, "autoriser_convocation", {"venue": "convoquer", "originaux": ["passeport"], "message": BY_AGENT[0]})
    found = agenda_queries.convocation_of(filed.id)
    assert found is not None
    with unit_of_work():
        appointments.book(found.id, first_slot(filed))
    world.drain()
    clean()
    world.do(filed, "recevoir_usager", {"presence": "present", "biometrie": "relevees", "originaux_conformes": True})
    refusal = {"motifs": ["conditions"], "considerants_droit": "Vu le CESEDA.", "considerants_fait": BY_AGENT[1]}
    world.do(filed, "instruire_demande", {"sens": "refuser", **refusal})
    clean()
    world.do(filed, "valider_decision", {"accord": True}, world.denis)
    clean()


def test_a_real_dossier_lends_its_days_choices_and_prefecture(world: Any, ana: Actor, filed: DossierView) -> None:
    wanted = Wanted(dossier=filed.number.lower())
    receipt = proofs.proof(published(), "courriers/attestation_depot.html", wanted, ana)
    assert "23\u00a0novembre 2026" in receipt.html
    assert "23\u00a0mars 2027" in receipt.html
    assert "Bureau des étrangers" in receipt.html
    assert "TSE-94-26-000000-X" in receipt.html
    assert receipt.dossier == str(filed.id)


def test_a_dossier_is_lent_to_analysts_of_its_prefecture_and_to_national_ones(
    world: Any, ana: Actor, filed: DossierView
) -> None:
    path = f"{SHARED}refus.html"
    strangers = [
        replace(ana, prefecture="93"),
        replace(ana, roles=frozenset({"recetteur"})),
        replace(ana, roles=frozenset({"guichet"})),
    ]
    for stranger in strangers:
        with pytest.raises(NotFound):
            proofs.proof(published(), path, Wanted(dossier=filed.number), stranger)
    assert proofs.proof(published(), path, Wanted(dossier=filed.number), replace(ana, prefecture=None)).dossier
    licence = demarches.current("echange_permis_conduire")
    for version, number in ((licence, filed.number), (published(), "TSE-94-26-999999-Z")):
        with pytest.raises(NotFound):
            proofs.proof(version, path, Wanted(dossier=number), ana)
