"""The analyst's scenarios of a démarche, played without a database, and what of the drawing they passed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine import scenarios, simulation
from engine.compile import Finding
from engine.definition import Definition
from engine.simulation import Answers, Coverage, Stop
from prefecture.demarches import examples, start
from prefecture.demarches.examples import Tried

if TYPE_CHECKING:
    from prefecture.demarches.version import Version

FOLDER = "scenarios/"
Simulated = Callable[[Mapping[str, Any]], Answers]


@dataclass(frozen=True)
class Played:
    """One scenario file and how it went; `failures` are French sentences, `stop` says where it went wrong.

    `elements` and `flows` are those that it passed, as `process/id`.
    """

    file: str
    title: str
    passed: bool
    failures: tuple[str, ...]
    stop: Stop | None = None
    elements: frozenset[str] = frozenset()
    flows: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Report:
    """Every scenario of a démarche, and the share of its elements and flows that they passed.

    `examples`: those of its decision tables.
    """

    played: tuple[Played, ...]
    coverage: Coverage
    examples: tuple[Tried, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every scenario went, and every table answered, as its author says."""
        return all(one.passed for one in self.played) and not examples.failures(self.examples)


def is_scenario(path: str) -> bool:
    """Whether a file of a démarche is one of its scenarios."""
    return path.startswith(FOLDER) and path.endswith(".toml")


def play(version: Version, definition: Definition, simulated: Simulated | None) -> Report:
    """Play every scenario file of a version; actions answer as `simulated` says for its settings of that day."""
    played, results = [], []
    for path in sorted(filter(is_scenario, version.files)):
        try:
            scenario = scenarios.read(version.files[path], path)
        except scenarios.ScenarioUnreadable as error:
            played.append(Played(path, path, False, (str(error),)))
            continue
        day = scenario.at.astimezone(scenario.zone).date()
        begun = start.begun(version, scenario)
        one = simulation.simulate(definition, begun, simulated(version.settings_at(day)) if simulated else {})
        results.append(one)
        played.append(Played(path, one.title, one.passed, one.failures, one.stop, one.elements, one.flows))
    return Report(tuple(played), simulation.coverage(definition, results), examples.play(version))


def findings(report: Report) -> Iterator[Finding]:
    """The scenarios that did not go as their author says, as findings."""
    for one in report.played:
        for failure in one.failures:
            fix = "Corrigez le diagramme, ou le scénario s’il ne dit plus ce qui est voulu."
            yield Finding("scenario", "error", one.file, "", one.title, 0, failure, fix)
