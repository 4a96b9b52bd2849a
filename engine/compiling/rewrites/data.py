"""Data that is drawn for people: BPMN lets a data object block a token, which nobody means who draws one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.compiling.model import is_compensation_boundary
from engine.compiling.registry import rewrite
from engine.compiling.xml import bpmn_children, local, reference

if TYPE_CHECKING:
    from engine.compiling.model import Model

_DRAWN: Final = (
    "dataObject",
    "dataObjectReference",
    "dataStoreReference",
    "textAnnotation",
    "group",
    "ioSpecification",
    "dataInputAssociation",
    "dataOutputAssociation",
    "property",
    "dataInput",
    "dataOutput",
    "inputSet",
    "outputSet",
    "ioBinding",
    "correlationSubscription",
    "auditing",
    "monitoring",
)


@rewrite(
    3,
    drawn="Objets et magasins de données, associations, annotations, groupes, ioSpecification",
    run="rien\u00a0: ils documentent, les variables sont celles du processus",
)
def drop_data(model: Model) -> None:
    """Leave out documentary data; associations stay between a compensation event and its handler only."""
    handled = {str(n.get("id")) for n in model.nodes("boundaryEvent") if is_compensation_boundary(n)}
    for scope in list(model.scopes()):
        for child in list(bpmn_children(scope)):
            kept = reference(child.get("sourceRef")) in handled
            if local(child) in _DRAWN or (local(child) == "association" and not kept):
                scope.remove(child)
        for node in bpmn_children(scope):
            for child in list(bpmn_children(node, *_DRAWN)):
                node.remove(child)
    for document in model.documents:
        for child in list(bpmn_children(document.root, "dataStore", "category")):
            document.root.remove(child)
