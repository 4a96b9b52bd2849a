"""What the engine refuses, and how it says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class EngineError(Exception):
    """Anything the engine refuses."""


class TaskNotOpen(EngineError):
    """The task or effect is not open: never was, done already, or cancelled meanwhile."""


class MessageNotAwaited(EngineError):
    """Nothing in this instance waits for that message."""


class StateUnreadable(EngineError):
    """The bytes are not a state of this format, or not a state of this definition."""


class DataRefused(EngineError):
    """A value that a process cannot hold: neither text, number, truth, date, duration, list nor mapping."""


class ReservedKey(DataRefused):
    """A key that is not a text, or that means something to the machinery underneath."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a document cannot be run. `message` and `fix` are French, for the analyst."""

    rule: str
    element: str
    element_name: str
    line: int
    message: str
    fix: str = ""


class DefinitionInvalid(EngineError):
    """The documents cannot be run; `findings` names every reason found."""

    def __init__(self, findings: Sequence[Problem]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(f"{one.element}: {one.message}" for one in self.findings))
