"""A diagram of Camunda Modeler comes in, its findings are worked off, and its dossiers can be played."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.stories.told import Stage, Studio

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FILE = Path(__file__).parent / "files" / "feu_artifice.bpmn"


def test_a_file_of_camunda_modeler_comes_in_and_runs(stage: Stage) -> None:
    ana = stage.person("ana")
    ana.press("Nouvelle démarche")
    ana.write(titre="Autorisation de feu d’artifice", code="feu_artifice", prefixe="FEU")
    ana.page.get_by_label("Diagramme fait ailleurs").set_input_files(FILE)
    ana.press("Commencer le brouillon")
    ana.press("Ouvrir l’éditeur")
    studio = Studio(ana)
    expect(studio.summary).to_have_text("15 constats, dont 7 erreurs")
    studio.picture("venu-de-camunda-modeler")
    adapt(studio)
    expect(studio.summary).to_contain_text("Aucun constat")
    studio.all_saved()


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
    studio.formula("sens (obligatoire)", '"accepter"')
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
