"""The analyst's pages in the states that only work leads to: axe finds nothing, none is too wide; targets by drag."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from prefecture.identity.permissions import Actor
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import queries as studio
from prefecture.studio import service
from tests.browser.test_every_page import CHROMIUM, judged, served
from tests.town import PASSWORD, TSE
from tests.web.test_moves import MOVES, PLAN, RENAMED, next_version
from tests.web.village import Village, Visitor, plain

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOMINAL = "scenarios/nominal.toml"


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(**CHROMIUM)  # type: ignore[arg-type]
        yield chromium
        chromium.close()


def opened(browser: Browser, address: str, width: int) -> Page:
    """A window of that width, the analyst signed in."""
    page = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True).new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto(f"{address}/connexion")
    page.fill("[name=login]", "ana")
    page.fill("[name=mot_de_passe]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_load_state()
    return page


def complaints(browser: Browser, village: Village, paths: list[str]) -> list[str]:
    """What is wrong with these pages at the width of a telephone."""
    with served(village.app) as address:
        page = opened(browser, address, 320)
        found = []
        for path in paths:
            answer = page.goto(address + path)
            assert answer is not None
            assert answer.status in (200, 422), path
            found += judged(page)
    return found


def begun(ana: Visitor) -> str:
    """The address of a draft of the next version."""
    made = ana.post(f"/analyste/demarches/{TSE}/brouillons", form="/analyste/nouvelle")
    return made.headers["Location"].removesuffix("/dossier")


def test_a_step_of_the_old_drawing_is_drawn_onto_the_new(village: Village, browser: Browser, tmp_path: Path) -> None:
    village.file()
    next_version(village, tmp_path)
    with served(village.app) as address:
        page = opened(browser, address, 1280)
        page.goto(address + PLAN)
        target = page.locator("select[data-place]")
        before = page.locator("[data-side=before] .target-source > text").first
        after = page.locator("[data-side=after] [data-element=controler_pieces] > text").first
        expect(page.locator("[data-side=after] .target-mark")).to_have_text("1")
        target.select_option("")
        expect(page.locator("[data-side=after] .target-mark")).to_have_count(0)

        before.drag_to(after)
        expect(target).to_have_value(RENAMED)
        expect(page.locator("[data-side=after] .target-mark")).to_have_text("1")
        expect(page.locator("[data-targets-said]")).to_contain_text("reprend à")

        # A click on the one, then on the other; what no dossier can go on at is refused.
        target.select_option("")
        before.click()
        page.locator("[data-side=after] .bpmn-startEvent > .bpmn-trait").first.click()
        expect(page.locator("[data-targets-said]")).to_contain_text("ne peut pas reprendre ici")
        expect(target).to_have_value("")
        before.click()
        page.keyboard.press("Escape")
        after.click()
        expect(target).to_have_value("")
        before.click()
        after.click()
        expect(target).to_have_value(RENAMED)
        assert judged(page) == []


def test_moves_and_comparisons_are_accessible(village: Village, browser: Browser, tmp_path: Path) -> None:
    view = village.file()
    next_version(village, tmp_path)
    ana = village.browse("ana")
    campaign = ana.post(MOVES, {"vers": "version:2"}, form=PLAN).headers["Location"]
    chosen = f"{campaign}?dossier={view.number}"
    compared = f"/analyste/demarches/{TSE}/comparaison"
    paths = [MOVES, PLAN, f"{PLAN}&du=hier", campaign, chosen, compared, f"/analyste/dossiers/{view.number}/parcours"]
    assert complaints(browser, village, paths) == []


def test_trials_and_runs_are_accessible(village: Village, browser: Browser) -> None:
    ana = village.browse("ana")
    draft = begun(ana)
    address = f"{draft}/scenarios/{NOMINAL}"
    content = ana.get(f"{draft}/fichiers/{NOMINAL}")
    wrong = content.text.replace('taches = ["recevoir_usager"]', 'taches = ["instruire_demande"]', 1)
    revision = content.headers["ETag"].strip('"')
    assert ana.post(address, {"texte": wrong, "revision": revision}, form=address).status_code == 302
    assert ana.post(f"{draft}/essais", form=f"{draft}/essais").status_code == 302
    begin = {"verbe": "commencer", "source": NOMINAL, "retenir": ["depot.attester"]}
    waiting = [f"{draft}/essais", address, f"{draft}/scenarios", f"{draft}/suggestions", f"{draft}/essai"]
    assert complaints(browser, village, [*waiting, f"{draft}/comparaison"]) == []
    assert ana.post(f"{draft}/essai", begin, form=f"{draft}/essai").status_code == 302
    assert complaints(browser, village, [f"{draft}/essai"]) == []
    assert ana.post(f"{draft}/essai", {**begin, "retenir": []}, form=f"{draft}/essai").status_code == 302
    assert complaints(browser, village, [f"{draft}/essai"]) == []


def test_a_presentation_and_the_examples_of_a_table_are_accessible(village: Village, browser: Browser) -> None:
    ana = village.browse("ana")
    draft = begun(ana)
    table = f"{draft}/tables/regles.dmn?decision=droits_du_titre&c0=carte_resident&demande.titre_expire_le=01/05/2026"
    kept = {"decision": "droits_du_titre", "c0": "carte_resident", "nom": "Résident", "faire": "essayer"}
    ana.post(f"{draft}/exemples/regles.dmn", {**kept, "demande.titre_expire_le": "01/05/2026"}, form=table)
    with village.app.app_context(), unit_of_work():
        draft_id = uuid.UUID(draft.rsplit("/", 1)[1])
        content, revision = studio.content(draft_id, "regles.dmn")
        red = content.replace(b"<text>true</text>", b"<text>false</text>")
        service.save_file(Actor.system(), draft_id, "regles.dmn", red, revision)
    assert "oui attendu, non obtenu" in plain(ana.get(table))
    assert complaints(browser, village, [f"{draft}/presentation", f"{table}&essayer=oui"]) == []
