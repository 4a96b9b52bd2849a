"""The engine's figures: the last line counts, and the counts add up."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from flask import Flask

READ = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:x">
<process id="p" isExecutable="true"><startEvent id="debut"/><userTask id="lire"/><endEvent id="fin"/>
<sequenceFlow id="f1" sourceRef="debut" targetRef="lire"/><sequenceFlow id="f2" sourceRef="lire" targetRef="fin"/>
</process></definitions>"""
BROKEN = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p"><task'


def test_conform_counts_every_scenario(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "a.bpmn").write_text(READ)
    (tmp_path / "b.bpmn").write_text(BROKEN)
    told = [
        {"id": "good", "file": "a.bpmn", "process": None, "start_data": {}, "steps": [{"tasks": ["lire"]}]},
        {"id": "wrong", "file": "a.bpmn", "process": None, "start_data": {}, "steps": [{"tasks": ["fin"]}]},
        {"id": "broken", "file": "b.bpmn", "process": None, "start_data": {}, "steps": []},
    ]
    (tmp_path / "scenarios.json").write_text(json.dumps(told))
    lines = app.test_cli_runner().invoke(args=["engine", "conform", str(tmp_path)]).output.splitlines()
    assert [line.split()[0] for line in lines] == ["ok", "WRONG", "refused", "CONFORM"]
    assert lines[-1] == "CONFORM ok=1 refused=1 wrong=1"


def test_check_says_ok_or_names_what_refuses(app: Flask, folder: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    shutil.copy(folder / "processus.bpmn", models / "a.bpmn")
    (models / "b.bpmn").write_text(BROKEN)
    lines = app.test_cli_runner().invoke(args=["engine", "check", str(models)]).output.splitlines()
    assert lines[0].startswith("ok a.bpmn ")
    assert lines[1].startswith("refused b.bpmn ")
    assert lines[-1] == "CHECK ok=1 refused=1 wrong=0"


def test_feel_counts_add_up(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "feel.json"
    cases = [
        {"s": "suite", "id": "1", "e": "1 + 1", "x": 2, "err": False},
        {"s": "suite", "id": "2", "e": "1 + 1", "x": 3, "err": False},
    ]
    path.write_text(json.dumps(cases))
    lines = app.test_cli_runner().invoke(args=["engine", "feel", str(path)]).output.splitlines()
    assert lines[-1] == "FEEL pass=1 fail=1"


def test_dmn_counts_even_nothing(app: Flask, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert app.test_cli_runner().invoke(args=["engine", "dmn", str(empty)]).output == "DMN pass=0 fail=0\n"
