"""Scenarios proposed for what none passes: each way is found by playing the real engine, so that it runs as written.

From every state that the scenarios reach, the other answers of the open tasks' forms, the messages awaited and the next
timers are tried, until everything is passed or patience ends. What stays unpassed is told with the condition that
nobody could make true: a question for the analyst.
"""

from __future__ import annotations

import time
import tomllib
import uuid
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine import scenarios as reading
from engine.definition import Definition
from engine.errors import EngineError
from engine.scenarios import ScenarioUnreadable
from engine.simulation import Play
from forms import FormUnreadable
from prefecture.demarches import scenarios, start
from prefecture.demarches import service as demarches
from prefecture.demarches.version import Version
from prefecture.kernel.errors import NotFound
from prefecture.studio import playing, queries, writing

PATIENCE = 4.0
MOST = 10
LONGEST = 40
_DOCUMENT = "document-d-essai"


@dataclass(frozen=True)
class Suggestion:
    """A scenario that passes what none passed: its file's text, and the `process/id` that it adds."""

    name: str
    title: str
    content: bytes
    adds: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """A way that was not found: its name, and the condition that no answer made true (none: it is reached by none)."""

    key: str
    name: str
    condition: str


@dataclass(frozen=True)
class Proposed:
    """What may be added, and what is left to find."""

    suggestions: tuple[Suggestion, ...]
    questions: tuple[Question, ...]


@dataclass
class _State:
    """A state that was reached: the play there, and the file that leads there."""

    play: Play
    raw: dict[str, Any]
    statut: str


def suggested(draft_id: uuid.UUID, *, patience: float = PATIENCE) -> Proposed:
    """The scenarios that would pass more of a draft. Raises NotFound, engine.errors.DefinitionInvalid."""
    return _Search(queries.version(draft_id), time.perf_counter() + patience).found()


class _Search:
    """One search over one version."""

    def __init__(self, version: Version, until: float) -> None:
        self._version = version
        self._definition = version.definition
        self._until = until
        self._left = dict.fromkeys(_every(self._definition))
        self._samples: dict[str, dict[str, Any]] = {}
        self._seen: set[tuple[Any, ...]] = set()
        self._ahead: deque[_State] = deque()

    def found(self) -> Proposed:
        """Play what there is, then other ways on from there."""
        self._begin()
        suggestions: list[Suggestion] = []
        while self._ahead and self._left and len(suggestions) < MOST and time.perf_counter() < self._until:
            state = self._ahead.popleft()
            for step in self._ways(state.play):
                made = self._tried(state, step)
                adds = [] if made is None else [one for one in self._left if one in _passed(made.play)]
                if made is not None and adds:
                    suggestions.append(self._suggestion(made, adds, len(suggestions) + 1))
                    self._pass(made.play)
                if len(suggestions) >= MOST or time.perf_counter() > self._until:
                    break
        return Proposed(tuple(suggestions), tuple(self._questions()))

    def _begin(self) -> None:
        """Every state of every scenario; all that they pass is passed."""
        files = self._version.files
        texts = [files[path] for path in sorted(filter(scenarios.is_scenario, files))]
        states: list[_State] = []
        for content in texts or [
            writing.written({**playing.invented(self._version), "etapes": [{"quand": playing.BEGINNING}]})
        ]:
            try:
                reading.read(content)
            except ScenarioUnreadable:
                continue
            states += self._walked(tomllib.loads(content.decode()))
        for state in states:
            self._know(state)

    def _walked(self, raw: dict[str, Any]) -> list[_State]:
        head = {name: value for name, value in raw.items() if name not in {"etapes", "titre", "description"}}
        scenario = reading.read(writing.written(raw))
        play = Play(self._definition, start.begun(self._version, scenario), demarches.answers(self._version))
        states, steps, statut = [], [], scenario.statut
        try:
            play.begin()
            for number, step in enumerate(scenario.steps, start=1):
                play.step(step)
                told = {name: value for name, value in raw["etapes"][number - 1].items() if name != "alors"}
                done = playing.done_now(number, step.title, play)
                steps.append({**told, "alors": playing.expected(done, statut)})
                statut = play.statut
                if step.task:
                    self._samples.setdefault(step.task, dict(step.data))
                states.append(_State(play.copied(), {**head, "etapes": list(steps)}, statut))
        except (EngineError, LookupError, ValueError):
            pass  # what fails is told by the trial; what came before it may still lead on
        self._pass(play)
        return states

    def _know(self, state: _State) -> None:
        """Look on from a state, unless one like it was reached before."""
        advance = state.play.advance
        tasks = tuple(sorted(one.element for one in advance.open_tasks))
        waits = tuple(sorted({one.message for one in advance.messages}))
        key = (tasks, waits, tuple(sorted(one.element for one in advance.timers)), state.statut)
        if key not in self._seen and not advance.finished and len(state.raw["etapes"]) < LONGEST:
            self._seen.add(key)
            self._ahead.append(state)

    def _tried(self, state: _State, what: dict[str, Any]) -> _State | None:
        play = state.play.copied()
        try:
            step = reading.read(writing.written({**state.raw, "etapes": [what]})).steps[0]
            play.step(step)
        except (EngineError, LookupError, ValueError):
            return None
        if play.faults or play.advance.incidents:
            return None
        done = playing.done_now(0, step.title, play)
        then = playing.expected(done, state.statut)
        if play.advance.finished:
            then["termine"] = True
        made = _State(play, {**state.raw, "etapes": [*state.raw["etapes"], {**what, "alors": then}]}, play.statut)
        self._know(made)
        return made

    def _ways(self, play: Play) -> Iterator[dict[str, Any]]:
        """What could happen next: each other answer of each open task, each message, the next timers."""
        for task in play.advance.open_tasks:
            for answers in self._answers(task.element, task.form):
                yield {"quand": f"« {task.name or task.element} » est fait", "tache": task.element, "reponses": answers}
        for message in dict.fromkeys(one.message for one in play.advance.messages):
            yield {"quand": f"le message « {message} » arrive", "message": message}
        for due in sorted({one.due for one in play.advance.timers})[:3]:
            yield {"quand": f"vient le {due:%d/%m/%Y}", "jusqu_au": due}

    def _answers(self, element: str, form_id: str | None) -> Iterator[dict[str, Any]]:
        """The answers known for a task, then the same with another choice of one question, and of two."""
        base = self._samples.get(element, {})
        yield base
        for path, values in self._choices(form_id):
            for value in values:
                yield _with(base, path, value)

    def _choices(self, form_id: str | None) -> list[tuple[str, list[Any]]]:
        """The questions of a form that have few answers, with them."""
        if not form_id:
            return []
        try:
            described = self._version.form(form_id).describe()
        except (NotFound, FormUnreadable):
            return []
        return [found for page in described["pages"] for found in _few(page["fields"])]

    def _pass(self, play: Play) -> None:
        for one in _passed(play):
            self._left.pop(one, None)

    def _suggestion(self, made: _State, adds: list[str], number: int) -> Suggestion:
        names = [self._name(one) for one in adds if self._name(one)]
        title = f"Proposé\u00a0: {names[0]}" if names else f"Proposé {number}"
        taken = self._version.files
        name = next(
            one for one in (f"propose_{n}" for n in range(number, 1000)) if f"scenarios/{one}.toml" not in taken
        )
        return Suggestion(name, title, writing.written({**made.raw, "titre": title}), tuple(adds))

    def _questions(self) -> Iterator[Question]:
        flows = {
            f"{node.process_id}/{flow.id}": flow for node in self._definition.nodes.values() for flow in node.outgoing
        }
        for key in self._left:
            flow = flows.get(key)
            if flow is None or flow.condition is not None:
                yield Question(key, self._name(key) or key, flow.condition.text if flow and flow.condition else "")

    def _name(self, key: str) -> str:
        process, _, element = key.partition("/")
        info = self._definition.element(process, element)
        if info is not None:
            return " ".join(info.name.split())
        for node in self._definition.nodes.values():
            for flow in node.outgoing if node.process_id == process else ():
                if flow.id == element:
                    return " ".join(f"{node.title} → {flow.name or flow.target.title}".split())
        return ""


def _every(definition: Definition) -> Iterator[str]:
    for node in definition.nodes.values():
        if node.info.type != "process":
            yield f"{node.process_id}/{node.element}"
        yield from (f"{node.process_id}/{flow.id}" for flow in node.outgoing)


def _passed(play: Play) -> set[str]:
    return play.elements | play.flows


def _few(fields: list[dict[str, Any]]) -> Iterator[tuple[str, list[Any]]]:
    for one in fields:
        if one.get("choices"):
            yield one["path"], [choice["value"] for choice in one["choices"]]
        elif one["type"] == "checkbox":
            yield one["path"], [True, False]
        elif one["type"] == "filepicker":
            yield one["path"], [[_DOCUMENT]]
        if one.get("fields") and one["type"] != "dynamiclist":
            yield from _few(one["fields"])


def _with(base: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The same answers, one of them another."""
    head, _, rest = path.partition(".")
    if not rest:
        return {**base, head: value}
    below = base.get(head)
    return {**base, head: _with(below if isinstance(below, Mapping) else {}, rest, value)}
