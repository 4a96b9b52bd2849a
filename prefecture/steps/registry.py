"""Where actions enter the table: `@action` gives a planning function the name that service tasks use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.compile import ActionSpec
from prefecture.steps.plan import Facts, Plan

Planning = Callable[[Facts], Plan]


@dataclass(frozen=True, slots=True)
class Action:
    """One action: its name in diagrams, its French label, its parameters and results (FEEL types), its planning."""

    name: str
    label: str
    params: Mapping[str, str]
    results: Mapping[str, str]
    required: frozenset[str]
    plan: Planning
    rests: Mapping[str, frozenset[str]]
    writes: Mapping[str, frozenset[str]]

    @property
    def spec(self) -> ActionSpec:
        """What the compiler checks."""
        return ActionSpec(self.params, self.results, self.required, self.rests, self.writes)


_actions: dict[str, Action] = {}
ACTIONS: Mapping[str, Action] = MappingProxyType(_actions)


def action(
    name: str,
    *,
    label: str,
    params: Mapping[str, str] | None = None,
    results: Mapping[str, str] | None = None,
    required: tuple[str, ...] = (),
    rests: Mapping[str, tuple[str, ...]] | None = None,
    writes: Mapping[str, tuple[str, ...]] | None = None,
) -> Callable[[Planning], Planning]:
    """Enter a planning function in the table under the name that diagrams give it; ValueError if it is taken.

    `rests`: result → parameters that it is computed from; `writes`: template → parameters whose values it says.
    """

    def enter(plan: Planning) -> Planning:
        if name in _actions:
            raise ValueError(f"two actions named {name}")
        _actions[name] = Action(
            name,
            label,
            dict(params or {}),
            dict(results or {}),
            frozenset(required),
            plan,
            _sets(rests or {}),
            _sets(writes or {}),
        )
        return plan

    return enter


def _sets(named: Mapping[str, tuple[str, ...]]) -> Mapping[str, frozenset[str]]:
    return {name: frozenset(params) for name, params in named.items()}
