"""The list of rules and rewrites. Each is a function with a docstring; docs/moteur.md is written from this list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from engine.compiling.model import Model

Stage = Literal["drawn", "normal"]
Check = Callable[[Model], None]


@dataclass(frozen=True)
class Rule:
    """A rule: when it runs (on the model as drawn, or in normal form), what it looks for (French)."""

    codes: tuple[str, ...]
    stage: Stage
    says: str
    check: Check
    needs_catalogue: bool = False


@dataclass(frozen=True)
class Rewrite:
    """A rewrite: what is drawn, what is run instead (French). Later phases build on what earlier ones wrote."""

    phase: int
    drawn: str
    run: str
    apply: Check


RULES: Final[list[Rule]] = []
REWRITES: Final[list[Rewrite]] = []


def rule(*codes: str, stage: Stage = "drawn", says: str, needs_catalogue: bool = False) -> Callable[[Check], Check]:
    """Enter a function in the list of rules; `codes` are those of its findings."""

    def enter(check: Check) -> Check:
        RULES.append(Rule(codes, stage, says, check, needs_catalogue))
        return check

    return enter


def rewrite(phase: int, *, drawn: str, run: str) -> Callable[[Check], Check]:
    """Enter a function in the list of rewrites, which are applied by phase, then in the order of their entry."""

    def enter(apply: Check) -> Check:
        REWRITES.append(Rewrite(phase, drawn, run, apply))
        return apply

    return enter
