"""A scenario while it is played: the dossier that it moves, the world that answers it, the ways that it takes.

Whoever plays by hand does the same steps one by one and looks at what is open between them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine import runtime
from engine.definition import Definition
from engine.errors import EngineError
from engine.model import Advance, Effect
from engine.scenarios import Scenario, Step, later
from engine.simulation_expected import Difference, Seen, differences, open_words
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


class Play:
    """One scenario while it is played. `held` are the effects that wait for a step to answer them, by id; `sent` and
    `asked` are this step's; `faults` are the differences of the last step, `refused` says why it could not be done."""

    def __init__(self, definition: Definition, scenario: Scenario, answers: Answers) -> None:
        self._definition = definition
        self._scenario = scenario
        self._answers = answers
        self.now = aware(scenario.at, scenario.zone)
        self._advance: Advance | None = None
        self.held: dict[str, Effect] = {}
        self._scene: dict[str, Any] = {}
        self.sent: list[str] = []
        self.asked: list[str] = []
        self.statut = scenario.statut
        self.refused = ""
        self.faults: list[Difference] = []
        self._looked = False  # a first step that does nothing sees what the beginning has sent
        self.elements: set[str] = set()
        self.flows: set[str] = set()

    # -- time and steps --------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Start the instance and let the world answer."""
        data = self._scenario.given
        self._scene["depart"] = data
        self._take(runtime.start(self._definition, data=data, now=self.now, zone=self._scenario.zone))

    def step(self, step: Step) -> None:
        """Do what a step says, then compare with what it expects. Raises EngineError, LookupError, ValueError."""
        acts = step.task or step.message or step.action or step.wait is not None or step.until is not None
        if acts or self._looked:
            self.sent, self.asked = [], []
        self._looked = True
        self.refused = self._act(step)
        self.faults = [Difference(self.refused)] if self.refused else differences(step.then, self.seen)

    def copied(self) -> Play:
        """The same instant once more, to try another way on from it."""
        other = copy(self)
        other.held, other._scene = dict(self.held), dict(self._scene)
        other.sent, other.asked, other.faults = list(self.sent), list(self.asked), list(self.faults)
        other.elements, other.flows = set(self.elements), set(self.flows)
        return other

    @property
    def begun(self) -> bool:
        """Whether the instance has begun."""
        return self._advance is not None

    @property
    def advance(self) -> Advance:
        """Where the instance stands. EngineError before it has begun."""
        if self._advance is None:
            raise EngineError("the scenario has not begun")
        return self._advance

    @property
    def seen(self) -> Seen:
        """What the last step left."""
        return Seen(self.advance, self.statut, tuple(self.sent), tuple(self.asked))

    @property
    def here(self) -> tuple[str, ...]:
        """The id of every element where something waits, once a token."""
        advance = self.advance
        tasks = [one.element for one in advance.open_tasks]
        stopped = [one.element for one in advance.incidents]
        return (*tasks, *advance.waiting, *(one for one in stopped if one not in advance.waiting))

    @property
    def standing(self) -> tuple[str, ...]:
        """Where the dossier stands, in a word: the tasks that are open and what is stopped, else all that waits."""
        advance = self.advance
        found = (*(one.element for one in advance.open_tasks), *(one.element for one in advance.incidents))
        return tuple(dict.fromkeys(found)) or self.here

    def proposed(self, effect: Effect) -> Mapping[str, Any]:
        """What the world would answer to a held effect; what it remembers stays as it is."""
        return self._answered(effect, dict(self._scene)).result

    def _act(self, step: Step) -> str:
        if step.task:
            return self._complete(step.task, step.data)
        if step.message:
            return self._send(step.message, step.data)
        if step.action:
            return self._answer_held(step)
        if step.wait is not None or step.until is not None:
            self._pass_time(step)
        return ""

    def _complete(self, element: str, data: Mapping[str, Any]) -> str:
        task = next((one for one in self.advance.open_tasks if one.element == element), None)
        if task is None:
            return f"la tâche «\u00a0{element}\u00a0» n’est pas ouverte ({open_words(self.advance)})."
        self._take(runtime.complete(self._definition, self.advance.state, task.id, data, now=self.now))
        return ""

    def _send(self, message: str, payload: Mapping[str, Any]) -> str:
        if message not in {one.message for one in self.advance.messages}:
            return f"personne n’attend le message «\u00a0{message}\u00a0»."
        self._take(runtime.send(self._definition, self.advance.state, message, payload, now=self.now))
        return ""

    def _answer_held(self, step: Step) -> str:
        effect = next((one for one in self.held.values() if one.action == step.action), None)
        if effect is None:
            return f"l’action «\u00a0{step.action}\u00a0» n’attend pas de réponse."
        del self.held[effect.id]
        if step.failure is not None:
            code, message = step.failure.code, step.failure.message or "échec"
            self._take(runtime.fail(self._definition, self.advance.state, effect.id, code, message, now=self.now))
            return ""
        answered = self._answered(effect, self._scene)
        result = {**answered.result, **step.data}
        self._note(answered, result)
        self._take(runtime.answer(self._definition, self.advance.state, effect.id, result, now=self.now))
        return ""

    def _pass_time(self, step: Step) -> None:
        if step.until is not None:
            end = aware(step.until, self._scenario.zone)
        else:
            end = later(self.now, step.wait or "", self._scenario.zone)
        for _ in range(MOST_STEPS):
            due = min((one.due for one in self.advance.timers if one.due <= end), default=None)
            if due is None:
                break
            self.now = max(self.now, due)
            self._take(runtime.fire(self._definition, self.advance.state, now=self.now))
        self.now = end

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
                if effect.id not in self.advance.pending_effects:
                    continue
                answered = self._answered(effect, self._scene)
                self._note(answered, answered.result)
                advance = runtime.answer(self._definition, self.advance.state, effect.id, answered.result, now=self.now)
                self._advance = advance
                if effect is not asked[-1]:
                    self._note_path(advance)
                    asked += [one for one in advance.effects if not self._hold_back(one)]

    def _hold_back(self, effect: Effect) -> bool:
        self.asked.append(effect.action)
        if effect.action in self._scenario.held:
            self.held[effect.id] = effect
            return True
        return False

    def _answered(self, effect: Effect, scene: MutableMapping[str, Any]) -> Answered:
        answer = self._answers.get(effect.action)
        asked = Asked(effect.action, effect.params, self.now, self._scenario.zone, scene)
        found = answer(asked) if answer is not None else Answered()
        replaced = self._scenario.answers.get(effect.action)
        return found if replaced is None else Answered({**found.result, **replaced}, found.sent, found.statut)

    def _note(self, answered: Answered, result: Mapping[str, Any]) -> None:
        self.sent += answered.sent
        self.statut = answered.statut or self.statut
        self._scene.update(result)

    def _note_path(self, advance: Advance) -> None:
        for event in advance.events:
            if event.kind == "flow":
                self.flows.add(f"{event.process}/{event.element}")
            elif event.kind == "entered":
                self.elements.add(f"{event.process}/{event.element}")
