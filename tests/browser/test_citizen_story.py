"""A citizen in a real browser, against the real application: from signing in to the appointment by the mail's link.

Every page met on the way is held against axe, a small telephone's width and its own console.
"""

from __future__ import annotations

import logging
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from prefecture.dossiers import queries as dossiers
from prefecture.kernel import clock
from prefecture.kernel.db import db
from tests.town import PASSWORD, PDF, PIECES, TSE
from tests.web.village import Village, build, make

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "RGAAv4", "best-practice"]
OPTIONS = {"runOnly": TAGS, "resultTypes": ["violations"]}  # the rest is not carried over
pytestmark = pytest.mark.browser


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Village, str]]:
    """The application with its préfecture, served on a free port that its mails know."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    service_id = make(tmp_path, clock.now())
    app = build(tmp_path, PLANIPREF_BASE_URL=f"http://127.0.0.1:{port}")
    app.testing = False
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Village(app, service_id), f"http://127.0.0.1:{port}"
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium of the system."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Reader:
    """Somebody before a screen, who notices what is wrong with a page."""

    def __init__(self, browser: Browser, address: str, **options: object) -> None:
        self.context = browser.new_context(locale="fr-FR", **options)  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.address = address
        self.complaints: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: object) -> None:
        if getattr(message, "type", "") in ("error", "warning"):
            self.complaints.append(getattr(message, "text", ""))

    def go(self, path: str) -> None:
        """Open a page."""
        self.page.goto(self.address + path)

    def press(self, label: str) -> None:
        """Press a button or follow a link, by its name."""
        self.page.get_by_role("button", name=label).or_(self.page.get_by_role("link", name=label)).first.click()
        self.page.wait_for_load_state()

    def check(self) -> None:
        """Hold the page against axe and the width of a small telephone."""
        found = Axe().run(self.page, options=OPTIONS).response["violations"]
        told = [(rule["id"], [node["target"] for node in rule["nodes"]][:3]) for rule in found]
        assert told == [], self.page.url
        before = self.page.viewport_size
        self.page.set_viewport_size({"width": 320, "height": 800})
        assert self.page.evaluate("document.documentElement.scrollWidth") <= 320, self.page.url
        if before:
            self.page.set_viewport_size(before)
        assert self.complaints == [], self.page.url

    def fill(self, **values: str) -> None:
        """Write into the fields of these names."""
        for name, value in values.items():
            self.page.locator(f"[name='{name.replace('__', '-')}']").fill(value)

    def choose(self, *labels: str) -> None:
        """Tick these answers."""
        for label in labels:
            self.page.get_by_label(label, exact=True).check()

    def sign_in(self) -> None:
        """Sign in as Amina."""
        self.go("/connexion")
        self.check()
        self.fill(login="amina@example.fr", mot_de_passe=PASSWORD)
        self.press("Se connecter")


def fill_in(reader: Reader) -> None:
    """The form, page by page, with uploads by the page's script."""
    reader.go("/mon-espace")
    reader.check()
    reader.press("Renouvellement de titre de séjour")
    reader.check()
    reader.press("Commencer la demande")
    reader.press("Continuer")
    expect(reader.page.locator("#erreurs")).to_be_focused()
    reader.complaints.clear()  # the browser reports the 422 itself
    reader.check()
    reader.fill(numero_etranger="7503054321", naissance_lieu="Oran, Algérie", nationalite="Algérienne")
    reader.press("Continuer")
    reader.page.locator("[name=titre_nature]").select_option("vie_privee_familiale")
    reader.fill(titre_numero="AB123456", titre_expire_le__jour="28", titre_expire_le__mois="2")
    reader.fill(titre_expire_le__annee=str(clock.now().year + 1))
    reader.press("Continuer")
    reader.fill(adresse="12, rue des Lilas", code_postal="94000", ville="Créteil", telephone="06 12 34 56 78")
    reader.page.locator("[name=logement][value=locataire]").check()
    reader.press("Continuer")
    reader.page.locator("[name=situation_famille][value=celibataire]").check()
    reader.page.locator("[name=changement][value=non]").check()
    reader.press("Continuer")
    for piece in PIECES:
        file = {"name": f"{piece}.pdf", "mimeType": "application/pdf", "buffer": PDF}
        reader.page.locator(f"[name='{piece}-fichier']").set_input_files([file])  # type: ignore[list-item]
        expect(reader.page.locator(f"input[type=hidden][name={piece}]")).to_have_count(1)
    reader.check()
    reader.press("Continuer")
    for name in ("sur_honneur", "notification_electronique"):
        reader.page.locator(f"[name={name}]").check()
    reader.press("Relire ma demande")


def test_from_signing_in_to_the_appointment(browser: Browser, served: tuple[Village, str]) -> None:
    village, address = served
    amina = Reader(browser, address, viewport={"width": 1280, "height": 900})
    amina.sign_in()
    fill_in(amina)
    amina.check()
    expect(amina.page.get_by_text("Préfecture du Val-de-Marne")).to_be_visible()
    amina.press("Envoyer ma demande")
    expect(amina.page.get_by_role("heading", name="Votre demande est envoyée")).to_be_visible()
    amina.check()
    village.drain()
    amina.press("Voir mon dossier")
    expect(amina.page.get_by_text("Votre dossier est examiné")).to_be_visible()
    amina.check()
    amina.page.get_by_role("tab", name="Documents").click()
    amina.press("Attestation de dépôt")
    expect(amina.page.locator(".viewer__page").first).to_be_visible()
    amina.check()
    with village.app.app_context():
        view = dossiers.dossiers_of_person(village.actor("amina"))[0]
    village.convoke(view)
    take_a_slot(Reader(browser, address, viewport={"width": 375, "height": 800}), view.number)
    village.drain()
    amina.go(f"/dossiers/{view.number}")
    expect(amina.page.get_by_role("heading", name="Vous avez rendez-vous le")).to_be_visible()
    amina.press("Voir mon rendez-vous")
    amina.check()


def take_a_slot(reader: Reader, number: str) -> None:
    """From the mail in the demonstration's outbox to the appointment, on a telephone, signed in nowhere."""
    reader.go(f"/demo/courrier?q={number}&genre=mail")
    reader.check()
    reader.press("Choisissez votre rendez-vous")
    reader.check()
    reader.page.frame_locator("iframe").get_by_role("link", name="Choisir mon créneau").click()
    reader.page.wait_for_url("**/rendez-vous/*")
    reader.check()
    reader.press("Ouvrir mon rendez-vous")
    assert reader.page.url == reader.address + "/rendez-vous"
    reader.check()
    reader.page.locator("a.slots__day").nth(1).click()
    reader.page.locator(".slot__input").first.check()
    reader.check()
    reader.press("Garder cette heure")
    reader.check()
    reader.press("Confirmer ce rendez-vous")
    expect(reader.page.get_by_role("heading", name="Vous avez rendez-vous")).to_be_visible()
    reader.check()


def test_the_form_is_filled_by_keyboard_and_without_scripts(browser: Browser, served: tuple[Village, str]) -> None:
    _, address = served
    reader = Reader(browser, address, viewport={"width": 320, "height": 700}, java_script_enabled=False)
    reader.go(f"/demarches/{TSE}")
    reader.press("Commencer la demande")
    reader.page.get_by_label("Adresse électronique").fill("amina@example.fr")
    reader.page.get_by_label("Mot de passe").fill(PASSWORD)
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_url("**/etapes/1")
    reader.fill(numero_etranger="7503054321", naissance_lieu="Oran, Algérie", nationalite="Algérienne")
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_url("**/etapes/2")
    reader.press("Enregistrer et quitter")
    reader.page.wait_for_url("**/mon-espace")
    expect(reader.page.get_by_text("Terminer ma demande")).to_be_visible()
