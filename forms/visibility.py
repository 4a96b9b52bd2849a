"""Which questions are hidden by their conditions. Conditions are FEEL; the evaluator is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from forms.components import Path
from forms.plan import Plan
from forms.tree import Hide, Node, Shape, copy, drop, get, overlay, skeleton

# Given variables that stay as they are, what computes FEEL texts over them.
Evaluate = Callable[[Mapping[str, Any]], Callable[[str], Any]]

# A condition may depend on a question that another condition hides: looked at again, at most so often.
ROUNDS = 8


class Conditions:
    """The conditions of a form over typed answers, `given` at these places. A hidden one does not count in others."""

    def __init__(
        self,
        plan: Plan,
        answers: dict[str, Any],
        given: Iterable[Path],
        context: Mapping[str, Any],
        evaluate: Evaluate,
    ) -> None:
        self._plan, self._context, self._evaluate = plan, context, evaluate
        self._truths: dict[Hide, bool] = {}
        self._variables: dict[tuple[Path, ...], dict[str, Any]] = {}
        self._judges: dict[tuple[Path, ...], Callable[[str], Any]] = {}
        self._answers = answers
        self.hidden: frozenset[Path] = frozenset()
        # What holds no answer changes no other condition by being hidden or shown: nobody asks until it is judged.
        answered = tuple(plan.conditional(answers, given))
        for _ in range(ROUNDS):
            self._answers = without(answers, self.hidden)
            self._truths, self._variables, self._judges = {}, {}, {}
            before, self.hidden = self.hidden, self.hidden_of(answered, plan.nodes(answers))
            if self.hidden == before:
                break

    def hide(self, conditions: Iterable[Hide]) -> bool:
        """Whether one of these conditions, each seen from its own place, holds."""
        truths = self._truths
        for condition in conditions:
            known = truths.get(condition)
            if known is None:
                known = truths[condition] = self._holds(condition)
            if known:
                return True
        return False

    def value(self, path: Path) -> Any:
        """What a condition outside lists reads at this place; ABSENT for a name that nothing gives."""
        return get(self._seen_from(()), path)

    def hidden_of(self, some: Iterable[Node], every: Iterable[Node]) -> frozenset[Path]:
        """The places of `some` that are hidden, `every` being all that may stand there."""
        found = {node.path for node in some if self.hide(node.hides)}
        if not found:
            return frozenset()
        # Two components may share a place (one for each case): it is hidden only when both are.
        return frozenset(found - {node.path for node in every if node.path in found and not self.hide(node.hides)})

    def _holds(self, condition: Hide) -> bool:
        expression, around = condition
        judge = self._judges.get(around)
        if judge is None:
            judge = self._judges[around] = self._evaluate(self._seen_from(around))
        return judge(expression) is True

    def _seen_from(self, around: tuple[Path, ...]) -> dict[str, Any]:
        """The variables of a place: context, answers, then each list item around it (`this`, `parent`, `i` from 1)."""
        if around in self._variables:
            return self._variables[around]
        if not around:
            variables = {**self._context, **overlay(self._plan.names, self._answers)}
        else:
            outer, place = self._seen_from(around[:-1]), around[-1]
            item = get(self._answers, place)
            known = overlay(skeleton(self._item_shape(place)), item if isinstance(item, Mapping) else {})
            variables = {**outer, **known, "this": known, "parent": outer, "i": int(place[-1]) + 1}
        self._variables[around] = variables
        return variables

    def _item_shape(self, place: Path) -> Shape:
        shape = self._plan.shape
        for segment in place:
            following = shape.items if isinstance(segment, int) else shape.members.get(segment)
            if following is None:
                return Shape()
            shape = following
        return shape


def without(answers: dict[str, Any], hidden: frozenset[Path]) -> dict[str, Any]:
    """The answers without what stands at these places; the same object when there are none."""
    if not hidden:
        return answers
    kept: dict[str, Any] = copy(answers)
    for path in hidden:
        drop(kept, path)
    return kept
