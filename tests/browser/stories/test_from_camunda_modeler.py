"""A diagram of Camunda Modeler comes in, its findings are worked off; played by hand, kept as a scenario, published."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.stories.told import Person, Stage, Studio
from tests.town import START

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TITLE = "Autorisation de feu d’artifice"
FILE = Path(__file__).parent / "files" / "feu_artifice.bpmn"


def test_a_file_of_camunda_modeler_comes_in_and_is_published(stage: Stage) -> None:
    ana = stage.person("ana")
    ana.press("Nouvelle démarche")
    ana.write(titre=TITLE, code="feu_artifice", prefixe="FEU")
    ana.page.get_by_label("Diagramme fait ailleurs").set_input_files(FILE)
    ana.press("Commencer le brouillon")
    ana.press("Ouvrir l’éditeur")
    studio = Studio(ana)
    expect(studio.summary).to_have_text("15 constats, dont 7 erreurs")
    studio.picture("venu-de-camunda-modeler")
    adapt(studio)
    expect(studio.summary).to_contain_text("Aucun constat")
    studio.all_saved()
    stage.at(START + timedelta(seconds=10))
    ana.press("Brouillon")
    say_what_it_is(ana)
    leave_the_scenarios_of_the_archetype(stage, ana)
    play_by_hand(ana)
    stage.at(START + timedelta(seconds=20))
    publish(stage, ana)
    amina = stage.person("amina")
    amina.press(TITLE)
    amina.reads("Tirez un feu d’artifice en règle.")
    amina.asks("Le 14 juillet, sur la place.", before="Le 14 juillet")
    amina.press("Voir mon dossier")
    amina.reads("Votre demande est vérifiée")


def say_what_it_is(ana: Person) -> None:
    """What citizens read before they begin."""
    ana.press("Présentation")
    ana.write(description="Tirez un feu d’artifice en règle.", qui="Toute personne qui organise le tir.")
    ana.press("Enregistrer")
    ana.press("Revenir au brouillon")


def leave_the_scenarios_of_the_archetype(stage: Stage, ana: Person) -> None:
    """They tell of another diagram."""
    stage.at(START + timedelta(seconds=15))
    ana.page.get_by_role("tab", name="Scénarios").click()
    ana.press("Jouer les scénarios, voir ce qu’ils parcourent")
    ana.page.get_by_text("Retirer les scénarios qui échouent").click()
    ana.press("Retirer ces 9 scénarios")
    ana.reads("Ce brouillon n’a pas de scénario")


def play_by_hand(ana: Person) -> None:
    """The way back for an incomplete request, then the way to the end; the whole is kept as a scenario."""
    ana.press("Essayer à la main")
    ana.press("Commencer")
    check(ana, "Manquante", "Demander un complément")
    check(ana, "Valide", "Le dossier est complet")
    ana.page.get_by_label("Oui, la notifier").check()
    ana.press("Terminer la tâche")
    ana.reads("La démarche est terminée")
    ana.picture("essai-a-la-main")
    ana.page.get_by_label("Titre", exact=True).fill("Incomplète, complétée, signée")
    ana.page.get_by_label("Nom du fichier").fill("incomplete_puis_signee")
    ana.press("Enregistrer le scénario")
    ana.reads("Le scénario va où il doit")


def check(ana: Person, proof: str, conclusion: str) -> None:
    """The task of the first lane: each pièce, then what is to be done."""
    papers = ana.page.get_by_role("group", name="État de la pièce")
    papers.nth(0).get_by_label("Valide").check()
    papers.nth(1).get_by_label(proof).check()
    ana.page.get_by_label(conclusion).check()
    ana.press("Terminer la tâche")


def publish(stage: Stage, ana: Person) -> None:
    """Every condition is met: the one scenario passes everywhere, somebody else agrees."""
    ana.press(TITLE)
    stage.signed_off(ana)
    ana.reads("Scénarios joués : 1, tous réussis.", "Les scénarios passent par 100 % des éléments")
    ana.press("Publier et mettre en vigueur")
    ana.heading("Publications")


def adapt(studio: Studio) -> None:
    """What another engine says otherwise: conditions at a click, then roles, forms, an action, what citizens read."""
    studio.press("Corriger ce qui peut l’être")
    expect(studio.summary).to_have_text("13 constats, dont 7 erreurs")
    for lane, role in (("Lane_0b3o4s1", "instructeur"), ("Lane_1w8h2c9", "chef_de_service")):
        studio.choose_lane(lane)
        studio.panel.get_by_label("Rôle", exact=True).select_option(role)
        expect(studio.page.locator(f"[data-element-id={role}]").first).to_be_visible()
    task(studio, "forms/verifier.html", "completude", "Votre demande est vérifiée", "Regardez si rien ne manque.")
    task(studio, "forms/signer.html", "validation", "Votre demande est décidée", "Lisez la demande, puis signez.")
    studio.follow("La tâche de service ne nomme aucune action")
    studio.panel.get_by_label("Action", exact=True).select_option("decision.notifier")
    studio.formula("sens (obligatoire)", "accepter")
    studio.follow("Cette fin ne dit pas quel acte est notifié")
    studio.fill("Acte notifié", "decision")
    studio.page.mouse.click(*studio.middle("Flow_0g"))
    studio.page.locator(".djs-context-pad [data-action='replace']").click()
    studio.page.get_by_text("Flux par défaut", exact=True).click()


def task(studio: Studio, form: str, ours: str, card: str, work: str) -> None:
    """A task of a person: our form instead of the other engine's, the citizen's card, what the agent is to do."""
    studio.follow(f"Le formulaire « {form} » est introuvable.")
    studio.panel.get_by_label("Formulaire", exact=True).select_option(ours)
    studio.fill("Libellé", card)
    studio.fill("Ce que cela veut dire", "La préfecture lit votre demande.")
    studio.panel.get_by_label("Qui agit").select_option("prefecture")
    studio.unfold("Documentation", "Documentation de l’élément")
    studio.fill("Documentation de l’élément", work)
