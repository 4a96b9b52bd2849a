"""Decision tables from the command line: what they ask, what is wrong, values tried, each rule with its example."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from prefecture.demarches import queries as demarches
from prefecture.identity.permissions import Actor
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import queries, service, table_examples, tables
from tests.town import PROCESSES, TSE

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(studio: Flask) -> Run:
    def table(*words: str) -> tuple[int, str, str]:
        told = studio.test_cli_runner().invoke(args=["demarche", "table", *words])
        return told.exit_code, told.stdout.replace("\u00a0", " "), told.stderr.replace("\u00a0", " ")

    return table


def test_the_tables_of_a_published_demarche_are_told_with_what_they_ask(run: Run) -> None:
    code, out, _ = run(TSE)
    assert code == 0
    assert [line.split("\t")[0] for line in out.splitlines() if line.startswith("TABLE")] == [
        "TABLE canal_et_fenetre",
        "TABLE delai_silence",
        "TABLE droits_du_titre",
    ]
    assert "  c1\tstring\tTitre détenu" in out.splitlines()
    assert "  demande.titre_expire_le\tdate\tDate de fin de validité" in out.splitlines()


def test_values_are_tried_by_name_or_title(run: Run) -> None:
    code, out, _ = run(TSE, "delai_silence", "--set", "Déposée le=10/03/2026", "--set", "c1=etudiant")
    assert code == 0
    assert "règles qui s’appliquent : 2, 6 ; qui répondent : 2" in out
    assert "Délai\t« P90D »" in out
    code, _, told = run(TSE, "delai_silence", "--set", "c0=hier")
    assert (code, "« hier » n’est pas une date" in told) == (1, True)
    assert run(TSE, "delai_silence", "--set", "c9=1")[0] == 1


def test_each_rule_is_tried_and_a_folder_that_contradicts_itself_ends_with_one(run: Run, tmp_path: Path) -> None:
    code, out, _ = run(TSE, "--row-tests")
    assert code == 0
    assert out.count("ok règle") == 16
    shutil.copytree(PROCESSES / "_commun", tmp_path / "_commun")
    folder = Path(shutil.copytree(PROCESSES / TSE, tmp_path / TSE))
    rules = folder / "regles.dmn"
    rules.write_text(rules.read_text().replace('"droits_du_titre_table" hitPolicy="FIRST"', '"droits_du_titre_table"'))
    code, out, _ = run(str(folder), "droits_du_titre", "--row-tests")
    assert (code, out.count("ÉCHEC"), out.count("ok règle")) == (1, 2, 1)
    code, out, _ = run(str(folder), "droits_du_titre")
    assert (code, out.count("ERROR regles.dmn:")) == (1, 2)


def test_a_table_that_is_not_there_is_said(run: Run) -> None:
    assert run(TSE, "absente")[0] == 1


def test_examples_are_kept_played_and_taken_back(studio: Flask, run: Run) -> None:
    def draft(*words: str) -> tuple[int, str]:
        told = studio.test_cli_runner().invoke(args=["demarche", "draft", *words])
        return told.exit_code, told.output.replace("\u00a0", " ")

    begun = draft("new", TSE)[1].split()[1]
    table = (begun, "droits_du_titre")
    given = ("--set", "Titre détenu=carte_resident", "--set", "demande.titre_expire_le=01/05/2026")
    assert draft("keep-example", *table, "Résident", *given) == (0, "ok exemple : Résident\n")
    assert draft("keep-example", *table, "--rows")[1].count("ok exemple") == 4
    assert draft("keep-example", *table, "", *given)[0] == 1
    code, out = draft("test", begun)
    assert (code, "4 exemple(s) réussi(s), 0 échoué(s)" in out) == (0, True)
    assert "ok exemple : Résident" in run(*table)[1]
    assert draft("drop-example", *table, "Résident")[1].count("ok exemple") == 3
    assert draft("drop-example", *table, "Résident")[0] == 1
    assert draft("keep-example", begun, "absente", "un")[0] == 1


def test_examples_follow_the_file_of_their_table(studio: Flask) -> None:
    ana = Actor.system()
    with unit_of_work():
        draft = service.from_version(ana, demarches.current(TSE).id, "Tables")
        opened = tables.open_table(queries.version(draft), "regles.dmn", "droits_du_titre")
        table_examples.keep(ana, draft, opened, {"Résident": {"c0": "carte_resident"}})
        service.rename_file(ana, draft, "regles.dmn", "titres.dmn")
    assert {"titres.dmn", "exemples/titres.toml"} <= queries.files(draft).keys()
    assert [one for one in queries.findings(draft) if one.rule.startswith("exemple")] == []
