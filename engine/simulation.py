"""An analyst's scenario played without a database: given, when, then, and which paths were taken.

What the world would answer to a service task comes from `answers`, one function an action. A scenario may replace an
answer, or hold it back and give it later. Time is the scenario's own. Failures are French sentences, for the analyst.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from engine.definition import Definition
from engine.errors import EngineError
from engine.scenarios import Scenario, Step
from engine.simulation_expected import Difference
from engine.simulation_play import Answered, Answers, Asked, Play

__all__ = ["Answered", "Answers", "Asked", "Coverage", "Difference", "Play", "Result", "Stop", "coverage", "simulate"]


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a scenario went wrong: the step's number from 1 (0: the beginning), its title, the element that it acts on,
    the elements where the dossier then stood, and what differed."""

    number: int
    title: str
    element: str
    here: tuple[str, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """How a scenario went. `elements` and `flows` are the ids it passed, as `process/id`; `stop` is None when it
    passed."""

    title: str
    passed: bool
    failures: tuple[str, ...]
    elements: frozenset[str]
    flows: frozenset[str]
    stop: Stop | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a set of scenarios passed of a definition; `missed_*` in the order of the drawing."""

    elements: float
    flows: float
    missed_elements: tuple[str, ...]
    missed_flows: tuple[str, ...]


def simulate(definition: Definition, scenario: Scenario, answers: Answers) -> Result:
    """Play a scenario to its end or to its first failing step. Never raises for what the scenario or model does."""
    play = Play(definition, scenario, answers)
    stop, failures = _stop(play, scenario)
    return Result(scenario.title, not failures, failures, frozenset(play.elements), frozenset(play.flows), stop)


def _stop(play: Play, scenario: Scenario) -> tuple[Stop | None, tuple[str, ...]]:
    """Play; where it stopped and the sentences that say why."""
    number, step = 0, Step()
    try:
        play.begin()
        for number, step in enumerate(scenario.steps, start=1):
            play.step(step)
            if play.faults:
                where = f"étape {number} (« {step.title} »)" if step.title else f"étape {number}"
                return _stopped(play, number, step, play.faults), tuple(
                    f"{where}\u00a0: {one.message}" for one in play.faults
                )
    except (LookupError, ValueError) as error:
        fault = Difference(f"Une action n’a pas pu répondre\u00a0: {error}.")
    except EngineError as error:
        fault = Difference(f"Le moteur a refusé\u00a0: {type(error).__name__} {error}".strip())
    else:
        return None, ()
    return _stopped(play, number, step, [fault]), (fault.message,)


def _stopped(play: Play, number: int, step: Step, faults: Iterable[Difference]) -> Stop:
    here = play.standing if play.begun else ()
    return Stop(number, step.title, step.task, here, tuple(faults))


def coverage(definition: Definition, results: Iterable[Result]) -> Coverage:
    """How much of the drawing the scenarios passed. Elements and flows are named `process/id`."""
    elements: dict[str, None] = {}
    flows: dict[str, None] = {}
    for node in definition.nodes.values():
        if node.info.type != "process":
            elements[f"{node.process_id}/{node.element}"] = None
        for flow in node.outgoing:
            flows[f"{node.process_id}/{flow.id}"] = None
    passed = list(results)
    seen_elements = frozenset[str]().union(*(one.elements for one in passed))
    seen_flows = frozenset[str]().union(*(one.flows for one in passed))
    return Coverage(
        _share(elements, seen_elements),
        _share(flows, seen_flows),
        tuple(one for one in elements if one not in seen_elements),
        tuple(one for one in flows if one not in seen_flows),
    )


def _share(every: Collection[str], seen: Collection[str]) -> float:
    return sum(one in seen for one in every) / len(every) if every else 1.0
