"""Plain BPMN 2.0: the standard's own words for what our vocabulary says, and foreign tasks without any words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lxml import etree

from engine.compiling.dialects.camunda import result_variable
from engine.compiling.dialects.scripts import computed
from engine.compiling.dialects.words import holder, neutral, rename, sortie
from engine.compiling.juel import NotTranslatable
from engine.compiling.model import ACTIVITIES, loop_of
from engine.compiling.xml import bpmn, bpmn_child, extension, local, reference, text_of

if TYPE_CHECKING:
    from engine.compiling.model import Model
    from engine.compiling.xml import Element


_THROWN: Final = re.compile(r"throw\s+new\s+(?:\w+\.)*BpmnError\(\s*(['\"])([^'\"]+)\1[^;{}]*\)\s*;?")


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
        if name := _item(bpmn_child(marker, "inputDataItem")):
            loop.set("element", name)
    target = reference(text_of(bpmn_child(marker, "loopDataOutputRef")))
    name = _item(bpmn_child(marker, "outputDataItem"))
    if target and name:
        holder(marker, "boucle", resultat=target, sortie=name)


def _item(item: Element | None) -> str:
    """The variable of one item: its name, or its id where the name is written for people."""
    if item is None:
        return ""
    name = item.get("name") or ""
    return name if name.isidentifier() else item.get("id") or name


def _script(model: Model, task: Element) -> None:
    """A script that only computes named variables is turned into them; any other one is left for the rule."""
    if not model.foreign or _throws(task):
        return
    format = task.get("scriptFormat") or ""
    try:
        variables = computed(text_of(bpmn_child(task, "script")), result_variable(task), python=_is_python(format))
    except NotTranslatable:
        return
    for child in [c for c in task if local(c) == "script"]:
        task.remove(child)
    rename(task, "task")
    for name, value in variables.items():
        sortie(holder(task, "variables"), name, f"={value}")


def _throws(task: Element) -> bool:
    """A program that only throws a BPMN error is a sub-process that ends in it."""
    script = bpmn_child(task, "script")
    found = _THROWN.fullmatch(text_of(script))
    if script is None or found is None:
        return False
    task.remove(script)
    rename(task, "subProcess")
    own, code = str(task.get("id")), found[2]
    begin = etree.SubElement(task, bpmn("startEvent"), {"id": f"{own}_debut"})
    end = etree.SubElement(task, bpmn("endEvent"), {"id": f"{own}_erreur"})
    ends = {"sourceRef": str(begin.get("id")), "targetRef": str(end.get("id"))}
    etree.SubElement(task, bpmn("sequenceFlow"), {"id": f"{own}_flux", **ends})
    etree.SubElement(end, bpmn("errorEventDefinition"), {"errorRef": f"{own}_code"})
    error = etree.Element(bpmn("error"), {"id": f"{own}_code", "name": code, "errorCode": code})
    task.getroottree().getroot().insert(0, error)
    return True


def _is_python(format: str) -> bool:
    """Python's engines keep what a script assigns; the others keep only what it is told to."""
    return format == "" or "python" in format.lower()
