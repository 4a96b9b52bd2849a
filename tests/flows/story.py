"""The story of one renewal, told through the API by whoever can wait for due work: a test or running processes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.api.caller import COMPLETE, GRANTED, HANDED, INVITE, Caller


@dataclass
class Story:
    """Who acts, how they wait for what follows, and what happens to the clock when an appointment is due."""

    amina: Caller
    claire: Caller
    denis: Caller
    link: Caller
    settle: Callable[[], object]
    token_of: Callable[[str], str]
    arrive: Callable[[str], object] = lambda starts: None
    number: str = ""

    def do(self, who: Caller, element: str, answers: dict[str, Any]) -> None:
        """Complete the task of that element, and let what follows happen."""
        response = who.complete(self.number, element, answers)
        assert response.status_code == 200, response.json
        self.settle()

    def book(self, day: int = -1, slot: int = 0) -> str:
        """Choose a slot by the newest link; returns its start."""
        token = self.token_of(self.number)
        starts: str = self.link.get(f"/convocations/{token}/slots").json["days"][day]["slots"][slot]["starts_at"]
        response = self.link.post(f"/convocations/{token}/booking", {"starts_at": starts})
        assert response.status_code == 201, response.json
        self.settle()
        return starts

    def file(self) -> None:
        """Amina files."""
        self.number = self.amina.file()
        self.settle()

    def to_slot(self) -> None:
        """The dossier is complete and Amina is invited."""
        self.do(self.claire, "verifier_completude", COMPLETE)
        self.do(self.claire, "autoriser_convocation", INVITE)

    def to_visit(self) -> None:
        """Amina chooses a slot, and its time comes."""
        self.arrive(self.book())

    def to_decision(self) -> None:
        """She is received; a decision is proposed."""
        came = {"presence": "present", "biometrie": "relevees", "originaux_conformes": True}
        self.do(self.claire, "recevoir_usager", came)
        self.do(self.claire, "instruire_demande", GRANTED)

    def to_title(self) -> None:
        """Another agent approves; the title comes."""
        self.do(self.denis, "valider_decision", {"accord": True})
        self.do(self.claire, "suivre_fabrication", {"issue": "livre", "numero_titre": "AB1234567"})

    def to_end(self) -> None:
        """The title is handed over."""
        self.arrive(self.book())
        self.do(self.claire, "recevoir_usager", {"presence": "present"})
        self.do(self.claire, "remettre_titre", HANDED)

    def tell(self) -> dict[str, Any]:
        """The whole story; returns the finished dossier as Amina sees it."""
        for chapter in (self.file, self.to_slot, self.to_visit, self.to_decision, self.to_title, self.to_end):
            chapter()
        shown: dict[str, Any] = self.amina.get(f"/dossiers/{self.number}").json
        assert shown["statut"] == "accepte"
        assert shown["finished_at"] is not None
        return shown
