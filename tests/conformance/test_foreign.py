"""Other people's models, read where PLANIPREF_CONFORMANCE points; they are no part of this project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.conformance import check_models, run_scenarios

FOLDER = os.environ.get("PLANIPREF_CONFORMANCE", "")
pytestmark = pytest.mark.skipif(not FOLDER, reason="did not run: PLANIPREF_CONFORMANCE names no folder")


def contents(name: str) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted((Path(FOLDER) / name).iterdir()) if file.is_file()}


def test_no_foreign_scenario_is_wrong_and_most_are_right() -> None:
    report = run_scenarios(contents("bpmn-cases"))
    wrong = [o.line for o in report.outcomes if o.verdict == "WRONG"]
    assert not wrong
    assert report.count("ok") >= 0.85 * len(report.outcomes)


def test_every_reference_model_runs_or_says_why_not() -> None:
    for check in check_models(contents("miwg")):
        assert not check.trouble, check.lines
        assert check.ran or check.errors, check.file
