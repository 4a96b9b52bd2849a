"""Activities: what has data of its own, events at its edges, and may be undone. And the simple tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.model import ElementInfo
from engine.spiff.compensation import remember
from engine.spiff.events import Boundary, Catch, StartEvent, come, listen
from engine.spiff.formulas import Failure, Formula
from engine.spiff.mappings import NO_MAPPINGS, Mappings
from engine.spiff.node import ANSWER, Node
from engine.spiff.scopes import KEEPS, assign, variables
from engine.spiff.triggers import Trigger

if TYPE_CHECKING:
    from engine.spiff.instance import Token

ENTERING = "entering"
DUE = "due"


class Activity(Node):
    """A task or sub-process. `local` are the variables it has of its own; `handler` undoes it."""

    def __init__(self, process: Any, info: ElementInfo, local: Mappings = NO_MAPPINGS, *, suffix: str = "") -> None:
        super().__init__(process, info, suffix=suffix)
        self.local = local
        self.boundaries: tuple[Boundary, ...] = ()
        self.handler: Node | None = None

    def _update_hook(self, my_task: Token) -> bool:
        my_task.internal_data[ENTERING] = 1
        if self.local.entrees:
            my_task.data.update(self.local.given(my_task))
        if self.local.only:
            my_task.internal_data[KEEPS] = 1
        for boundary in self.boundaries:
            if boundary.listens:
                subscription = my_task.workflow.spawn(boundary, my_task)
                listen(subscription, boundary.triggers)
        ready = self.begin(my_task)
        del my_task.internal_data[ENTERING]
        self.note_entered(my_task)
        return ready

    def _on_complete_hook(self, my_task: Token) -> None:
        self.note_completed(my_task)
        remember(my_task)
        self.leave(my_task)

    def begin(self, token: Token) -> bool:
        """Prepare. True: it is ready; False: it waits. A Failure in here is retried from the entry."""
        return True

    def conclude(self, token: Token) -> None:
        """Write what goes out, then choose where to go."""
        if self.local.sorties:
            assign(token.scope, self.local.brought(token))
        super().conclude(token)

    def catchers(self, token: Token, kind: str, came_from: Token | None) -> list[list[Catch]]:
        """The boundary events that catch such a thing."""
        return [[one for one in self.boundaries if any(trigger.kind == kind for trigger in one.triggers)]]

    def caught_here(self, token: Token, catcher: Catch, payload: dict[str, Any]) -> None:
        """One of the catchers was chosen."""
        if isinstance(catcher, Boundary):
            catcher.fire(token, payload)
        elif isinstance(catcher, StartEvent):
            catcher.begin_subprocess(token, payload)


class PassThrough(Activity):
    """A manual or undefined task, or one that does nothing here: it completes at once."""


class UserTask(Activity):
    """A task for a person. Its answers go into `variable`, or key by key when it names none."""

    def __init__(
        self,
        process: Any,
        info: ElementInfo,
        local: Mappings,
        variable: str | None,
        due: Formula | None,
        *,
        suffix: str = "",
    ) -> None:
        super().__init__(process, info, local, suffix=suffix)
        self.manual = True
        self.variable = variable
        self.due = due

    def begin(self, token: Token) -> bool:
        """The date on its card is computed once, when it opens."""
        if self.due is not None:
            instance = token.workflow
            token.internal_data[DUE] = self.due.value(variables(token), instance.now, instance.zone)
        return True

    def perform(self, token: Token) -> bool:
        """Take in the answers."""
        answers = token.internal_data[ANSWER]
        assign(token, {self.variable: answers} if self.variable else answers)
        return True


class BusinessRuleTask(Activity):
    """A decision table is asked; its answer goes into `result`, or key by key when that is empty."""

    def __init__(
        self,
        process: Any,
        info: ElementInfo,
        local: Mappings,
        decision: Formula | str,
        result: str,
        shape: str,
        *,
        suffix: str = "",
    ) -> None:
        super().__init__(process, info, local, suffix=suffix)
        self.decision = decision
        self.result = result
        self.shape = shape

    def perform(self, token: Token) -> bool:
        """Decide, and note which rules did."""
        decision = self.decision
        if isinstance(decision, Formula):
            instance = token.workflow
            decision = str(decision.value(variables(token), instance.now, instance.zone))
        self.write(token, decision, *token.workflow.decide(decision, token))
        return True

    def write(self, token: Token, decision: str, value: Any, detail: dict[str, Any]) -> None:
        """Write the decision in the shape the model asks for."""
        shaped = shape_of(value, self.shape)
        token.workflow.tell("decision", token, decision=decision, value=shaped, **detail)
        if self.result:
            assign(token, {self.result: shaped})
        elif isinstance(shaped, dict):
            assign(token, shaped)


class ReceiveTask(Activity):
    """A task that waits for a message."""

    def __init__(
        self,
        process: Any,
        info: ElementInfo,
        local: Mappings,
        triggers: tuple[Trigger, ...],
        mappings: Mappings,
        *,
        suffix: str = "",
    ) -> None:
        super().__init__(process, info, local, suffix=suffix)
        self.triggers = triggers
        self.mappings = mappings

    def begin(self, token: Token) -> bool:
        """Wait."""
        listen(token, self.triggers)
        return False

    def caught(self, token: Token, index: int, payload: dict[str, Any]) -> None:
        """The message has come."""
        come(token, payload)

    def perform(self, token: Token) -> bool:
        """Take in what came with it."""
        self.mappings.take_in(token, token.internal_data.get(ANSWER) or {}, "message")
        return True


class SendTask(Activity):
    """A task that throws a message and goes on."""

    def __init__(
        self,
        process: Any,
        info: ElementInfo,
        local: Mappings,
        message: Trigger,
        mappings: Mappings,
        *,
        suffix: str = "",
    ) -> None:
        super().__init__(process, info, local, suffix=suffix)
        self.message = message
        self.mappings = mappings

    def perform(self, token: Token) -> bool:
        """Throw it."""
        token.workflow.tell(
            "message_thrown", token, name=self.message.named(token) or "", params=self.mappings.given(token)
        )
        return True


def shape_of(value: Any, shape: str) -> Any:
    """A decision's value as `singleEntry`, `singleResult`, `collectEntries`, `resultList`, or as DMN gives it."""
    if not shape:
        return value
    rows = value if isinstance(value, list) else [] if value is None else [value]
    if shape in {"singleEntry", "singleResult"}:
        if len(rows) > 1:
            raise Failure("decision", "La décision donne plusieurs résultats là où un seul est attendu.")
        row = rows[0] if rows else None
        return _only_entry(row) if shape == "singleEntry" else row
    return [_only_entry(row) for row in rows] if shape == "collectEntries" else rows


def _only_entry(row: Any) -> Any:
    if not isinstance(row, dict):
        return row
    if len(row) > 1:
        raise Failure("decision", "La décision donne plusieurs valeurs là où une seule est attendue.")
    return next(iter(row.values()), None)
