"""An analyst writes a form by browser: a question added, seen as people will see it, saved, found again."""

from __future__ import annotations

import json
import re
import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from prefecture.demarches import queries as demarches
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import queries as studio
from prefecture.studio import service
from tests.browser.test_analyst_pages import complaints
from tests.browser.test_analyst_pages import opened as signed_in
from tests.browser.test_every_page import judged
from tests.browser.test_studio import browser, opened, served
from tests.town import TSE
from tests.web.village import Village

pytestmark = [pytest.mark.browser, pytest.mark.slow]
__all__ = ["browser"]

REQUEST = "forms/demande.json"


def begun(village: Village) -> uuid.UUID:
    """A draft of the titre de séjour."""
    actor = village.actor("ana")
    with village.app.app_context(), unit_of_work():
        return service.from_version(actor, demarches.current(TSE).id, "Titre de séjour, suite")


def saved(village: Village, draft: uuid.UUID) -> str:
    """The form as the server has it."""
    with village.app.app_context():
        return studio.content(draft, REQUEST)[0].decode()


def look_at(page: Page, path: str) -> None:
    """Open a file from the list."""
    page.get_by_role("link", name=path, exact=True).click()
    expect(page.locator("[data-file]")).to_have_text(f"forms/{path}")


def test_an_analyst_adds_a_question_sees_it_as_citizens_will_and_finds_it_again(
    village: Village, browser: Browser
) -> None:
    draft = begun(village)
    before = saved(village, draft)
    with served(village.app) as address:
        page = opened(browser, address, draft)
        look_at(page, "demande.json")
        state = page.locator("[data-state]")
        panel = page.locator(".studio-form__panel")

        # After the question that is chosen, by one press; its name of data follows its words.
        page.locator(".fjs-element[data-field-type=select]").first.click(position={"x": 20, "y": 8})
        page.get_by_role("button", name="Texte court").click()
        label = panel.get_by_label("Libellé", exact=True)
        label.fill("")
        label.press_sequentially("Numéro de visa", delay=60)  # slower than what is written is taken up
        expect(label).to_be_focused()
        expect(panel.get_by_label("Nom de la donnée")).to_have_value("numero_de_visa")
        panel.get_by_label("Obligatoire").check()
        expect(page.locator("[data-findings-summary]")).to_contain_text("Aucun constat")

        # Its page as citizens will see it, telling what they will be told; what was typed stays when the form changes.
        page.get_by_role("button", name="Aperçu : téléphone").click()
        seen = page.frame_locator(".studio-preview__frame")
        expect(seen.get_by_role("heading", name="Votre titre actuel")).to_be_visible()
        seen.get_by_label("Numéro du titre").fill("AB12")
        seen.get_by_role("button", name="Vérifier").click()
        expect(seen.locator(".error-summary")).to_contain_text("Répondez à « Numéro de visa ».")
        panel.get_by_label("Libellé", exact=True).fill("Numéro de votre visa")
        expect(seen.locator(".error-summary")).to_have_count(0)  # drawn anew
        expect(seen.locator("input[name=_contenu]")).to_have_value(re.compile("Numéro de votre visa"))
        expect(seen.get_by_label("Numéro du titre")).to_have_value("AB12")
        expect(seen.get_by_label("Numéro de votre visa")).to_be_visible()
        assert seen.locator("html").evaluate("(root) => root.clientWidth") == 375

        expect(state).to_have_text("Enregistré")
        assert Axe().run(page).response["violations"] == []
        page.reload()
        expect(page.locator(".fjs-element", has_text="Numéro de votre visa").last).to_be_visible()

        # What all démarches share is looked at, not written.
        page.get_by_text("Communs à toutes les démarches").click()
        page.get_by_role("link", name="forms/remise.json").or_(page.get_by_role("link", name="remise.json")).click()
        expect(state).to_have_text("Lecture seule")
        expect(page.locator(".fjs-element", has_text="Le titre est-il remis").last).to_be_visible()
        expect(page.locator(".fjs-palette-container")).to_be_hidden()
        expect(panel).to_be_hidden()
    after = saved(village, draft)
    added = json.loads(after)["components"][1]["components"][1]
    assert (added["key"], added["label"], added["validate"]) == (
        "numero_de_visa",
        "Numéro de votre visa",
        {"required": True},
    )
    assert [one for one in before.splitlines() if one not in after.splitlines()] == []


def test_previews_are_accessible_on_a_telephone(village: Village, browser: Browser) -> None:
    draft = f"/analyste/brouillons/{begun(village)}/apercu"
    forms = (REQUEST, "forms/completude.json", "forms/complement.json", "_commun/forms/remise.json")
    assert complaints(browser, village, [f"{draft}/{path}" for path in forms]) == []
    with served(village.app) as address:
        page = signed_in(browser, address, 320)
        page.goto(f"{address}{draft}/{REQUEST}")
        page.get_by_role("button", name="Vérifier").click()
        expect(page.locator(".error-summary")).to_be_visible()
        assert judged(page) == []
        page.get_by_role("button", name="Remplir").click()
        page.get_by_role("button", name="Vu par l’agent").click()
        page.get_by_role("button", name="Terminer").click()
        expect(page.get_by_text("Le formulaire accepte ces réponses")).to_be_visible()
        assert judged(page) == []
