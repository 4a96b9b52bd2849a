"""Events: what a node listens for, how it is reached, and what it throws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.model import ElementInfo
from engine.spiff.library import TaskState
from engine.spiff.mappings import Mappings
from engine.spiff.node import ANSWER, Node, passed
from engine.spiff.propagation import broadcast, escalate, raise_error
from engine.spiff.triggers import ERROR, ESCALATION, Trigger

if TYPE_CHECKING:
    from engine.spiff.instance import Token
    from engine.spiff.subprocess import EventSubProcess

ARMS = "arms"
CAME = "came"
FIRED = "fired"
SUBSCRIBED = "subscribed"


class Catch(Node):
    """A node that waits for one of its triggers, or for all of them."""

    together = False

    def __init__(self, process: Any, info: ElementInfo, triggers: tuple[Trigger, ...], mappings: Mappings) -> None:
        super().__init__(process, info)
        self.triggers = triggers
        self.mappings = mappings

    def _update_hook(self, my_task: Token) -> bool:
        self.note_entered(my_task)
        if not self.triggers:
            return True
        listen(my_task, self.triggers)
        return False

    def caught(self, token: Token, index: int, payload: dict[str, Any]) -> None:
        """One of the triggers has come."""
        if (found := self.gathered(token, index, payload)) is not None:
            come(token, found)

    def gathered(self, token: Token, index: int, payload: dict[str, Any]) -> dict[str, Any] | None:
        """What has come in all; None while others must come too."""
        if not self.together:
            return payload
        inside = token.internal_data
        inside[ARMS][index] = None
        inside[CAME] = {**inside.get(CAME, {}), **payload}
        return None if any(inside[ARMS]) else inside.pop(CAME)

    def listen_again(self, token: Token, index: int) -> None:
        """What does not interrupt waits for the same again."""
        if self.together:
            listen(token, self.triggers)
        else:
            listen_on(token, index)

    def perform(self, token: Token) -> bool:
        """Take in what came with the event."""
        payload = token.internal_data.get(ANSWER)
        if payload is not None:
            self.mappings.take_in(token, payload, "message")
        return True


class IntermediateCatch(Catch):
    """An intermediate catching event."""


class StartEvent(Catch):
    """A start event: plain, or listening for the event that begins its process or event sub-process."""

    event_subprocess: EventSubProcess | None = None

    @property
    def listens(self) -> bool:
        """Whether it needs a subscription; errors and escalations find their way by themselves."""
        return any(trigger.listens for trigger in self.triggers)

    def begin_subprocess(self, scope: Token, payload: dict[str, Any]) -> None:
        """The event sub-process begins in that scope."""
        if self.event_subprocess is not None:
            self.event_subprocess.triggered(scope, payload)

    def caught(self, token: Token, index: int, payload: dict[str, Any]) -> None:
        """The first start that is reached is the one that counts; an event sub-process may begin more than once."""
        found = self.gathered(token, index, payload)
        if found is None:
            return
        if self.event_subprocess is not None and SUBSCRIBED in token.internal_data:
            scope = token.scope
            if not self.event_subprocess.interrupting:
                self.listen_again(token, index)
            self.begin_subprocess(scope, found)
            return
        disarm(token)
        for other in token.scope.children:
            if other is not token and isinstance(other.task_spec, StartEvent) and other.state == TaskState.WAITING:
                token.workflow.remove(other)
        passed(token, found)

    def is_subscription(self, token: Token) -> bool:
        """The start of an event sub-process listens for its scope; see `EventSubProcess`."""
        return SUBSCRIBED in token.internal_data


class Boundary(Catch):
    """An event at the edge of an activity. While the activity lasts, its subscription is a child of the activity."""

    is_edge = True

    def __init__(
        self,
        process: Any,
        info: ElementInfo,
        triggers: tuple[Trigger, ...],
        mappings: Mappings,
        *,
        interrupting: bool,
    ) -> None:
        super().__init__(process, info, triggers, mappings)
        self.interrupting = interrupting
        self.host: Node | None = None

    @property
    def listens(self) -> bool:
        """Whether it needs a subscription; errors and escalations find their way up by themselves."""
        return any(trigger.listens for trigger in self.triggers)

    def comes_from(self) -> tuple[Node, ...]:
        """A token comes here from the activity."""
        return () if self.host is None else (self.host,)

    def is_subscription(self, token: Token) -> bool:
        """True until it has fired."""
        return FIRED not in token.internal_data

    def _update_hook(self, my_task: Token) -> bool:
        listen(my_task, self.triggers)
        return False

    def caught(self, token: Token, index: int, payload: dict[str, Any]) -> None:
        """Fire; a subscription that does not interrupt listens on."""
        host, found = token.scope, self.gathered(token, index, payload)
        if found is None:
            return
        if not self.interrupting:
            self.listen_again(token, index)
        self.fire(host, found)

    def fire(self, host: Token, payload: dict[str, Any]) -> None:
        """A token leaves the activity by this edge; if it interrupts, the activity is over."""
        instance, scope = host.workflow, host.scope
        fired = instance.spawn(self, scope)
        fired.internal_data[FIRED] = 1
        if self.interrupting:
            instance.cancel_token(host)
        self.note_entered(fired)
        passed(fired, payload)


class EventGateway(Node):
    """Waits for the first of the events behind it."""

    def _update_hook(self, my_task: Token) -> bool:
        self.note_entered(my_task)
        my_task._set_state(TaskState.WAITING)
        behind = [my_task.workflow.spawn(flow.target, my_task) for flow in self.outgoing]
        my_task.workflow.agenda.extend(reversed(behind))
        return False


class Throw(Node):
    """An intermediate throwing event, an end event, or a send task: each of its definitions is thrown."""

    def __init__(self, process: Any, info: ElementInfo, thrown: tuple[Trigger, ...], mappings: Mappings) -> None:
        super().__init__(process, info)
        self.thrown = thrown
        self.mappings = mappings

    def perform(self, token: Token) -> bool:
        """Throw; an event that is caught around here may end this very token."""
        for trigger in self.thrown:
            trigger_throw(self, token, trigger)
            if not token.alive:
                return False
        return True


class EndEvent(Throw):
    """A throwing event with nothing behind it: the token is used up."""


class TerminateEnd(Throw):
    """Ends everything else in its own process or sub-process."""

    whole = False  # the whole instance, callers included, as some modelers may ask
    repeated = False  # the repetition that it stands in, as some modelers may ask

    def perform(self, token: Token) -> bool:
        """Cancel what runs beside it."""
        instance = token.workflow
        if self.whole and token.scope.parent is not None:
            self.note_completed(token)
            instance.task_tree.task_spec.stop(instance.task_tree)
            return False
        loop = _loop_around(token) if self.repeated else None
        if loop is not None:
            self.note_completed(token)
            loop.task_spec.stop(loop)
            return False
        for other in token.scope.children:
            if other is not token:
                instance.cancel_token(other)
        return True


def _loop_around(token: Token) -> Token | None:
    current = token.parent
    while current is not None and current.task_spec.repeats is None:
        current = current.parent
    return current


def trigger_throw(node: Throw, token: Token, trigger: Trigger) -> None:
    """Throw one definition."""
    name = trigger.named(token)
    told = node.mappings.given(token)
    if trigger.kind == ERROR:
        raise_error(token, name or "", trigger.message, told)
    elif trigger.kind == ESCALATION:
        escalate(token, name or "", told)
    else:
        token.workflow.tell(f"{trigger.kind}_thrown", token, name=name, params=told)
        if trigger.kind == "signal":
            broadcast(token.workflow, name or "", told)


def listen(token: Token, triggers: tuple[Trigger, ...]) -> None:
    """Begin to wait: what is awaited is written into the token. Failure when it cannot be computed."""
    token.internal_data[ARMS] = [trigger.arm(token) if trigger.listens else None for trigger in triggers]
    token._set_state(TaskState.WAITING)


def listen_on(token: Token, index: int) -> None:
    """After one trigger has come, go on waiting for the rest, and for the same again if it can come again."""
    node, instance = token.task_spec, token.workflow
    arm = node.triggers[index].rearm(token.internal_data[ARMS][index], instance.zone)
    token.internal_data[ARMS][index] = arm
    if not any(token.internal_data[ARMS]):
        instance.remove(token)


def come(token: Token, payload: dict[str, Any]) -> None:
    """What the token waited for has come; behind an event-based gateway, the wait for the others ends."""
    disarm(token)
    gateway = token.scope
    if isinstance(gateway.task_spec, EventGateway):
        token.workflow.adopt(token, gateway.scope)
        token.workflow.remove(gateway)
    passed(token, payload)


def disarm(token: Token) -> None:
    """Stop waiting."""
    token.internal_data.pop(ARMS, None)
