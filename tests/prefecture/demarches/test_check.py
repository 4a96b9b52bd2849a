"""Checking: each kind of fault is found, named where it is, in one pass; a good folder is silent."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from flask import Flask

from prefecture.demarches import service

MAIL = "courriers/recu.mail.html"
CONTROL = "forms/controle.json"
Change = Callable[[str, str, str], None]


def errors(folder: Path) -> list[tuple[str, str, str]]:
    return [(one.rule, one.file, one.element) for one in service.check(folder) if one.severity == "error"]


def test_a_good_folder_has_no_error(app: Flask, folder: Path) -> None:
    assert errors(folder) == []


@pytest.mark.parametrize(
    ("name", "before", "after", "found"),
    [
        ("demarche.toml", "titre = ", "titres = ", ("reglage-manquant", "demarche.toml", "titre")),
        ("demarche.toml", '"ESS"', '"essai"', ("reglage-prefixe", "demarche.toml", "prefixe")),
        ("demarche.toml", '"ESS"', "12", ("reglage-type", "demarche.toml", "prefixe")),
        ("demarche.toml", '"P4M"', '"4 mois"', ("reglage-duree", "demarche.toml", "silence.delai")),
        ("demarche.toml", '"demande"', '"depot"', ("formulaire-inconnu", "demarche.toml", "formulaire")),
        ("demarche.toml", "2026-06-01", "2020-01-01", ("donnee-en-double", "demarche.toml", "donnees.taxe")),
        ("demarche.toml", "depuis = 2026-06-01", "", ("donnee-sans-date", "demarche.toml", "donnees.taxe")),
        ("forms/accord.json", '"components"', '"composants"', ("formulaire-illisible", "forms/accord.json", "")),
        ("forms/accord.json", '"checkbox"', '"case"', ("formulaire-type-inconnu", "forms/accord.json", "accord")),
        (CONTROL, "=conclusion", "=(conclusion", ("formulaire-condition", CONTROL, "message")),
        (MAIL, "demande.objet", "demand.objet", ("balise-inconnue", MAIL, "demand.objet")),
        (MAIL, "demande.objet", "demande.sujet", ("balise-inconnue", MAIL, "demande.sujet")),
        (MAIL, "}} :", "} :", ("modele-illisible", MAIL, "")),
        (MAIL, "<p>", '{% include "courriers/x.html" %}', ("modele-inconnu", MAIL, "courriers/x.html")),
        ("scenarios/nominal.toml", '"approuver"', '"completer"', ("scenario", "scenarios/nominal.toml", "")),
        ("scenarios/nominal.toml", "le = ", "lle = ", ("scenario", "scenarios/nominal.toml", "")),
        ("processus.bpmn", "essai.rappeler", "essai.rapeler", ("action-inconnue", "processus.bpmn", "rappeler")),
        ("demarche.toml", "messages.avis", "messages.autre", ("message-inconnu", "processus.bpmn", "attendre")),
        ("demarche.toml", "expediteur", "de", ("message-sans-expediteur", "demarche.toml", "messages.avis")),
        ("processus.bpmn", 'name="retrait"', 'name="retour"', ("message-inconnu", "processus.bpmn", "retrait")),
        ("processus.bpmn", 'ref="accord"', 'ref="acord"', ("formulaire-inconnu", "processus.bpmn", "approuver")),
    ],
)  # fmt: skip
def test_each_fault_is_found_where_it_is(
    app: Flask, folder: Path, change: Change, name: str, before: str, after: str, found: tuple[str, str, str]
) -> None:
    change(name, before, after)
    assert found in errors(folder)


@pytest.mark.parametrize(("code", "found"), [("injoignable", []), ("refuse", ["rappel_impossible"])])
def test_an_error_must_be_one_that_an_action_answers_with(
    app: Flask, folder: Path, change: Change, code: str, found: list[str]
) -> None:
    change(
        "processus.bpmn",
        '<bpmn:message id="m_avis"',
        f'<bpmn:error id="e" errorCode="{code}"/><bpmn:message id="m_avis"',
    )
    change(
        "processus.bpmn",
        '<bpmn:endEvent id="fin_rappel"',
        '<bpmn:boundaryEvent id="rappel_impossible" attachedToRef="rappeler"><bpmn:errorEventDefinition errorRef="e"/>'
        '</bpmn:boundaryEvent><bpmn:endEvent id="fin_rappel"',
    )
    said = [one for one in service.check(folder) if one.rule == "erreur-inconnue"]
    assert [one.element for one in said] == found
    assert all("injoignable" in one.fix for one in said)


def test_everything_wrong_is_told_at_once(app: Flask, folder: Path, change: Change) -> None:
    change("demarche.toml", "titre = ", "titres = ")
    change("forms/accord.json", '"checkbox"', '"case"')
    change(MAIL, "demande.objet", "demand.objet")
    change("processus.bpmn", "essai.rappeler", "essai.rapeler")
    rules = {rule for rule, _, _ in errors(folder)}
    assert rules >= {"reglage-manquant", "formulaire-type-inconnu", "balise-inconnue", "action-inconnue"}


def test_an_unknown_tag_is_told_with_its_line_and_what_is_known(app: Flask, folder: Path) -> None:
    (folder / "courriers" / "recu.mail.html").write_text("<p>\n{{ dossier.numro }}</p>")
    (one,) = [one for one in service.check(folder) if one.rule == "balise-inconnue"]
    assert (one.line, one.fix) == (2, "Choisissez parmi\u00a0: dossier.numero.")


def test_settings_that_are_no_toml_are_one_finding(app: Flask, folder: Path) -> None:
    (folder / "demarche.toml").write_text("titre = ")
    assert errors(folder) == [("reglages-illisibles", "demarche.toml", "")]


def test_with_json_standard_output_holds_only_the_list(app: Flask, folder: Path, change: Change) -> None:
    runner = app.test_cli_runner()
    good = runner.invoke(args=["demarche", "check", str(folder), "--json"])
    assert good.exit_code == 0
    assert {one["severity"] for one in orjson.loads(good.stdout)} <= {"warning", "info"}
    change("processus.bpmn", "essai.rappeler", "essai.rapeler")
    bad = runner.invoke(args=["demarche", "check", str(folder), "--json"])
    assert bad.exit_code == 1
    (one,) = [one for one in orjson.loads(bad.stdout) if one["severity"] == "error"]
    assert set(one) == {"rule", "severity", "file", "element", "line", "message", "fix"}
    assert (one["rule"], one["element"]) == ("action-inconnue", "rappeler")
    assert one["line"] > 0


def test_scenarios_are_played_and_their_exit_status_tells(app: Flask, folder: Path, change: Change) -> None:
    runner = app.test_cli_runner()
    good = runner.invoke(args=["demarche", "test", str(folder)])
    assert good.exit_code == 0
    assert "ok scenarios/nominal.toml" in good.output
    change("scenarios/nominal.toml", '"approuver"', '"completer"')
    bad = runner.invoke(args=["demarche", "test", str(folder)])
    assert bad.exit_code == 1
    assert "tâches ouvertes attendues" in bad.output


def test_publishing_by_command_prints_the_version_or_what_is_wrong(app: Flask, folder: Path, change: Change) -> None:
    runner = app.test_cli_runner()
    done = runner.invoke(args=["demarche", "publish", str(folder), "--by", "Ada"])
    assert done.output.startswith("PUBLISHED essai 1 ")
    assert "essai\t1\t" in runner.invoke(args=["demarche", "list"]).output
    change("processus.bpmn", "essai.rappeler", "essai.rapeler")
    refused = runner.invoke(args=["demarche", "publish", str(folder)])
    assert refused.exit_code == 1
    assert "action-inconnue" in refused.output


def test_fix_corrects_what_has_one_meaning_and_nothing_else(app: Flask, folder: Path, change: Change) -> None:
    text = (folder / "processus.bpmn").read_text()
    change("processus.bpmn", '=controle.conclusion = "incomplet"', '${controle.conclusion == "incomplet"}')
    assert "expression-traduite" in {one.rule for one in service.check(folder)}
    done = app.test_cli_runner().invoke(args=["demarche", "check", str(folder), "--fix"])
    assert (done.exit_code, done.stderr) == (0, "corrigé\u00a0: processus.bpmn\n")
    assert "expression-traduite" not in {one.rule for one in service.check(folder)}
    ids = re.compile(r'\bid="([^"]*)"')
    assert ids.findall((folder / "processus.bpmn").read_text()) == ids.findall(text)
    assert app.test_cli_runner().invoke(args=["demarche", "check", str(folder), "--fix"]).stderr == ""
