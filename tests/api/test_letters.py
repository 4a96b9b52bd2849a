"""A draft's letters by the API: the PDF, the mail, the SMS as they would leave, what the law wants in them."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from typing import Any

import pypdfium2
from werkzeug.test import TestResponse

from tests.api.caller import Caller

Call = Callable[..., Caller]
REFUSAL = "_commun/courriers/refus.html"


def told(response: TestResponse) -> Any:
    assert response.status_code in (200, 201), response.text
    return json.loads(response.text)


def begun(ana: Caller) -> str:
    made = told(ana.post("/drafts", {"title": "Duplicata", "code": "duplicata", "prefix": "DUP"}))
    return f"/drafts/{made['id']}/letter-proofs"


def test_a_letter_a_mail_and_an_sms_are_proved(call: Call) -> None:
    ana = call("ana")
    place = begun(ana)
    letter = told(ana.post(place, {"path": REFUSAL, "prefecture": "93"}))
    with pypdfium2.PdfDocument(io.BytesIO(base64.b64decode(letter["pdf"]))) as document:
        text = document[0].get_textpage().get_text_range()
    assert "Votre demande est refusée" in text
    assert "Seine-Saint-Denis" in text
    assert {one["rule"] for one in letter["mentions"]} == {"mention-recours", "mention-motivation", "mention-signature"}
    assert all(one["there"] for one in letter["mentions"])
    assert letter["scenarios"][0]["path"].startswith("scenarios/")
    mail = told(ana.post(place, {"path": "_commun/courriers/depot.mail.html"}))
    assert (mail["kind"], mail["subject"], mail["pdf"]) == ("courriel", "Votre demande est enregistrée", "")
    sms = told(ana.post(place, {"path": "_commun/courriers/rappel_rdv.sms.txt"}))
    assert (sms["parts"], sms["length"]) == (1, len(sms["text"]))


def test_a_text_that_is_not_saved_is_proved_and_its_fault_told(call: Call) -> None:
    ana = call("ana")
    place = begun(ana)
    path = "courriers/refus.html"
    bare = told(ana.post(place, {"path": path, "content": "<p>Non.</p>"}))
    assert [one["there"] for one in bare["mentions"]] == [False, False, False]
    refused = ana.post(place, {"path": path, "content": "<p>\n{{ demande.nom | majuscule }}</p>"})
    assert refused.status_code == 422
    assert "ligne 2" in refused.text
    for body, status in (({}, 422), ({"path": "../x", "content": ""}, 422), ({"path": "courriers/absent.html"}, 404)):
        assert ana.post(place, body).status_code == status
    assert call("claire").post(place, {"path": path}).status_code == 403


def test_a_real_dossier_needs_an_analyst(call: Call) -> None:
    ana = call("ana")
    place = begun(ana)
    body = {"path": REFUSAL, "dossier": "TSE-94-26-000001-A"}
    assert ana.post(place, body).status_code == 404
    assert call("rita").post(place, body).status_code == 403
