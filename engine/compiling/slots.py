"""Where expressions stand in a model: what is always FEEL, and what is FEEL after `=` and a literal otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from engine.compiling.model import ACTIVITIES, EVENTS, Model, definitions, flows, loop_of, nodes
from engine.compiling.xml import Element, bpmn_child, bpmn_children, extension, local, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["condition", "completion", "cardinality", "collection", "item", "timer", "value", "call", "card"]
TIMES: Final = ("timeDate", "timeDuration", "timeCycle")
_OURS: Final[dict[str, Kind]] = {"action": "value", "variables": "value", "appel": "call"}
_FOREIGN: Final[dict[str, Kind]] = {**_OURS, "message": "value"}
_BARE: Final = frozenset({"condition", "completion", "cardinality", "collection", "item"})


@dataclass(frozen=True)
class Slot:
    """One place for an expression: `owner` is the element people know, `holder` has the text or the attribute.

    `inside` tells that variables of the activity's own scope are seen there.
    """

    kind: Kind
    owner: Element
    holder: Element
    attribute: str | None = None

    @property
    def bare(self) -> bool:
        """Whether the text is FEEL as it stands, without `=`."""
        return self.kind in _BARE

    @property
    def text(self) -> str:
        """What is written there."""
        if self.attribute is not None:
            return (self.holder.get(self.attribute) or "").strip()
        return text_of(self.holder)

    def write(self, text: str) -> None:
        """Replace what is written there."""
        if self.attribute is not None:
            self.holder.set(self.attribute, text)
            return
        for child in list(self.holder):
            self.holder.remove(child)
        self.holder.text = text

    @property
    def feel(self) -> str | None:
        """The FEEL text that is evaluated there; None for a literal or an empty place."""
        text = self.text
        if text.startswith("="):
            return text[1:].strip()
        return text if self.bare and text else None


def slots(model: Model) -> Iterator[Slot]:
    """Every place for an expression in the processes of the model."""
    for scope in model.scopes():
        for flow in flows(scope):
            condition = bpmn_child(flow, "conditionExpression")
            if condition is not None:
                yield Slot("condition", flow, condition)
        for node in nodes(scope):
            kind = local(node)
            if kind in EVENTS:
                yield from _of_event(node)
            if kind in ACTIVITIES:
                yield from _of_activity(node)
            if kind == "callActivity":
                yield from _of_call(node)
            if kind == "complexGateway" and (activation := bpmn_child(node, "activationCondition")) is not None:
                yield Slot("condition", node, activation)
            yield from _of_extensions(node, _FOREIGN if model.foreign else _OURS)


def _of_event(event: Element) -> Iterator[Slot]:
    for definition in definitions(event):
        for child in bpmn_children(definition, *TIMES):
            yield Slot("timer", event, child)
        condition = bpmn_child(definition, "condition")
        if condition is not None:
            yield Slot("condition", event, condition)


def _of_activity(activity: Element) -> Iterator[Slot]:
    completion = bpmn_child(activity, "completionCondition")
    if completion is not None:
        yield Slot("completion", activity, completion)
    loop = bpmn_child(activity, "standardLoopCharacteristics")
    if loop is not None and (condition := bpmn_child(loop, "loopCondition")) is not None:
        yield Slot("condition", activity, condition)
    marker = loop_of(activity)
    if marker is None:
        return
    if (cardinality := bpmn_child(marker, "loopCardinality")) is not None:
        yield Slot("cardinality", activity, cardinality)
    if (end := bpmn_child(marker, "completionCondition")) is not None:
        yield Slot("completion", activity, end)
    boucle = extension(marker, "boucle")
    if boucle is not None:
        if boucle.get("collection"):
            yield Slot("collection", activity, boucle, "collection")
        if boucle.get("sortie"):
            yield Slot("item", activity, boucle, "sortie")


def _of_call(node: Element) -> Iterator[Slot]:
    """A computed call, which foreign models may have."""
    if any(sign in (node.get("calledElement") or "") for sign in ("{", "=")):
        yield Slot("call", node, node, "calledElement")


def _of_extensions(node: Element, blocks: dict[str, Kind]) -> Iterator[Slot]:
    for name, kind in blocks.items():
        block = extension(node, name)
        if block is not None:
            for mapping in block:
                if local(mapping) in {"entree", "sortie"} and mapping.get("valeur") is not None:
                    yield Slot(kind, node, mapping, "valeur")
    card = extension(node, "carte")
    if card is not None and card.get("echeance"):
        yield Slot("card", node, card, "echeance")
