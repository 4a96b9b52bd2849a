"""A form tried from the command line, of a folder or a démarche: what it refuses, what the process would receive."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.town import PROCESSES, TSE

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(studio: Flask) -> Run:
    def form(*words: str, typed: str = "") -> tuple[int, str, str]:
        told = studio.test_cli_runner().invoke(args=["demarche", "form", *words], input=typed)
        return told.exit_code, told.stdout, told.stderr.replace("\u00a0", " ")

    return form


def test_invented_answers_are_accepted_by_a_published_demarche(run: Run) -> None:
    code, out, told = run(TSE, "demande", "--invent", "--scenario", "scenarios/nominal.toml")
    assert (code, told.splitlines()[0].startswith("Vu par usager, 6 pages, pièces : passeport")) == (0, True)
    answers = json.loads(out)
    assert answers["titre_nature"] == "salarie"
    assert answers["numero_etranger"] == "7503054321"


def test_what_is_refused_is_told_and_ends_with_one(run: Run) -> None:
    folder = str(PROCESSES / TSE)
    code, out, told = run(folder, "_commun/forms/remise.json", "--answers", "-", typed='{"issue": "remis", "rien": 1}')
    assert code == 1
    assert "REFUSED rien: Retirez cette réponse" in told
    assert json.loads(out) == {"issue": "remis", "rien": 1}


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        ((TSE, "absente"), "", "n’est pas dans cette version"),
        ((TSE, "demande", "--answers", "-"), "[1]", "no JSON object"),
        ((TSE, "demande", "--answers", "-"), "{", "no JSON"),
        ((TSE, "demande", "--scenario", "scenarios/absent.toml"), "", "Ce scénario n’est pas dans la démarche"),
        (("inconnue", "demande"), "", "Cette démarche n’existe pas"),
    ],
)
def test_what_cannot_be_tried_says_why(run: Run, words: tuple[str, ...], typed: str, said: str) -> None:
    code, _, told = run(*words, typed=typed)
    assert code == 1
    assert said in told


def test_a_form_that_does_not_read_says_where(run: Run, tmp_path: Path) -> None:
    (tmp_path / "forms").mkdir()
    (tmp_path / "demarche.toml").write_text((PROCESSES / TSE / "demarche.toml").read_text())
    (tmp_path / "forms" / "demande.json").write_text("{")
    assert "ligne 1, caractère 2" in run(str(tmp_path), "demande")[2]
