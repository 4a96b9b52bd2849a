"""Anybody who holds a letter may ask whether it was written here; nothing else is told."""

from __future__ import annotations

from prefecture.notifications import queries as notifications
from prefecture.steps.letters import verification_code
from tests.web.village import Village, plain


def letter_of(village: Village) -> tuple[str, str, str]:
    """A dossier's number, the code on its first letter and that letter's title."""
    view = village.file()
    with village.app.app_context():
        letter = next(one for one in notifications.of_dossier(view.id) if one.kind == "courrier")
        return view.number, verification_code(letter.key), letter.subject


def test_a_letter_of_ours_is_recognised_without_naming_anybody(village: Village) -> None:
    number, code, title = letter_of(village)
    text = plain(village.browse().post("/verifier", {"numero": number, "code": code}, form="/verifier"))
    assert title in text
    assert "Kébir" not in text


def test_another_code_is_not_recognised(village: Village) -> None:
    number, _, title = letter_of(village)
    text = plain(village.browse().post("/verifier", {"numero": number, "code": "AAAA-BBBB-CCCC"}, form="/verifier"))
    assert title not in text
