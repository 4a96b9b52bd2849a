"""Decision tables from the command line: what they ask, what is wrong, values tried, each rule with its example."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

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
    assert "Délai en toutes lettres\t« 90 jours »" in out
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
