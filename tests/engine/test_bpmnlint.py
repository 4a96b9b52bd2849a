"""Our drawings against the rules that the studio shows its analysts: bpmnlint's recommended ones, run without Node."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bpmn_io.bpmn_moddle import BpmnModdle
from bpmn_io.lint import Linter
from bpmn_io.lint.resolver import NodeResolver

PROCESSES = Path(__file__).parents[2] / "processes"
DRAWINGS = sorted(PROCESSES.rglob("*.bpmn"))
# Warnings that we live with, and why.
ARGUED = {
    # Two flows into a step are BPMN's exclusive merge; a gateway before each would double the drawing for nothing.
    "fake-join",
    # An answer's name on the way out of a step tells the reader which answer it was.
    "superfluous-label",
}


def lint(text: str) -> dict[str, list[dict[str, Any]]]:
    """The reports of bpmnlint:recommended, by rule."""
    root = BpmnModdle().from_xml(text).root_element
    config = {"extends": "bpmnlint:recommended"}
    return Linter(resolver=NodeResolver()).lint(root, config)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", DRAWINGS, ids=[f"{one.parent.name}-{one.stem}" for one in DRAWINGS])
def test_a_drawing_keeps_the_recommended_rules(path: Path) -> None:
    reports = lint(path.read_text())
    errors = [
        f"{rule} {one['id']}: {one['message']}"
        for rule, found in reports.items()
        for one in found
        if one["category"] == "error"
    ]
    assert errors == []
    assert set(reports) <= ARGUED


def test_what_breaks_a_rule_is_seen() -> None:
    drawing = (PROCESSES / "_commun/bloc_remise.bpmn").read_text()
    assert "label-required" not in lint(drawing)
    assert "label-required" in lint(drawing.replace(' name="Titre à fabriquer"', "", 1))
