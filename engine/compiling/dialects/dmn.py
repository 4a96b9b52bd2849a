"""Decision tables of other engines: JUEL becomes FEEL, and inputs that nobody declared are declared.

Camunda reads any process variable in a table; the standard wants an input data element and a requirement for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from engine.compiling.feel import names_of, tested_names
from engine.compiling.juel import NotTranslatable, is_marked, translate
from engine.compiling.xml import drop, local, namespace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.compiling.xml import Element

_NAMED = frozenset({"inputData", "decision", "businessKnowledgeModel", "decisionService"})


def read(root: Element) -> None:
    """Translate every marked expression, then declare every undeclared input, in place."""
    for element in root.iter():
        if local(element) == "text" and element.text is not None and is_marked(element.text):
            _translate(element)
    for decision in [e for e in root if local(e) == "decision"]:
        _name_results(root, decision)
    for decision in [e for e in root if local(e) == "decision"]:
        _declare_inputs(root, decision)


def _translate(element: Element) -> None:
    """What has no meaning in FEEL stays as it is, and fails where the table is loaded."""
    try:
        element.text = translate(element.text or "")
    except NotTranslatable:
        return
    holder = element.getparent()
    if holder is not None:
        drop(holder, "expressionLanguage")


def _children(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if local(child) == name)


def _required(root: Element, decision: Element) -> list[Element]:
    """The elements that a decision requires, of the same file."""
    hrefs = {
        (pointer.get("href") or "").rsplit("#", 1)[-1]
        for requirement in decision
        if local(requirement) in {"informationRequirement", "knowledgeRequirement"}
        for pointer in requirement
        if isinstance(pointer.tag, str)
    }
    return [e for e in root if local(e) in _NAMED and e.get("id") in hrefs]


def _name(element: Element) -> str:
    variable = next(_children(element, "variable"), None)
    return (variable.get("name") if variable is not None else None) or element.get("name") or ""


def outputs(decision: Element) -> list[str]:
    """The named outputs of a decision's table."""
    table = next(_children(decision, "decisionTable"), None)
    return [str(o.get("name")) for o in _children(table, "output") if o.get("name")] if table is not None else []


def _name_results(root: Element, decision: Element) -> None:
    """A required table with one output goes by its output's name when the other decision says so (Camunda)."""
    used = _used(decision)
    for required in _required(root, decision):
        named = outputs(required)
        if local(required) != "decision" or _name(required) in used or len(named) != 1 or named[0] not in used:
            continue
        variable = next(_children(required, "variable"), None)
        if variable is None:
            variable = etree.Element(f"{{{namespace(root)}}}variable")
            required.insert(0, variable)
        variable.set("name", named[0])


def _used(decision: Element) -> frozenset[str]:
    """The names that the decision's expressions take from outside."""
    found: set[str] = set()
    for element in decision.iter():
        if local(element) != "text" or not (element.text or "").strip():
            continue
        holder = element.getparent()
        tests = holder is not None and local(holder) == "inputEntry"
        found |= tested_names(element.text or "") if tests else names_of(element.text or "")
    return frozenset(found)


def _declare_inputs(root: Element, decision: Element) -> None:
    if any(local(child) not in {"decisionTable", "literalExpression"} and _is_logic(child) for child in decision):
        return
    known = {_name(e) for e in _required(root, decision)}
    known |= {_name(e) for e in root if local(e) in {"businessKnowledgeModel", "decisionService", "import"}}
    declared = {_name(e): str(e.get("id")) for e in root if local(e) == "inputData"}
    tag = f"{{{namespace(root)}}}"
    for name in sorted(_used(decision) - known):
        if name not in declared:
            declared[name] = f"entree_{len(declared)}_{decision.get('id')}"
            data = etree.SubElement(root, f"{tag}inputData", {"id": declared[name], "name": name})
            etree.SubElement(data, f"{tag}variable", {"name": name})
        place = 1 if next(_children(decision, "variable"), None) is not None else 0
        requirement = etree.Element(f"{tag}informationRequirement")
        etree.SubElement(requirement, f"{tag}requiredInput", {"href": f"#{declared[name]}"})
        decision.insert(place, requirement)


def _is_logic(element: Element) -> bool:
    return local(element) in {"context", "invocation", "list", "relation", "functionDefinition", "conditional", "for"}
