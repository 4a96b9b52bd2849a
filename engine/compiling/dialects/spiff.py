"""SpiffWorkflow's own extension: service operators and scripts around tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.compiling.dialects.words import holder, neutral, vendor_elements
from engine.compiling.model import ACTIVITIES
from engine.compiling.xml import SPIFF, local, text_of

if TYPE_CHECKING:
    from engine.compiling.model import Model


def read(model: Model) -> None:
    """Read Spiff's extension elements; scripts before and after tasks are refused."""
    for node in list(model.nodes(*ACTIVITIES)):
        for element in vendor_elements(node):
            if not element.tag.startswith(f"{{{SPIFF}}}"):
                continue
            kind = local(element)
            if kind in {"preScript", "postScript"} and text_of(element):
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
