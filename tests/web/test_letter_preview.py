"""Letters looked at before they leave: as PDF, mail or SMS, saved or while they are written, with an invented citizen
or a masked dossier; what the law wants in them and is not there."""

from __future__ import annotations

import base64
import io
import re
from typing import Any

import pypdfium2
import pytest

from prefecture.identity import service as identity
from prefecture.identity.permissions import ANALYSTE
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work
from tests.town import PASSWORD, TSE
from tests.web.test_studio_scripts import Script
from tests.web.village import Village, Visitor, plain

REFUSAL = "_commun/courriers/refus.html"
OWN = "courriers/decision_favorable.html"
MAIL, SMS = "_commun/courriers/depot.mail.html", "_commun/courriers/rappel_rdv.sms.txt"
HERS = ("El Kébir", "Amina", "rue des Lilas", "7503054321", "4 mai 1994", "amina@example.fr", "06 12 34 56 78")


@pytest.fixture
def address(village: Village) -> str:
    made = village.browse("ana").post(f"/analyste/demarches/{TSE}/brouillons", form="/analyste/nouvelle")
    return made.headers["Location"].removesuffix("/dossier")


@pytest.fixture
def ana(village: Village) -> Visitor:
    return village.browse("ana")


@pytest.fixture
def script(ana: Visitor, address: str) -> Script:
    return Script(ana, address)


def text_of(content: bytes) -> str:
    with pypdfium2.PdfDocument(io.BytesIO(content)) as document:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


def prove(script: Script, **body: Any) -> Any:
    answer = script.ask("POST", "apercu-courrier", body)
    assert answer.status_code == 200, answer.text
    return answer.json


def consulted(village: Village) -> int:
    with village.app.app_context():
        return int(
            db.session.connection().exec_driver_sql("SELECT count(*) FROM trace WHERE kind = 'dossier.apercu'").scalar()
            or 0
        )


def test_a_letter_is_shown_as_its_pages_with_its_mentions_and_its_pdf(ana: Visitor, address: str) -> None:
    page = ana.get(f"{address}/apercu-courrier/{REFUSAL}?prefecture=93")
    assert page.status_code == 200
    shown = plain(page)
    assert "Usager inventé, scénario « La demande est refusée »" in shown
    assert "Place(" not in page.text
    assert len(re.findall(r'<img class="viewer__page" src="data:image/(png|jpeg);base64,', page.text)) == 1
    assert "présente" in shown
    assert "CJA, art. R.421-1 et R.421-5" in shown
    assert "manque" not in shown
    link = re.search(r'href="([^"]+forme=pdf)"', page.text)
    assert link is not None
    file = ana.get(link[1].replace("&amp;", "&"))
    assert file.mimetype == "application/pdf"
    assert "attachment" in file.headers["Content-Disposition"]
    read = text_of(file.data)
    assert "Votre demande est refusée" in read
    assert "Préfecture de la Seine-Saint-Denis" in read
    assert "Aperçu sans valeur" in read


def test_a_mail_is_shown_in_a_frame_of_its_own_and_an_sms_with_its_length(ana: Visitor, address: str) -> None:
    page = ana.get(f"{address}/apercu-courrier/{MAIL}")
    assert "Votre demande est enregistrée" in plain(page)
    frame = re.search(r'<iframe class="proof__mail" src="([^"]+)"', page.text)
    assert frame is not None
    message = ana.get(frame[1])
    assert "Bonjour Camille," in message.text
    assert "script-src" not in message.headers["Content-Security-Policy"]
    assert "sandbox" in message.headers["Content-Security-Policy"]
    assert message.headers["X-Frame-Options"] == "SAMEORIGIN"
    sms = plain(ana.get(f"{address}/apercu-courrier/{SMS}"))
    assert re.search(r"1 SMS, \d+ caractères", sms)


def test_a_published_letter_is_shown_too_and_the_folders_lead_there(
    village: Village, ana: Visitor, address: str
) -> None:
    for folder in (f"/analyste/demarches/{TSE}", f"{address}/dossier"):
        links = re.findall(r'href="([^"]+/apercu-courrier/[^"]+)"', ana.get(folder).text)
        assert sum(OWN in one for one in links) == 1
        assert sum(REFUSAL in one for one in links) == 1
        assert ana.get(links[0]).status_code == 200
    assert village.browse("rita").get(links[0]).status_code == 200
    assert village.browse("claire").get(links[0]).status_code == 403
    assert ana.get(f"{address}/apercu-courrier/demarche.toml").status_code == 404
    assert ana.get(f"{address}/apercu-courrier/courriers/absent.html").status_code == 404


def test_the_text_that_is_being_written_is_proved(script: Script) -> None:
    text, _ = script.read(OWN)
    shown = prove(
        script, path=OWN, content=text.replace("Le titre est en fabrication.", "C’est décidé."), prefecture="94"
    )
    assert shown["fault"] is None
    assert (shown["kind"], len(shown["pages"])) == ("courrier", 1)
    assert shown["pages"][0]["src"].startswith("data:image/")
    read = text_of(base64.b64decode(shown["pdf"].partition(",")[2]))
    assert "C’est décidé." in read
    assert "Préfecture du Val-de-Marne" in read
    assert {one["code"] for one in shown["prefectures"]} == {"93", "94"}
    assert len(shown["scenarios"]) > 1
    other = prove(script, path=OWN, scenario=shown["scenarios"][1]["path"])
    assert shown["scenarios"][1]["title"] in other["data"]
    assert prove(script, path=MAIL)["subject"] == "Votre demande est enregistrée"
    assert prove(script, path=SMS)["parts"] == 1


def test_a_fault_is_told_with_its_line_and_what_is_missing_is_named(script: Script) -> None:
    fault = prove(script, path=OWN, content="<p>\n{% if usager.nom %}</p>")["fault"]
    assert (fault["line"], fault["file"]) == (2, OWN)
    assert "n’est pas fermé" in fault["message"]
    bare = prove(script, path=OWN, content='{% extends "courriers/papier.html" %}{% block corps %}Oui{% endblock %}')
    missing = [one for one in bare["mentions"] if not one["there"]]
    assert [one["rule"] for one in missing] == ["mention-signature"]
    assert "L.212-1" in missing[0]["law"]
    assert '{% include "courriers/_signature_agent.html" %}' in missing[0]["text"]


def test_the_mention_of_tables_is_owed_where_a_table_stands_behind_the_letter(script: Script) -> None:
    path = "courriers/attestation_depot.html"
    owed = {one["rule"]: one["there"] for one in prove(script, path=path)["mentions"]}
    assert owed["mention-algorithmique"]
    bare = prove(script, path=path, content="<p>{{ echeance_silence | date }}</p>")
    assert {one["rule"]: one["there"] for one in bare["mentions"]}["mention-algorithmique"] is False


def test_what_cannot_be_asked_is_refused_in_json(script: Script) -> None:
    for body, status in (
        ({}, 422),
        ({"path": "../x", "content": "a"}, 422),
        ({"path": OWN, "content": 3}, 422),
        ({"path": OWN, "prefecture": "99"}, 404),
        ({"path": OWN, "scenario": "scenarios/absent.toml"}, 422),
        ({"path": OWN, "dossier": "TSE-94-26-000009-A"}, 404),
        ({"path": "demarche.toml"}, 404),
    ):
        refused = script.ask("POST", "apercu-courrier", body)
        assert (refused.status_code, bool(refused.json["message"])) == (status, True), body


def test_a_real_dossier_is_masked_and_the_look_is_traced(
    village: Village, ana: Visitor, script: Script, address: str
) -> None:
    number = village.file().number
    page = ana.get(f"{address}/apercu-courrier/courriers/attestation_depot.html?dossier={number}")
    assert page.status_code == 200
    assert "Dossier réel, masqué" in plain(page)
    assert consulted(village) == 1
    shown = prove(script, path="courriers/attestation_depot.html", dossier=number)
    assert consulted(village) == 2
    read = text_of(base64.b64decode(shown["pdf"].partition(",")[2]))
    assert "Camille Martin" in read
    assert [one for one in (*HERS, number) if one in read] == []
    assert prove(script, path=MAIL, dossier=number)["text"].startswith("Bonjour Camille,")


def test_a_dossier_of_another_prefecture_is_nobodys_here(village: Village, address: str) -> None:
    number = village.file().number
    with village.app.app_context(), unit_of_work():
        identity.create_agent("elsa", "Elsa Noël", PASSWORD, [ANALYSTE], prefecture="93")
    elsa = village.browse("elsa")
    asked = f"{address}/apercu-courrier/{REFUSAL}?dossier={number}"
    refused = elsa.get(asked)
    assert refused.status_code == 404
    assert "n’est pas de votre préfecture" in plain(refused)
    assert number in refused.text
    assert village.browse("rita").get(asked).status_code == 404
    assert consulted(village) == 0


def test_the_tags_are_told_with_an_example_each(script: Script) -> None:
    told = {(one["where"], one["name"]): one for one in script.ask("GET", "balises").json["tags"]}
    number = told["partout", "dossier.numero"]
    assert (number["insert"], number["said"]) == ("{{ dossier.numero }}", "numéro du dossier")
    assert number["example"].startswith("TSE-")
    assert told["demande de l’usager", "demande.naissance_le"]["insert"] == "{{ demande.naissance_le | date }}"
    assert told["filtre", "montant"]["example"].endswith("€")
    assert "{% block corps %}" in told["structure", "lettre"]["insert"]
    script.save("demarche.toml", "titre = ", script.read("demarche.toml")[1])
    assert {one["where"] for one in script.ask("GET", "balises").json["tags"]} == {"structure"}
    broken = script.ask("POST", "apercu-courrier", {"path": OWN})
    assert (broken.status_code, "demarche.toml" in broken.json["message"]) == (422, True)
