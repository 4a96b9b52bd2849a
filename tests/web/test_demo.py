"""The demonstration's outbox: each message as its addressee sees it, and nowhere but in demonstrations."""

from __future__ import annotations

import re

from prefecture.dossiers.queries import DossierView
from prefecture.notifications import queries as notifications
from prefecture.notifications.queries import NotificationView
from tests.web.village import Village, plain

OUTBOX = "/demo/courrier"


def messages(village: Village, view: DossierView, kind: str) -> list[NotificationView]:
    with village.app.app_context():
        return [one for one in notifications.of_dossier(view.id) if one.kind == kind]


def test_an_empty_outbox_says_how_to_fill_it(village: Village) -> None:
    assert "Déposez une demande" in plain(village.browse().get(OUTBOX))


def test_messages_are_listed_and_filtered_by_dossier_and_kind(village: Village) -> None:
    first, second = village.file(), village.file()
    visitor = village.browse()
    everything = plain(visitor.get(OUTBOX))
    assert first.number in everything
    assert second.number in everything
    one = plain(visitor.get(f"{OUTBOX}?q={first.number.lower()}"))
    assert second.number not in one
    letters = plain(visitor.get(f"{OUTBOX}?q={first.number}&genre=courrier"))
    assert "Attestation de dépôt" in letters
    assert "Votre demande est enregistrée" not in letters
    assert "Aucun dossier n’a ce numéro" in plain(visitor.get(f"{OUTBOX}?q=RIEN"))


def test_a_mail_is_shown_in_a_frame_that_runs_nothing(village: Village) -> None:
    view = village.file()
    village.convoke(view)
    message_id = village.message(view, "convocation_lien")
    visitor = village.browse()
    page = visitor.get(f"{OUTBOX}/{message_id}").get_data(as_text=True)
    assert f'src="{OUTBOX}/{message_id}/corps"' in page
    assert 'sandbox="allow-top-navigation-by-user-activation allow-popups"' in page
    body = visitor.get(f"{OUTBOX}/{message_id}/corps")
    policy = body.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert body.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert '<base target="_top">' in body.get_data(as_text=True)
    assert "/rendez-vous/" in body.get_data(as_text=True)


def test_the_frame_is_the_only_page_with_that_policy(village: Village) -> None:
    answer = village.browse().get(OUTBOX)
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]


def test_the_link_of_an_sms_can_be_followed(village: Village) -> None:
    view = village.file()
    village.convoke(view)
    sms = messages(village, view, "sms")[0]
    page = village.browse().get(f"{OUTBOX}/{sms.id}").get_data(as_text=True)
    assert re.search(r'<a href="https?://[^"]+/rendez-vous/[^"]+">', page)


def test_a_letter_is_seen_as_pictures_and_downloaded(village: Village) -> None:
    view = village.file()
    letter = messages(village, view, "courrier")[0]
    visitor = village.browse()
    base = f"{OUTBOX}/{letter.id}/documents/{letter.attachments[0]}"
    assert f'src="{base}/pages/1"' in visitor.get(f"{OUTBOX}/{letter.id}").get_data(as_text=True)
    assert visitor.get(base).data.startswith(b"%PDF")
    assert visitor.get(f"{base}/pages/1").mimetype.startswith("image/")


def test_a_document_of_another_message_is_not_found(village: Village) -> None:
    first, second = village.file(), village.file()
    one, other = messages(village, first, "courrier")[0], messages(village, second, "courrier")[0]
    assert village.browse().get(f"{OUTBOX}/{one.id}/documents/{other.attachments[0]}").status_code == 404


def test_outside_demonstrations_nothing_of_it_exists(village: Village) -> None:
    view = village.file()
    letter = messages(village, view, "courrier")[0]
    village.app.config["HIDE_DEMONSTRATION"] = True
    visitor = village.browse()
    for address in ("", f"/{letter.id}", f"/{letter.id}/corps", f"/{letter.id}/documents/{letter.attachments[0]}"):
        assert visitor.get(f"{OUTBOX}{address}").status_code == 404, address
