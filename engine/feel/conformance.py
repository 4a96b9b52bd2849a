"""Foreign conformance cases played against this FEEL and DMN. Pure: the caller reads the files.

Formats: a list of FEEL cases in JSON (suite, id, expression, expected value) and folders of DMN models with the
test cases of the DMN TCK. Every case is one line of the report; an exception in a case is a failed case.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from engine.feel.budget import Run
from engine.feel.convert import to_feel
from engine.feel.dmn.conformance_cases import Case, ResultNode, read_cases
from engine.feel.dmn.decisions import Decisions, assemble
from engine.feel.dmn.instance import Instance
from engine.feel.dmn.reader import read
from engine.feel.dmn.tables import DecisionRun
from engine.feel.errors import FeelError, Nothing
from engine.feel.expression import compile_expression
from engine.feel.temporal_text import Temporal, parse_temporal
from engine.feel.values import Value, equal

NOW = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
_FAILURES = (FeelError, Nothing, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError)
_TOLERANCE = Decimal("1e-8")


@dataclass(frozen=True, slots=True)
class Report:
    """One line a case, and how many passed and failed."""

    lines: tuple[str, ...]
    passed: int
    failed: int


def report(lines: list[str]) -> Report:
    """The report of lines that begin with `ok` or `FAIL`."""
    passed = sum(line.startswith("ok") for line in lines)
    return Report(tuple(lines), passed, len(lines) - passed)


def run_feel_cases(content: bytes) -> Report:
    """Play a JSON list of cases `{s, id, e, x, err}`."""
    return report([_feel_line(case) for case in json.loads(content, parse_float=Decimal)])


def _feel_line(case: Mapping[str, Any]) -> str:
    label = f"{case.get('s')} {case.get('id')}"
    try:
        expected = _expected(case.get("x"))
        found = compile_expression(case["e"]).value({}, Run(NOW, UTC))
        if same(found, expected):
            return f"ok   {label}"
        return f"FAIL {label}: {case['e']!r} gives {found!r}, not {expected!r}"
    except FeelError as error:
        return f"ok   {label}" if case.get("x") is None else f"FAIL {label}: {case.get('e')!r}: {error}"
    except _FAILURES as error:
        return f"FAIL {label}: {case.get('e')!r}: {type(error).__name__}: {error}"


def _expected(value: Any) -> Value:
    if isinstance(value, dict) and set(value) == {"$t"}:
        return _temporal(value["$t"])
    if isinstance(value, dict):
        return {key: _expected(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_expected(item) for item in value]
    return to_feel(value)


def _temporal(text: str) -> Temporal | str:
    try:
        return parse_temporal(text)
    except Nothing:
        return text


def same(found: Value, expected: Value) -> bool:
    """Whether two values are the same, numbers within 1e-8 of one another."""
    if isinstance(found, Decimal) and isinstance(expected, Decimal):
        return abs(found - expected) <= _TOLERANCE * max(Decimal(1), abs(expected))
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(found, dict) and isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in found)
    return equal(found, expected) is True


def run_dmn_folder(files: Mapping[str, bytes]) -> Report:
    """Play every test case file of a folder (paths with `/`, contents) against the models beside it."""
    lines: list[str] = []
    for folder in sorted({path.rpartition("/")[0] for path in files}):
        inside = {path: content for path, content in files.items() if path.rpartition("/")[0] == folder}
        lines += _folder_lines(folder, inside)
    return report(lines)


def _folder_lines(folder: str, files: Mapping[str, bytes]) -> list[str]:
    models = {path.rpartition("/")[2]: content for path, content in files.items() if path.endswith(".dmn")}
    lines: list[str] = []
    for path in sorted(path for path in files if path.endswith(".xml")):
        try:
            found = read_cases(files[path])
        except _FAILURES as error:
            lines.append(f"FAIL {path}: {error}")
            continue
        if found is not None:
            name, cases = found
            lines += _model_lines(f"{folder}/{path.rpartition('/')[2]}", _prepared(name, models), cases)
    return lines


def _prepared(name: str, models: Mapping[str, bytes]) -> Decisions | str:
    """The model under test with those beside it, or why there is none."""
    try:
        own = models.get(name) or next(iter(models.values()))
        return assemble(read(own), [read(other) for other in models.values() if other is not own])
    except (*_FAILURES, StopIteration) as error:
        return f"{type(error).__name__}: {error}"


def _model_lines(label: str, decisions: Decisions | str, cases: list[Case]) -> list[str]:
    lines: list[str] = []
    for case in cases:
        problem = decisions if isinstance(decisions, str) else _problem(decisions, case)
        lines.append(f"FAIL {label} {case.id}: {problem}" if problem else f"ok   {label} {case.id}")
    return lines


def _problem(decisions: Decisions, case: Case) -> str:
    """What is wrong with the first result that is; nothing when all are right."""
    try:
        run = DecisionRun(Run(NOW, UTC))
        instance = Instance(decisions, case.inputs, run)
        whole = instance.ask(decisions.find(case.invocable)) if case.invocable else None
        for result in case.results:
            found = _result(instance, whole, case, result)
            if not same(found, result.expected):
                reasons = "; ".join(run.warnings[:3])
                return f"{result.name} gives {found!r}, not {result.expected!r} ({reasons})"
    except _FAILURES as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _result(instance: Instance, whole: Value, case: Case, result: ResultNode) -> Value:
    if not case.invocable:
        return instance.ask_by_name(result.name)
    if isinstance(whole, dict) and result.name in whole:
        return whole[result.name]
    return whole
