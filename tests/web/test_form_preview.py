"""A form seen before it is published: drawn as citizens and agents will see it, checked as it will be, kept nowhere."""

from __future__ import annotations

import html
import io
import json
import re
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage

from prefecture.demarches import queries as demarches
from tests.town import TSE
from tests.web.village import Village, Visitor, plain

REQUEST = "forms/demande.json"
COMPLETENESS = "forms/completude.json"
NOMINAL = "scenarios/nominal.toml"


@pytest.fixture
def ana(village: Village) -> Visitor:
    return village.browse("ana")


@pytest.fixture
def draft(ana: Visitor) -> str:
    """The address of a draft of the démarche's next version."""
    made = ana.post(f"/analyste/demarches/{TSE}/brouillons", form="/analyste/nouvelle")
    return made.headers["Location"].removesuffix("/dossier")


def form(*components: dict[str, Any], **more: Any) -> str:
    """The text of a form that nobody has saved."""
    return json.dumps({"id": "demande", "components": components, **more})


def carried(page: str) -> dict[str, str]:
    """What the page carries of itself."""
    found = re.findall(r'type="hidden" name="(_\w+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


YES_NO = [{"value": "oui", "label": "Oui"}, {"value": "non", "label": "Non"}]
ASKED = {"type": "radio", "key": "enfants", "label": "Avez-vous des enfants ?", "values": YES_NO}
HOW_MANY = {
    "type": "number",
    "key": "combien",
    "label": "Combien ?",
    "validate": {"required": True, "max": 20},
    "conditional": {"hide": '=enfants != "oui"'},
}


def test_a_saved_form_is_shown_as_citizens_see_it_page_by_page(ana: Visitor, draft: str) -> None:
    page = ana.get(f"{draft}/apercu/{REQUEST}")
    assert page.status_code == 200
    assert 'class="stepper' in page.text
    assert "Votre identité" in plain(page)
    assert "Continuer" in plain(page)
    assert '<body class="citizen">' in page.text
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_the_same_form_is_what_agents_would_see(ana: Visitor, draft: str) -> None:
    page = ana.get(f"{draft}/apercu/{COMPLETENESS}").text
    assert '<body class="agent">' in page
    assert 'data-piece-group="passeport"' in page
    assert 'class="verdict verdict--good"' in page
    address = f"{draft}/apercu/{COMPLETENESS}"
    other = ana.post(address, {**carried(page), "_voir": "usager"}, form=address).text
    assert '<body class="citizen">' in other


def test_a_citizens_task_is_shown_with_its_card(ana: Visitor, draft: str) -> None:
    page = plain(ana.get(f"{draft}/apercu/forms/complement.json"))
    assert "Envoyer à la préfecture" in page
    assert "TSE-94-26-000001-A" in page


def test_verifying_says_in_french_what_is_wrong_and_continuing_goes_on(ana: Visitor, draft: str) -> None:
    address = f"{draft}/apercu/{REQUEST}"
    held = carried(ana.get(address).text)
    wrong = ana.post(address, {**held, "_verifier": "1", "numero_etranger": "12"}, form=address)
    assert wrong.status_code == 422
    assert "Recopiez les 10 chiffres du numéro étranger" in plain(wrong)
    assert 'value="12"' in wrong.text
    filled = ana.post(address, {**held, "_remplir": "1", "_exemple": NOMINAL}, form=address)
    assert "C’est rempli" in plain(filled)
    assert json.loads(carried(filled.text)["_reponses"])["titre_nature"] == "salarie"


@pytest.mark.parametrize("path", [REQUEST, COMPLETENESS, "forms/instruction.json", "_commun/forms/remise.json"])
def test_a_form_filled_by_invention_is_accepted_as_it_is(ana: Visitor, draft: str, path: str) -> None:
    address = f"{draft}/apercu/{path}"
    page = ana.post(address, {**carried(ana.get(address).text), "_remplir": "1"}, form=address).text
    answers = json.loads(carried(page)["_reponses"])
    assert answers
    # Nothing of the page is posted: what it carries must do, whoever sees it.
    done = ana.post(address, {**carried(page), "_vue": "agent", "_questions": "", "_verifier": "1"}, form=address)
    assert "Rien à redire" in plain(done)


def test_the_text_being_written_is_shown_and_its_conditions_act(ana: Visitor, draft: str) -> None:
    address = f"{draft}/apercu/{REQUEST}"
    typed = {"_contenu": form(ASKED, HOW_MANY), "_cadre": "1"}
    page = ana.post(address, typed, form=address)
    assert "Avez-vous des enfants" in plain(page)
    assert "data-hidden-when" in page.text
    assert "Revenir au dossier" not in plain(page)
    held = carried(page.text)
    assert held["_contenu"] == typed["_contenu"]
    assert ana.post(address, {**held, "enfants": "oui"}, form=address).status_code == 422
    done = ana.post(address, {**held, "enfants": "non"}, form=address)
    assert "Le formulaire accepte ces réponses" in plain(done)
    assert "Combien" not in re.sub(r"<input[^>]*>", "", done.text)
    back = ana.post(address, {**carried(done.text), "_revenir": "1"}, form=address).text
    assert 'value="non" checked' in back
    saved = ana.get(f"{draft}/fichiers/{REQUEST}").text
    assert "combien" not in saved


def test_the_editor_may_ask_for_another_page_and_nothing_typed_is_lost(ana: Visitor, draft: str) -> None:
    address = f"{draft}/apercu/{REQUEST}"
    held = carried(ana.get(address).text)
    asked = {**held, "numero_etranger": "12", "_actualiser": "1", "_aller": "2"}
    page = ana.post(address, asked, form=address).text
    assert "Votre titre actuel" in page
    assert carried(page)["_etape"] == "2"
    assert json.loads(carried(page)["_reponses"])["numero_etranger"] == "12"


def test_a_file_counts_as_received_and_is_kept_nowhere(ana: Visitor, draft: str) -> None:
    address = f"{draft}/apercu/{REQUEST}"
    asked = {"type": "filepicker", "key": "passeport", "label": "Passeport", "validate": {"required": True}}
    held = carried(ana.post(address, {"_contenu": form(asked)}, form=address).text)
    assert "Passeport" in plain(ana.post(address, {**held, "_verifier": "1"}, form=address))
    sent = FileStorage(io.BytesIO(b"%PDF-"), "passeport.pdf")
    checked = ana.post(address, {**held, "_verifier": "1", "passeport-fichier": sent}, form=address)
    assert checked.status_code == 200
    assert "passeport.pdf" in plain(checked)
    gone = ana.post(address, {**carried(checked.text), "_enlever": "passeport.pdf"}, form=address)
    assert "passeport.pdf" not in plain(gone)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "Ce fichier n’est pas du JSON"),
        ('{"id": "x"}', "il lui manque la liste « components »"),
        (form({**ASKED, "conditional": {"hide": "=1 +"}}), "Une condition ne se calcule pas"),
    ],
)
def test_what_cannot_be_shown_says_why(ana: Visitor, draft: str, text: str, said: str) -> None:
    address = f"{draft}/apercu/{REQUEST}"
    answer = ana.post(address, {"_contenu": text}, form=address)
    assert answer.status_code == 422
    assert said in plain(answer).replace("\u00a0", " ")


def test_what_is_no_form_is_not_found(ana: Visitor, draft: str) -> None:
    assert ana.get(f"{draft}/apercu/processus.bpmn").status_code == 404
    assert ana.get(f"{draft}/apercu/forms/absent.json").status_code == 404


def test_shared_forms_and_blocks_are_shown_too(ana: Visitor, draft: str) -> None:
    assert "Nom de naissance" in plain(ana.get(f"{draft}/apercu/_commun/forms/blocs/identite.json"))
    assert ana.get(f"{draft}/apercu/_commun/forms/remise.json").status_code == 200


def test_a_published_version_and_the_folder_lead_to_the_preview(village: Village, ana: Visitor, draft: str) -> None:
    with village.app.app_context():
        version = demarches.current(TSE).id
    address = f"/analyste/versions/{version}/apercu/{REQUEST}"
    assert address in ana.get(f"/analyste/demarches/{TSE}").text
    assert f"{draft}/apercu/{REQUEST}" in ana.get(f"{draft}/dossier").text
    assert "Votre identité" in plain(ana.get(address))
    ignored = ana.post(address, {"_contenu": form(ASKED)}, form=address)
    assert "enfants" not in plain(ignored)


def test_an_unfinished_diagram_does_not_hide_the_form(ana: Visitor, draft: str) -> None:
    kept = ana.get(f"{draft}/fichiers/processus.bpmn")
    token = re.search(r'name="csrf_token" value="([^"]+)"', ana.get("/compte").text)
    assert token is not None
    headers = {"If-Match": kept.headers["ETag"], "X-CSRFToken": token[1]}
    broken = ana.client.put(f"{draft}/fichiers/processus.bpmn", data=b"<a/>", headers=headers)
    assert broken.status_code == 200
    assert ana.get(f"{draft}/apercu/{COMPLETENESS}").status_code == 200


def test_only_analysts_and_recetteurs_see_previews(village: Village, draft: str) -> None:
    assert village.browse("claire").get(f"{draft}/apercu/{REQUEST}").status_code == 403
