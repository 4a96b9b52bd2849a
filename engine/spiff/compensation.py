"""Undoing: what was completed is remembered in its scope, and undone latest first when compensation is thrown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.model import ElementInfo
from engine.spiff.events import Throw, disarm
from engine.spiff.formulas import Failure
from engine.spiff.library import TaskState
from engine.spiff.mappings import Mappings
from engine.spiff.node import Node
from engine.spiff.propagation import go_up
from engine.spiff.triggers import CANCEL, Trigger

if TYPE_CHECKING:
    from engine.spiff.instance import Token

DONE = "done"
UNDONE = "undone"
Record = list[Any]


def remember(token: Token) -> None:
    """Note a completed activity that can be undone: its node, its variables, and what was done inside it."""
    node = token.task_spec
    inside = token.internal_data.get(DONE)
    if node.handler is not None or inside or node.undoing_subprocess is not None:
        scope = _remembering(token.scope)
        scope.internal_data.setdefault(DONE, []).append([node.key, _as_it_was(token), inside or []])


def _as_it_was(token: Token) -> dict[str, Any]:
    """The variables that undoing will see: a scope's own, or what made a loop's item."""
    if token.task_spec.remembers:
        return dict(token.data)
    kept = token.scope.task_spec.own_names
    return {name: value for name, value in token.data.items() if name in kept}


def _remembering(token: Token) -> Token:
    while not token.task_spec.remembers:
        token = token.scope
    return token


class Undo(Node):
    """A scope in which something is undone: it sees the variables as they were, and is gone when all is undone."""

    tells = False
    remembers = True

    def child_left(self, scope: Token, child: Token) -> None:
        """The last one out closes."""
        if not scope.children:
            parent = scope.scope
            scope.workflow.remove(scope)
            parent.task_spec.child_left(parent, scope)


class CompensationThrow(Throw):
    """Undoes what was completed in its scope, or one activity of it; waits until that is done, unless told not to."""

    def __init__(
        self, process: Any, info: ElementInfo, thrown: tuple[Trigger, ...], mappings: Mappings, *, waits: bool
    ) -> None:
        super().__init__(process, info, thrown, mappings)
        self.waits = waits
        self.reference = thrown[0].name if thrown else None

    def perform(self, token: Token) -> bool:
        """Begin, then wait."""
        if UNDONE in token.internal_data:
            return True
        records = take_records(token, self.thrown[0].named(token))
        token.workflow.tell("compensation", token, activities=[_element(token, one) for one in records])
        if not records:
            return True
        if self.waits or self.undo is None:
            undo(token, records)
            return False
        aside = token.workflow.spawn(self.undo, token.scope, TaskState.STARTED)
        undo(aside, records)
        return True

    def child_left(self, scope: Token, child: Token) -> None:
        """Go on when all is undone."""
        resume(scope)


class CancelEnd(Throw):
    """Ends a transaction: everything else in it is stopped, what was completed is undone, its edge event follows."""

    transaction = ""

    def perform(self, token: Token) -> bool:
        """Stop and undo; then leave the transaction by its cancel event."""
        transaction = token.scope
        if UNDONE in token.internal_data:
            if not go_up(transaction, CANCEL, "", {}):
                raise Failure("annulation", "La transaction n’a pas d’événement d’annulation à son bord.")
            return False
        transaction.task_spec.stop_all_but(transaction, token)
        records = [*_other_turns(transaction), *take_records(token, None)]
        token.workflow.tell("compensation", token, activities=[_element(token, one) for one in records])
        if not records:
            token.internal_data[UNDONE] = 1
            return self.perform(token)
        undo(token, records)
        return False

    def child_left(self, scope: Token, child: Token) -> None:
        """Go on when all is undone."""
        resume(scope)


def _other_turns(transaction: Token) -> list[Record]:
    """Who cancels one turn of a repeated transaction cancels them all: take out what the others did."""
    loop = transaction.scope
    if loop.task_spec.repeats is not transaction.task_spec:
        return []
    records: list[Record] = loop.internal_data.pop(DONE, [])
    for turn in loop.children:
        if turn is transaction or turn.task_spec is not transaction.task_spec:
            continue
        if inside := turn.internal_data.get(DONE):
            records.append([turn.task_spec.key, _as_it_was(turn), inside])
        loop.workflow.cancel_token(turn)
    return records


def resume(token: Token) -> None:
    """A token that waited for undoing goes on when nothing is left below it."""
    if not token.children:
        disarm(token)
        token.internal_data[UNDONE] = 1
        token._ready()


def take_records(token: Token, reference: str | None) -> list[Record]:
    """Take out of the scope's memory what is to be undone: all, or one activity's; each is undone once."""
    scope = token.scope
    while scope.parent is not None and not scope.task_spec.remembers:
        scope = scope.scope
    known: list[Record] = scope.internal_data.get(DONE, [])
    if reference is None:
        scope.internal_data.pop(DONE, None)
        return known
    taken = [one for one in known if _element(token, one) == reference]
    scope.internal_data[DONE] = [one for one in known if _element(token, one) != reference]
    return taken


def undo(parent: Token, records: list[Record]) -> None:
    """Begin to undo these below that token, latest first."""
    instance = parent.workflow
    begun: list[Token] = []
    for key, data, inside in reversed(records):
        node = instance.nodes[key]
        if node.handler is not None:
            handling = instance.spawn(node.handler, parent)
            handling.data = data
            begun.append(handling)
            continue
        if node.undo is None:
            undo(parent, inside)  # the turns of a loop
            continue
        scope = instance.spawn(node.undo, parent, TaskState.STARTED)
        scope.data = data
        scope.internal_data[DONE] = inside
        handler = node.undoing_subprocess
        if handler is not None:
            begun.append(instance.spawn(handler, scope))
        else:
            undo(scope, scope.internal_data.pop(DONE))
    instance.agenda.extend(reversed(begun))


def _element(token: Token, record: Record) -> str:
    return str(token.workflow.nodes[record[0]].element)
