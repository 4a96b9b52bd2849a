"""What one evaluation may cost, and the record of one evaluation while it runs.

Straight-line work is bounded by the length of the text, so only loops, calls and the making of lists and
strings are counted. That keeps a plain gateway condition free of book-keeping.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from engine.feel.errors import FeelBudgetExceeded

_STEPS_BETWEEN_LOOKS = 2_000
_KEPT_WARNINGS = 50


@dataclass(frozen=True, slots=True)
class Budget:
    """The limits of one evaluation."""

    steps: int = 500_000
    depth: int = 80
    characters: int = 1_000_000
    items: int = 100_000
    seconds: float = 2.0


DEFAULT_BUDGET = Budget()


class Run:
    """One evaluation: its clock, its zone, what it may still spend, and the reasons for its nulls."""

    __slots__ = ("_deadline", "_left", "_look_at", "budget", "converted", "depth", "now", "warnings", "zone")

    def __init__(
        self, now: datetime | None = None, zone: tzinfo | None = None, budget: Budget = DEFAULT_BUDGET
    ) -> None:
        self.now = now
        self.zone = zone
        self.budget = budget
        self.depth = 0
        self.warnings: list[str] = []
        # The caller's lists and contexts by identity, with what they became; kept alive, so identities stay theirs.
        self.converted: dict[int, tuple[Any, Any]] = {}
        self._left = budget.steps
        self._look_at = max(budget.steps - _STEPS_BETWEEN_LOOKS, 0)
        self._deadline = time.monotonic() + budget.seconds

    def warn(self, reason: str) -> None:
        """Keep why something became null."""
        if len(self.warnings) < _KEPT_WARNINGS:
            self.warnings.append(reason)

    def spend(self, steps: int = 1) -> None:
        """Count work that grows with the data; raise FeelBudgetExceeded beyond the limit."""
        self._left -= steps
        if self._left > self._look_at:
            return
        if self._left < 0:
            raise FeelBudgetExceeded("trop d'étapes de calcul")
        if time.monotonic() > self._deadline:
            raise FeelBudgetExceeded("temps de calcul dépassé")
        self._look_at = max(self._left - _STEPS_BETWEEN_LOOKS, 0)

    def sized(self, items: int) -> None:
        """A list of that many items is about to be made."""
        if items > self.budget.items:
            raise FeelBudgetExceeded("liste trop longue")
        self.spend(items)

    def lettered(self, characters: int) -> None:
        """A text of that many characters is about to be made."""
        if characters > self.budget.characters:
            raise FeelBudgetExceeded("texte trop long")
        self.spend(1 + characters // 64)

    def enter(self) -> None:
        """A function is called."""
        self.depth += 1
        if self.depth > self.budget.depth:
            raise FeelBudgetExceeded("appels de fonctions trop profonds")
        self.spend()

    def leave(self) -> None:
        """The function has answered."""
        self.depth -= 1
