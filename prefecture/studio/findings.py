"""What is wrong or doubtful in a folder, remembered by the digest of its files: the same files are judged once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from engine.compile import Finding
from engine.errors import DefinitionInvalid
from prefecture.demarches import service as demarches
from prefecture.demarches.bundle import Bundle

KEPT = 256
Judged = TypeVar("Judged")


@dataclass(frozen=True)
class Tested:
    """How many scenarios a folder has, how many do not go as they say, and the share of elements they pass."""

    scenarios: int
    failed: int
    elements: float


class _Remembered(Generic[Judged]):
    """The last answers of a judgement, by digest and code; two threads may judge the same files once each."""

    def __init__(self, judge: Callable[[Bundle, str], Judged]) -> None:
        self._judge = judge
        self._answers: OrderedDict[tuple[str, str], Judged] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, bundle: Bundle, code: str) -> Judged:
        key = (bundle.digest, code)
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]
        answer = self._judge(bundle, code)
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > KEPT:
                self._answers.popitem(last=False)
        return answer


def _found(bundle: Bundle, code: str) -> tuple[Finding, ...]:
    return tuple(demarches.check_files(bundle, code))


def _tested(bundle: Bundle, code: str) -> Tested | None:
    try:
        report = demarches.test_files(bundle, code)
    except DefinitionInvalid:
        return None
    failed = sum(not one.passed for one in report.played)
    return Tested(len(report.played), failed, report.coverage.elements)


_findings = _Remembered(_found)
_tests = _Remembered(_tested)


def of_bundle(bundle: Bundle, code: str) -> list[Finding]:
    """Everything wrong or doubtful in these files, scenarios unplayed."""
    return list(_findings(bundle, code))


def tested(bundle: Bundle, code: str) -> Tested | None:
    """How the scenarios of these files go; None when there is nothing to play."""
    return _tests(bundle, code)
