"""The table of the actions that a service task may name, all of them entered, and what scenarios are answered with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from engine.compile import ActionSpec
from engine.simulation import Answered, Answers, Asked
from prefecture.steps import completeness, convocation, decision, delivery, filing
from prefecture.steps.registry import ACTIONS, Action
from prefecture.steps.scene import facts_of

__all__ = ["ACTIONS", "MODULES", "TABLE", "Action", "described", "simulated"]

# Importing them entered their actions in the table.
MODULES: Final = (filing, completeness, convocation, decision, delivery)

TABLE: Final[Mapping[str, ActionSpec]] = MappingProxyType({name: one.spec for name, one in ACTIONS.items()})


def simulated(settings: Mapping[str, Any]) -> Answers:
    """What each action answers in a scenario of the démarche with these settings: its own plan, carried out nowhere."""
    return {name: _answering(one, settings) for name, one in ACTIONS.items()}


def described() -> str:
    """The table for analysts (Markdown), as it stands in processes/LISEZMOI.md."""
    return "\n".join(_lines()) + "\n"


def _answering(one: Action, settings: Mapping[str, Any]) -> Callable[[Asked], Answered]:
    def answer(asked: Asked) -> Answered:
        plan = one.plan(facts_of(asked, settings))
        if plan.statut:
            asked.scene["statut"] = plan.statut
        return Answered(plan.result, plan.sent, plan.statut)

    return answer


def _lines() -> Iterator[str]:
    yield "| action | ce qu’elle fait | entrées | résultats |"
    yield "|---|---|---|---|"
    for name, one in ACTIONS.items():
        taken = ", ".join(f"`{key}`{'*' if key in one.required else ''}" for key in one.params) or "aucune"
        given = ", ".join(f"`{key}`" for key in one.results) or "aucun"
        yield f"| `{name}` | {one.label} | {taken} | {given} |"
