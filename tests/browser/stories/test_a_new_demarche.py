"""From the archetype to a published démarche without a developer, and a citizen who files a dossier on it."""

from __future__ import annotations

import sys
import time
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.stories.told import Person, Stage, Studio
from tests.town import START

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CODE, TITLE = "vente_au_deballage", "Déclaration de vente au déballage"
QUARTER_OF_AN_HOUR = 15 * 60


def test_an_analyst_makes_a_demarche_alone_and_a_citizen_files_on_it(stage: Stage) -> None:
    began = time.perf_counter()
    ana = stage.person("ana")
    begin(ana)
    say_what_it_is(ana)
    studio = Studio(ana)
    rename_a_step(studio)
    add_a_question(studio)
    date_a_rule(studio)
    add_a_sentence(studio)
    stage.at(START + timedelta(seconds=10))
    see_the_scenarios(studio)
    publish(stage, ana)
    file(stage)
    spent = time.perf_counter() - began
    sys.stdout.write(f"from the archetype to the first dossier: {spent:.0f} s\n")
    assert spent < QUARTER_OF_AN_HOUR


def begin(ana: Person) -> None:
    """A draft from the archetype."""
    ana.press("Nouvelle démarche")
    ana.write(titre=TITLE, code=CODE, prefixe="VAD")
    ana.picture("nouvelle-demarche", height=600)
    ana.press("Commencer le brouillon")
    ana.heading(TITLE)


def say_what_it_is(ana: Person) -> None:
    """What citizens read before they begin, and what they must bring."""
    ana.press("Présentation")
    ana.write(
        description="Déclarez une vente au déballage sur un lieu public.",
        qui="Toute personne qui organise la vente.",
    )
    ana.press("Enregistrer")
    ana.reads("C’est écrit dans demarche.toml.")
    ana.picture("presenter")
    ana.press("Revenir au brouillon")
    ana.page.get_by_role("tab", name="Données").click()
    ana.press("Voir et changer à une date")
    ana.page.get_by_role("link", name="Corriger Justificatif de la demande").click()
    ana.write(aide="Le plan du lieu, avec l’emplacement des étals.")
    ana.press("Enregistrer")
    ana.heading("Données datées")
    ana.press(TITLE)
    ana.press("Ouvrir l’éditeur")


def rename_a_step(studio: Studio) -> None:
    """On the drawing, by its properties."""
    studio.open("processus.bpmn")
    studio.choose("attester_depot")
    studio.page.get_by_label("Nom", exact=True).fill("Accuser réception de la déclaration")
    expect(studio.page.locator("[data-element-id=attester_depot] text")).to_contain_text("Accuser")
    expect(studio.summary).to_contain_text("Aucun constat")
    studio.all_saved()
    studio.picture("dessiner")


def add_a_question(studio: Studio) -> None:
    """In the form, seen as the citizen will see it."""
    studio.open("demande.json")
    panel = studio.page.locator(".studio-form__panel")
    studio.page.locator(".fjs-element[data-field-type=textarea]").first.click(position={"x": 20, "y": 8})
    studio.page.get_by_role("button", name="Date", exact=True).click()
    panel.get_by_label("Libellé", exact=True).fill("Premier jour de la vente")
    expect(panel.get_by_label("Nom de la donnée")).to_have_value("premier_jour_de_la_vente")
    panel.get_by_label("Obligatoire").check()
    studio.press("Tiroir")
    studio.page.get_by_role("button", name="Aperçu : téléphone").click()
    seen = studio.page.frame_locator(".studio-preview__frame")
    seen.get_by_role("button", name="Remplir").click()
    question = seen.get_by_role("group", name="Premier jour de la vente")
    expect(question.get_by_label("Jour")).not_to_have_value("")
    question.scroll_into_view_if_needed()
    expect(studio.summary).to_contain_text("Aucun constat")
    studio.all_saved()
    studio.picture("ecrire-un-formulaire")
    studio.press("Tiroir")


def date_a_rule(studio: Studio) -> None:
    """A rule above the one that takes all: from October on, silence is kept for one month only."""
    studio.open("regles.dmn")
    page = studio.page
    page.locator(".studio-table__views").get_by_role("button", name="Délai et sens du silence").click()
    page.locator("td.input-cell").first.click(button="right")
    page.get_by_text("Ajouter une règle au-dessus").click()
    cells = page.locator(".tjs-table tbody tr").first.locator("td.input-cell, td.output-cell, td.annotation")
    for cell, text in zip(
        cells.all(),
        ('>= date("2026-10-01")', '"P1M"', "demarche.silence.effet", "Arrêté du 1er septembre 2026"),
        strict=False,
    ):
        cell.click()
        page.keyboard.insert_text(text)
    page.get_by_role("button", name="Essayer la table").click()
    page.get_by_role("button", name="Essayer chaque ligne").click()
    expect(page.locator(".studio-trial__said")).to_contain_text("règle")
    studio.all_saved()
    studio.picture("ecrire-une-table")


def add_a_sentence(studio: Studio) -> None:
    """In the letter, seen as it will leave."""
    studio.open("decision_favorable.html")
    page = studio.page
    proof = page.get_by_role("tabpanel", name="Aperçu").get_by_role("img")
    before = proof.get_attribute("src")
    assert before
    page.locator(".cm-line", has_text="Nous vous écrirons").click()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.insert_text("<p>Affichez cet accord à l’entrée du lieu de vente.</p>")
    expect(proof).not_to_have_attribute("src", before)
    studio.all_saved()
    studio.picture("ecrire-un-courrier")


def see_the_scenarios(studio: Studio) -> None:
    """They were played by themselves after the last save."""
    studio.open("processus.bpmn")
    studio.page.get_by_role("tab", name="Scénarios").click()
    studio.page.get_by_role("button", name="Couverture").click()
    expect(studio.page.locator("[data-scenario='scenarios/nominal.toml']")).to_contain_text("réussi")
    studio.picture("scenarios")


def publish(stage: Stage, ana: Person) -> None:
    """Asked for, given by somebody who wrote nothing, done."""
    ana.press("Brouillon")
    ana.press("Publier…")
    ana.write(note="Première version, à relire.")
    ana.press("Demander la recette")
    ana.reads("La recette est demandée.")
    address = ana.page.url.removeprefix(stage.address)
    rita = stage.person("rita")
    rita.go(address)
    rita.press("Donner la recette")
    rita.reads("Tout y est")
    ana.go(address)
    ana.picture("publier")
    ana.press("Publier et mettre en vigueur")
    ana.heading("Publications")


def file(stage: Stage) -> None:
    """A citizen finds it, answers, and has a dossier that follows the rule of the day."""
    amina = stage.person("amina")
    amina.press(TITLE)
    amina.reads("Déclarez une vente au déballage sur un lieu public.")
    day = {
        f"premier_jour_de_la_vente__{part}": text for part, text in (("jour", "6"), ("mois", "2"), ("annee", "2027"))
    }
    amina.asks("Une brocante sur la place du marché.", before="Premier jour de la vente", **day)
    amina.press("Voir mon dossier")
    amina.reads("23 décembre 2026")
    amina.picture("premier-dossier")
