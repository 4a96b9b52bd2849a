"""The vocabulary of the runtime: what a step hands back. Frozen, free of SpiffWorkflow.

Every id in here is unique over all instances and never used again: a task done once is gone for good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.errors import Problem

__all__ = [
    "Advance",
    "Awaited",
    "Card",
    "Effect",
    "ElementInfo",
    "Event",
    "Incident",
    "OpenTask",
    "Problem",
    "Timer",
]


@dataclass(frozen=True, slots=True)
class Card:
    """What a citizen reads about a task: what happens, why, who acts, by when (a value, FEEL already evaluated)."""

    label: str
    meaning: str = ""
    actor: str = ""
    due: Any = None


@dataclass(frozen=True, slots=True)
class ElementInfo:
    """One element of the drawing, as people know it."""

    id: str
    name: str
    type: str
    lane: str | None
    process: str
    form: str | None = None
    card: Card | None = None
    action: str | None = None
    documentation: str = ""
    lane_name: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task that waits for a person. `data` is what the task sees; `variable` is where its answers will go."""

    id: str
    element: str
    process: str
    name: str
    lane: str | None
    form: str | None
    card: Card | None
    data: Mapping[str, Any]
    properties: Mapping[str, str]
    variable: str | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """A service task that asks the world, once, and waits for `answer` or `fail`."""

    id: str
    element: str
    action: str
    params: Mapping[str, Any]
    name: str
    process: str = ""


@dataclass(frozen=True, slots=True)
class Timer:
    """A moment (UTC) at which `fire` has something to do."""

    id: str
    element: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Awaited:
    """An element that waits for an event. `kind`: message, signal or condition; `message` is the name awaited."""

    id: str
    element: str
    message: str
    kind: str = "message"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in this step, in order, for the journal and the drawing.

    `kind`: started, entered, completed, cancelled, flow, timer, message, message_thrown, signal, signal_thrown, error,
    escalation, cancel, condition, compensation, decision, incident, retried, skipped or finished. `element` is the
    element's id, or the flow's for `flow`. An error, escalation or cancel is told of who threw it; `detail` says
    `caught_by` (None for an escalation that nobody caught; an error that nobody caught is an incident).
    """

    kind: str
    element: str
    name: str
    process: str
    task_id: str | None
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Incident:
    """A place where the instance stands still until somebody looks; `id` is what `retry` takes."""

    element: str
    code: str
    message: str
    id: str = ""
    process: str = ""


@dataclass(frozen=True, slots=True)
class Advance:
    """One step done: the new state, and everything that is open in it.

    `open_tasks`, `timers`, `messages`, `signals`, `incidents`: all that are open now. `effects`: those asked by this
    step; `pending_effects`: the ids of all that are still unanswered. `events`: this step's. `waiting`: the id of
    every element that waits for anything but a person, once per token.
    """

    state: bytes
    data: Mapping[str, Any]
    open_tasks: tuple[OpenTask, ...]
    effects: tuple[Effect, ...]
    timers: tuple[Timer, ...]
    messages: tuple[Awaited, ...]
    events: tuple[Event, ...]
    incidents: tuple[Incident, ...]
    finished: bool
    pending_effects: tuple[str, ...] = ()
    signals: tuple[Awaited, ...] = ()
    conditions: tuple[Awaited, ...] = ()
    waiting: tuple[str, ...] = ()
