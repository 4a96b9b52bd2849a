"""An analyst's scenario played without a database: given, when, then, and which paths were taken.

What the world would answer to a service task comes from `answers`, one function an action. A scenario may replace an
answer, or hold it back and give it later. Time is the scenario's own. Failures are French sentences, for the analyst.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine import runtime
from engine.definition import Definition
from engine.errors import EngineError
from engine.model import Advance, Effect
from engine.scenarios import Scenario, Step, later
from engine.spiff.timers import aware

MOST_STEPS = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What an action is asked in a simulation. `scene` is what the actions remember of the dossier, as they left it."""

    action: str
    params: Mapping[str, Any]
    now: datetime
    zone: ZoneInfo
    scene: MutableMapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answered:
    """What an action answers: its result, the letters and notices that it would send, and the status it would set."""

    result: Mapping[str, Any] = field(default_factory=dict)
    sent: tuple[str, ...] = ()
    statut: str | None = None


Answers = Mapping[str, Callable[[Asked], Answered]]


@dataclass(frozen=True, slots=True)
class Result:
    """How a scenario went. `elements` and `flows` are the ids it passed, as `process/id`."""

    title: str
    passed: bool
    failures: tuple[str, ...]
    elements: frozenset[str]
    flows: frozenset[str]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a set of scenarios passed of a definition; `missed_*` in the order of the drawing."""

    elements: float
    flows: float
    missed_elements: tuple[str, ...]
    missed_flows: tuple[str, ...]


def simulate(definition: Definition, scenario: Scenario, answers: Answers) -> Result:
    """Play a scenario to its end or to its first failing step. Never raises for what the scenario or model does."""
    play = _Play(definition, scenario, answers)
    try:
        play.begin()
        for number, step in enumerate(scenario.steps, start=1):
            play.step(step, f"étape {number} (« {step.title} »)" if step.title else f"étape {number}")
            if play.failures:
                break
    except (LookupError, ValueError) as error:
        play.failures.append(f"Une action n’a pas pu répondre\u00a0: {error}.")
    except EngineError as error:
        play.failures.append(f"Le moteur a refusé\u00a0: {type(error).__name__} {error}".strip())
    return Result(
        scenario.title, not play.failures, tuple(play.failures), frozenset(play.elements), frozenset(play.flows)
    )


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


class _Play:
    """One scenario while it is played."""

    def __init__(self, definition: Definition, scenario: Scenario, answers: Answers) -> None:
        self._definition = definition
        self._scenario = scenario
        self._answers = answers
        self._now = aware(scenario.at, scenario.zone)
        self._advance: Advance | None = None
        self._held: dict[str, Effect] = {}
        self._scene: dict[str, Any] = {}
        self._sent: list[str] = []
        self._asked: list[str] = []
        self._statut = scenario.statut
        self.failures: list[str] = []
        self.elements: set[str] = set()
        self.flows: set[str] = set()

    # -- time and steps --------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Start the instance and let the world answer."""
        data = self._scenario.given
        self._scene["depart"] = data
        self._take(runtime.start(self._definition, data=data, now=self._now, zone=self._scenario.zone))

    def step(self, step: Step, where: str) -> None:
        """Do what a step says, then compare with what it expects."""
        self._sent, self._asked = [], []
        fault = self._act(step)
        if fault:
            self.failures.append(f"{where}\u00a0: {fault}")
            return
        self.failures += [f"{where}\u00a0: {one}" for one in self._faults(step.then)]

    def _act(self, step: Step) -> str:
        if step.task:
            return self._complete(step.task, step.data)
        if step.message:
            return self._send(step.message, step.data)
        if step.action:
            return self._answer_held(step.action, step.data)
        if step.wait is not None or step.until is not None:
            self._pass_time(step)
        return ""

    def _complete(self, element: str, data: Mapping[str, Any]) -> str:
        task = next((one for one in self._now_open().open_tasks if one.element == element), None)
        if task is None:
            return f"la tâche «\u00a0{element}\u00a0» n’est pas ouverte ({self._open_words()})."
        self._take(runtime.complete(self._definition, self._now_open().state, task.id, data, now=self._now))
        return ""

    def _send(self, message: str, payload: Mapping[str, Any]) -> str:
        if message not in {one.message for one in self._now_open().messages}:
            return f"personne n’attend le message «\u00a0{message}\u00a0»."
        self._take(runtime.send(self._definition, self._now_open().state, message, payload, now=self._now))
        return ""

    def _answer_held(self, action: str, data: Mapping[str, Any]) -> str:
        effect = next((one for one in self._held.values() if one.action == action), None)
        if effect is None:
            return f"l’action «\u00a0{action}\u00a0» n’attend pas de réponse."
        del self._held[effect.id]
        answered = self._answered(effect)
        result = {**answered.result, **data}
        self._note(answered, result)
        self._take(runtime.answer(self._definition, self._now_open().state, effect.id, result, now=self._now))
        return ""

    def _pass_time(self, step: Step) -> None:
        if step.until is not None:
            end = aware(step.until, self._scenario.zone)
        else:
            end = later(self._now, step.wait or "", self._scenario.zone)
        for _ in range(MOST_STEPS):
            due = min((one.due for one in self._now_open().timers if one.due <= end), default=None)
            if due is None:
                break
            self._now = max(self._now, due)
            self._take(runtime.fire(self._definition, self._now_open().state, now=self._now))
        self._now = end

    # -- the world -------------------------------------------------------------------------------------------------

    def _take(self, advance: Advance) -> None:
        """Keep an advance, note where it went, answer what it asks until it asks nothing more."""
        for _ in range(MOST_STEPS):
            self._advance = advance
            self._note_path(advance)
            asked = [one for one in advance.effects if not self._hold_back(one)]
            if not asked:
                return
            for effect in asked:
                if effect.id not in self._now_open().pending_effects:
                    continue
                answered = self._answered(effect)
                self._note(answered, answered.result)
                advance = runtime.answer(
                    self._definition, self._now_open().state, effect.id, answered.result, now=self._now
                )
                self._advance = advance
                if effect is not asked[-1]:
                    self._note_path(advance)
                    asked += [one for one in advance.effects if not self._hold_back(one)]

    def _hold_back(self, effect: Effect) -> bool:
        self._asked.append(effect.action)
        if effect.action in self._scenario.held:
            self._held[effect.id] = effect
            return True
        return False

    def _answered(self, effect: Effect) -> Answered:
        answer = self._answers.get(effect.action)
        asked = Asked(effect.action, effect.params, self._now, self._scenario.zone, self._scene)
        found = answer(asked) if answer is not None else Answered()
        replaced = self._scenario.answers.get(effect.action)
        return found if replaced is None else Answered({**found.result, **replaced}, found.sent, found.statut)

    def _note(self, answered: Answered, result: Mapping[str, Any]) -> None:
        self._sent += answered.sent
        self._statut = answered.statut or self._statut
        self._scene.update(result)

    def _note_path(self, advance: Advance) -> None:
        for event in advance.events:
            if event.kind == "flow":
                self.flows.add(f"{event.process}/{event.element}")
            elif event.kind == "entered":
                self.elements.add(f"{event.process}/{event.element}")

    # -- then ------------------------------------------------------------------------------------------------------

    def _faults(self, then: Mapping[str, Any]) -> list[str]:
        advance = self._now_open()
        found: list[str] = []
        for incident in advance.incidents if not then.get("incident") else ():
            found.append(f"incident sur «\u00a0{incident.element}\u00a0»\u00a0: {incident.message}")
        if "incident" in then and bool(advance.incidents) != bool(then["incident"]):
            found.append("un incident était attendu." if then["incident"] else "aucun incident n’était attendu.")
        if "taches" in then and Counter(then["taches"]) != Counter(one.element for one in advance.open_tasks):
            found.append(f"tâches ouvertes attendues\u00a0: {_listed(then['taches'])}\u00a0; {self._open_words()}.")
        if "statut" in then and then["statut"] != self._statut:
            found.append(f"statut attendu\u00a0: {then['statut']}\u00a0; trouvé\u00a0: {self._statut}.")
        if "termine" in then and then["termine"] != advance.finished:
            found.append("la démarche devait être terminée." if then["termine"] else "la démarche est déjà terminée.")
        found += _missing("envoi attendu", then.get("envois", ()), self._sent)
        found += _missing("action attendue", then.get("actions", ()), self._asked)
        found += _missing("message attendu", then.get("messages", ()), [one.message for one in advance.messages])
        found += [f"envoi inattendu\u00a0: {one}." for one in then.get("sans_envoi", ()) if one in self._sent]
        return found + self._variable_faults(then.get("variables", {}))

    def _variable_faults(self, expected: Mapping[str, Any]) -> list[str]:
        """A called process has variables of its own: one of the scopes must hold what is expected."""
        advance = self._now_open()
        scopes = [advance.data, *(task.data for task in advance.open_tasks)]
        found = []
        for name, wanted in expected.items():
            values = [_read(scope, name) for scope in scopes]
            if not any(_same(value, wanted) for value in values):
                told = next((value for value in reversed(values) if value is not None), None)
                found.append(f"«\u00a0{name}\u00a0» devait valoir {wanted}\u00a0; trouvé\u00a0: {told}.")
        return found

    def _now_open(self) -> Advance:
        if self._advance is None:
            raise EngineError("the scenario has not begun")
        return self._advance

    def _open_words(self) -> str:
        return f"ouvertes\u00a0: {_listed([one.element for one in self._now_open().open_tasks])}"


def _missing(what: str, wanted: Sequence[str], found: Sequence[str]) -> list[str]:
    lacking = Counter(wanted) - Counter(found)
    return [f"{what}\u00a0: {one}\u00a0; trouvé\u00a0: {_listed(found)}." for one in lacking]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(sorted(names)) or "aucune"


def _read(data: Any, path: str) -> Any:
    for part in path.split("."):
        data = data.get(part) if isinstance(data, Mapping) else None
    return data


def _same(value: Any, wanted: Any) -> bool:
    """Whether they are equal, a moment without offset being compared as a day where the other is one."""
    if isinstance(value, datetime) and isinstance(wanted, date) and not isinstance(wanted, datetime):
        return value.date() == wanted
    if isinstance(value, datetime) and isinstance(wanted, datetime) and wanted.tzinfo is None:
        return abs(value.astimezone(UTC) - wanted.replace(tzinfo=value.tzinfo)) < timedelta(seconds=1)
    return bool(value == wanted)
