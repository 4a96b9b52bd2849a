"""An analyst at the editor by browser: a name changed and saved by itself, a fault seen, shown and repaired."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from prefecture.demarches import queries as demarches
from prefecture.identity import service as identity
from prefecture.kernel import clock
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import queries as studio
from prefecture.studio import service
from tests.town import PASSWORD, START, TSE
from tests.web.village import Village

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DIAGRAM, NOMINAL = "processus.bpmn", "scenarios/nominal.toml"
# As another modeler writes it: understood, and said to be so.
FOREIGN = (b">=decision = null<", b">${decision == null}<")


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


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


def begun(village: Village) -> uuid.UUID:
    """A draft of the titre de séjour, with one condition in another engine's words."""
    actor = village.actor("ana")
    with village.app.app_context(), unit_of_work():
        draft = service.from_version(actor, demarches.current(TSE).id, "Titre de séjour, version suivante")
        text, revision = studio.content(draft, DIAGRAM)
        assert FOREIGN[0] in text
        service.save_file(actor, draft, DIAGRAM, text.replace(*FOREIGN), revision)
    return draft


def written(village: Village, draft: uuid.UUID) -> str:
    """The diagram as the server has it."""
    with village.app.app_context():
        return studio.content(draft, DIAGRAM)[0].decode()


def await_written(page: Page, village: Village, draft: uuid.UUID, text: str) -> None:
    """Wait until the server has a text in the diagram: an earlier save may be told as this one's."""
    for _ in range(150):
        if text in written(village, draft):
            return
        page.wait_for_timeout(100)
    pytest.fail(f"never saved: {text}")


def opened(browser: Browser, address: str, draft: uuid.UUID, login: str = "ana") -> Page:
    """The editor in a window of its own, ready; what breaks in it, or what its policy refuses, fails the test."""
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    page.goto(f"{address}/connexion?suite=/analyste/brouillons/{draft}")
    page.fill("[name=login]", login)
    page.fill("[name=mot_de_passe]", PASSWORD)
    page.on("console", lambda told: pytest.fail(told.text) if "Security Policy" in told.text else None)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.click("main button[type=submit]")
    page.wait_for_selector("[data-studio][data-ready]")
    return page


def choose(page: Page, element: str) -> None:
    """Click an element of the drawing."""
    page.locator(f"[data-element-id={element}] .djs-hit").first.click()


def test_an_analyst_renames_a_step_sees_a_fault_where_it_is_and_repairs_it(village: Village, browser: Browser) -> None:
    draft = begun(village)
    with served(village.app) as address:
        page = opened(browser, address, draft)
        state, summary = page.locator("[data-state]"), page.locator("[data-findings-summary]")

        # What the compiler can correct alone, at one click.
        expect(summary).to_have_text("1 constat")
        page.get_by_role("button", name="Corriger", exact=True).click()
        expect(summary).to_contain_text("Aucun constat")

        choose(page, "attester_depot")
        page.get_by_label("Nom", exact=True).fill("Accuser réception de la demande")
        expect(state).to_have_text("Non enregistré")
        expect(state).to_have_text("Enregistré")
        await_written(page, village, draft, 'name="Accuser réception de la demande"')
        assert "${" not in written(village, draft)

        # A service task without an action: an error in the list and on the drawing, from which one comes back to it.
        action = page.get_by_label("Action", exact=True)
        action.select_option("")
        expect(summary).to_have_text("1 constat, dont 1 erreur")
        expect(page.locator(".djs-overlay-finding .studio-mark--error")).to_be_visible()
        choose(page, "demande_deposee")
        page.locator(".studio-finding__go").click()
        expect(page.locator(".bio-properties-panel-header-label")).to_have_text("Accuser réception de la demande")
        action.select_option("depot.attester")
        expect(summary).to_contain_text("Aucun constat")
        expect(state).to_have_text("Enregistré")

        expect(page.locator(".bjs-powered-by")).to_be_visible()
        faults = Axe().run(page).response["violations"]
        assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in faults] == []
    with village.app.app_context():
        assert studio.findings(draft) == []


def test_two_analysts_never_lose_each_others_work(village: Village, browser: Browser) -> None:
    with village.app.app_context(), unit_of_work():
        identity.create_agent("bea", "Béa Nguyen", PASSWORD, ("analyste",), prefecture="94", service_ids=[])
    draft = begun(village)
    with served(village.app) as address:
        ana, bea = opened(browser, address, draft), opened(browser, address, draft, "bea")
        expect(bea.locator("[data-state]")).to_have_text("Lecture seule")
        expect(bea.locator("[data-notice]")).to_contain_text("Ana Lopez écrit dans ce brouillon")
        bea.get_by_role("button", name="Prendre la main").click()
        expect(bea.locator("[data-state]")).to_have_text("Enregistré")

        # Ana does not know yet: what she writes now is refused, kept on her machine, and taken up with the lock.
        choose(ana, "attester_depot")
        ana.get_by_label("Nom", exact=True).fill("Accuser réception")
        expect(ana.locator("[data-notice]")).to_contain_text("Béa Nguyen écrit dans ce brouillon")
        ana.get_by_role("button", name="Prendre la main").click()
        expect(ana.locator("[data-element-id=attester_depot] text")).to_contain_text("Accuser")
        expect(ana.locator("[data-state]")).to_have_text("Enregistré")
    assert 'name="Accuser réception"' in written(village, draft)


def test_a_cut_line_stops_nobody(village: Village, browser: Browser) -> None:
    draft = begun(village)
    with served(village.app) as address:
        page = opened(browser, address, draft)
        choose(page, "attester_depot")
        page.context.set_offline(True)
        page.get_by_label("Nom", exact=True).fill("Écrit sans réseau")
        expect(page.locator("[data-state]")).to_contain_text("Hors ligne")
        page.context.set_offline(False)
        expect(page.locator("[data-state]")).to_have_text("Enregistré")
    assert 'name="Écrit sans réseau"' in written(village, draft)


def rested(village: Village) -> None:
    """The work that was due once the hand rested is done."""
    with clock.frozen(START + timedelta(seconds=10)):
        village.drain()


def test_the_drawing_says_what_the_scenarios_pass_and_where_one_fails(village: Village, browser: Browser) -> None:
    draft, ana = begun(village), village.actor("ana")
    with village.app.app_context(), unit_of_work():
        text, revision = studio.content(draft, NOMINAL)
        wrong = text.replace(b'taches = ["recevoir_usager"]', b'taches = ["instruire_demande"]', 1)
        service.save_file(ana, draft, NOMINAL, wrong, revision)
    rested(village)
    with served(village.app) as address:
        page = opened(browser, address, draft)

        # The red scenario is there at once, on the step that calls the block, and leads to its step in the block.
        page.locator(".studio-mark--stop").click()
        row = page.locator(f"[data-scenario='{NOMINAL}']")
        expect(row).to_contain_text("attendu tâches ouvertes\u00a0: «\u00a0Proposer une décision\u00a0»")
        expect(row).to_contain_text("trouvé «\u00a0Recevoir l’usager\u00a0»")
        row.get_by_role("button", name="Montrer sur le diagramme").click()
        expect(page.locator("[data-file]")).to_have_text("_commun/bloc_convocation.bpmn")
        expect(page.locator("[data-element-id=recevoir_usager].studio-stopped")).to_be_visible()
        expect(page.locator("[data-legend]")).to_contain_text(
            "Chemin de «\u00a0Du dépôt à la remise, sans accroc\u00a0»"
        )
        page.get_by_role("button", name="Toute la couverture").click()
        assert page.locator(".studio-missed").count() > 0
        assert page.locator(".studio-never").count() > 0

        # Corrected elsewhere and played again: the drawing follows by itself.
        with village.app.app_context(), unit_of_work():
            service.save_file(ana, draft, NOMINAL, text, studio.content(draft, NOMINAL)[1])
        rested(village)
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(page.locator("[data-scenarios-count]")).to_be_empty()
        expect(page.locator(".studio-mark--stop")).to_have_count(0)
        faults = Axe().run(page).response["violations"]
        assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in faults] == []


def test_what_draws_nothing_is_laid_out_and_what_others_do_is_seen(village: Village, browser: Browser) -> None:
    draft, ana = begun(village), village.actor("ana")
    with village.app.app_context(), unit_of_work():
        text, revision = studio.content(draft, DIAGRAM)
        bare = re.sub(rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", b"", text, flags=re.DOTALL)
        service.save_file(ana, draft, DIAGRAM, bare, revision)
    with served(village.app) as address:
        page = opened(browser, address, draft)
        expect(page.locator("[data-notice]")).to_contain_text("ne dessine rien")
        expect(page.get_by_label("Texte de processus.bpmn")).to_be_visible()
        page.get_by_role("button", name="Disposer automatiquement").click()
        expect(page.locator("[data-element-id=attester_depot]").first).to_be_visible()
        expect(page.locator("[data-notice]")).to_be_hidden()
        await_written(page, village, draft, "BPMNDiagram")

        page.get_by_role("link", name="LISEZMOI.md").click()
        expect(page.get_by_label("Texte de LISEZMOI.md")).to_be_visible()
        with village.app.app_context(), unit_of_work():
            service.rename_file(ana, draft, "LISEZMOI.md", "NOTICE.md")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(page.get_by_role("link", name="NOTICE.md")).to_be_visible()
        expect(page.locator("[data-notice]")).to_contain_text("n’est plus dans le brouillon")
        page.get_by_role("button", name="Ouvrir processus.bpmn").click()
        expect(page.locator("[data-element-id=attester_depot]").first).to_be_visible()
