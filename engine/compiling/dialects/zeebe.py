"""Camunda 8 (Zeebe): everything stands in extension elements, expressions are FEEL after `=`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from engine.compiling.dialects.placing import after
from engine.compiling.dialects.words import entree, holder, neutral, quoted, rename, sortie, vendor_elements
from engine.compiling.model import ACTIVITIES, EVENTS, loop_of
from engine.compiling.xml import ZEEBE, bpmn_child, extension, local, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.compiling.model import Model
    from engine.compiling.xml import Element

_SCOPES: Final = frozenset({"subProcess", "transaction", "adHocSubProcess"})


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
        elif kind in EVENTS:
            _brought(model, node)
            for _ in _zeebe(node, "taskDefinition") if model.foreign else ():
                neutral(node)


def _task(model: Model, node: Element) -> None:
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
    for offer in _zeebe(node, "adHoc"):
        if offered := offer.get("activeElementsCollection"):
            holder(node, "libre", ouvertes=offered.removeprefix("="))
    if model.foreign and local(node) != "userTask":
        _job(node)


def _job(node: Element) -> None:
    """A task that somebody else's worker does: nothing here."""
    for _ in _zeebe(node, "taskDefinition"):
        if local(node) == "businessRuleTask" and extension(node, "decision") is not None:
            continue
        if local(node) == "scriptTask":
            rename(node, "serviceTask")
        neutral(node)


def _called(node: Element, called: Element) -> None:
    if not node.get("calledElement"):
        node.set("calledElement", (called.get("processId") or "").strip().removeprefix('="').removesuffix('"'))
    call = holder(node, "appel")
    call.set("entrees", "rien" if called.get("propagateAllParentVariables") == "false" else "tout")
    if call.get("sorties") is None:
        call.set("sorties", "rien" if called.get("propagateAllChildVariables") == "false" else "tout")


def _script(node: Element, script: Element) -> None:
    """Zeebe's own script is one FEEL expression: it is a computed variable."""
    rename(node, "task")
    for child in list(node):
        if local(child) == "script":
            node.remove(child)
    sortie(holder(node, "variables"), script.get("resultVariable") or "", script.get("expression") or "")


_COUNTERS: Final = {
    "numberOfInstances": "nrOfInstances",
    "numberOfActiveInstances": "nrOfActiveInstances",
    "numberOfCompletedInstances": "nrOfCompletedInstances",
}


def _several(node: Element) -> None:
    marker = loop_of(node)
    if marker is None:
        return
    completion = bpmn_child(marker, "completionCondition")
    if completion is not None and next(_zeebe(marker, "loopCharacteristics"), None) is not None:
        completion.text = re.sub(r"\w+", lambda word: _COUNTERS.get(word[0], word[0]), text_of(completion))
    for loop in _zeebe(marker, "loopCharacteristics"):
        ours = holder(marker, "boucle", collection=loop.get("inputCollection") or "", premier="1")
        names = {"element": "inputElement", "resultat": "outputCollection", "sortie": "outputElement"}
        for mine, theirs in names.items():
            if value := loop.get(theirs):
                ours.set(mine, value)


def _mapped(node: Element) -> None:
    """Inputs and outputs; those of a call are what the called process is handed, and all that it gives back."""
    called = local(node) == "callActivity"
    for block in _zeebe(node, "ioMapping"):
        parent = holder(node, "appel" if called else "variables")
        for target, source in _targets(block, "input").items():
            entree(parent, target, source)
        outputs = _targets(block, "output")
        for target, source in outputs.items():
            sortie(parent, target, source)
        if outputs and (called or local(node) not in _SCOPES):
            parent.set("sorties", "rien" if called else "seules")


def _brought(model: Model, event: Element) -> None:
    """What an event brings: nothing but the outputs comes out, where there are any."""
    for block in _zeebe(event, "ioMapping"):
        outputs = _targets(block, "output")
        thrown = local(event) == "intermediateThrowEvent"
        if not outputs or local(event) == "endEvent":
            continue
        parent = holder(after(model, event), "variables") if thrown else holder(event, "message", sorties="seules")
        for target, source in outputs.items():
            sortie(parent, target, source)


def _targets(block: Element, kind: str) -> dict[str, str]:
    """What each variable is given. Targets with dots fill entries of a context, kept with what it held before."""
    found: dict[str, str] = {}
    for mapping in block:
        if local(mapping) != kind:
            continue
        name, *path = (mapping.get("target") or "").split(".")
        source = mapping.get("source") or ""
        if path:
            before = found[name].removeprefix("=") if name in found else name
            source = "=" + _put(before, path, source[1:] if source.startswith("=") else quoted(source))
        found[name] = source
    return found


def _put(holder: str, path: list[str], value: str) -> str:
    """The context with one more entry, made where there is none."""
    inner = value if len(path) == 1 else _put(f"({holder}).{path[0]}", path[1:], value)
    kept = f"(if {holder} instance of context<> then {holder} else {{}})"
    return f"context put({kept}, {quoted(path[0])}, {inner})"
