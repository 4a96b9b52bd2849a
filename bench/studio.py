"""The diagram editor in headless Chromium: what must be fetched, how long until one can draw, until a fault is told."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from playwright.sync_api import Browser, Page, Response, sync_playwright
from waitress.server import create_server

from bench.figures import median, tell
from bench.house import House
from prefecture.demarches import queries as demarches
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import service
from tests.town import PASSWORD, TSE

OPENINGS = 5
READY = "[data-studio][data-ready]"
STEP = "[data-element-id=attester_depot] .djs-hit"
# Another action each time, so that no verdict is remembered: from the change to the list, the wait for more included.
EDITS = """async () => {
  const choice = () => document.querySelector('#bio-properties-panel-planipref-Action-nom');
  const summary = document.querySelector('[data-findings-summary]');
  const spans = [];
  for (const { value } of [...choice().options].slice(0, 10)) {
    const told = new Promise((done, late) => {
      new MutationObserver(done).observe(summary, { childList: true, subtree: true, characterData: true });
      setTimeout(() => late(new Error(`no verdict on "${value}"`)), 10000);
    });
    const began = performance.now();
    choice().value = value;
    choice().dispatchEvent(new Event('input', { bubbles: true }));
    await told;
    spans.push(performance.now() - began);
    await new Promise((done) => setTimeout(done, 1200));
  }
  return spans;
}"""


def measure(house: House) -> None:
    """Tell the weight of the editor, the time until it is ready, and the time until an edit is judged."""
    ana = house.actor("ana")
    with unit_of_work():
        draft = service.from_version(ana, demarches.current(TSE).id, "Mesure")
    db.session.remove()
    with served(house.app) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        weights, times = zip(*[_opening(browser, address, draft) for _ in range(OPENINGS)], strict=True)
        spans = _edits(browser, address, draft)
        browser.close()
    tell("studio_kb", weights[0] / 1024, "kB")
    tell("studio_ready_ms", median(times), "ms")
    tell("findings_ms", median(spans), "ms")


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application on a free port, as `make run` serves it."""
    server = create_server(app, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()
        thread.join(5)


def _signed_in(browser: Browser, address: str) -> Page:
    """A window with nothing in its cache."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"{address}/connexion")
    page.fill("[name=login]", "ana")
    page.fill("[name=mot_de_passe]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_load_state()
    return page


def _opening(browser: Browser, address: str, draft: uuid.UUID) -> tuple[int, float]:
    """The bytes of scripts and style sheets fetched, and the milliseconds, until the diagram can be changed."""
    page = _signed_in(browser, address)
    page.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    fetched: list[Response] = []
    page.on("response", lambda one: fetched.append(one))
    page.goto(f"{address}/analyste/brouillons/{draft}")
    page.wait_for_selector(READY)
    took = float(page.evaluate("performance.getEntriesByName('studio-ready')[0].startTime"))
    page.wait_for_load_state("networkidle")
    told = [one for one in fetched if one.request.resource_type in {"script", "stylesheet"}]
    weight = sum(one.request.sizes()["responseBodySize"] for one in told)
    page.context.close()
    return weight, took


def _edits(browser: Browser, address: str, draft: uuid.UUID) -> list[float]:
    """Milliseconds from an edit until the list of findings is that of the new text."""
    page = _signed_in(browser, address)
    page.goto(f"{address}/analyste/brouillons/{draft}")
    page.wait_for_selector(READY)
    page.wait_for_load_state("networkidle")
    page.locator(STEP).first.click()
    page.wait_for_selector("#bio-properties-panel-planipref-Action-nom")
    spans = page.evaluate(EDITS)
    page.context.close()
    return [float(one) for one in spans[1:]]
