"""Examples kept with decision tables: played at each check, told with what came instead, whatever their file holds."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from flask import Flask

from prefecture.demarches import bundle, examples, service
from prefecture.demarches.version import Version
from tests.town import PROCESSES, TSE

FILE = "exemples/regles.toml"
RESIDENT = """
[[exemples]]
nom = "Carte de résident"
table = "droits_du_titre"
donne = { "demande.titre_nature" = "carte_resident", "demande.titre_expire_le" = 2026-03-10 }
attendu = { plein_droit = true, prolonger_le = 2026-06-10 }
"""
WAIT = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
  <decision id="attente" name="Attente"><variable name="attente"/>
    <decisionTable id="t" hitPolicy="UNIQUE">
      <input id="i" label="Attente">
        <inputExpression typeRef="dayTimeDuration"><text>duree</text></inputExpression></input>
      <output id="o" label="Taux"/>
      <rule id="court"><inputEntry><text>&lt; duration("P10D")</text></inputEntry>
        <outputEntry><text>0.5</text></outputEntry></rule>
      <rule id="long"><inputEntry><text>&gt; duration("P5D")</text></inputEntry>
        <outputEntry><text>today().day</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>
"""


def version(text: str, table: str = "") -> Version:
    files = dict(bundle.freeze(PROCESSES / TSE).files)
    files |= {FILE: text.encode(), **({"regles.dmn": table.encode()} if table else {})}
    return Version(bundle.of_files(files), version_id=uuid.UUID(int=0), code=TSE, number=0)


def example(given: str, awaited: str, more: str = "") -> str:
    return f'[[exemples]]\nnom = "un"\ntable = "attente"\ndonne = {{{given}}}\nattendu = {{{awaited}}}\n{more}\n'


def test_an_example_that_is_answered_as_expected_says_nothing() -> None:
    (one,) = examples.play(version(RESIDENT))
    assert (one.passed, one.rules, one.element) == (True, (1,), "droits_du_titre_regle_1")
    assert list(examples.findings(version(RESIDENT))) == []


def test_what_came_instead_is_told_on_the_rule_that_answered() -> None:
    text = RESIDENT.replace('= "carte_resident"', '= "etudiant"')
    (found,) = examples.findings(version(text))
    assert (found.rule, found.severity, found.file) == ("exemple-rouge", "error", "regles.dmn")
    assert found.element == "droits_du_titre_regle_3"
    said = found.message.replace("\u00a0", " ")
    assert "« Carte de résident » n’a plus sa réponse" in said
    assert "Renouvellement de plein droit : oui attendu, non obtenu" in said
    assert "10 juin 2026 attendu, 10 mars 2026 obtenu (règle 3)" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (example('duree = "3 jours"', "reponse = 0.5"), ""),
        (example('duree = "P12D"', "reponse = 24", "le = 2026-12-24"), ""),
        (example('duree = "P12D"', "reponse = 23", "le = 2026-12-24"), "23 attendu, 24 obtenu (règle 2)"),
        (example('duree = "3 jours"', 'reponse = "0,5"'), "« 0,5 » attendu, 0,5 obtenu"),
        (example('duree = "3 jours"', "reponse = true"), "oui attendu, 0,5 obtenu"),
        (example("", 'reponse = "null"'), ""),
        (example("", "reponse = 1"), "1 attendu, rien obtenu (aucune règle)"),
        (example('duree = "3 jours"', "autre = 1"), "autre (sortie qui n’existe pas) : 1 attendu"),
        (example('duree = "P7D"', "reponse = 0.5"), "plusieurs règles s’appliquent"),
        (example('duree = "bientôt"', "reponse = 0.5"), "« bientôt » n’est pas une durée"),
        (example("attente = 3", "reponse = 0.5"), "la table ne lit pas « attente »"),
        (example("", "reponse = 1").replace('"attente"', '"absente"'), "regles.dmn n’a pas de table « absente »"),
    ],
)
def test_each_way_to_differ_is_told(text: str, said: str) -> None:
    (one,) = examples.play(version(text, WAIT))
    assert said in one.failure.replace("\u00a0", " ")
    assert one.passed is (not said)


@pytest.mark.parametrize(
    "text",
    [
        "[[exemples",
        "autre = 1",
        "exemples = 1",
        '[[exemples]]\nnom = "un"\n',
        example("", "").replace("nom", "nome"),
        example("", "", "le = 3"),
        example("", "") * 2,
        "".join(example("", "").replace('"un"', f'"{n}"') for n in range(examples.MOST + 1)),
    ],
)
def test_a_file_that_holds_no_examples_is_an_error_of_its_own(text: str) -> None:
    (found,) = examples.findings(version(text, WAIT))
    assert (found.rule, found.file) == ("exemples-illisibles", FILE)
    assert examples.play(version(text, WAIT)) == ()


def test_examples_of_a_table_that_is_gone_are_told_at_their_own_file() -> None:
    kept = version(RESIDENT)
    files = {name: content for name, content in kept.files.items() if name != "regles.dmn"}
    gone = Version(bundle.of_files(files), version_id=kept.id, code=TSE, number=0)
    (found,) = examples.findings(gone)
    assert (found.file, "regles.dmn manque" in found.message) == (FILE, True)


def test_while_a_table_cannot_be_read_its_own_fault_is_told_and_not_each_example() -> None:
    kept = version(example('duree = "3 jours"', "reponse = 0.5"), WAIT.replace("0.5", "(0.5"))
    (one,) = examples.play(kept)
    assert (one.passed, "regles.dmn ne se lit pas" in one.failure) == (False, True)
    assert list(examples.findings(kept)) == []


def test_a_folders_check_and_test_play_them(app: Flask, folder: Path) -> None:
    (folder / "regles.dmn").write_text(WAIT)
    (folder / "exemples").mkdir()
    kept = folder / "exemples" / "regles.toml"
    kept.write_text(example('duree = "3 jours"', "reponse = 0.5"))
    assert service.test(folder).passed
    kept.write_text(example('duree = "3 jours"', "reponse = 0.7"))
    report = service.test(folder)
    assert (report.passed, [one.passed for one in report.examples]) == (False, [False])
    assert "exemple-rouge" in {one.rule for one in service.check(folder)}
    told = app.test_cli_runner().invoke(args=["demarche", "test", str(folder)])
    assert told.exit_code == 1
    assert "ÉCHEC regles.dmn attente\u00a0: un" in told.stdout
    assert "0 exemple(s) réussi(s), 1 échoué(s)" in told.stdout
