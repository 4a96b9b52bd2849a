"""Whether what a token remembers of one node means the same at another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.model import ElementInfo
from engine.service_task import ServiceTask
from engine.spiff.activity import Activity, UserTask
from engine.spiff.events import EventGateway
from engine.spiff.formulas import Formula
from engine.spiff.instance import Token
from engine.spiff.joins import Join
from engine.spiff.library import TaskState
from engine.spiff.loops import Loop, MultiInstance
from engine.spiff.node import Node
from engine.spiff.storing import is_open_task
from engine.spiff.subprocess import CallActivity, SubProcess
from engine.spiff.triggers import Trigger

_WORDS = ("name", "documentation", "card", "form", "lane", "lane_name", "properties")


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a token cannot simply stay. `confirm`: it may, once somebody says so by mapping the place to itself."""

    code: str
    reason: str
    confirm: bool = False


def belongs(node: Node, parent: Node) -> bool:
    """Whether a token of `node` may live below a token of `parent`."""
    if isinstance(parent, Activity) and node in parent.boundaries:
        return True
    if isinstance(parent, SubProcess):
        listening = any(one.start is node for one in parent.inner.event_subprocesses)
        return listening or parent.inner.nodes.get(node.element) is node
    if isinstance(parent, Loop):
        return node is parent.inner
    if isinstance(parent, EventGateway):
        return any(flow.target is node for flow in parent.outgoing)
    if isinstance(parent, CallActivity):
        return _is_callable(node, parent)
    return False


def _is_callable(node: Node, call: CallActivity) -> bool:
    if isinstance(call.called, str):
        called = call.processes.get(call.called)
        return called is not None and called.start is node
    return any(one.start is node for one in call.processes.values())


def obstacle(token: Token, old: Node, new: Node) -> Obstacle | None:
    """What keeps the token from standing at `new` as it stood at `old`; None when nothing does."""
    if type(old) is not type(new):
        return Obstacle("type_changed", f"it was a {old.info.type}, it is a {new.info.type} now")
    if kinds(old) != kinds(new):
        return Obstacle("event_changed", f"it awaited {_listed(kinds(old))}, it awaits {_listed(kinds(new))} now")
    found = None
    if isinstance(old, UserTask) and isinstance(new, UserTask):
        found = _user_obstacle(token, old, new)
    elif isinstance(old, ServiceTask) and isinstance(new, ServiceTask):
        if token.state == TaskState.STARTED and old.action != new.action:
            found = Obstacle("action_changed", f"the world was asked for {old.action}, now it would be {new.action}")
    elif isinstance(old, Loop) and isinstance(new, Loop):
        found = _repetition_obstacle(old, new)
    elif isinstance(old, Join):
        found = _join_obstacle(token, new)
    return found


def _user_obstacle(token: Token, old: UserTask, new: UserTask) -> Obstacle | None:
    if is_open_task(token) and (old.info.form, old.variable) != (new.info.form, new.variable):
        return Obstacle(
            "form_changed",
            f"the open task asks by the form {old.info.form or 'none'}, it would be {new.info.form or 'none'}",
            confirm=True,
        )
    return None


def _repetition_obstacle(old: Loop, new: Loop) -> Obstacle | None:
    if type(old.inner) is not type(new.inner):
        return Obstacle("type_changed", "what it repeats is of another type now")
    actions = [one.inner.action for one in (old, new) if isinstance(one.inner, ServiceTask)]
    if len(set(actions)) > 1:
        return Obstacle("action_changed", f"it repeats {actions[1]} now instead of {actions[0]}")
    if isinstance(old, MultiInstance) and isinstance(new, MultiInstance):
        before, after = _counted(old), _counted(new)
        if before != after:
            return Obstacle("repetition_changed", "its repetition counts or names its items otherwise")
    return None


def _counted(node: MultiInstance) -> tuple[bool, str, bool]:
    repetition = node.repetition
    return repetition.sequential, repetition.element, bool(repetition.result)


def _join_obstacle(token: Token, new: Node) -> Obstacle | None:
    if token.state == TaskState.WAITING and "via" in token.internal_data and via(token, new) is None:
        return Obstacle("join_changed", "the way by which the token came leads there no more")
    return None


def via(token: Token, new: Node) -> str | None:
    """The flow of the new node by which the token came: of the same id, else from the same element."""
    came = token.internal_data["via"]
    if any(flow.id == came for flow in new.incoming):
        return str(came)
    source = next((flow.source.element for flow in token.task_spec.incoming if flow.id == came), None)
    return next((flow.id for flow in new.incoming if flow.source.element == source), None)


def triggers(node: Node) -> tuple[Trigger, ...]:
    """What the node waits for."""
    found: tuple[Trigger, ...] = getattr(node, "triggers", ())
    return found


def kinds(node: Node) -> tuple[str, ...]:
    """The kinds of events that it waits for."""
    return tuple(trigger.kind for trigger in triggers(node))


def said(trigger: Trigger) -> tuple[Any, ...]:
    """A trigger as the analyst wrote it."""
    name = trigger.name
    return (trigger.kind, "=" + name.text if isinstance(name, Formula) else name, trigger.timer)


def words_changed(old: ElementInfo, new: ElementInfo) -> bool:
    """Whether the two differ in what people read, not in what is done."""
    return any(getattr(old, name) != getattr(new, name) for name in _WORDS)


def _listed(found: tuple[str, ...]) -> str:
    return " or ".join(found) or "nothing"
