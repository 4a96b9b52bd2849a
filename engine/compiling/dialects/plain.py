"""Plain BPMN 2.0: the standard's own words for what our vocabulary says, and foreign tasks without any words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine.compiling.dialects.camunda import result_variable
from engine.compiling.dialects.words import holder, neutral, rename, sortie
from engine.compiling.juel import NotTranslatable, translate
from engine.compiling.model import ACTIVITIES, loop_of
from engine.compiling.xml import bpmn_child, extension, local, reference, text_of

if TYPE_CHECKING:
    from engine.compiling.model import Model
    from engine.compiling.xml import Element

# Scripts are cut at line ends and semicolons: a call that spans several is not understood, and refused.
_SETTER = re.compile(r"""^(?:execution|task)\.setVariable\(\s*(['"])([A-Za-z_]\w*)\1\s*,\s*(.+)\)$""")

_PRINTED = re.compile(r"""^(?:System\.out\.)?print(?:ln)?\b|^console\.log\(""")


def read(model: Model) -> None:
    """Read the standard's multi-instance data and scripts that are one expression; silence foreign services."""
    for node in list(model.nodes(*ACTIVITIES)):
        _several(node)
        if local(node) == "scriptTask":
            _script(model, node)
        elif model.foreign and _is_service(node):
            neutral(node)


def _is_service(node: Element) -> bool:
    """A task that another engine's code would do."""
    kind = local(node)
    return kind in {"serviceTask", "sendTask"} or (kind == "businessRuleTask" and extension(node, "decision") is None)


def _several(node: Element) -> None:
    marker = loop_of(node)
    if marker is None:
        return
    source = reference(text_of(bpmn_child(marker, "loopDataInputRef")))
    if source and bpmn_child(marker, "loopCardinality") is None:
        loop = holder(marker, "boucle", collection=source)
        item = bpmn_child(marker, "inputDataItem")
        if item is not None and (name := item.get("name") or item.get("id")):
            loop.set("element", name)
    target = reference(text_of(bpmn_child(marker, "loopDataOutputRef")))
    item = bpmn_child(marker, "outputDataItem")
    if target and item is not None and (name := item.get("name") or item.get("id")):
        holder(marker, "boucle", resultat=target, sortie=name)


def _script(model: Model, task: Element) -> None:
    """A script that only computes named variables is turned into them; any other one is left for the rule."""
    if not model.foreign:
        return
    variables = _assigned(text_of(bpmn_child(task, "script")), result_variable(task))
    if variables is None:
        return
    for child in [c for c in task if local(c) == "script"]:
        task.remove(child)
    rename(task, "task")
    for name, value in variables:
        sortie(holder(task, "variables"), name, f"={value}")


def _assigned(script: str, variable: str) -> list[tuple[str, str]] | None:
    try:
        if variable:
            return [(variable, translate(script.rstrip(";")))]
        lines = [piece.strip() for line in script.splitlines() for piece in line.split(";") if piece.strip()]
        matches = [_SETTER.match(line) for line in lines if not _PRINTED.match(line)]
        return [(m.group(2), translate(m.group(3))) for m in matches if m] if all(matches) else None
    except NotTranslatable:
        return None
