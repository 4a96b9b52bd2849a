"""The law gives six months instead of four from January on: written by keyboard alone, seen on both days, published.

The same decree gives visitors the students' delay: a line of the table that says which title has its own.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from prefecture.kernel import clock
from tests.browser.stories.told import Keyboard, Stage
from tests.town import START

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TITLE = "Renouvellement de titre de séjour"
DELAY = "Réponse au plus tard, sinon le silence vaut décision"
ANNOUNCED = "Durée annoncée à l’usager"
FIRST_DAY, LAST = "01012027", 5
JANUARY = datetime(2027, 1, 5, 9, 0, tzinfo=UTC)


def test_a_legal_delay_changes_from_a_date_by_keyboard_alone(stage: Stage) -> None:
    ana = Keyboard(stage, stage.person("ana").page)
    ana.enter(TITLE, TITLE)
    ana.enter("Préparer la prochaine version", "La vérification ne trouve pas d’erreur")
    give_dates(ana)
    see_both_days(ana)
    write_the_rule(ana)
    stage.at(START + timedelta(seconds=10))
    publish(stage, ana)
    citizens_keep_what_they_were_promised(stage)


def give_dates(ana: Keyboard) -> None:
    """What is told to citizens, from the first of January on."""
    ana.reach("Constats", exactly=False)
    for _ in range(5):
        ana.page.keyboard.press("ArrowRight")
    ana.enter("Voir et changer à une date", "Données datées")
    for name, value in ((DELAY, "6 mois"), (ANNOUNCED, "Six mois au plus ; sans réponse, la demande est refusée.")):
        ana.enter(f"Changer à une date : {name}", name)
        ana.type("Valeur", value)
        ana.type("À partir du", FIRST_DAY)
        ana.type("Source", "Décret n° 2026-1000 du 1er octobre 2026")
        ana.enter("Enregistrer", "Données datées")


def see_both_days(ana: Keyboard) -> None:
    """The same page as of today and as of that day."""
    row = ana.page.locator("[id='delai-silence.delai']")
    expect(row.locator(".is-day")).to_have_text("4 mois")
    ana.type("Voir au", FIRST_DAY)
    ana.page.keyboard.press("Enter")
    ana.reads("Tel que ce sera le")
    expect(row.locator(".is-day")).to_have_text("6 mois")
    ana.show(row)
    ana.picture("donnees-datees")


def write_the_rule(ana: Keyboard) -> None:
    """The table that says which title has a delay of its own: visitors on its last line, all others below them."""
    ana.enter("Suite de la version 1", "La vérification ne trouve pas d’erreur")
    ana.enter("Ouvrir l’éditeur")
    ana.page.wait_for_selector("[data-studio][data-ready]")
    ana.enter("regles.dmn")
    ana.enter("Délai et sens du silence")
    rows = ana.page.locator(".tjs-table tbody tr")
    expect(rows).to_have_count(6)
    ana.reach_row(LAST)
    for text in ("-", '"visiteur"', "demarche.silence.etudiant.delai", "demarche.silence.effet", "Décret n° 2026-1000"):
        ana.cell(text)
    ana.reach_row(LAST)
    ana.page.keyboard.press("Enter")
    expect(rows).to_have_count(7)
    for text in ("-", "-", "demarche.silence.delai", "demarche.silence.effet", "R.*432-1, R.432-2"):
        ana.cell(text)
    expect(ana.page.locator("[data-findings-summary]")).to_contain_text("Aucun constat")
    expect(ana.page.locator("[data-state]")).to_have_text("Enregistré")


def publish(stage: Stage, ana: Keyboard) -> None:
    """The page says what citizens lose; another person agrees."""
    ana.enter("Brouillon", "La vérification ne trouve pas d’erreur")
    ana.enter("Publier…", "Ce qui est demandé avant de publier")
    ana.reads("le délai de réponse passe de 4 mois à 6 mois.")
    ana.enter("Demander la recette")
    ana.reads("La recette est demandée.")
    rita = Keyboard(stage, stage.person("rita").page)
    rita.go(ana.page.url.removeprefix(stage.address))
    rita.enter("Donner la recette")
    rita.reads("Tout y est")
    ana.page.reload()
    ana.picture("ce-qui-change", whole=True)
    ana.enter("Publier et mettre en vigueur", "Publications")


def citizens_keep_what_they_were_promised(stage: Stage) -> None:
    """Filed before: four months. Filed after: six."""
    stage.village.file("amina")
    with clock.frozen(JANUARY):
        stage.village.file("boris")
    for name, day in (("amina", "23 mars 2027"), ("boris", "5 juillet 2027")):
        person = stage.person(name)
        person.page.get_by_role("link", name="Voir").first.click()
        person.reads(day)
