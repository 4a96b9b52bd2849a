"""A step is inserted while two hundred dossiers run: 197 of them follow by themselves, three of them by hand."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from prefecture.demarches import service as demarches
from prefecture.dossiers import queries, service
from prefecture.identity.permissions import Actor
from prefecture.kernel.unit_of_work import unit_of_work
from tests.browser.stories.told import Person, Stage, Studio
from tests.town import START

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FOLDER = Path(__file__).parent / "files" / "debit"
CODE, TITLE = "debit_de_boissons", "Ouverture d’un débit de boissons"
MANY, BY_HAND = 200, 3
NOT_YET = """
[[etapes]]
quand = "le chef de service approuve\""""
READ_AGAIN = """
[[etapes]]
quand = "un second agent relit"
tache = "relire"
reponses = { conclusion = "complet" }
"""


def test_a_step_is_inserted_and_two_hundred_dossiers_follow_three_of_them_by_hand(stage: Stage) -> None:
    running(stage)
    ana = stage.person("ana")
    ana.press(TITLE)
    ana.press("Préparer la prochaine version")
    ana.press("Ouvrir l’éditeur")
    studio = Studio(ana)
    insert_a_step(studio)
    rename_a_step(studio)
    stage.at(START + timedelta(seconds=10))
    mend_the_scenario(studio)
    stage.at(START + timedelta(seconds=20))
    ana.press("Brouillon")
    stage.signed_off(ana)
    ana.press("Publier et mettre en vigueur")
    ana.heading("Publications")
    try_the_move(ana)
    give_three_by_hand(ana)
    ana.press(f"Déplacer les {MANY} dossiers")
    stage.village.drain()
    ana.page.reload()
    ana.reads(f"{MANY} dossiers ont été déplacés.")


def running(stage: Stage) -> None:
    """Two hundred dossiers wait for the check, three of them for the citizen's answer."""
    village = stage.village
    amina, claire = village.actor("amina"), village.actor("claire")
    with village.app.app_context():
        with unit_of_work():
            demarches.publish(FOLDER, by="tests")
        for number in range(MANY):
            with unit_of_work():
                told = {"enseigne": f"Au bon coin n° {number}"}
                view = service.submit(amina, CODE, told, service_id=village.service_id)
            if number < BY_HAND:
                with unit_of_work():
                    (task,) = queries.open_tasks(view.number, Actor.system())
                    service.complete_task(claire, task.id, {"conclusion": "incomplet"})
    village.drain()


def insert_a_step(studio: Studio) -> None:
    """A task of a person, dropped on the flow that leads to the approval, with its form."""
    page = studio.page
    page.locator(".djs-palette [data-action='create.task']").click()
    x, y = studio.middle("flux_complet__approuver")
    page.mouse.move(x - 5, y)
    page.mouse.move(x, y)
    page.mouse.click(x, y)
    page.keyboard.press("Escape")
    page.locator(".djs-context-pad [data-action='replace']").click()
    page.locator(".djs-popup [data-id='replace-with-user-task']").click()
    studio.fill("Nom", "Relire")
    studio.fill("Identifiant", "relire")
    studio.panel.get_by_label("Formulaire", exact=True).select_option("controle")
    studio.fill("Variable des réponses", "relecture")
    studio.fill("Libellé", "Votre dossier est relu")
    studio.fill("Ce que cela veut dire", "Une seconde personne le lit.")
    studio.panel.get_by_label("Qui agit").select_option("prefecture")
    expect(page.locator("[data-element-id=relire] text").first).to_have_text("Relire")
    studio.all_saved()
    studio.picture("inserer-une-etape")


def rename_a_step(studio: Studio) -> None:
    """What citizens complete is called otherwise, its identifier too: three dossiers wait there."""
    studio.choose("completer")
    studio.fill("Nom", "Rectifier")
    studio.fill("Identifiant", "rectifier")
    expect(studio.page.locator("[data-element-id=rectifier]").first).to_be_visible()
    studio.all_saved()


def mend_the_scenario(studio: Studio) -> None:
    """Red by itself, on the drawing and in words; written anew; green."""
    page = studio.page
    page.reload()
    Studio(studio)
    page.get_by_role("tab", name="Scénarios").click()
    row = page.locator("[data-scenario='scenarios/nominal.toml']")
    expect(row).to_contain_text("échoué")
    row.get_by_role("button", name="Montrer sur le diagramme").click()
    expect(page.locator(".studio-mark--stop").first).to_be_visible()
    studio.picture("scenario-rouge")
    studio.open("nominal.toml")
    area = page.get_by_label("Texte de scenarios/nominal.toml")
    text = area.input_value()
    assert NOT_YET in text
    area.fill(text.replace('"completer"', '"rectifier"').replace(NOT_YET, READ_AGAIN + NOT_YET))
    studio.all_saved()


def try_the_move(ana: Person) -> None:
    """Who follows, who does not; nobody is given a target for all."""
    ana.go(f"/analyste/demarches/{CODE}")
    ana.press("Déplacer des dossiers")
    ana.press("Regarder")
    ana.heading("Où reprennent ceux qui ne peuvent pas suivre ?")
    ana.picture("qui-peut-suivre", whole=True)
    ana.page.get_by_label("Compléter").select_option("")
    ana.press(f"Essayer à blanc sur les {MANY} dossiers")
    ana.reads(f"{MANY - BY_HAND} dossiers peuvent être déplacés.")


def give_three_by_hand(ana: Person) -> None:
    """One dossier after the other: where it goes on."""
    for left in range(BY_HAND, 0, -1):
        ana.page.get_by_role("link", name=re.compile(rf"\({left}\)$")).click()
        ana.page.locator("#rapport ~ table, table").get_by_role("link").first.click()
        ana.page.get_by_label("De « Compléter », il reprend à").select_option(label="Rectifier")
        if left == BY_HAND:
            ana.show(ana.page.locator("#dossier"), "start")
            ana.picture("a-la-main")
        ana.press("Donner cette cible")
    ana.reads(f"{MANY} dossiers peuvent être déplacés.")
