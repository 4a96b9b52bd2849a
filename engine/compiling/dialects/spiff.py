"""SpiffWorkflow's own extension: service operators, and scripts around tasks that only compute variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.compiling.dialects.placing import before
from engine.compiling.dialects.scripts import computed
from engine.compiling.dialects.words import entree, holder, neutral, sortie, vendor_elements
from engine.compiling.juel import NotTranslatable, translate
from engine.compiling.model import ACTIVITIES, EVENTS, definitions, is_compensation, loop_of
from engine.compiling.xml import SPIFF, local, reference, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.compiling.model import Model
    from engine.compiling.xml import Element

_THROWS: Final = frozenset({"intermediateThrowEvent", "endEvent"})


def read(model: Model) -> None:
    """Read Spiff's extension elements; scripts before and after tasks are refused, but for foreign sums."""
    for node in list(model.nodes(*EVENTS, "receiveTask")):
        _carried(model, node)
    for node in list(model.nodes(*ACTIVITIES)):
        for element in vendor_elements(node):
            if not element.tag.startswith(f"{{{SPIFF}}}"):
                continue
            kind = local(element)
            if kind in {"preScript", "postScript"} and text_of(element):
                if model.foreign and _computes(model, node, kind, text_of(element)):
                    continue
                model.say(
                    element,
                    "script-interdit",
                    "error",
                    "Un programme est attaché à cette étape\u00a0: le moteur n’en exécute aucun.",
                    "Retirez le programme\u00a0; calculez la valeur par une expression FEEL ou par une action.",
                )
            elif kind == "serviceTaskOperator" and model.foreign:
                neutral(node)
            elif kind == "calledDecisionId":
                holder(node, "decision", ref=text_of(element))


def _computes(model: Model, node: Element, kind: str, script: str) -> bool:
    """Whether the script only fills variables: after the task by its outputs, before it by a task of its own."""
    scope = node.getparent()
    try:
        found = computed(script, "", python=True)
    except NotTranslatable:
        return False
    if scope is None or loop_of(node) is not None or is_compensation(node):
        return False
    if kind == "preScript":
        node = before(model, node)
    for name, value in found.items():
        sortie(holder(node, "variables"), name, f"={value}")
    return True


def _carried(model: Model, node: Element) -> None:
    """What an event or a task sends with a signal, error or escalation, and where what a message brings is put."""
    for carrier in (node, *definitions(node)):
        for kind in ("message", "signal", "error", "escalation"):
            root = model.root_elements(kind).get(reference(carrier.get(f"{kind}Ref")))
            said = {local(e): text_of(e) for one in (root, carrier) if one is not None for e in _spiff(one)}
            if kind == "message" and said.get("messageVariable") and local(node) not in _THROWS:
                sortie(holder(node, "message"), said["messageVariable"], "=message")
            if kind != "message" and root is not None and said.get("variableName") and local(node) in _THROWS:
                _payload(model, node, said)


def _payload(model: Model, node: Element, said: dict[str, str]) -> None:
    try:
        entree(holder(node, "message"), said["variableName"], f"={translate(said.get('payloadExpression', ''))}")
    except NotTranslatable as error:
        model.say(
            node,
            "expression-illisible",
            "error",
            f"Ce que l’événement envoie ne peut pas être lu\u00a0: {error.reason}.",
            "Écrivez-le en FEEL.",
        )


def _spiff(element: Element) -> Iterator[Element]:
    return (one for one in vendor_elements(element) if str(one.tag).startswith(f"{{{SPIFF}}}"))
