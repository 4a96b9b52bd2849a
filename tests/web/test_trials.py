"""The analyst's pages of scenarios and of the draft played by hand, without JavaScript."""

from __future__ import annotations

import html
import json
import re

import pytest

from tests.town import TSE
from tests.web.village import Village, Visitor, plain

NEW = {"titre": "Duplicata", "code": "duplicata", "prefixe": "DUP", "source": "archetype"}
NOMINAL = "scenarios/nominal.toml"


@pytest.fixture
def ana(village: Village) -> Visitor:
    return village.browse("ana")


@pytest.fixture
def draft(ana: Visitor) -> str:
    """The address of a draft of the démarche's next version."""
    made = ana.post(f"/analyste/demarches/{TSE}/brouillons", form="/analyste/nouvelle")
    assert made.status_code == 302
    return made.headers["Location"].removesuffix("/dossier")


def text_of(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    return html.unescape(found[1]).lstrip("\n")


def value_of(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return html.unescape(found[1])


def test_scenarios_are_played_told_and_drawn(ana: Visitor, draft: str) -> None:
    assert "pas encore été joués" in plain(ana.get(f"{draft}/essais"))
    assert ana.get(f"{draft}/essais/resultats").json == {"played": False}
    assert ana.post(f"{draft}/essais", form=f"{draft}/essais").status_code == 302
    page = ana.get(f"{draft}/essais")
    assert "Tous les scénarios vont où ils doivent" in plain(page)
    assert page.text.count('class="bpmn"') == 5
    told = json.loads(ana.get(f"{draft}/essais/resultats").text)
    assert told["passed"]
    assert len(told["scenarios"]) == 15
    assert told["elements"] > 0.9
    assert len(told["diagrams"]) == 5
    own = told["diagrams"]["processus.bpmn"]
    assert own["passes"]["demande_deposee"] == 15
    assert all(one["way"]["processus.bpmn"] for one in told["scenarios"])
    assert not any(one["here"] or one["awaited"] for one in told["scenarios"])


def test_a_scenario_that_fails_shows_its_step_and_the_difference(ana: Visitor, draft: str) -> None:
    address = f"{draft}/scenarios/{NOMINAL}"
    page = ana.get(address).text
    assert "étant donné que" in plain(ana.get(address)).lower()
    text, revision = text_of(page, "texte"), value_of(page, "revision")
    unread = ana.post(address, {"texte": f"{text}\n[[etapes]]\nquant = 1", "revision": revision}, form=address)
    assert unread.status_code == 422
    assert "mot inconnu « quant »" in plain(unread)
    assert text_of(unread.text, "texte").rstrip().endswith("quant = 1")
    wrong = text.replace('taches = ["recevoir_usager"]', 'taches = ["instruire_demande"]', 1)
    assert ana.post(address, {"texte": wrong, "revision": revision}, form=address).status_code == 302
    shown = plain(ana.get(address))
    assert "Il s’arrête à l’étape 4" in shown
    assert "tâches ouvertes : « Proposer une décision »" in shown
    assert "bpmn-echec" in ana.get(address).text
    assert ana.post(f"{draft}/essais", form=f"{draft}/essais").status_code == 302
    red = next(one for one in json.loads(ana.get(f"{draft}/essais/resultats").text)["scenarios"] if not one["passed"])
    assert red["here"]["_commun/bloc_convocation.bpmn"] == ["recevoir_usager"]
    assert red["awaited"]["processus.bpmn"] == ["decision_demande"]
    assert "bpmn-pastille-echec" in ana.get(f"{draft}/essais").text
    late = ana.post(address, {"texte": text, "revision": revision}, form=address)
    assert late.status_code == 409
    assert ana.get(f"{draft}/scenarios/LISEZMOI.md").status_code == 404


def test_a_new_scenario_is_checked_before_it_is_added(ana: Visitor, draft: str) -> None:
    address = f"{draft}/scenarios"
    page = ana.get(address).text
    example = text_of(page, "texte")
    bad = ana.post(address, {"nom": "Côté ouest", "texte": example}, form=address)
    assert bad.status_code == 422
    assert "Côté ouest" in bad.text
    taken = ana.post(address, {"nom": "nominal", "texte": example}, form=address)
    assert taken.status_code == 409
    made = ana.post(address, {"nom": "court", "texte": example}, form=address)
    assert made.headers["Location"].endswith("/scenarios/scenarios/court.toml")
    assert "Le scénario va où il doit" in plain(ana.get(made.headers["Location"])), example


def press(ana: Visitor, draft: str, verb: str, **values: str) -> None:
    """Press a button of the run's page; the page has gone on."""
    address = f"{draft}/essai"
    page = ana.get(address).text
    revision = value_of(page, "revision") if 'name="revision"' in page else "0"
    sent = ana.post(address, {"verbe": verb, "revision": revision, **values}, form=address)
    assert sent.status_code == 302, plain(sent)


def test_a_draft_is_played_by_hand_and_becomes_a_scenario(ana: Visitor, draft: str) -> None:
    address = f"{draft}/essai"
    assert "usager inventé" in plain(ana.get(address))
    press(ana, draft, "commencer", source=NOMINAL)
    first = ana.get(address).text
    assert 'value="complement"' in first
    assert "bpmn-jeton" in first
    pieces = dict.fromkeys(set(re.findall(r'name="(pieces\.[a-z_]+\.etat)"', first)), "valide")
    refused = ana.post(address, {"verbe": "tache", "tache": "verifier_completude", "revision": "1"}, form=address)
    assert refused.status_code == 422
    press(ana, draft, "tache", tache="verifier_completude", conclusion="complet", **pieces)
    second = plain(ana.get(address))
    assert "le courriel « instruction »" in second
    assert "en instruction" in second
    press(ana, draft, "temps", attendre="P1D")
    press(ana, draft, "annuler")
    back = {"verbe": "temps", "jusqu_au": "2020-01-01T00:00", "revision": "4"}
    assert "Le temps ne recule pas" in plain(ana.post(address, back, form=address))
    press(ana, draft, "message", message="retrait")
    press(ana, draft, "enregistrer", titre="Retiré après coup", nom="retire_apres")
    saved = plain(ana.get(f"{draft}/scenarios/scenarios/retire_apres.toml"))
    assert "Le scénario va où il doit" in saved
    press(ana, draft, "finir")
    assert "Que demande l’usager" in plain(ana.get(address))


def test_a_run_answers_actions_by_hand_and_changes_the_request(ana: Visitor, draft: str) -> None:
    address = f"{draft}/essai"
    choices = re.findall(r'name="retenir"[^>]*value="([^"]+)"', ana.get(address).text)
    assert choices
    begun = ana.post(address, {"verbe": "commencer", "source": NOMINAL, "retenir": choices}, form=address)
    assert begun.status_code == 302
    page = ana.get(address).text
    assert "attend votre réponse" in plain(ana.get(address))
    action, told = value_of(page, "action"), text_of(page, "reponse")
    unread = ana.post(address, {"verbe": "action", "action": action, "reponse": "= ?", "revision": "1"}, form=address)
    assert unread.status_code == 422
    assert text_of(unread.text, "reponse") == "= ?"
    assert "Sans code : un incident s’ouvre" in plain(ana.get(address))
    press(ana, draft, "echec", action=action, code="+", autre="introuvable", message="le service ne répond pas")
    assert "le service ne répond pas" in plain(ana.get(address))
    press(ana, draft, "annuler")
    press(ana, draft, "action", action=action, reponse=told)
    stale = ana.post(address, {"verbe": "annuler", "revision": "1"}, form=address)
    assert stale.status_code == 302
    assert "autre fenêtre" in plain(ana.get(address))
    empty = ana.post(address, {"verbe": "demande", "revision": "4"}, form=address)
    assert empty.status_code == 422


def test_a_broken_draft_says_why_it_cannot_be_played(ana: Visitor, draft: str) -> None:
    files = f"{draft}/fichiers/processus.bpmn"
    revision = ana.get(files).headers["ETag"]
    page = ana.get(draft + "/dossier").text
    token = value_of(page, "csrf_token")
    sent = ana.client.put(files, data=b"<definitions/>", headers={"If-Match": revision, "X-CSRFToken": token})
    assert sent.status_code == 200
    assert "Rien ne peut être joué" in plain(ana.get(f"{draft}/essai"))
    assert ana.post(f"{draft}/essais", form=f"{draft}/essais").status_code == 302
    assert "Rien n’a été joué" in plain(ana.get(f"{draft}/essais"))


def test_scenarios_are_proposed_for_what_none_passes(ana: Visitor, draft: str) -> None:
    assert "Rien à proposer" in plain(ana.get(f"{draft}/suggestions"))
    diagram = ana.get(f"{draft}/scenarios/{NOMINAL}")
    assert diagram.status_code == 200
    made = ana.post("/analyste/nouvelle", NEW, form="/analyste/nouvelle").headers["Location"].removesuffix("/dossier")
    token = value_of(ana.get(f"{made}/dossier").text, "csrf_token")
    for path in ("complement_et_silence", "refus_relu", "renvoi_pour_correction", "absence_et_classement"):
        gone = ana.client.delete(f"{made}/fichiers/scenarios/{path}.toml", headers={"X-CSRFToken": token})
        assert gone.status_code in (200, 204)
    page = ana.get(f"{made}/suggestions")
    assert "Parcourt de plus" in plain(page)
    proposed = {"nom": value_of(page.text, "nom"), "texte": text_of(page.text, "texte")}
    added = ana.post(f"{made}/scenarios", proposed, form=f"{made}/scenarios")
    assert "Le scénario va où il doit" in plain(ana.get(added.headers["Location"]))


def test_scenarios_that_tell_of_something_else_are_taken_away(village: Village, ana: Visitor, draft: str) -> None:
    address, all_of_them, away = f"{draft}/scenarios/{NOMINAL}", f"{draft}/essais", f"{draft}/scenarios-retires"
    page = ana.get(address).text
    wrong = text_of(page, "texte").replace('taches = ["verifier_completude"]', 'taches = ["autre"]', 1)
    ana.post(address, {"texte": wrong, "revision": value_of(page, "revision")}, form=address)
    ana.post(all_of_them, form=all_of_them)
    page = ana.get(all_of_them).text
    assert "Retirer les scénarios qui échouent" in page
    assert value_of(page, "fichier") == NOMINAL
    gone = ana.post(away, {"fichier": [NOMINAL, "scenarios/absence.toml"]}, form=all_of_them)
    assert "2 scénarios sont retirés" in plain(ana.get(gone.headers["Location"]))
    assert ana.client.get(address).status_code == 404
    ana.post(away, {"fichier": "processus.bpmn"}, form=all_of_them)
    assert "Dites quels scénarios retirer." in plain(ana.get(all_of_them))
    assert ana.get(f"{draft}/fichiers/processus.bpmn").status_code == 200
    assert village.browse("rita").post(away, {"fichier": "scenarios/silence.toml"}).status_code == 403
