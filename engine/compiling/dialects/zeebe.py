"""Camunda 8 (Zeebe): everything stands in extension elements, expressions are FEEL after `=`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.compiling.dialects.words import entree, holder, neutral, rename, sortie, vendor_elements
from engine.compiling.model import ACTIVITIES, EVENTS, loop_of
from engine.compiling.xml import ZEEBE, extension, local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.compiling.model import Model
    from engine.compiling.xml import Element


def _zeebe(element: Element, name: str) -> Iterator[Element]:
    yield from vendor_elements(element, f"{{{ZEEBE}}}{name}")


def read(model: Model) -> None:
    """Read Zeebe's extension elements on every activity and event."""
    for node in list(model.nodes()):
        kind = local(node)
        if kind in ACTIVITIES:
            _mapped(node)
            _several(node)
            _task(model, node)
        elif kind in EVENTS and model.foreign:
            for _ in _zeebe(node, "taskDefinition"):
                neutral(node)


def _task(model: Model, node: Element) -> None:
    kind = local(node)
    for form in _zeebe(node, "formDefinition"):
        key = form.get("formId") or form.get("formKey") or ""
        if key and not model.foreign:
            holder(node, "formulaire", ref=key.rsplit(":", 1)[-1])
    for called in _zeebe(node, "calledElement"):
        _called(node, called)
    for decision in _zeebe(node, "calledDecision"):
        holder(node, "decision", ref=decision.get("decisionId") or "", resultat=decision.get("resultVariable") or "")
    for script in _zeebe(node, "script"):
        _script(node, script)
    if model.foreign and kind != "userTask":
        for _ in _zeebe(node, "taskDefinition"):
            if kind == "businessRuleTask" and extension(node, "decision") is not None:
                continue
            if kind == "scriptTask":
                rename(node, "serviceTask")
            neutral(node)


def _called(node: Element, called: Element) -> None:
    if not node.get("calledElement"):
        node.set("calledElement", (called.get("processId") or "").strip().removeprefix('="').removesuffix('"'))
    call = holder(node, "appel")
    call.set("entrees", "rien" if called.get("propagateAllParentVariables") == "false" else "tout")
    call.set("sorties", "rien" if called.get("propagateAllChildVariables") == "false" else "tout")


def _script(node: Element, script: Element) -> None:
    """Zeebe's own script is one FEEL expression: it is a computed variable."""
    rename(node, "task")
    for child in list(node):
        if local(child) == "script":
            node.remove(child)
    sortie(holder(node, "variables"), script.get("resultVariable") or "", script.get("expression") or "")


def _several(node: Element) -> None:
    marker = loop_of(node)
    if marker is None:
        return
    for loop in _zeebe(marker, "loopCharacteristics"):
        ours = holder(marker, "boucle", collection=loop.get("inputCollection") or "")
        names = {"element": "inputElement", "resultat": "outputCollection", "sortie": "outputElement"}
        for mine, theirs in names.items():
            if value := loop.get(theirs):
                ours.set(mine, value)


def _mapped(node: Element) -> None:
    for block in _zeebe(node, "ioMapping"):
        for mapping in block:
            target, source = mapping.get("target") or "", mapping.get("source") or ""
            parent = holder(node, "variables")
            if local(mapping) == "input":
                entree(parent, target, source)
            elif local(mapping) == "output":
                sortie(parent, target, source)
