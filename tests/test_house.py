"""The rules of the house that import-linter has no words for."""

from __future__ import annotations

import ast
import configparser
import re
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("engine", "forms", "processes", "prefecture", "api", "web")
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "node_modules" not in path.parts)
LONGEST_FILE = 400
LONGEST_FUNCTION = 50


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_file_is_read_at_a_sitting(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_function_is_seen_whole(path: Path) -> None:
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]
    assert not long


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_every_module_says_what_the_room_is_for(path: Path) -> None:
    assert ast.get_docstring(tree(path)), "a module docstring is missing"


def test_there_is_one_committer() -> None:
    committer = ROOT / "prefecture/kernel/unit_of_work.py"
    calls = re.compile(r"session\.(commit|rollback)\(")
    offenders = [relative(path) for path in SOURCES if path != committer and calls.search(path.read_text())]
    # The worker rolls back what a failed handler left behind; it commits nothing.
    assert offenders == ["prefecture/kernel/worker.py"]


def test_a_desks_models_are_its_own() -> None:
    offenders = []
    for path in SOURCES:
        for name in imports(path):
            match = re.match(r"prefecture\.(\w+)\.models", name)
            if match and not path.is_relative_to(ROOT / "prefecture" / match[1]):
                offenders.append(f"{relative(path)} imports {name}")
    assert not offenders


def test_nobody_imports_the_composition_root() -> None:
    assert not [relative(path) for path in SOURCES if "wsgi" in imports(path)]


def test_only_the_worker_catches_everything() -> None:
    offenders = []
    for path in SOURCES:
        for node in ast.walk(tree(path)):
            broad = isinstance(node, ast.ExceptHandler) and (
                node.type is None or (isinstance(node.type, ast.Name) and node.type.id == "Exception")
            )
            if broad and relative(path) != "prefecture/kernel/worker.py":
                offenders.append(f"{relative(path)}:{node.lineno}")
    assert not offenders


def test_the_clock_is_the_kernels() -> None:
    asked = re.compile(r"\bdatetime\.(now|utcnow|today)\(|\bdate\.today\(|time\.time\(\)")
    allowed = {"prefecture/kernel/clock.py"}
    assert not [relative(path) for path in SOURCES if relative(path) not in allowed and asked.search(path.read_text())]


def test_processes_hold_no_python() -> None:
    assert not [
        relative(path) for path in (ROOT / "processes").rglob("*.py") if path != ROOT / "processes" / "__init__.py"
    ]


def test_our_top_level_names_are_ours_alone() -> None:
    shipped = packages_distributions()
    taken = {name: shipped[name] for name in (*ROOMS, "wsgi") if set(shipped.get(name, [])) - {"planipref"}}
    assert not taken


def test_the_engine_is_pinned_exactly() -> None:
    pins = (ROOT / "requirements.txt").read_text()
    assert re.search(r"^spiffworkflow==\d", pins, re.MULTILINE)
    assert re.search(r"^rq==\d", pins, re.MULTILINE)


def test_no_machine_shows_in_what_is_kept() -> None:
    path_of_a_machine = re.compile(r"(^|[\s\"'=(])/(root|home/\w+|Users/\w+)/")
    kept = [path for path in ROOT.rglob("*") if path.suffix in {".py", ".md", ".cfg", ".toml", ".bpmn", ".html", ".js"}]
    skipped = {".venv", "node_modules", "var", ".git"}
    offenders = [
        relative(path)
        for path in kept
        if not skipped & set(path.relative_to(ROOT).parts) and path_of_a_machine.search(path.read_text(errors="ignore"))
    ]
    assert not [name for name in offenders if name != "tests/test_house.py"]


def test_each_desk_has_its_floor() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    floors = set(re.findall(r"\w+", config["importlinter:contract:desks"]["layers"]))
    desks = {path.name for path in (ROOT / "prefecture").iterdir() if (path / "__init__.py").exists()}
    assert desks <= floors
