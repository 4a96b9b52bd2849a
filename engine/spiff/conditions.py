"""Conditional events: looked at again whenever a variable has changed, or only one that they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.spiff.formulas import Failure
from engine.spiff.library import TaskState
from engine.spiff.propagation import listening
from engine.spiff.scopes import changes_seen
from engine.spiff.triggers import CONDITION, Watched

if TYPE_CHECKING:
    from engine.spiff.instance import Instance, Token


def look_again(instance: Instance) -> None:
    """Fire what has become true. What was true the last time must become false first, to fire once more."""
    for token, index in list(listening(instance, CONDITION)):
        if not token.alive or token.state != TaskState.WAITING:
            continue
        arm = token.internal_data["arms"][index]
        trigger = token.task_spec.triggers[index]
        if trigger.watched is not None and not _concerns(token, trigger.watched, arm):
            continue
        try:
            holds = trigger.holds(token)
        except Failure as failure:
            instance.block(token, failure)
            continue
        again = trigger.watched is not None and trigger.watched.each
        was, arm["held"] = arm.get("held", False) and not again, holds
        if holds and not was:
            instance.tell("condition", token)
            token.task_spec.caught(token, index, {})
    instance.changed.clear()


def _concerns(token: Token, watched: Watched, arm: dict[str, Any]) -> bool:
    """Whether the condition is to be looked at: when the wait begins, and when what it watches has changed."""
    if "held" not in arm:
        arm["held"] = False
        return not watched.each
    return any(
        watched.variable in {"", name} and (not watched.kinds or kind in watched.kinds)
        for name, kind in changes_seen(token)
    )
