"""Decision tables of other engines: JUEL becomes FEEL, and inputs that nobody declared are declared.

Camunda reads any process variable in a table; the standard wants an input data element and a requirement for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lxml import etree

from engine.compiling.feel import names_of, tested_names
from engine.compiling.juel import NotTranslatable, is_marked, translate
from engine.compiling.xml import drop, local, namespace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.compiling.xml import Element

_JAVA_NUMBERS: Final = frozenset({"integer", "long", "double", "float", "short", "int", "Integer", "Long", "Double"})
_FEEL_TYPES: Final = frozenset(
    {
        "string", "number", "boolean", "date", "time", "date and time", "dateTime", "Any", "any", "context", "list",
        "days and time duration", "years and months duration", "dayTimeDuration", "yearMonthDuration", "function",
    }
)  # fmt: skip
# Files of the standard's later editions say what they mean: a type that nobody defines is an error there.
_STRICT: Final = frozenset(
    {"https://www.omg.org/spec/DMN/20191111/MODEL/", "https://www.omg.org/spec/DMN/20230324/MODEL/"}
)
_NAMED = frozenset({"inputData", "decision", "businessKnowledgeModel", "decisionService"})


def read(root: Element) -> None:
    """Translate every marked expression, then declare every undeclared input, in place."""
    for element in root.iter():
        if local(element) == "text" and element.text is not None and _is_juel(element):
            _translate(element)
        elif local(element) == "decisionTable":
            _name_cells(element)
    _plain_types(root)
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


def _is_juel(element: Element) -> bool:
    """Whether a text is marked as JUEL, or stands in a place whose language is JUEL."""
    holder = element.getparent()
    language = (holder.get("expressionLanguage") or "") if holder is not None else ""
    return is_marked(element.text or "") or "juel" in language.lower()


def _plain_types(root: Element) -> None:
    """Java's number types are numbers; a type that neither FEEL nor the file knows says nothing."""
    own = {e.get("name") for e in root.iter() if local(e) in {"itemDefinition", "itemComponent"}}
    for element in root.iter():
        written = (element.get("typeRef") or "").rsplit(":", 1)[-1] if local(element) else ""
        if written in _JAVA_NUMBERS and written not in own:
            element.set("typeRef", "number")
        elif written and written not in _FEEL_TYPES | own and namespace(root) not in _STRICT:
            drop(element, "typeRef")


def _name_cells(table: Element) -> None:
    """A column's own name for its value (`camunda:inputVariable`) is FEEL's `?`."""
    for place, column in enumerate(_children(table, "input")):
        name = next((v for k, v in column.attrib.items() if str(k).endswith("}inputVariable")), None)
        if not name:
            continue
        for rule in _children(table, "rule"):
            entry = list(_children(rule, "inputEntry"))[place : place + 1]
            for text in (t for e in entry for t in _children(e, "text")):
                text.text = re.sub(rf"\b{re.escape(str(name))}\b", "?", text.text or "")


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
