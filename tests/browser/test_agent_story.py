"""An agent's morning by browser: sign in, open a task, refuse a pièce by its key, ask for it again, go on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

from prefecture.dossiers import queries as dossiers
from prefecture.identity.permissions import Actor
from tests.town import PASSWORD
from tests.web.village import Village

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application on a free port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


@pytest.fixture
def page() -> Iterator[Page]:
    """A window of headless Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium.new_page(viewport={"width": 1360, "height": 850})
        chromium.close()


def sign_in(page: Page, address: str, login: str) -> None:
    """Sign in by the page."""
    page.goto(f"{address}/connexion")
    page.fill("[name=login]", login)
    page.fill("[name=mot_de_passe]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_load_state()


def test_an_agent_refuses_a_piece_by_its_key_reads_the_letter_and_goes_on_to_the_next(
    village: Village, page: Page
) -> None:
    first, second = village.file(), village.file("boris")
    with served(village.app) as address:
        sign_in(page, address, "claire")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_load_state()
        expect(page.get_by_role("heading", level=1)).to_have_text("Vérifier la complétude")
        here = first if first.number in page.title() else second
        other = second if here is first else first

        page.keyboard.press("r")
        for code in ("titre_actuel", "photo", "domicile"):
            page.click(f"[data-piece={code}]")
            page.keyboard.press("v")
        expect(page.locator("[data-piece=passeport]")).to_contain_text("Refusée")
        page.select_option("[name='pieces.passeport.motif']", "illisible")
        page.click("[data-piece=courrier]")
        page.locator("[name=conclusion][value=complement]").check()
        letter = page.frame_locator("iframe[name=courrier]")
        expect(letter.locator("body")).to_contain_text("Le document n’est pas lisible.")

        page.get_by_role("button", name="Terminer et suivant").click()
        page.wait_for_load_state()
        expect(page).to_have_title(f"Vérifier la complétude, {other.number} · PlaniPref")
    village.drain()
    assert "deposer_complement" in village.open(here)
    with village.app.app_context():
        done = [one for one in dossiers.history(here.number, Actor.system()) if one.kind == "task_done"]
        told = (done[-1].values or {})["after"]["pieces"]
    assert told["passeport"]["etat"] == "refusee"
    assert told["photo"]["etat"] == "valide"


def test_looking_at_another_piece_keeps_what_was_typed(village: Village, page: Page) -> None:
    village.file()
    with served(village.app) as address:
        sign_in(page, address, "claire")
        page.click("[data-row-link]")
        page.locator("[name=conclusion][value=complement]").check()
        page.fill("[name=message]", "Il manque la page 2.")
        page.click("[data-piece=domicile]")
        expect(page.locator("[data-piece-panel=domicile]")).to_be_visible()
        expect(page.locator("[data-piece-panel=passeport]")).to_be_hidden()
        expect(page.locator("[name=message]")).to_have_value("Il manque la page 2.")
