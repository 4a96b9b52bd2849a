"""Conditional events: looked at again whenever a variable has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.spiff.formulas import Failure
from engine.spiff.library import TaskState
from engine.spiff.propagation import listening
from engine.spiff.triggers import CONDITION

if TYPE_CHECKING:
    from engine.spiff.instance import Instance


def look_again(instance: Instance) -> None:
    """Fire what has become true. What was true the last time must become false first, to fire once more."""
    for token, index in list(listening(instance, CONDITION)):
        if not token.alive or token.state != TaskState.WAITING:
            continue
        arm = token.internal_data["arms"][index]
        try:
            holds = token.task_spec.triggers[index].holds(token)
        except Failure as failure:
            instance.block(token, failure)
            continue
        was, arm["held"] = arm.get("held", False), holds
        if holds and not was:
            instance.tell("condition", token)
            token.task_spec.caught(token, index, {})
