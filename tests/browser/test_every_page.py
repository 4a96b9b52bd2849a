"""Every page, as each role sees it: axe finds nothing, no link is dead, each has a title, none is too wide."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from prefecture.demonstration import commands, organisation
from prefecture.kernel import schema, settings, worker
from prefecture.kernel.db import db
from tests.homes import furnished
from wsgi import create_app

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

CHROMIUM = {"executable_path": "/usr/bin/chromium", "args": ["--no-sandbox"]}
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "RGAAv4", "best-practice")
OPTIONS = {"runOnly": list(TAGS), "resultTypes": ["violations"]}
ACCOUNTS = {
    "personne": None,
    "usager": "amina.k@exemple.fr",
    "accueil": "accueil-94",
    "guichet": "guichet-94",
    "instructeur": "instructeur-94",
    "chef_de_service": "chef-94",
    "analyste": "analyste",
    "recetteur": "recetteur",
    "administrateur": "administrateur-94",
    "administrateur national": "administrateur-national",
}
# What is looked at once however many there are of it: pages of the same shape differ by these parts only.
SHAPES = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}"), "ID"),
    (re.compile(r"\b[A-Z]{3}-\w{2,3}-\d\d-\d{6}-[A-Z]"), "NUMBER"),
    (re.compile(r"/taches/[^/]+"), "/taches/TASK"),
    (re.compile(r"/versions/[^/]+"), "/versions/VERSION"),
    (re.compile(r"/etape/\d+|/pages/\d+"), "/N"),
    (re.compile(r"/(apercu|apercu-courrier|message|tables|fichiers)/.*?((\.\w+){1,2})$"), r"/\1/FILE\2"),
)
# Not pages: files, pictures, machines' addresses.
NO_PAGES = re.compile(
    r"/static/|/pages/\d+|/message/|\.ics$|\.pdf$|/fichier$|/documents/[0-9a-f-]{36}$|/api/|/healthz|/readyz|/corps$|\.(zip|csv|svg)(\?|$)"
)
# The same for everybody but for the header: judged as one role sees them, for the others only asked for.
SHARED = {
    "personne": re.compile(r"^/(demo|aide|mentions-legales|accessibilite|verifier)\b"),
    "analyste": re.compile(r"^/analyste/(versions|brouillons)/"),
}


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a small demonstration, its letters printed and its pages drawn."""
    home = tmp_path_factory.mktemp("demonstration")
    url = f"sqlite:///{home / 'planipref.sqlite3'}"
    before = settings.current()
    app = create_app(settings.read({**os.environ, "PLANIPREF_HOME": str(furnished(home)), "DATABASE_URL": url}))
    with app.app_context():
        schema.upgrade()
        commands.load_all(app, 10)
        db.session.remove()
    worker.drain(app, limit=40, max_seconds=15)
    with served(app) as address:
        yield address
    settings.use(before)


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
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(**CHROMIUM)  # type: ignore[arg-type]
        yield chromium
        chromium.close()


@pytest.mark.parametrize("role", ACCOUNTS)
def test_every_page_of_a_role_is_accessible_titled_narrow_enough_and_its_links_lead_somewhere(
    demonstration: str, browser: Browser, role: str
) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 800}, bypass_csp=True)
    page = context.new_page()
    sign_in(page, demonstration, ACCOUNTS[role])
    complaints, seen = walk(context, page, demonstration, [one for by, one in SHARED.items() if by != role])
    context.close()
    assert seen >= 3
    assert not complaints, "\n".join(complaints)


def sign_in(page: Page, address: str, login: str | None) -> None:
    """Sign in by the page."""
    page.goto(f"{address}/connexion" if login else f"{address}/")
    if login:
        page.fill("[name=login]", login)
        page.fill("[name=mot_de_passe]", organisation.PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_load_state()


def walk(
    context: BrowserContext, page: Page, address: str, shared: Sequence[re.Pattern[str]] = ()
) -> tuple[list[str], int]:
    """Go to every page that a link leads to, one of each shape; what is wrong, and how many were seen.

    shared: addresses that are only asked for, because another role judges what they show.
    """
    complaints: list[str] = []
    waiting, shapes, linked = [(page.url, "")], {shape(page.url)}, set()
    looked = 0
    while waiting:
        here, whence = waiting.pop(0)
        answer = page.goto(here)
        assert answer is not None
        if answer.status >= 400:
            complaints.append(f"{here}: {answer.status}, from {whence}")
            continue
        looked += 1
        complaints += judged(page)
        for link in links(page, address):
            if shape(link) in shapes:
                continue
            shapes.add(shape(link))
            path = urlsplit(link).path
            if NO_PAGES.search(path) or any(one.match(path) for one in shared):
                linked.add(link)
            else:
                waiting.append((link, here))
    for link in linked:
        status = context.request.get(link).status
        if status >= 400 and status != 409:  # a letter still being printed
            complaints.append(f"{link}: {status}")
    return complaints, looked


def judged(page: Page) -> list[str]:
    """What is wrong with the page in view."""
    where = urlsplit(page.url).path
    found = []
    if not page.title().removesuffix("· PlaniPref").strip():
        found.append(f"{where}: no title")
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append(f"{where}: wider than 320 px")
    for one in Axe().run(page, options=OPTIONS).response["violations"]:
        targets = "; ".join(str(node["target"]) for node in one["nodes"][:3])
        found.append(f"{where}: {one['id']} ({one['impact']}): {targets}")
    return found


def links(page: Page, address: str) -> list[str]:
    """The addresses of this site that the page links to."""
    found = page.eval_on_selector_all("a[href], iframe[src]", "all => all.map(one => one.href || one.src)")
    inside = [urljoin(address, link).partition("#")[0] for link in found]
    return [link for link in dict.fromkeys(inside) if link.startswith(address)]


def shape(link: str) -> str:
    """The address with what varies from one thing to the next taken out; of the query only its names."""
    parts = urlsplit(link)
    path = parts.path
    for pattern, name in SHAPES:
        path = pattern.sub(name, path)
    names = sorted({pair.partition("=")[0] for pair in parts.query.split("&") if pair} & {"suite", "etat", "vue"})
    return f"{path}?{'&'.join(names)}"


def test_shapes_tell_pages_apart_by_what_they_are(tmp_path: Path) -> None:
    assert shape("http://x/agent/taches/ab12-3?vue=mine") == shape("http://x/agent/taches/cd-4?vue=late")
    assert shape("http://x/agent") != shape("http://x/agent/dossiers")
