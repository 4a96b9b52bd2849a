"""SpiffWorkflow's own extension: service operators, and scripts around tasks that only compute variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from engine.compiling.dialects.scripts import computed
from engine.compiling.dialects.words import holder, neutral, sortie, vendor_elements
from engine.compiling.juel import NotTranslatable
from engine.compiling.model import ACTIVITIES, Links, is_compensation, loop_of
from engine.compiling.xml import SPIFF, bpmn, local, text_of

if TYPE_CHECKING:
    from engine.compiling.model import Model
    from engine.compiling.xml import Element


def read(model: Model) -> None:
    """Read Spiff's extension elements; scripts before and after tasks are refused, but for foreign sums."""
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
        node = _before(model, scope, node)
    for name, value in found.items():
        sortie(holder(node, "variables"), name, f"={value}")
    return True


def _before(model: Model, scope: Element, node: Element) -> Element:
    """A task through which every flow into the node goes."""
    key = f"{node.get('id')}_avant"
    model.ids.add(key)
    for flow in Links(scope).incoming(node):
        flow.set("targetRef", key)
    made = etree.SubElement(scope, bpmn("task"), {"id": key})
    ends = {"id": f"flux_{key}", "sourceRef": key, "targetRef": str(node.get("id"))}
    etree.SubElement(scope, bpmn("sequenceFlow"), ends)
    return made
