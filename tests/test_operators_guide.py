"""The operators' guide says what is so: its figures, log lines, variables and commands are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click import Group
from flask import Flask
from flask.cli import ScriptInfo

from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "exploitation.md").read_text()
CODE = [path for room in ("prefecture", "web", "api") for path in (ROOT / room).rglob("*.py")] + [ROOT / "wsgi.py"]
FIGURE = re.compile(r"`(planipref_\w+)(?:\{(\w+)=\"(\w+|…)\"\})?`")
A_PIECE_OF_EACH = (
    "INSERT INTO due_work (id, kind, key, status, priority, exclusive, run_at, attempts, created_at)"
    " VALUES ('00000000000000000000000000000001', 'essai', 'essai', 'incident', 5, false, :now, 0, :now)"
)


@pytest.fixture
def told(app: Flask) -> set[tuple[str, str]]:
    """Every figure that the application tells, with the name of its label."""
    with unit_of_work():
        db.session.execute(db.text(A_PIECE_OF_EACH), {"now": "2026-11-22 09:00:00"})
    text = app.test_client().get("/metrics").get_data(as_text=True)
    return set(re.findall(r"^(planipref_\w+)(?:\{(\w+)=)?", text, re.MULTILINE))


def test_every_figure_of_the_guide_is_told_and_every_figure_told_is_in_the_guide(told: set[tuple[str, str]]) -> None:
    table = [line for line in GUIDE.splitlines() if line.startswith("| `planipref_")]
    assert {found.group(1, 2) for line in table if (found := FIGURE.search(line))} == {
        (name, label or None) for name, label in told
    }


def test_every_state_of_due_work_has_its_line(app: Flask) -> None:
    text = app.test_client().get("/metrics").get_data(as_text=True)
    told = set(re.findall(r'planipref_due_work\{state="(\w+)"\}', text))
    assert told == set(re.findall(r'^\| `planipref_due_work\{state="(\w+)"\}', GUIDE, re.MULTILINE))


def test_every_log_line_of_the_guide_is_written_somewhere() -> None:
    lines = GUIDE.partition("| line | what it means")[2].partition("\n\n")[0]
    named = re.findall(r"^\| `([^`]+)`", lines, re.MULTILINE)
    assert len(named) >= 6
    source = "\n".join(path.read_text() for path in CODE)
    missing = [one for one in named if not all(part in source for part in one.split(" … "))]
    assert missing == []


def test_every_variable_that_is_read_is_in_the_guide() -> None:
    source = "\n".join(path.read_text() for path in CODE)
    read = set(re.findall(r'"(PLANIPREF_[A-Z_]+)"', source)) - {"PLANIPREF_BESIDE"}  # between two of our own processes
    assert {name for name in read if f"`{name}`" not in GUIDE} == set()


def test_every_command_of_the_guide_exists(app: Flask) -> None:
    asked = set(re.findall(r"flask --app wsgi ([a-z]+)(?: ([a-z]+))?", GUIDE))
    assert len(asked) >= 8
    context = app.cli.make_context("flask", [], obj=ScriptInfo(create_app=lambda: app), resilient_parsing=True)
    for name, inner in asked:
        command = app.cli.get_command(context, name)
        assert command is not None, name
        if isinstance(command, Group):
            assert inner in command.commands, f"{name} {inner}"


def test_the_national_year_of_the_guide_is_the_one_that_was_played() -> None:
    played = (ROOT / "bench" / "national_year.md").read_text().splitlines()
    rows = [line for line in played if line.startswith("| ")]
    assert len(rows) > 20
    assert [row for row in rows if row not in GUIDE] == []
