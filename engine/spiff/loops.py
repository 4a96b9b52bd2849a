"""Loops: multi-instance (parallel, sequential) and standard. The loop is one scope, each turn a token below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.spiff.activity import Activity
from engine.spiff.formulas import Failure, Formula
from engine.spiff.scopes import KEEPS, assign, variables
from engine.spiff.subprocess import OVER, Transaction

if TYPE_CHECKING:
    from engine.spiff.instance import Token

MOST_ITEMS = 10_000
ITEM_SUFFIX = "#item"
COUNTER = "loopCounter"
INSTANCES, ACTIVE, COMPLETED = "nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances"


@dataclass(frozen=True, slots=True)
class Repetition:
    """A multi-instance marker. `result` names the list of what `output` gives for each item.

    `first`: the number of the first item; `place`: the variable that holds the item's place in the list, from zero.
    """

    sequential: bool
    cardinality: Formula | None = None
    collection: Formula | None = None
    element: str = ""
    result: str = ""
    output: Formula | None = None
    completion: Formula | None = None
    first: int = 0
    place: str = ""


class Loop(Activity):
    """The outside of a repeated activity: events at its edges, flows out of it. `inner` is done each turn."""

    tells = False

    def __init__(self, process: Any, info: Any, inner: Activity) -> None:
        super().__init__(process, info)
        self.inner = inner
        self.repeats = inner
        self.remembers = isinstance(inner, Transaction)  # the cancelling of one turn undoes the others

    def child_left(self, scope: Token, child: Token) -> None:
        """What follows a turn."""
        raise NotImplementedError

    def turn(self, scope: Token, index: int, data: dict[str, Any]) -> Token:
        """A token for one turn."""
        token = scope.workflow.spawn(self.inner, scope)
        token.data = {COUNTER: index, **data}
        return token

    def stop(self, scope: Token) -> None:
        """No more turns, and an end to those that run."""
        self.end(scope)

    def end(self, scope: Token) -> None:
        """All turns are done."""
        for child in scope.children:
            if child.task_spec is self.inner:
                scope.workflow.cancel_token(child)
        scope.internal_data[OVER] = 1
        scope._ready()


class MultiInstance(Loop):
    """One item for each member of a collection, or as many as a number says."""

    def __init__(self, process: Any, info: Any, inner: Activity, repetition: Repetition) -> None:
        super().__init__(process, info, inner)
        self.repetition = repetition
        inner.is_item = True
        given = {name for name, _ in inner.local.entrees}
        self.own_names = frozenset({COUNTER, repetition.element, repetition.place, *given})

    def begin(self, token: Token) -> bool:
        """Count the items once, at the entry."""
        items = self._items(token)
        count = items if isinstance(items, int) else len(items)
        if count > MOST_ITEMS or count + len(token.workflow.tasks) > 2 * MOST_ITEMS:
            raise Failure("repetition", f"Trop d’éléments à traiter ({count})\u00a0: {MOST_ITEMS} au plus.")
        token.data.update({INSTANCES: count, ACTIVE: 0, COMPLETED: 0})
        token.internal_data["items"] = items
        if self.repetition.result:
            token.internal_data["results"] = [None] * count
        return True

    def _items(self, token: Token) -> list[Any] | int:
        repetition, instance = self.repetition, token.workflow
        formula = repetition.collection or repetition.cardinality
        found = formula.value(variables(token), instance.now, instance.zone) if formula is not None else None
        if repetition.collection is not None:
            if isinstance(found, list):
                return found
            raise Failure("repetition", f"« {repetition.collection.text} » n’est pas une liste.")
        if isinstance(found, int) and not isinstance(found, bool) and found >= 0:
            return found
        text = formula.text if formula is not None else ""
        raise Failure("repetition", f"« {text} » doit être un nombre entier positif ou nul.")

    def perform(self, token: Token) -> bool:
        """Begin all items, or the first; then wait."""
        if OVER in token.internal_data:
            return True
        count = token.data[INSTANCES]
        if count == 0:
            self._write_results(token)
            return True
        begun = [self._item(token, index) for index in range(1 if self.repetition.sequential else count)]
        token.data[ACTIVE] = len(begun)
        token.workflow.agenda.extend(reversed(begun))
        if not self.repetition.sequential:
            token.internal_data.pop("items")
        return False

    def _item(self, scope: Token, index: int) -> Token:
        items, element = scope.internal_data["items"], self.repetition.element
        data = {element: items[index]} if element and isinstance(items, list) else {}
        if self.repetition.place:
            data[self.repetition.place] = index
        token = self.turn(scope, index + self.repetition.first, data)
        token.internal_data[KEEPS] = 1
        return token

    def before_child_leaves(self, scope: Token, child: Token) -> None:
        """Count, keep the item's result, and look whether enough are done. Nothing is counted if that fails."""
        repetition, instance = self.repetition, scope.workflow
        before = dict(scope.data)
        scope.data[COMPLETED] += 1
        scope.data[ACTIVE] -= 1
        try:
            if repetition.result:
                given = repetition.output
                value = given.value(variables(child), instance.now, instance.zone) if given is not None else None
                scope.internal_data["results"][child.data[COUNTER] - repetition.first] = value
            done = repetition.completion
            if done is not None and done.truth(variables(child), instance.now, instance.zone) is True:
                child.internal_data["enough"] = 1
        except Failure:
            scope.data.update(before)
            raise

    def child_left(self, scope: Token, child: Token) -> None:
        """The next item, or the end."""
        if not self.repetition.result:
            learnt = {name: value for name, value in child.data.items() if name not in self.own_names}
            assign(scope, learnt)
        done = scope.data[COMPLETED]
        if "enough" in child.internal_data or done >= scope.data[INSTANCES]:
            self._write_results(scope)
            self.end(scope)
        elif self.repetition.sequential:
            scope.data[ACTIVE] = 1
            scope.workflow.agenda.append(self._item(scope, done))

    def stop(self, scope: Token) -> None:
        """What the items gave is written first."""
        self._write_results(scope)
        self.end(scope)

    def _write_results(self, scope: Token) -> None:
        if self.repetition.result:
            assign(scope.scope, {self.repetition.result: scope.internal_data.pop("results")})


class StandardLoop(Loop):
    """Again and again while a condition holds; `most` turns at most."""

    def __init__(
        self, process: Any, info: Any, inner: Activity, condition: Formula | None, *, first: bool, most: int | None
    ) -> None:
        super().__init__(process, info, inner)
        self.condition = condition
        self.tests_first = first
        self.most = most

    def perform(self, token: Token) -> bool:
        """The first turn, unless the condition is looked at first and does not hold."""
        if OVER in token.internal_data:
            return True
        if self.most == 0 or (self.tests_first and not self._again(token, token)):
            return True
        token.workflow.agenda.append(self.turn(token, 0, {}))
        return False

    def _again(self, scope: Token, token: Token) -> bool:
        instance = scope.workflow
        return self.condition is None or self.condition.truth(variables(token), instance.now, instance.zone) is True

    def before_child_leaves(self, scope: Token, child: Token) -> None:
        """Look whether there is another turn."""
        turns = child.data[COUNTER] + 1
        if (self.most is None or turns < self.most) and self._again(scope, child):
            child.internal_data["again_next"] = 1

    def child_left(self, scope: Token, child: Token) -> None:
        """Another turn, or the end."""
        if "again_next" in child.internal_data:
            scope.workflow.agenda.append(self.turn(scope, child.data[COUNTER] + 1, {}))
        else:
            self.end(scope)
