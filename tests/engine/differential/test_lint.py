"""The lint that we run without Node (`bpmn-io`) against bpmnlint, which the studio shows: the same reports."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from bpmn_io.upstream import UPSTREAM_VERSIONS

from tests.engine.differential.node import HERE, ask
from tests.engine.test_bpmnlint import lint

PROCESSES = Path(__file__).parents[3] / "processes"
FOREIGN = os.environ.get("PLANIPREF_CONFORMANCE", "")
# Larger drawings break the same rules more often; all together they would take a minute.
LARGEST = 60_000
Report = Counter[tuple[str, str, str, str]]


def drawings(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.bpmn*") if path.is_file())


def reports(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> Report:
    """What was reported, in no order: rule, element, message, severity."""
    return Counter(
        (rule, str(one.get("id")), one["message"], one["category"]) for rule, told in found.items() for one in told
    )


def differences(paths: Sequence[Path]) -> list[str]:
    texts = [path.read_text() for path in paths]
    theirs = ask("lint.mjs", "bpmnlint", texts)
    found = []
    for path, text, answer in zip(paths, texts, theirs, strict=True):
        mine, other = reports(lint(text)), reports(answer)
        found += [f"{path.name}: only ours {one}" for one in mine - other]
        found += [f"{path.name}: only bpmnlint's {one}" for one in other - mine]
    return found


def test_our_drawings_are_judged_alike() -> None:
    assert differences(drawings(PROCESSES)) == []


@pytest.mark.skipif(not FOREIGN, reason="did not run: PLANIPREF_CONFORMANCE names no folder")
def test_other_peoples_drawings_are_judged_alike() -> None:
    paths = [path for path in drawings(Path(FOREIGN)) if path.stat().st_size < LARGEST]
    assert len(paths) > 20
    assert differences(paths) == []


def test_a_spoiled_drawing_is_judged_alike_and_badly(tmp_path: Path) -> None:
    text = (PROCESSES / "_commun/bloc_remise.bpmn").read_text()
    spoiled = text.replace(' name="Titre à fabriquer"', "", 1).replace("<bpmn:endEvent", "<bpmn:task", 1)
    (tmp_path / "spoiled.bpmn").write_text(spoiled.replace("</bpmn:endEvent>", "</bpmn:task>", 1))
    assert differences([tmp_path / "spoiled.bpmn"]) == []
    assert reports(lint((tmp_path / "spoiled.bpmn").read_text()))


def test_the_port_follows_the_version_that_is_compared_with() -> None:
    locked = (HERE / "package.json").read_text()
    for name in ("bpmnlint", "bpmn-moddle"):
        assert f'"{name}": "{UPSTREAM_VERSIONS[name]}"' in locked
