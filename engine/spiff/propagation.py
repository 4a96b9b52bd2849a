"""How events find who catches them: errors and escalations upwards, messages to one, signals to all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from engine.spiff.formulas import Failure
from engine.spiff.library import TaskState
from engine.spiff.triggers import ERROR, ESCALATION, MESSAGE, SIGNAL, TIMER

if TYPE_CHECKING:
    from engine.spiff.events import Catch
    from engine.spiff.instance import Instance, Token

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


def raise_error(token: Token, code: str, message: str, brought: Mapping[str, Any] = NOTHING) -> None:
    """A BPMN error goes up until somebody catches it. Failure when nobody does: it is never lost."""
    if not go_up(token, ERROR, code, {"code": code, "message": message}, brought):
        named = f" « {code} »" if code else ""
        raise Failure("erreur_non_rattrapee", f"L’erreur{named} n’est rattrapée par aucun événement. {message}".strip())


def escalate(token: Token, code: str, brought: Mapping[str, Any] = NOTHING) -> None:
    """An escalation goes up until somebody catches it; nobody has to."""
    if not go_up(token, ESCALATION, code, {"code": code}, brought):
        token.workflow.tell(ESCALATION, token, code=code, caught_by=None)


def go_up(token: Token, kind: str, code: str, detail: dict[str, Any], brought: Mapping[str, Any] = NOTHING) -> bool:
    """Walk outwards to the first that catches it, which takes in what is `brought`. False when nobody does."""
    came_from: Token | None = None
    current: Token | None = token
    while current is not None:
        for level in current.task_spec.catchers(current, kind, came_from):
            catcher = _best(level, kind, code)
            if catcher is not None:
                token.workflow.tell(kind, token, caught_by=catcher.element, **detail)
                payload = {**brought, **_kept(catcher, kind, code, detail)}
                current.task_spec.caught_here(current, catcher, payload)
                return True
        came_from, current = current, current.parent
    return False


def _best(catchers: list[Catch], kind: str, code: str) -> Catch | None:
    """The one that names this code, else one that catches any."""
    names = [(trigger.name, one) for one in catchers for trigger in one.triggers if trigger.kind == kind]
    named = [one for name, one in names if name == code]
    return next(iter(named + [one for name, one in names if name is None]), None)


def _kept(catcher: Catch, kind: str, code: str, detail: dict[str, Any]) -> dict[str, Any]:
    """What the catcher keeps of it: the variables that it names for the code and the message."""
    caught = [trigger for trigger in catcher.triggers if trigger.kind == kind and trigger.name in {code, None}]
    return {variable: detail.get(what, "") for trigger in caught for what, variable in trigger.kept}


def deliver(instance: Instance, name: str, payload: dict[str, Any]) -> bool:
    """A message goes to one: the innermost that awaits it, the oldest of those. False when nobody does."""
    awaiting = [(-nearness(token), token.id, token, index) for token, index in listening(instance, MESSAGE, name)]
    if not awaiting:
        return False
    _, _, token, index = min(awaiting, key=lambda one: one[:2])
    instance.tell("message", token, name=name)
    token.task_spec.caught(token, index, payload)
    return True


def broadcast(instance: Instance, name: str, payload: dict[str, Any]) -> int:
    """A signal goes to all that await it. How many did."""
    reached = 0
    for token, index in list(listening(instance, SIGNAL, name)):
        if token.alive and token.state == TaskState.WAITING:
            instance.tell("signal", token, name=name)
            token.task_spec.caught(token, index, dict(payload))
            reached += 1
    return reached


def listening(instance: Instance, kind: str, name: str | None = None) -> Iterator[tuple[Token, int]]:
    """The tokens that wait for that kind of event (and name), oldest first, with the number of their trigger."""
    for token in instance.living():
        if token.state == TaskState.WAITING:
            for index, arm in enumerate(token.internal_data.get("arms", ())):
                if arm is not None and arm["kind"] == kind and (name is None or arm["name"] == name):
                    yield token, index


def ring(instance: Instance, until: int) -> bool:
    """Fire the first timer that is due, by due moment then age. False when none is."""
    due = [
        (token.internal_data["arms"][index]["due"], token.id, token, index)
        for token, index in listening(instance, TIMER)
        if token.internal_data["arms"][index]["due"] <= until
    ]
    if not due:
        return False
    _, _, token, index = min(due, key=lambda one: one[:2])
    instance.tell("timer", token)
    token.task_spec.caught(token, index, {})
    return True


def nearness(token: Token) -> int:
    """How far inside it listens: an edge outside its activity, an event sub-process before its scope's own edges."""
    found = -2 if token.task_spec.is_edge else -1 if token.task_spec.is_subscription(token) else 0
    while token.parent is not None:
        token = token.scope
        found += 2
    return found
