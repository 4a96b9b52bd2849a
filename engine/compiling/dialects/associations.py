"""The standard's data associations, in models made for other engines (jBPM, Kogito, the Node engine).

What a call or a human task is handed and gives back under other names than the process's: a call then sees nothing
else, and a human task keeps the names of its own to itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.compiling.dialects.words import entree, holder, quoted, sortie
from engine.compiling.juel import NotTranslatable, is_marked, translate
from engine.compiling.model import ACTIVITIES, loop_of
from engine.compiling.xml import bpmn, bpmn_child, bpmn_children, local, reference, text_of

if TYPE_CHECKING:
    from engine.compiling.model import Model
    from engine.compiling.xml import Element


def read(model: Model) -> None:
    """Read the associations of every activity that says what goes in and out of it."""
    if not model.foreign:
        return
    for node in list(model.nodes(*ACTIVITIES)):
        spec = bpmn_child(node, "ioSpecification")
        if spec is None:
            continue
        names = {
            str(e.get("id")): e.get("name") or str(e.get("id")) for e in spec if local(e) in {"dataInput", "dataOutput"}
        }
        given, brought = _given(node, names), _brought(node, names)
        _repeated(node, names, given, brought)
        if local(node) == "callActivity" and (given or brought):
            _call(node, given, brought)
        elif local(node) == "userTask":
            _task(node, given, brought)


def _given(node: Element, names: dict[str, str]) -> dict[str, str]:
    """The FEEL of each input, by its name."""
    found = {}
    for one in bpmn_children(node, "dataInputAssociation"):
        name = names.get(reference(text_of(bpmn_child(one, "targetRef"))), "")
        value = _value(node, one)
        if name.isidentifier() and value:
            found[name] = value
    return found


def _value(node: Element, association: Element) -> str:
    transformed, assigned = bpmn_child(association, "transformation"), bpmn_child(association, "assignment")
    try:
        if transformed is not None:
            text = text_of(transformed)
            return translate(text) if is_marked(text) else text.removeprefix("=")
        if assigned is not None:
            text = text_of(bpmn_child(assigned, "from"))
            return translate(text) if is_marked(text) else quoted(text)
    except NotTranslatable:
        return ""
    return _variable(node, text_of(bpmn_child(association, "sourceRef")))


def _brought(node: Element, names: dict[str, str]) -> dict[str, str]:
    """The name of the output that each variable is given."""
    found = {}
    for one in bpmn_children(node, "dataOutputAssociation"):
        name = names.get(reference(text_of(bpmn_child(one, "sourceRef"))), "")
        variable = _variable(node, text_of(bpmn_child(one, "targetRef")))
        if name.isidentifier() and variable:
            found[variable] = name
    return found


def _variable(node: Element, text: str) -> str:
    """The variable that a property, a data object or a reference to one stands for; empty when it is none."""
    key = reference(text)
    root = node.getroottree().getroot()
    for thing in root.iter(*map(bpmn, ("property", "dataObject", "dataObjectReference"))):
        if thing.get("id") == key:
            if local(thing) == "property":
                key = thing.get("name") or key
            elif local(thing) == "dataObjectReference":
                key = reference(thing.get("dataObjectRef")) or key
            break
    return key if key.isidentifier() else ""


def _repeated(node: Element, names: dict[str, str], given: dict[str, str], brought: dict[str, str]) -> None:
    """A repetition over an input is one over what it is given; its results are what the output gives."""
    marker = loop_of(node)
    if marker is None:
        return
    source, target = bpmn_child(marker, "loopDataInputRef"), bpmn_child(marker, "loopDataOutputRef")
    if source is not None and (value := given.pop(names.get(reference(text_of(source)), ""), "")):
        source.text = value
    name = "" if target is None else names.get(reference(text_of(target)), "")
    for variable in [variable for variable, output in brought.items() if name and output == name]:
        del brought[variable]
        if target is not None:
            target.text = variable


def _call(node: Element, given: dict[str, str], brought: dict[str, str]) -> None:
    call = holder(node, "appel", entrees="rien", sorties="rien")
    for name, value in given.items():
        entree(call, name, f"={value}")
    for variable, name in brought.items():
        sortie(call, variable, f"={name}")


def _task(node: Element, given: dict[str, str], brought: dict[str, str]) -> None:
    own = {variable: name for variable, name in brought.items() if variable != name}
    handed = {name: value for name, value in given.items() if name != value and name not in brought}
    for name in own.values():
        handed.setdefault(name, "null")
    for name, value in handed.items():
        entree(holder(node, "variables"), name, f"={value}")
    for variable, name in own.items():
        sortie(holder(node, "variables"), variable, f"=if {name} = null then {variable} else {name}")
