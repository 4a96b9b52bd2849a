"""An analyst at a letter by browser: a tag completed, the page seen before it is saved, a missing mention inserted."""

from __future__ import annotations

import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import queries as studio
from prefecture.studio import service
from tests.browser.test_studio import begun, browser, opened, served  # noqa: F401 (a fixture among them)
from tests.web.village import Village

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LETTER = "courriers/decision_favorable.html"


def await_written(page: Page, village: Village, draft: uuid.UUID, text: str) -> None:
    """Wait until the server has a text in the letter."""
    for _ in range(150):
        with village.app.app_context():
            if text in studio.content(draft, LETTER)[0].decode():
                return
        page.wait_for_timeout(100)
    pytest.fail(f"never saved: {text}")


def test_an_analyst_writes_a_letter_and_reads_it_as_it_will_leave(village: Village, browser: Browser) -> None:  # noqa: F811
    draft = begun(village)
    with served(village.app) as address:
        page = opened(browser, address, draft)
        page.goto(f"{address}/analyste/brouillons/{draft}?fichier={LETTER}")
        panel = page.get_by_role("tabpanel", name="Aperçu")
        expect(panel.get_by_role("img")).to_have_count(1)
        expect(panel).to_contain_text("Usager inventé, scénario")

        # A letter written anew from the list, its tag completed by the keyboard.
        page.locator(".cm-content").click()
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        page.get_by_role("tab", name="Balises").click()
        page.get_by_label("Chercher une balise").fill("papier à en-tête")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.keyboard.type("Dossier {{ dossier.num")
        page.locator(".cm-tooltip-autocomplete [aria-selected]").wait_for()
        page.wait_for_timeout(150)  # the list takes Enter a moment after it has come
        page.keyboard.press("Enter")
        expect(page.locator(".cm-content")).to_contain_text("Dossier {{ dossier.numero }}")

        page.keyboard.type(' {% include "courriers/_re')
        expect(page.locator(".cm-tooltip-autocomplete")).to_contain_text("courriers/_recours.html")
        page.keyboard.press("Escape")
        for _ in range(len(' {% include "courriers/_re')):
            page.keyboard.press("Backspace")

        # What the law wants and is not there, put in by one click.
        mentions = page.get_by_role("tab", name="Mentions légales")
        expect(mentions).to_have_accessible_name("Mentions légales, 1 à ajouter")
        mentions.click()
        assert Axe().run(page, ".letter").violations_count == 0
        page.get_by_role("button", name="Insérer").click()
        expect(page.get_by_role("button", name="Insérer")).to_have_count(0)
        await_written(page, village, draft, "_signature_agent.html")

        # A fault is told with its line, and taken back.
        page.keyboard.press("Control+Home")
        page.keyboard.type("{% if %}")
        page.get_by_role("tab", name="Aperçu").click()
        expect(panel.get_by_role("alert")).to_contain_text("une donnée est attendue")
        expect(panel.get_by_role("img")).to_have_count(1)  # what was seen before it
        page.get_by_role("button", name="Annuler", exact=True).click()
        expect(panel.get_by_role("alert")).to_have_count(0)
        assert Axe().run(page, ".letter").violations_count == 0

        # A letter of all démarches becomes one of this démarche's own.
        page.goto(f"{address}/analyste/brouillons/{draft}?fichier=_commun/courriers/refus.html")
        page.get_by_role("button", name="L’adapter à cette démarche").click()
        expect(page.locator("[data-file]")).to_have_text("courriers/refus.html")
        expect(page.locator(".studio__files [aria-current]")).to_have_text("refus.html")
        page.locator(".cm-content").click()
        page.keyboard.type(" ")
        expect(page.locator("[data-state]")).to_have_text("Enregistré")


def test_who_only_reads_sees_what_another_writes_and_writes_nothing(village: Village, browser: Browser) -> None:  # noqa: F811
    draft, ana = begun(village), village.actor("ana")
    with served(village.app) as address:
        page = opened(browser, address, draft, login="rita")
        page.goto(f"{address}/analyste/brouillons/{draft}?fichier={LETTER}")
        expect(page.locator(".cm-content")).to_contain_text("Le titre est en fabrication")
        written: list[str] = []
        page.on("request", lambda asked: written.append(asked.url) if asked.method == "PUT" else None)
        with village.app.app_context(), unit_of_work():
            _, revision = studio.content(draft, LETTER)
            service.save_file(ana, draft, LETTER, b"<p>Relu par Ana.</p>", revision)
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # sooner than it would ask by itself
        expect(page.locator(".cm-content")).to_have_text("<p>Relu par Ana.</p>")
        page.get_by_role("tab", name="Mentions légales").click()
        expect(page.locator(".letter-mention--missing")).to_have_count(1)
        expect(page.get_by_role("button", name="Insérer")).to_have_count(0)
        assert written == []
