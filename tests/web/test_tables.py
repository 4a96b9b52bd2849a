"""Decision tables tried by their page, and by the editor with a text that is not saved."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.town import TSE
from tests.web.village import Village, Visitor, plain

RULES = "regles.dmn"
SILENCE = {"decision": "delai_silence", "c0": "10/03/2026", "c1": "etudiant"}


@pytest.fixture
def ana(village: Village) -> Visitor:
    return village.browse("ana")


@pytest.fixture
def draft(ana: Visitor) -> str:
    """The address of a draft of the démarche's next version."""
    made = ana.post(f"/analyste/demarches/{TSE}/brouillons", form="/analyste/nouvelle")
    return made.headers["Location"].removesuffix("/dossier")


def asked(ana: Visitor, draft: str, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
    """What the editor is told of the table."""
    return script(ana, draft, f"{draft}/tables/{RULES}", body, status)


def sent(ana: Visitor, draft: str, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
    """What it is told once it keeps an example, or takes one back."""
    return script(ana, draft, f"{draft}/lignes/{RULES}", body, status)


def script(ana: Visitor, draft: str, address: str, body: dict[str, Any], status: int) -> dict[str, Any]:
    page = ana.get(draft).text
    token = re.search(r'"token": ?"([^"]+)"', page)
    assert token is not None
    answer = ana.client.post(
        address,
        data=json.dumps(body),
        content_type="application/json",
        headers={"X-CSRFToken": token[1]},
    )
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json
    return found


def saved(ana: Visitor, draft: str) -> str:
    return str(ana.get(f"{draft}/fichiers/{RULES}").text)


def test_the_folder_leads_to_the_table_and_the_table_asks_what_its_columns_say(ana: Visitor, draft: str) -> None:
    assert f"{draft}/tables/{RULES}?decision=delai_silence" in ana.get(f"{draft}/dossier").text
    page = ana.get(f"{draft}/tables/{RULES}?decision=delai_silence")
    assert "Titre détenu" in plain(page)
    assert '<option value="etudiant">Étudiant</option>' in page.text
    assert "Aucun constat" in plain(page)


def test_what_is_given_shows_the_rules_that_apply_the_answer_and_the_mention(ana: Visitor, draft: str) -> None:
    page = ana.get(f"{draft}/tables/{RULES}?{urlencode({**SILENCE, 'essayer': 'oui'})}")
    text = plain(page)
    assert "« P90D »" in text
    assert 'value="P90D"' in page.text  # what the démarche says today, to be read and changed
    assert "Réponse au plus tard, sinon le silence vaut décision : Étudiant" in text
    assert "Calcul automatique : Délai et sens du silence. Règle appliquée : n° 2 (R.422-5)." in text
    assert re.search(r'class="rules__answers">\s*<th scope="row">2 .*répond', page.text)
    assert re.search(r'class="rules__applies">\s*<th scope="row">6 .*s’applique', page.text)


def test_a_value_of_another_type_is_told_at_its_field_and_kept(ana: Visitor, draft: str) -> None:
    page = ana.client.get(f"{draft}/tables/{RULES}?{urlencode({**SILENCE, 'c0': 'hier', 'essayer': 'oui'})}")
    assert page.status_code == 422
    assert "« hier » n’est pas une date" in plain(page)
    assert 'value="hier"' in page.text


def test_each_line_is_tried_with_an_example_that_makes_it_answer(ana: Visitor, draft: str) -> None:
    given = {"decision": "droits_du_titre", "demande.titre_expire_le": "2026-05-01", "lignes": "oui"}
    text = plain(ana.get(f"{draft}/tables/{RULES}?{urlencode(given)}"))
    assert text.count("répond") >= 3
    assert "ne répond pas" not in text
    assert "Titre détenu = Carte de résident (10 ans)" in text
    assert "1er août 2026" in text


def test_the_editor_tries_the_text_that_is_being_written(ana: Visitor, draft: str) -> None:
    unsaved = saved(ana, draft).replace("demarche.silence.etudiant.delai", '"P99D"')
    body = {"content": unsaved, "decision": "delai_silence"}
    told = asked(ana, draft, {**body, "given": SILENCE, "ask": "essayer"})
    assert told["result"]["answering"] == [2]
    assert ["Délai", "«\u00a0P99D\u00a0»"] in told["result"]["answers"]
    assert "P99D" not in saved(ana, draft)


def test_a_table_that_contradicts_itself_says_where_and_why_it_does_not_answer(ana: Visitor, draft: str) -> None:
    text = saved(ana, draft).replace('id="delai_silence_table" hitPolicy="FIRST"', 'id="delai_silence_table"')
    told = asked(ana, draft, {"content": text, "decision": "delai_silence", "given": {}, "ask": "lignes"})
    assert [row["answers"] for row in told["rows"]] == [False] * 5 + [True]
    assert "D’autres règles s’appliquent avec elle" in told["rows"][0]["why"]
    assert told["rows"][0]["result"]["broken"]
    assert {one["rule"] for one in told["findings"]} == {"table-recouvrement"}
    assert all(one["severity"] == "error" for one in told["findings"])


def test_a_choice_that_the_form_does_not_offer_is_told(ana: Visitor, draft: str) -> None:
    text = saved(ana, draft).replace('<text>"etudiant"</text>', '<text>"etudiante"</text>')
    told = asked(ana, draft, {"content": text, "decision": "delai_silence", "ask": "lignes", "given": {}})
    (finding,) = told["findings"]
    assert (finding["rule"], finding["element"]) == ("table-regle-inutile", "delai_silence_regle_2")
    assert "Valeurs permises\u00a0: " in finding["fix"]
    assert [row["answers"] for row in told["rows"]] == [True, False, True, True, True, True]
    assert ["Titre détenu", "Étudiant"] not in told["rows"][1]["said"]


def test_fields_in_error_and_files_that_are_no_table_are_told_in_french(ana: Visitor, draft: str) -> None:
    told = asked(ana, draft, {"decision": "delai_silence", "given": {"c0": "x"}, "ask": "essayer"}, 422)
    assert told["fields"] == {"c0": "«\u00a0x\u00a0» n’est pas une date (31/12/2026)."}
    refused = asked(ana, draft, {"content": "<nothing/>", "decision": "", "ask": ""}, 422)
    assert "DMN" in refused["message"]
    assert ana.client.get(f"{draft}/tables/processus.bpmn").status_code == 404
    assert ana.client.get(f"{draft}/tables/{RULES}?decision=absente").status_code == 404


def test_the_table_of_a_published_version_is_tried_too(ana: Visitor) -> None:
    found = re.search(
        rf'(/analyste/versions/[0-9a-f-]+/tables/{RULES}\?decision=delai_silence)"',
        ana.get(f"/analyste/demarches/{TSE}").text,
    )
    assert found is not None
    page = ana.get(f"{found[1]}&{urlencode({**SILENCE, 'essayer': 'oui'})}")
    assert "« P90D »" in plain(page)


RESIDENT = {"decision": "droits_du_titre", "c0": "carte_resident", "demande.titre_expire_le": "01/05/2026"}


def test_what_is_tried_is_kept_told_red_when_the_table_changes_and_taken_back(ana: Visitor, draft: str) -> None:
    here, keeps = f"{draft}/tables/{RULES}?decision=droits_du_titre", f"{draft}/exemples/{RULES}"
    page = ana.get(f"{draft}/tables/{RULES}?{urlencode({**RESIDENT, 'essayer': 'oui'})}")
    assert "Garder comme exemple" in page.text
    told = ana.post(keeps, {**RESIDENT, "faire": "essayer", "nom": "Carte de résident"}, form=here)
    assert "L’exemple est gardé." in plain(ana.get(told.headers["Location"]))
    text = ana.get(f"{draft}/fichiers/exemples/regles.toml").text
    assert '"demande.titre_nature" = "carte_resident"' in text
    assert "prolonger_le = 2026-08-01" in text

    content = saved(ana, draft).replace('"P3M"', '"P2M"')
    red = asked(ana, draft, {"content": content, "decision": "droits_du_titre", "ask": ""})
    (one,) = red["examples"]["kept"]
    assert (one["passed"], one["given"]["c0"], one["rules"]) == (False, "carte_resident", [1])
    assert one["missed"][0]["got"] == "1er juillet 2026"
    assert [one["rule"] for one in red["findings"]] == ["exemple-rouge"]

    accepted = sent(
        ana, draft, {"content": content, "decision": "droits_du_titre", "nom": one["name"], "given": one["given"]}
    )
    assert [one["passed"] for one in accepted["examples"]["kept"]] == [True]
    assert "échoué" in plain(ana.get(here))
    gone = ana.post(keeps, {"decision": "droits_du_titre", "faire": "retirer", "nom": one["name"]}, form=here)
    assert "L’exemple est retiré." in plain(ana.get(gone.headers["Location"]))
    assert ana.client.get(f"{draft}/fichiers/exemples/regles.toml").status_code == 404


def test_each_line_is_kept_at_once_under_its_values(ana: Visitor, draft: str) -> None:
    body = {"decision": "droits_du_titre", "ask": "lignes", "given": {"demande.titre_expire_le": "01/05/2026"}}
    kept = sent(ana, draft, body)["examples"]["kept"]
    assert [one["rules"] for one in kept] == [[1], [2], [3]]
    assert kept[0]["name"] == "Carte de résident (10 ans)"
    again = sent(ana, draft, body)["examples"]["kept"]
    assert [one["name"] for one in again] == [one["name"] for one in kept]


def test_an_example_without_a_name_or_without_an_answer_is_refused(ana: Visitor, draft: str) -> None:
    given = {"decision": "droits_du_titre", "given": {"c0": "carte_resident"}}
    refused = sent(ana, draft, {**given, "nom": " "}, 422)
    assert "nom" in refused["fields"]
    content = saved(ana, draft).replace('"droits_du_titre_table" hitPolicy="FIRST"', '"droits_du_titre_table"')
    assert "se contredit" in sent(ana, draft, {**given, "nom": "un", "content": content}, 422)["message"]
    assert sent(ana, draft, {**given, "ask": "retirer", "nom": "absent"}, 404)["message"]


def test_who_reads_sees_the_examples_and_keeps_none(village: Village, ana: Visitor, draft: str) -> None:
    sent(ana, draft, {"decision": "droits_du_titre", "given": {"c0": "carte_resident"}, "nom": "Résident"})
    page = village.browse("rita").get(f"{draft}/tables/{RULES}?decision=droits_du_titre").text
    assert "Résident" in page
    assert "Retirer" not in page
