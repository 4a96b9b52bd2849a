"""Scopes: the process itself, embedded, called, event, transaction and ad hoc sub-processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.model import ElementInfo
from engine.spiff.activity import Activity
from engine.spiff.events import SUBSCRIBED, Boundary, Catch, StartEvent, listen
from engine.spiff.formulas import Failure, Formula
from engine.spiff.library import TaskState
from engine.spiff.mappings import NO_MAPPINGS, Mappings, computed
from engine.spiff.node import passed
from engine.spiff.process import Contents, ProcessSpec
from engine.spiff.scopes import WALL, assign, variables, visible

if TYPE_CHECKING:
    from engine.spiff.instance import Token

OVER = "over"
INTERRUPTED = "interrupted"
PAYLOAD = "payload"
ENOUGH = "enough"
DEEPEST_CALL = 50

# What a repeated call was handed of its own repetition: given back, it would count every round twice.
_COUNTS = frozenset({"nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances"})


class SubProcess(Activity):
    """A scope: it lasts as long as a token lives in it."""

    remembers = True

    def __init__(self, process: Any, info: ElementInfo, local: Mappings = NO_MAPPINGS, *, suffix: str = "") -> None:
        super().__init__(process, info, local, suffix=suffix)
        self.inner = Contents()

    def begin(self, token: Token) -> bool:
        """Its event sub-processes begin to listen."""
        for one in self.inner.event_subprocesses:
            if one.start.listens:
                subscription = token.workflow.spawn(one.start, token)
                subscription.internal_data[SUBSCRIBED] = 1
                listen(subscription, one.start.triggers)
        return True

    def perform(self, token: Token) -> bool:
        """Open; done when nothing lives in it."""
        if OVER in token.internal_data:
            return True
        self.open(token)
        return not self.lives(token)

    def open(self, token: Token) -> None:
        """A token for each start."""
        begun = [token.workflow.spawn(node, token) for node in self.inner.starts]
        token.workflow.agenda.extend(reversed(begun))

    def lives(self, scope: Token) -> bool:
        """Whether anything but subscriptions is in it."""
        return any(not child.task_spec.is_subscription(child) for child in scope.children)

    def child_left(self, scope: Token, child: Token) -> None:
        """When the last one has left, it is over."""
        if scope.state == TaskState.STARTED and not self.lives(scope):
            self.end(scope)

    def end(self, scope: Token) -> None:
        """Nothing lives in it any more."""
        scope.internal_data[OVER] = 1
        scope._ready()

    def stop_all_but(self, scope: Token, kept: Token | None) -> None:
        """Cancel everything in it but that token; its edges go on listening."""
        scope.internal_data[INTERRUPTED] = 1
        for child in scope.children:
            at_the_edge = isinstance(child.task_spec, Boundary) and child.task_spec.is_subscription(child)
            if child is not kept and child.alive and not at_the_edge:
                scope.workflow.cancel_token(child)

    def catchers(self, token: Token, kind: str, came_from: Token | None) -> list[list[Catch]]:
        """Its event sub-processes first, then its edges."""
        inside: list[Catch] = []
        if INTERRUPTED not in token.internal_data:
            inside = [
                one.start
                for one in self.inner.event_subprocesses
                if any(trigger.kind == kind for trigger in one.start.triggers)
                and (came_from is None or came_from.task_spec is not one)
            ]
        return [inside, *super().catchers(token, kind, came_from)]


class Transaction(SubProcess):
    """A sub-process that can be cancelled: see `compensation.CancelEnd`."""


class Root(SubProcess):
    """A whole process: the instance's own, or one that was called."""

    tells = False

    def open(self, token: Token) -> None:
        """A token for its start, or the events that may begin it listen."""
        if self.inner.starts or token.parent is not None:
            super().open(token)
            return
        begun = [token.workflow.spawn(node, token) for node in self.inner.typed_starts]
        token.workflow.agenda.extend(reversed(begun))

    def stop(self, token: Token) -> None:
        """Everything in it is cancelled, and it is over."""
        for child in token.children:
            if child.alive:
                token.workflow.cancel_token(child)
        self.end(token)

    def conclude(self, token: Token) -> None:
        """A called process hands back its results."""
        if token.parent is not None:
            super().conclude(token)

    def _on_complete_hook(self, my_task: Token) -> None:
        if my_task.parent is not None:
            self.leave(my_task)
            return
        my_task.workflow.completed = True
        for child in my_task.children:
            my_task.workflow.remove(child)


class CallActivity(Activity):
    """Calls another process, which sees only what it is handed. `called` may be computed."""

    def __init__(
        self,
        process: Any,
        info: ElementInfo,
        local: Mappings,
        called: Formula | str,
        mappings: Mappings,
        *,
        all_in: bool,
        all_out: bool,
        suffix: str = "",
    ) -> None:
        super().__init__(process, info, local, suffix=suffix)
        self.called = called
        self.mappings = mappings
        self.all_in = all_in
        self.all_out = all_out
        self.processes: dict[str, ProcessSpec] = {}

    def perform(self, token: Token) -> bool:
        """Begin the called process, then wait for it."""
        if OVER in token.internal_data:
            return True
        called = self._process(token)
        if _calls_around(token) >= DEEPEST_CALL:
            raise Failure("appels_imbriques", f"Plus de {DEEPEST_CALL} processus s’appellent l’un l’autre.")
        handed = visible(token) if self.all_in else {}
        handed.update(computed(self.mappings.entrees, token, variables(token)))
        scope = token.workflow.enter(called.start, token)
        scope.data = handed
        scope.internal_data[WALL] = 1
        return False

    def _process(self, token: Token) -> ProcessSpec:
        name: Any = self.called
        if isinstance(name, Formula):
            name = name.value(variables(token), token.workflow.now, token.workflow.zone)
        called = self.processes.get(name) if isinstance(name, str) else None
        if called is None or not called.contents.starts:
            raise Failure(
                "processus_inconnu", f"Le processus appelé « {name} » n’existe pas ou ne peut pas être appelé."
            )
        return called

    def before_child_leaves(self, scope: Token, child: Token) -> None:
        """The results come back."""
        brought = {name: value for name, value in child.data.items() if name not in _COUNTS} if self.all_out else {}
        brought.update(computed(self.mappings.sorties, child, variables(child)))
        assign(scope, brought)

    def child_left(self, scope: Token, child: Token) -> None:
        """The called process is over."""
        scope.internal_data[OVER] = 1
        scope._ready()


def _calls_around(token: Token) -> int:
    count, current = 0, token.parent
    while current is not None:
        count += WALL in current.internal_data
        current = current.parent
    return count


class EventSubProcess(SubProcess):
    """A sub-process begun by an event while the scope around it lasts."""

    remembers = False  # what is done in it is remembered by the scope around it, and undone from there
    start: StartEvent
    interrupting = True

    def triggered(self, scope: Token, payload: dict[str, Any]) -> None:
        """Its event has come: an interrupting one ends everything else in the scope."""
        if self.interrupting:
            self._interrupt(scope)
        scope.workflow.enter(self, scope).internal_data[PAYLOAD] = payload

    def _interrupt(self, scope: Token) -> None:
        scope.task_spec.stop_all_but(scope, None)
        scope.internal_data.pop("blocked", None)
        scope.internal_data.pop(OVER, None)
        scope._set_state(TaskState.STARTED)

    def open(self, token: Token) -> None:
        """Its start event has happened already."""
        start = token.workflow.spawn(self.start, token)
        self.start.note_entered(start)
        passed(start, token.internal_data.pop(PAYLOAD, {}))


class AdHocSubProcess(SubProcess):
    """Its activities are offered all at once, or those that `offered` names, in no order, until `completion` holds.

    After each activity the condition is looked at; when it holds, what still runs is cancelled, or waited for where
    `cancels_rest` is false. When all that was offered is done and the condition does not hold, all is offered again.
    """

    def __init__(
        self,
        process: Any,
        info: ElementInfo,
        local: Mappings,
        completion: Formula | None,
        *,
        cancels_rest: bool,
        offered: Formula | None = None,
        suffix: str = "",
    ) -> None:
        super().__init__(process, info, local, suffix=suffix)
        self.completion = completion
        self.cancels_rest = cancels_rest
        self.offered = offered

    def open(self, token: Token) -> None:
        """A token for each activity, or for those that the list of what is offered names."""
        if self.offered is None:
            super().open(token)
            return
        instance = token.workflow
        names = self.offered.value(variables(token), instance.now, instance.zone)
        known = {node.element: node for node in self.inner.starts}
        if not isinstance(names, list) or not set(map(str, names)) <= known.keys():
            raise Failure("ad-hoc", f"« {self.offered.text} » doit donner une liste d’étapes de ce sous-processus.")
        instance.agenda.extend(instance.spawn(known[str(name)], token) for name in reversed(names))

    def before_child_leaves(self, scope: Token, child: Token) -> None:
        """Look whether enough has been done."""
        if self.completion is None or not isinstance(child.task_spec, Activity):
            return
        instance = scope.workflow
        if self.completion.truth(variables(child), instance.now, instance.zone) is True:
            scope.internal_data[ENOUGH] = 1
            child.chosen = ()

    def child_left(self, scope: Token, child: Token) -> None:
        """End when enough is done; offer again when nothing is left and it is not."""
        if ENOUGH in scope.internal_data and self.cancels_rest:
            self.stop_all_but(scope, None)
        if self.lives(scope):
            return
        if ENOUGH in scope.internal_data or self.completion is None:
            self.end(scope)
        else:
            self.open(scope)
