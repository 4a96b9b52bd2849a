"""An analyst at a decision table by browser: a rule written by keyboard, its fault marked, tried and saved."""

from __future__ import annotations

import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from prefecture.demarches import queries as demarches
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import queries as studio
from prefecture.studio import service
from tests.browser.test_studio import browser, opened, served
from tests.town import TSE
from tests.web.village import Village

pytestmark = [pytest.mark.browser, pytest.mark.slow]

__all__ = ["browser"]
RULES, TABLE = "regles.dmn", "Droits attachés au titre"
OLDER = '<definitions xmlns="http://www.omg.org/spec/DMN/20151101/dmn.xsd" id="d" name="d" namespace="n"/>'


def begun(village: Village) -> uuid.UUID:
    """A draft of the titre de séjour, with a table in an edition of DMN that the editor does not read."""
    actor = village.actor("ana")
    with village.app.app_context(), unit_of_work():
        draft = service.from_version(actor, demarches.current(TSE).id, "Tables")
        service.save_file(actor, draft, "ancien.dmn", OLDER.encode(), 0)
    return draft


def saved(village: Village, draft: uuid.UUID) -> str:
    with village.app.app_context():
        return studio.content(draft, RULES)[0].decode()


def at_table(page: Page, name: str) -> None:
    """Open the rules, and one of their tables."""
    page.get_by_role("link", name=RULES).click()
    page.locator(".studio-table__views").get_by_role("button", name=name).click()
    expect(page.locator(".decision-table-name")).to_have_text(name)


def test_a_rule_written_by_keyboard_is_judged_tried_and_saved(village: Village, browser: Browser) -> None:
    draft = begun(village)
    before = saved(village, draft)
    with served(village.app) as address:
        page = opened(browser, address, draft)
        at_table(page, TABLE)
        expect(page.locator("td.annotation").first).to_have_text("L.433-2, L.433-3")
        assert saved(village, draft) == before

        # A rule after the one that takes all: told on its row, and the way there from the list.
        page.locator("td.input-cell").nth(2).click()
        page.keyboard.press("Enter")
        page.keyboard.type('"salarie"')
        page.keyboard.press("Tab")
        rows = page.locator(".tjs-table tbody tr")
        expect(rows.nth(3).locator(".studio-mark--warning")).to_be_visible()
        page.get_by_role("button", name="Canal et date de dépôt").click()
        page.locator(".studio-finding__go").click()
        expect(page.locator(".decision-table-name")).to_have_text(TABLE)

        # Tried: the rule that answers and the one that only applies, then each line with its example.
        page.get_by_role("button", name="Essayer la table").click()
        page.get_by_label("Titre détenu").select_option(label="Salarié")
        page.get_by_role("button", name="Essayer", exact=True).click()
        expect(rows.nth(2).locator(".studio-mark--answers")).to_be_visible()
        expect(rows.nth(3).locator(".studio-mark--applies")).to_be_visible()
        page.get_by_role("button", name="Essayer chaque ligne").click()
        expect(page.locator(".studio-trial__said")).to_contain_text("1 règle ne répond pas à son exemple")

        # Kept: an example by name; then red on its rule, with what came instead.
        page.get_by_label("Date de fin de validité").fill("01/05/2026")
        page.get_by_label("Titre détenu").select_option(label="Carte de résident (10 ans)")
        page.get_by_role("button", name="Essayer", exact=True).click()
        page.get_by_label("Nom de l’exemple").fill("Carte de résident")
        page.get_by_role("button", name="Garder comme exemple").click()
        shelf = page.locator(".studio-trial__kept")
        expect(shelf).to_contain_text("✓ réussi")
        expect(page.locator("[data-files]")).to_contain_text("regles.toml")
        page.locator("td.output-cell").first.click()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type("false")
        expect(shelf).to_contain_text("oui attendu, non obtenu (règle 1)")
        expect(rows.first.locator(".studio-mark--error")).to_be_visible()
        faults = Axe().run(page, options={"exclude": [[".dmn-js-parent"]]}).response["violations"]
        assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in faults] == []

        expect(page.locator("[data-state]")).to_have_text("Enregistré")
        page.wait_for_timeout(500)
        assert '"salarie"' in saved(village, draft)
        assert saved(village, draft).count("<annotationEntry>") == before.count("<annotationEntry>")


def test_a_table_that_is_only_read_or_not_drawn_says_so(village: Village, browser: Browser) -> None:
    draft = begun(village)
    with served(village.app) as address:
        page = opened(browser, address, draft, "rita")
        at_table(page, TABLE)
        expect(page.get_by_role("button", name="Annuler")).to_be_hidden()
        expect(page.locator(".tjs-table .add-rule")).to_have_count(0)
        page.get_by_role("link", name="ancien.dmn").click()
        expect(page.locator(".studio-table__why")).to_contain_text("DMN 1.1")
        assert page.get_by_label("Texte de ancien.dmn").input_value() == OLDER
