"""One instance, one step: state in, `Advance` out. Pure; the same definition serves every instance and thread.

Every function runs the instance as far as it can go by itself. Nothing is kept between two calls but the state
that is returned; a call that raises has changed nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.definition import Definition
from engine.errors import EngineError, MessageNotAwaited, TaskNotOpen
from engine.model import Advance
from engine.service_task import ServiceTask
from engine.spiff.formulas import Failure
from engine.spiff.instance import Instance, Token
from engine.spiff.library import TaskState
from engine.spiff.node import ANSWER, PERFORMED
from engine.spiff.propagation import broadcast, deliver, raise_error, ring
from engine.spiff.reporting import report
from engine.spiff.scopes import assign, visible
from engine.spiff.storing import begin, is_open_task, new, read
from engine.spiff.timers import to_micros
from engine.state import accept

_MOST_RINGS = 1_000


def start(definition: Definition, *, data: Mapping[str, Any], now: datetime, zone: ZoneInfo | None = None) -> Advance:
    """Begin an instance. Its timers are reckoned in `zone` (default UTC). ReservedKey, DataRefused."""
    instance = new(definition, key=secrets.token_hex(8), now=_utc(now), zone=zone or ZoneInfo("UTC"))
    begin(instance, accept(data))
    instance.tell("started", instance.task_tree)
    return _settled(definition, instance)


class Opened:
    """A state read once, for who looks at a task before doing it. It serves one completion, which uses it up."""

    def __init__(self, definition: Definition, state: bytes, *, now: datetime) -> None:
        self._definition = definition
        self._instance: Instance | None = read(definition, state, _utc(now))

    def seen(self, task_id: str) -> Mapping[str, Any]:
        """The variables that an open human task sees, for reading only; completing leaves them as they were.

        TaskNotOpen when it is not open.
        """
        return visible(_open_task(self._unused(), task_id))

    def complete(self, task_id: str, data: Mapping[str, Any]) -> Advance:
        """A person has done the task. TaskNotOpen when it is not open; ReservedKey, DataRefused."""
        accepted = accept(data)
        instance = self._unused()
        token = _open_task(instance, task_id)
        self._instance = None
        token.internal_data[ANSWER] = accepted
        instance.advance(token)
        return _settled(self._definition, instance)

    def _unused(self) -> Instance:
        if self._instance is None:
            raise EngineError("an opened state serves one completion")
        return self._instance


def complete(definition: Definition, state: bytes, task_id: str, data: Mapping[str, Any], *, now: datetime) -> Advance:
    """A person has done a task. TaskNotOpen when it is not open; ReservedKey, DataRefused."""
    return Opened(definition, state, now=now).complete(task_id, data)


def answer(
    definition: Definition, state: bytes, effect_id: str, result: Mapping[str, Any], *, now: datetime
) -> Advance:
    """An effect has been done, with this result. TaskNotOpen when nobody waits for it (any more)."""
    accepted = accept(result)
    instance, token = _asked(definition, state, effect_id, now)
    token.internal_data[ANSWER] = accepted
    token._ready()
    return _settled(definition, instance)


def fail(definition: Definition, state: bytes, effect_id: str, code: str, message: str, *, now: datetime) -> Advance:
    """An effect has failed for good: a BPMN error, caught by an error event, else an incident. TaskNotOpen."""
    instance, token = _asked(definition, state, effect_id, now)
    try:
        raise_error(token, code, message)
    except Failure:
        instance.block(token, Failure(code or "echec", message))
    return _settled(definition, instance)


def send(definition: Definition, state: bytes, message: str, payload: Mapping[str, Any], *, now: datetime) -> Advance:
    """A message arrives; it goes to one receiver. MessageNotAwaited when there is none; ReservedKey, DataRefused."""
    accepted = accept(payload)

    def act(instance: Instance) -> None:
        if not deliver(instance, message, accepted):
            raise MessageNotAwaited(message)

    return _acted(definition, state, now, act)


def signal(definition: Definition, state: bytes, name: str, payload: Mapping[str, Any], *, now: datetime) -> Advance:
    """A signal arrives; it goes to all who await it, and nobody has to. ReservedKey, DataRefused."""
    accepted = accept(payload)

    def act(instance: Instance) -> None:
        broadcast(instance, name, accepted)

    return _acted(definition, state, now, act)


def fire(definition: Definition, state: bytes, *, now: datetime) -> Advance:
    """Every timer due at `now`, in the order of their moments, running on after each."""

    def act(instance: Instance) -> None:
        until = to_micros(instance.now)
        for _ in range(_MOST_RINGS):
            if not ring(instance, until):
                return
            instance.settle()

    return _acted(definition, state, now, act)


def set_variables(definition: Definition, state: bytes, data: Mapping[str, Any], *, now: datetime) -> Advance:
    """Variables of the instance change from outside; conditional events are looked at again."""
    accepted = accept(data)

    def act(instance: Instance) -> None:
        assign(instance.task_tree, accepted)

    return _acted(definition, state, now, act)


def retry(definition: Definition, state: bytes, task_id: str, *, now: datetime) -> Advance:
    """Try again where an incident stands (its id, or its element's). TaskNotOpen when there is none.

    A task that could not begin begins anew; a service task asks again, under a new id.
    """
    instance = read(definition, state, _utc(now))
    for token in _blocked(instance, task_id):
        instance.tell("retried", token)
        _, _, entering = token.internal_data.pop("blocked")
        token.internal_data["again"] = token.internal_data.get("again", 0) + 1
        token._set_state(TaskState.FUTURE if entering else TaskState.READY)
        instance.agenda.append(token)
    return _settled(definition, instance)


def skip(definition: Definition, state: bytes, task_id: str, data: Mapping[str, Any], *, now: datetime) -> Advance:
    """Go on past an incident as if its element had been done with these results. TaskNotOpen; ReservedKey.

    What comes after is chosen as always; a gateway that cannot choose stands still again. An event that could not be
    listened for is given up.
    """
    accepted = accept(data)
    instance = read(definition, state, _utc(now))
    for token in _blocked(instance, task_id):
        instance.tell("skipped", token)
        if token.task_spec.is_subscription(token):
            instance.remove(token)
            continue
        token.internal_data.pop("blocked")
        token.internal_data[PERFORMED] = 1
        assign(token, accepted)
        token._set_state(TaskState.READY)
        instance.agenda.append(token)
    return _settled(definition, instance)


def inspect(definition: Definition, state: bytes, *, now: datetime) -> Advance:
    """What is open, without any change."""
    return report(read(definition, state, _utc(now)), definition.digest)


def _acted(definition: Definition, state: bytes, now: datetime, act: Callable[[Instance], None]) -> Advance:
    instance = read(definition, state, _utc(now))
    act(instance)
    return _settled(definition, instance)


def _settled(definition: Definition, instance: Instance) -> Advance:
    was_over = instance.completed
    instance.settle()
    if instance.completed and not was_over:
        instance.tell("finished", instance.task_tree)
    return report(instance, definition.digest)


def _asked(definition: Definition, state: bytes, effect_id: str, now: datetime) -> tuple[Instance, Token]:
    instance = read(definition, state, _utc(now))
    token = _find(instance, effect_id)
    if not isinstance(token.task_spec, ServiceTask) or token.state != TaskState.STARTED:
        raise TaskNotOpen(effect_id)
    return instance, token


def _blocked(instance: Instance, task_id: str) -> list[Token]:
    blocked = [token for token in instance.living() if token.state == TaskState.ERROR]
    chosen = [token for token in blocked if task_id in {token.public_id, token.task_spec.element}]
    if not chosen:
        raise TaskNotOpen(task_id)
    return chosen


def _open_task(instance: Instance, task_id: str) -> Token:
    token = _find(instance, task_id)
    if not is_open_task(token):
        raise TaskNotOpen(task_id)
    return token


def _find(instance: Instance, public_id: str) -> Token:
    """The token of that public id. TaskNotOpen when there is none (any more)."""
    parts = public_id.split("-")
    if len(parts) in {2, 3} and parts[1].isascii() and parts[1].isdecimal():
        token = instance.tasks.get(int(parts[1]))
        if token is not None and token.public_id == public_id:
            return token
    raise TaskNotOpen(public_id)


def _utc(now: datetime) -> datetime:
    if now.tzinfo is None:
        raise EngineError("now must know its offset")
    return now.astimezone(UTC)
