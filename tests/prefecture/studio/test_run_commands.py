"""A draft or a folder played from the command line: by hand, line after line, or by a file of steps."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from prefecture.studio import queries
from tests.town import PROCESSES, TSE

NOMINAL = ("--scenario", "scenarios/nominal.toml")
STEPS = """
[[etapes]]
quand = "le dossier est complet"
tache = "verifier_completude"
reponses = { conclusion = "complet" }
alors = { taches = [] }

[[etapes]]
quand = "l’usager se retire"
message = "retrait"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The démarche's folder, and beside it what all share."""
    for name in (TSE, "_commun"):
        shutil.copytree(PROCESSES / name, tmp_path / name)
    return tmp_path / TSE


def run(studio: Flask, *words: str, lines: str = "") -> Result:
    return studio.test_cli_runner().invoke(args=["demarche", "run", *words], input=lines)


def test_a_folder_is_played_by_hand_and_kept_as_a_scenario(studio: Flask, folder: Path) -> None:
    lines = [
        "questions verifier_completude",
        "tache verifier_completude conclusion=peut-être",
        "",
        "attendre P1D",
        "attendre demain",
        "annuler",
        "jusqu_au 2026-03-12T09:00",
        "jusqu_au hier",
        "message retrait motif=changement jour=2026-03-12",
        "donnees",
        "garder par_terminal Retiré au terminal",
        "tout le reste",
        "fin",
        "attendre P9D",
    ]
    told = run(studio, str(folder), *NOMINAL, lines="\n".join(lines)).output
    assert "conclusion (radio)*" in told
    assert "pieces.passeport.etat" in told
    assert "✗ Certaines réponses sont à corriger" in told
    assert "il se passe P1D" in told
    assert "n’est pas une durée" in told
    assert "✗ Écrivez une date" in told
    assert "12/03/2026 09:00 · classé sans suite · TERMINÉ" in told
    assert "demande.logement = «\u00a0locataire\u00a0»" in told
    assert "KEPT scenarios/par_terminal.toml" in told
    assert "P9D" not in told
    played = studio.test_cli_runner().invoke(args=["demarche", "test", str(folder)])
    assert "ok scenarios/par_terminal.toml\u00a0: Retiré au terminal" in played.output
    again = run(studio, str(folder), *NOMINAL, "--keep", "par_terminal", lines="fin")
    assert again.exit_code == 1
    assert "existe déjà" in again.output


def test_a_draft_is_played_by_a_file_of_steps(studio: Flask, draft: uuid.UUID, tmp_path: Path) -> None:
    (tmp_path / "pas.toml").write_text(STEPS)
    told = run(
        studio, str(draft), *NOMINAL, "--steps", str(tmp_path / "pas.toml"), "--keep", "retire", "--title", "Retiré"
    )
    assert told.exit_code == 0, told.output
    assert (
        "2. le dossier est complet · en instruction · partent\u00a0: le courriel «\u00a0instruction\u00a0»"
        in told.output
    )
    assert "TERMINÉ" in told.output
    content, _ = queries.content(draft, "scenarios/retire.toml")
    assert b'titre = "Retir\xc3\xa9"' in content
    (tmp_path / "pas.toml").write_text('[[etapes]]\ntache = "remettre_titre"')
    refused = run(studio, str(draft), *NOMINAL, "--steps", str(tmp_path / "pas.toml"))
    assert refused.exit_code == 1
    assert "n’est pas ouverte" in refused.output
    (tmp_path / "pas.toml").write_text("[[etapes")
    assert "ne se lit pas" in run(studio, str(draft), "--steps", str(tmp_path / "pas.toml")).output


def test_actions_answer_as_recorded_or_fail(studio: Flask, draft: uuid.UUID) -> None:
    lines = ["echec depot.attester l’imprimante est en panne", "annuler", "action", "action depot.attester"]
    lines += ["action depot.attester a"]
    told = run(studio, str(draft), *NOMINAL, "--hold", "depot.attester", lines="\n".join(lines)).output
    assert "INCIDENT Attester le dépôt\u00a0: l’imprimante est en panne" in told
    assert "✗ Dites laquelle." in told
    assert "partent\u00a0: le courrier «\u00a0attestation_depot\u00a0»" in told
    assert "✗ Écrivez clé=valeur" in told


def test_what_cannot_be_played_is_said(studio: Flask, folder: Path) -> None:
    assert "neither a folder" in run(studio, "ailleurs").output
    assert run(studio, str(uuid.uuid4())).exit_code == 1
    assert "Choisissez un scénario" in run(studio, str(folder), "--scenario", "x").output
    (folder / "processus.bpmn").write_text("<definitions/>")
    assert "Les scénarios ne se jouent pas" in run(studio, str(folder)).output
