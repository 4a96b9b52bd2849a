"""Why a decision model does not load, told to the analyst who drew it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.feel.errors import FeelError


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a model: where (element id, its name, line) and what, in French."""

    element: str
    name: str
    line: int
    message: str

    def __str__(self) -> str:
        where = f"« {self.name} », ligne {self.line}" if self.name else f"ligne {self.line}"
        return f"{where} : {self.message}" if self.line or self.name else self.message


class DecisionsInvalid(FeelError):
    """The model does not load. `problems` holds everything that is wrong."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ; ".join(str(problem) for problem in self.problems[:20]))


class DecisionUnknown(FeelError):
    """The model has no decision of that id or name."""
