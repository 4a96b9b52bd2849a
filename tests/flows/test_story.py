"""One residence permit renewed, from filing to hand-over, on both databases; and what is proved of it afterwards."""

from __future__ import annotations

from prefecture.dossiers import journal
from prefecture.kernel import outbox
from prefecture.kernel.db import db
from tests.flows.told import begin
from tests.town import Town

MAILS = [
    "Votre demande est enregistrée",
    "Votre dossier est complet",
    "Votre titre est arrivé",
    "Votre titre vous a été remis",
]


def test_a_title_is_renewed_and_everything_leaves_once(any_town: Town) -> None:
    story = begin(any_town)
    shown = story.tell()
    letters = any_town.letters(story.number)
    assert letters.count("attestation_depot") == 1
    assert letters.count("decision_favorable") == 1
    assert letters.count("convocation") == 2  # for the file, and for the hand-over
    mails = any_town.sent(story.number)
    for subject in (MAILS[0], MAILS[2], MAILS[3]):
        assert mails.count(subject) == 1, mails
    for document in shown["documents"]:
        pdf = story.amina.get(f"/dossiers/{story.number}/documents/{document['id']}")
        assert pdf.data.startswith(b"%PDF-")
    with any_town.app.app_context():
        count, broken = journal.verify()
        assert broken is None
        assert count > 10
        assert outbox.counts()["incident"] == 0
        assert outbox.counts()["running"] == 0
        db.session.remove()
