"""Conformance cases: the runners on cases of our own, and on the foreign ones where they lie."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from engine.feel.conformance import run_dmn_folder, run_feel_cases

MODEL = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" namespace="urn:a" name="m">
<inputData id="x" name="x"><variable name="x" typeRef="number"/></inputData>
<decision id="d" name="d"><variable name="d"/><informationRequirement><requiredInput href="#x"/>
</informationRequirement><literalExpression><text>{double: x * 2, list: [x, null]}</text></literalExpression></decision>
</definitions>"""


def cases(expected: str) -> bytes:
    """A test case file that gives 2 for « x »."""
    return f"""<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><modelName>m.dmn</modelName>
 <testCase id="1"><inputNode name="x"><value xsi:type="xsd:decimal">2</value></inputNode>
 <resultNode name="d" type="decision"><expected>
 <component name="double"><value xsi:type="xsd:decimal">{expected}</value>
 </component><component name="list"><list><item><value xsi:type="xsd:decimal">2.0</value></item>
 <item><value xsi:nil="true"/></item></list></component></expected></resultNode></testCase></testCases>""".encode()


def test_feel_cases_pass_and_fail_and_add_up() -> None:
    played = run_feel_cases(
        json.dumps(
            [
                {"s": "s", "id": "1", "e": "1 / 3", "x": 0.333333333333, "err": False},
                {"s": "s", "id": "2", "e": '@"P1D"', "x": {"$t": "PT24H"}, "err": False},
                {"s": "s", "id": "3", "e": "1 +", "x": None, "err": True},
                {"s": "s", "id": "4", "e": "{a: [1]}", "x": {"a": [1]}, "err": False},
                {"s": "s", "id": "5", "e": "1", "x": 2, "err": False},
                {"s": "s", "id": "6", "x": 2},
            ]
        ).encode()
    )
    assert (played.passed, played.failed) == (4, 2)
    assert [line[:4] for line in played.lines] == ["ok  ", "ok  ", "ok  ", "ok  ", "FAIL", "FAIL"]


def test_dmn_cases_pass_and_fail_and_add_up() -> None:
    played = run_dmn_folder(
        {"a/m.dmn": MODEL, "a/t-test-01.xml": cases("4"), "b/m.dmn": MODEL, "b/t-test-01.xml": cases("5")}
    )
    assert (played.passed, played.failed) == (1, 1)
    assert "a/t-test-01.xml 1" in played.lines[0]


def test_a_broken_model_fails_its_cases_and_crashes_nothing() -> None:
    assert run_dmn_folder({"a/m.dmn": b"<", "a/t-test-01.xml": cases("4")}).failed == 1
    assert run_dmn_folder({"a/t-test-01.xml": cases("4")}).failed == 1
    assert run_dmn_folder({"a/t.xml": b"<autre/>"}).lines == ()


def foreign(name: str) -> Path:
    """A foreign file or folder; the test says that it did not run where there is none."""
    home = os.environ.get("PLANIPREF_CONFORMANCE", "")
    if not home:
        pytest.skip("PLANIPREF_CONFORMANCE is not set: the foreign cases did not run")
    return Path(home) / name


def test_the_foreign_feel_cases_hold() -> None:
    played = run_feel_cases(foreign("feel-tck.json").read_bytes())
    assert played.passed >= 0.99 * (played.passed + played.failed), "\n".join(
        line for line in played.lines if line.startswith("FAIL")
    )


def test_the_foreign_decision_models_hold() -> None:
    home = foreign("dmn-tck")
    files = {path.relative_to(home).as_posix(): path.read_bytes() for path in home.rglob("*") if path.is_file()}
    wanted = {path: content for path, content in files.items() if path.endswith((".dmn", ".xml"))}
    played = run_dmn_folder(wanted)
    assert played.passed >= 0.98 * (played.passed + played.failed), "\n".join(
        line for line in played.lines if line.startswith("FAIL")
    )
