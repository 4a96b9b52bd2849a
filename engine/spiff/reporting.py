"""What is open in an instance, in the words of `engine.model`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.model import Advance, Awaited, Card, Effect, Incident, OpenTask, Timer
from engine.service_task import ServiceTask
from engine.spiff.activity import DUE, UserTask
from engine.spiff.events import EventGateway, StartEvent
from engine.spiff.instance import Instance, Token
from engine.spiff.joins import Join
from engine.spiff.library import TaskState
from engine.spiff.scopes import visible
from engine.spiff.storing import is_open_task, write
from engine.spiff.timers import from_micros
from engine.spiff.triggers import CONDITION, MESSAGE, SIGNAL, TIMER

_STUCK = "Le déroulement est arrêté\u00a0: plus rien n’est à faire ni à attendre, et il n’est pas terminé."


def report(instance: Instance, digest: str) -> Advance:
    """The advance of the step just done."""
    living = [token for token in instance.living() if not instance.completed]
    awaited = [one for token in living for one in _awaited(token)]
    return Advance(
        data=instance.task_tree.data,
        open_tasks=tuple(_open_task(token) for token in living if is_open_task(token)),
        effects=tuple(_effect(token, params) for token, params in instance.asked if token.alive and _pending(token)),
        timers=tuple(timer for token in living for timer in _timers(token)),
        messages=tuple(one for one in awaited if one.kind == MESSAGE),
        signals=tuple(one for one in awaited if one.kind == SIGNAL),
        conditions=tuple(one for one in awaited if one.kind == CONDITION),
        incidents=_incidents(instance, living),
        events=tuple(instance.events),
        finished=instance.completed,
        pending_effects=tuple(token.public_id for token in living if _pending(token)),
        waiting=tuple(token.task_spec.element for token in living if _waits(token)),
        state=write(instance, digest),
    )


def _pending(token: Token) -> bool:
    return isinstance(token.task_spec, ServiceTask) and token.state == TaskState.STARTED


def _waits(token: Token) -> bool:
    return bool(token.state == TaskState.WAITING or _pending(token))


def _open_task(token: Token) -> OpenTask:
    node: UserTask = token.task_spec
    return OpenTask(
        id=token.public_id,
        element=node.element,
        process=node.process_id,
        name=node.title,
        lane=_lane(token),
        form=node.info.form,
        card=_card(node.info.card, token),
        data=visible(token),
        properties=node.info.properties,
        variable=node.variable,
    )


def _card(card: Card | None, token: Token) -> Card | None:
    return card if card is None or DUE not in token.internal_data else replace(card, due=token.internal_data[DUE])


def _lane(token: Token) -> str | None:
    """The lane of the task, or of what called it."""
    current: Token | None = token
    while current is not None:
        lane = current.task_spec.info.lane
        if lane is not None:
            return str(lane)
        current = current.parent
    return None


def _effect(token: Token, params: dict[str, Any]) -> Effect:
    node: ServiceTask = token.task_spec
    return Effect(token.public_id, node.element, node.action, params, node.title, node.process_id)


def _timers(token: Token) -> list[Timer]:
    return [Timer(token.public_id, token.task_spec.element, from_micros(arm["due"])) for arm in _arms(token, TIMER)]


def _awaited(token: Token) -> list[Awaited]:
    return [
        Awaited(token.public_id, token.task_spec.element, arm.get("name", ""), kind)
        for kind in (MESSAGE, SIGNAL, CONDITION)
        for arm in _arms(token, kind)
    ]


def _arms(token: Token, kind: str) -> list[dict[str, Any]]:
    if token.state != TaskState.WAITING:
        return []
    return [arm for arm in token.internal_data.get("arms", ()) if arm is not None and arm["kind"] == kind]


def _incidents(instance: Instance, living: list[Token]) -> tuple[Incident, ...]:
    found = [_incident(token) for token in living if token.state == TaskState.ERROR]
    if not instance.completed and not found and not any(_goes_on(token) for token in living):
        held = [token for token in living if isinstance(token.task_spec, Join)] or [instance.task_tree]
        found = [_stuck(token) for token in held]
    return tuple(found)


def _incident(token: Token) -> Incident:
    code, message, _ = token.internal_data["blocked"]
    return Incident(token.task_spec.element, code, message, token.public_id, token.task_spec.process_id)


def _stuck(token: Token) -> Incident:
    return Incident(token.task_spec.element, "blocage", _STUCK, token.public_id, token.task_spec.process_id)


def _goes_on(token: Token) -> bool:
    """Whether something can still come from it: a person, an answer, an event.

    An event sub-process that listens does not count: it could end a standstill, but the standstill is there.
    """
    if is_open_task(token) or _pending(token):
        return True
    node = token.task_spec
    held = isinstance(node, Join | EventGateway) or (isinstance(node, StartEvent) and node.is_subscription(token))
    return token.state == TaskState.WAITING and not held
