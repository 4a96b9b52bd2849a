"""The page of components in a browser: accessible, whole at 320 px, under a strict CSP, with or without JavaScript."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.web.looks import application

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "RGAAv4", "best-practice"]
OPTIONS = {"runOnly": TAGS, "resultTypes": ["violations"]}  # the rest is not carried over
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The page of components, served on a free port."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, application(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/demo/composants"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium of the system."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield chromium
        chromium.close()


def opened(browser: Browser, address: str, **options: Any) -> tuple[Page, list[str]]:
    """A page in a window of its own, and what its console complained of."""
    width = options.pop("width", 1280)
    page = browser.new_context(viewport={"width": width, "height": 900}, locale="fr-FR", **options).new_page()
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    return page, complaints


@pytest.mark.parametrize("view", ["usager", "agent"])
@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_axe_finds_nothing(browser: Browser, address: str, view: str, width: int, scheme: str) -> None:
    page, complaints = opened(browser, f"{address}?vue={view}", width=width, color_scheme=scheme)
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
    found = Axe().run(page, options=OPTIONS).response["violations"]
    told = [(rule["id"], [node["target"] for node in rule["nodes"]][:4]) for rule in found]
    assert told == []
    assert complaints == []
    page.context.close()


@pytest.mark.parametrize("view", ["usager", "agent"])
def test_nothing_overflows_a_small_telephone(browser: Browser, address: str, view: str) -> None:
    page, _ = opened(browser, f"{address}?vue={view}", width=320)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.context.close()


def test_large_text_at_twice_the_size_still_fits(browser: Browser, address: str) -> None:
    page, _ = opened(browser, address, width=640)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    page.context.close()


def test_targets_of_citizens_are_large_enough(browser: Browser, address: str) -> None:
    page, _ = opened(browser, address, width=320)
    small = page.evaluate(
        """() => [...document.querySelectorAll("main :is(.button:not(.button--small), .input, .slots__day, .option)")]
            .filter(one => one.offsetParent && one.getBoundingClientRect().height < 44 && !one.closest(".viewer"))
            .map(one => one.outerHTML.slice(0, 80))"""
    )
    assert small == []
    page.context.close()


def test_everything_can_be_read_without_javascript(browser: Browser, address: str) -> None:
    page, _ = opened(browser, address, java_script_enabled=False)
    assert page.get_by_text("Six pièces.").is_visible()
    assert page.get_by_text("Deux lettres.").is_visible()
    assert page.get_by_role("heading", name="Retirer votre demande ?").is_visible()
    assert page.locator("input[name='logement-fichier']").count() == 0
    assert page.locator("input[name='domicile-fichier']").is_visible()
    page.context.close()


def test_the_first_key_leads_to_the_content(browser: Browser, address: str) -> None:
    page, _ = opened(browser, address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"
    page.context.close()


def test_the_focus_is_always_visible(browser: Browser, address: str) -> None:
    page, _ = opened(browser, address)
    unseen = []
    for _step in range(60):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => { const one = document.activeElement;
                const slot = one.classList.contains("slot__input");
                const label = slot ? one.nextElementSibling : one.closest(".card") ?? one;
                return getComputedStyle(label).outlineStyle !== "none" || getComputedStyle(one).outlineStyle !== "none"
                    ? "" : one.outerHTML.slice(0, 90) }"""
        )
        unseen += [seen] if seen else []
    assert unseen == []
    page.context.close()


def test_a_question_appears_with_the_answer_that_asks_for_it(browser: Browser, address: str) -> None:
    page, _ = opened(browser, address)
    asked = page.get_by_label("Nom de la personne qui vous héberge")
    assert not asked.is_visible()
    page.get_by_label("Hébergé par quelqu’un").check()
    assert asked.is_visible()
    page.get_by_label("Locataire").check()
    assert not asked.is_visible()
    page.context.close()


def test_a_dialogue_takes_the_focus_and_gives_it_back(browser: Browser, address: str) -> None:
    page, _ = opened(browser, address)
    page.get_by_role("button", name="Ouvrir un dialogue").click()
    assert page.get_by_role("dialog", name="Retirer votre demande ?").is_visible()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "Ouvrir un dialogue"
    page.context.close()


def test_tabs_are_walked_with_the_arrows(browser: Browser, address: str) -> None:
    page, _ = opened(browser, address)
    page.get_by_role("tab", name="Ce que vous avez envoyé").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_text("Deux lettres.").is_visible()
    assert not page.get_by_text("Six pièces.").is_visible()
    page.context.close()


def test_chosen_rows_are_counted_and_the_bar_appears(browser: Browser, address: str) -> None:
    page, _ = opened(browser, address)
    bar = page.locator("[data-selection-bar]")
    assert not bar.is_visible()
    page.get_by_label("Choisir TSE-94-26-004817-K").check()
    assert bar.is_visible()
    page.get_by_label("Tout choisir").check()
    assert bar.locator("[data-selection-count]").inner_text() == "3"
    page.context.close()


def test_agents_walk_the_rows_with_their_keys(browser: Browser, address: str) -> None:
    page, _ = opened(browser, f"{address}?vue=agent")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.get_by_label("Choisir TSE-94-26-004822-P").is_checked()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "recherche"
    page.keyboard.type("jx")
    assert page.locator("#recherche").input_value() == "jx"
    page.context.close()


def test_a_document_is_enlarged_and_turned(browser: Browser, address: str) -> None:
    page, _ = opened(browser, address)
    viewer = page.locator("#visionneuse")
    viewer.get_by_role("button", name="Agrandir").click()
    viewer.get_by_role("button", name="Tourner").click()
    assert (viewer.get_attribute("data-zoom"), viewer.get_attribute("data-turn")) == ("2", "1")
    page.context.close()


def test_a_file_is_sent_with_progress_and_its_id_is_posted(browser: Browser, address: str) -> None:
    page, _ = opened(browser, f"{address}?depot=/depot")
    page.route("**/depot", lambda route: route.fulfill(status=201, json={"id": "d42", "name": "bail.pdf", "size": 9}))
    page.locator("#champ-photo").set_input_files(
        {"name": "b.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    )
    zone = page.locator("[data-name='photo']")
    zone.locator("input[name=photo]").wait_for(state="attached")
    assert zone.locator("input[name=photo]").input_value() == "d42"
    assert zone.get_by_text("reçu", exact=True).is_visible()
    zone.get_by_role("button", name="Enlever").click()
    assert zone.locator("input[name=photo]").count() == 0
    page.context.close()


def test_a_refused_file_says_why(browser: Browser, address: str) -> None:
    page, _ = opened(browser, f"{address}?depot=/depot")
    page.route("**/depot", lambda route: route.fulfill(status=415, json={"detail": "Envoyez un PDF."}))
    page.locator("#champ-photo").set_input_files({"name": "a.exe", "mimeType": "application/pdf", "buffer": b"MZ"})
    page.get_by_text("non reçu : Envoyez un PDF.").wait_for()
    assert page.locator("input[name=photo]").count() == 0
    page.context.close()
