"""Data that is drawn for people: BPMN lets a data object block a token, which nobody means who draws one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.compiling.dialects.words import entree, holder, quoted, sortie, vendor_elements
from engine.compiling.model import Links, is_compensation_boundary, nodes
from engine.compiling.registry import rewrite
from engine.compiling.rewrites.build import insert_after
from engine.compiling.xml import Element, bpmn_children, local, reference, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.compiling.model import Model

_PLAIN: Final = frozenset({"int", "integer", "long", "short", "double", "float", "decimal", "boolean"})

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
    drawn="Objets de données qui ont une valeur au départ (Flowable, Activiti)",
    run="des variables qui ont cette valeur dès le début",
)
def begin_with_values(model: Model) -> None:
    """The values of data objects are computed after the start of a process, and on the way into a sub-process."""
    for scope in list(model.scopes()):
        values = dict(_valued(scope))
        if not values:
            continue
        if local(scope) != "process":
            for name, value in values.items():
                entree(holder(scope, "variables"), name, value)
            continue
        for start in list(nodes(scope, "startEvent")):
            leaving = Links(scope).outgoing(start)
            task = insert_after(model, scope, start, "task", f"{start.get('id')}_valeurs", leaving)
            for name, value in values.items():
                sortie(holder(task, "variables"), name, value)


def _valued(scope: Element) -> Iterator[tuple[str, str]]:
    for thing in bpmn_children(scope, "dataObject"):
        kind = (thing.get("itemSubjectRef") or "").rpartition(":")[2]
        for value in vendor_elements(thing):
            name, text = thing.get("name") or thing.get("id"), text_of(value)
            if local(value) == "value" and name and text:
                yield name, f"={text if kind in _PLAIN else quoted(text)}"


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
