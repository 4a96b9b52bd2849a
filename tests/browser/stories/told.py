"""What somebody before a screen does and sees, in the words of the stories.

With PLANIPREF_CAPTURES naming a folder, `picture` leaves there what the person sees, small enough to be kept with the
texts (`make captures`); without it, it does nothing.
"""

from __future__ import annotations

import io
import os
import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from prefecture.kernel import clock
from tests.town import PASSWORD, PDF, login_of
from tests.web.village import Village

WINDOW = {"width": 1280, "height": 800}
COLOURS = 128
# The name of what has the focus.
NAME = """() => {
  const one = document.activeElement;
  return one.getAttribute('aria-label') || one.labels?.[0]?.innerText || one.innerText || '';
}"""
# The number of the table’s row where the focus is, from 0.
ROW = "() => document.activeElement.closest('.tjs-table tbody tr')?.sectionRowIndex ?? -1"
MIDDLE = """(path) => {
  const point = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM());
  return [point.x, point.y];
}"""
FAR = 250


@dataclass
class Stage:
    """A préfecture that is served, and the windows in which people look at it."""

    village: Village
    browser: Browser
    address: str
    times: ExitStack = field(default_factory=ExitStack)

    def person(self, name: str, *, height: int = WINDOW["height"]) -> Person:
        """Somebody signed in, in a window of their own; what breaks there, or what its policy refuses, fails."""
        page = self.browser.new_context(viewport={**WINDOW, "height": height}, locale="fr-FR").new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda said: pytest.fail(said.text) if "Security Policy" in said.text else None)
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.goto(f"{self.address}/connexion")
        page.fill("[name=login]", login_of(name))
        page.fill("[name=mot_de_passe]", PASSWORD)
        page.click("main button[type=submit]")
        return Person(self, page)

    def signed_off(self, ana: Person) -> None:
        """From the draft's page: the sign-off is asked, and given by somebody who wrote nothing."""
        ana.press("Publier…")
        ana.press("Demander la recette")
        ana.reads("La recette est demandée.")
        rita = self.person("rita")
        rita.page.goto(ana.page.url)
        rita.press("Donner la recette")
        rita.reads("Tout y est")
        ana.page.goto(ana.page.url)

    def at(self, moment: datetime) -> None:
        """It is that moment, and what fell due is done."""
        with clock.frozen(moment):
            self.village.drain()


class Person:
    """Somebody before a screen."""

    def __init__(self, stage: Stage, page: Page) -> None:
        self.stage, self.page = stage, page

    def go(self, path: str) -> None:
        """Open a page by its address."""
        self.page.goto(self.stage.address + path)

    def press(self, name: str, within: Locator | None = None) -> None:
        """Press the button or follow the link of that name."""
        place = within or self.page.locator("body")
        found = place.get_by_role("button", name=name, exact=True).or_(place.get_by_role("link", name=name, exact=True))
        found.first.click()

    def write(self, **fields: str) -> None:
        """Write into the fields of these names."""
        for name, text in fields.items():
            self.page.locator(f"[name='{name.replace('__', '-')}']").fill(text)

    def asks(self, subject: str, *, before: str = "Objet", **more: str) -> None:
        """Fill in the archetype's request from the page that presents it, read it again (`before`), and send it."""
        self.press("Commencer la demande")
        self.write(naissance_lieu="Oran, Algérie", nationalite="Algérienne")
        self.press("Continuer")
        self.write(objet=subject, **more)
        self.press("Continuer")
        self.write(adresse="12, rue des Lilas", code_postal="94000", ville="Créteil")
        self.press("Continuer")
        for piece in ("identite", "justificatif"):
            sent = FilePayload(name=f"{piece}.pdf", mimeType="application/pdf", buffer=PDF)
            self.page.locator(f"[name='{piece}-fichier']").set_input_files([sent])
            expect(self.page.locator(f"input[type=hidden][name={piece}]")).to_have_count(1)
        self.press("Continuer")
        self.page.locator("[name=sur_honneur]").check()
        self.press("Relire ma demande")
        self.reads(before)
        self.press("Envoyer ma demande")
        self.heading("Votre demande est envoyée")
        self.stage.village.drain()

    def reads(self, *texts: str) -> None:
        """These texts are before their eyes."""
        for text in texts:
            pattern = re.compile(re.escape(text).replace(r"\ ", r"\s"))
            expect(self.page.locator("main").get_by_text(pattern).filter(visible=True).first).to_be_visible()

    def heading(self, text: str) -> None:
        """The page has this heading."""
        expect(self.page.get_by_role("heading", name=text).first).to_be_visible()

    def show(self, place: Locator, block: str = "center") -> None:
        """Bring something to the middle of the window, or to its `start`."""
        place.evaluate("(one, block) => one.scrollIntoView({block})", block)

    def picture(self, name: str, *, whole: bool = False, height: int = WINDOW["height"]) -> None:
        """Keep what they see, if pictures are wanted; `whole`: what lies below the window too."""
        home = os.environ.get("PLANIPREF_CAPTURES")
        if home:
            clip = None if whole else {**WINDOW, "height": height, "x": 0, "y": 0}
            keep(self.page.screenshot(full_page=whole, clip=clip), Path(home) / f"{name}.png")


class Keyboard(Person):
    """Somebody whose hands stay on the keyboard."""

    def reach(self, name: str, *, exactly: bool = True) -> None:
        """Go by Tab to what is called so."""
        for _ in range(FAR):
            self.page.keyboard.press("Tab")
            told = " ".join(self.page.evaluate(NAME).replace("\u00a0", " ").split())
            if told == name or (not exactly and told.startswith(name)):
                return
        pytest.fail(f"not reached by Tab: {name}")

    def reach_row(self, number: int) -> None:
        """Go by Tab to the first cell of a table's row."""
        for _ in range(FAR):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(ROW) == number:
                return
        pytest.fail(f"not reached by Tab: row {number}")

    def enter(self, name: str, then: str = "", *, exactly: bool = True) -> None:
        """Go to a button or a link, and use it; `then` is the heading of the page that comes."""
        self.reach(name, exactly=exactly)
        self.page.keyboard.press("Enter")
        if then:
            self.heading(then)

    def type(self, name: str, text: str) -> None:
        """Go to a field, and write in it."""
        self.reach(name, exactly=False)
        self.page.keyboard.type(text)

    def cell(self, text: str) -> None:
        """Write in the cell of a table where the cursor is, and go to the next."""
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Tab")


class Studio(Person):
    """Somebody in the editor of a draft."""

    def __init__(self, person: Person) -> None:
        super().__init__(person.stage, person.page)
        self.state = self.page.locator("[data-state]")
        self.summary = self.page.locator("[data-findings-summary]")
        self.panel = self.page.get_by_role("region", name="Propriétés")
        self.page.wait_for_selector("[data-studio][data-ready]")

    def open(self, name: str) -> None:
        """Open a file from the list."""
        self.page.locator(".studio__files").get_by_role("link", name=name, exact=True).click()
        expect(self.page.locator("[data-file]")).to_have_text(re.compile(re.escape(name) + "$"))

    def choose(self, element: str) -> None:
        """Click an element of the drawing."""
        self.page.locator(f"[data-element-id={element}] .djs-hit").first.click()

    def middle(self, flow: str) -> tuple[float, float]:
        """Where the middle of a flow is in the window."""
        x, y = self.page.locator(f"[data-element-id={flow}] .djs-hit").first.evaluate(MIDDLE)
        return x, y

    def choose_lane(self, element: str) -> None:
        """Click a lane where its name stands."""
        box = self.page.locator(f"[data-element-id={element}] .djs-visual > rect").first.bounding_box()
        assert box is not None
        self.page.mouse.click(box["x"] + 8, box["y"] + box["height"] / 2)

    def fill(self, label: str, text: str) -> None:
        """Write into a field of the properties."""
        self.panel.get_by_label(label, exact=True).fill(text)

    def unfold(self, group: str, label: str) -> None:
        """Open a group of the properties, unless its field is seen already: a group stays as it was left."""
        if not self.panel.get_by_label(label, exact=True).is_visible():
            self.panel.get_by_text(group, exact=True).first.click()

    def formula(self, label: str, text: str) -> None:
        """Write into a field of the properties that takes an expression."""
        entry = self.panel.locator(".bio-properties-panel-entry", has=self.page.get_by_text(label, exact=True)).last
        entry.locator("[contenteditable=true], input, textarea").first.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def follow(self, message: str) -> None:
        """Click a finding: its element is chosen."""
        pattern = re.compile(re.escape(message).replace(r"\ ", r"\s"))
        self.page.locator(".studio-finding__go", has_text=pattern).first.click()

    def all_saved(self) -> None:
        """What was written is on the server."""
        expect(self.page.locator("[data-state]")).to_have_text("Enregistré")


def keep(taken: bytes, path: Path) -> None:
    """Write a picture down with few colours: it is kept with the texts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.open(io.BytesIO(taken)).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
