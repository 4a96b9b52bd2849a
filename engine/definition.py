"""The compiled definition of one published version: immutable, shared by every instance and every thread.

What it is built from is BPMN in the normal form of `engine.compiling`, and more of BPMN than that: implicit splits,
starts and ends, link events, typed starts. What cannot run as the standard says is refused with everything found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from engine.errors import DefinitionInvalid, Problem
from engine.fingerprint import fingerprint
from engine.model import ElementInfo
from engine.spiff.activity import BusinessRuleTask
from engine.spiff.building import ProcessBuilder, calls
from engine.spiff.formulas import Formula
from engine.spiff.node import Node
from engine.spiff.process import ProcessSpec
from engine.spiff.reading import Element, Tables, children, is_true, read_tables


@dataclass(frozen=True, slots=True)
class Definition:
    """One version of a process with all it calls. `elements` are those of the main process first, by id."""

    process: str
    digest: str
    elements: Mapping[str, ElementInfo]
    processes: Mapping[str, ProcessSpec] = field(repr=False)
    nodes: Mapping[str, Node] = field(repr=False)
    decisions: Mapping[str, Any] = field(repr=False)

    @property
    def main(self) -> ProcessSpec:
        """The process that `start` begins."""
        return self.processes[self.process]

    def element(self, process: str, element: str) -> ElementInfo | None:
        """One element of one process (ids may repeat between processes)."""
        node = self.nodes.get(f"{process}/{element}")
        return None if node is None else node.info


def build(
    documents: Sequence[Element], *, process: str | None = None, decisions: Mapping[str, Any] | None = None
) -> Definition:
    """The definition of `process` (default: the only executable one) from parsed documents.

    `decisions`: decision id → what has `decide(id, variables, now=…)`. Raises DefinitionInvalid with all findings.
    """
    problems: list[Problem] = []
    found = _processes(documents, problems)
    main = _main(found, process)
    known = decisions or {}
    specs = _build_reachable(main, found, problems)
    _check_decisions(specs.values(), known, problems)
    if problems:
        raise DefinitionInvalid(problems)
    nodes = {node.key: node for spec in specs.values() for node in spec.nodes}
    return Definition(
        process=main,
        digest=_digest(documents, known),
        elements=MappingProxyType(_elements([specs[main], *specs.values()])),
        processes=MappingProxyType(specs),
        nodes=MappingProxyType(nodes),
        decisions=MappingProxyType(dict(known)),
    )


def _processes(documents: Sequence[Element], problems: list[Problem]) -> dict[str, tuple[Element, Tables]]:
    found: dict[str, tuple[Element, Tables]] = {}
    for document in documents:
        root = document.getroot() if hasattr(document, "getroot") else document
        tables = read_tables(root)
        for one in children(root, "process"):
            identifier = one.get("id") or ""
            if identifier in found:
                message = f"Deux processus portent l’identifiant « {identifier} »."
                problems.append(Problem("identifiant", identifier, "", one.sourceline or 0, message))
            found[identifier] = (one, tables)
    return found


def _main(found: Mapping[str, tuple[Element, Tables]], process: str | None) -> str:
    if process is not None:
        if process in found:
            return process
        raise DefinitionInvalid([Problem("processus", process, "", 0, f"Le processus « {process} » n’existe pas.")])
    executable = [name for name, (element, _) in found.items() if is_true(element, "isExecutable")]
    candidates = executable or list(found)
    if len(candidates) != 1:
        message = f"Il faut un processus exécutable et un seul\u00a0: {', '.join(candidates) or 'aucun'}."
        raise DefinitionInvalid([Problem("processus", "", "", 0, message)])
    return candidates[0]


def _build_reachable(
    main: str, found: Mapping[str, tuple[Element, Tables]], problems: list[Problem]
) -> dict[str, ProcessSpec]:
    """The main process and all it calls; a computed call may reach any executable one."""
    specs: dict[str, ProcessSpec] = {}
    ahead = [main]
    while ahead:
        name = ahead.pop()
        if name in specs:
            continue
        element, tables = found[name]
        specs[name] = ProcessBuilder(element, tables, problems).build()
        for call in calls(specs[name]):
            call.processes = specs
            if isinstance(call.called, Formula):
                ahead.extend(other for other, (one, _) in found.items() if is_true(one, "isExecutable"))
            elif call.called in found:
                ahead.append(call.called)
            elif call.called:
                message = f"Le processus appelé « {call.called} » n’existe pas."
                problems.append(Problem("processus", call.element, call.title, _line(element, call), message))
    _check_callable(specs, found, problems)
    return specs


def _check_callable(
    specs: Mapping[str, ProcessSpec], found: Mapping[str, tuple[Element, Tables]], problems: list[Problem]
) -> None:
    for name, spec in specs.items():
        for call in calls(spec):
            called = specs.get(call.called) if isinstance(call.called, str) else None
            if called is not None and not called.contents.starts:
                message = f"Le processus appelé « {called.name} » ne commence pas par un début sans événement."
                problems.append(Problem("processus", call.element, call.title, _line(found[name][0], call), message))


def _line(process: Element, node: Node) -> int:
    for one in process.iter():
        if one.get("id") == node.element:
            return int(one.sourceline or 0)
    return 0


def _check_decisions(specs: Iterable[ProcessSpec], known: Mapping[str, Any], problems: list[Problem]) -> None:
    for spec in specs:
        for node in spec.nodes:
            if not isinstance(node, BusinessRuleTask) or not isinstance(node.decision, str) or not node.decision:
                continue
            if node.decision not in known:
                message = f"La table de décision « {node.decision} » n’existe pas."
                problems.append(Problem("decision", node.element, node.title, 0, message))


def _elements(specs: Iterable[ProcessSpec]) -> dict[str, ElementInfo]:
    found: dict[str, ElementInfo] = {}
    for spec in specs:
        for node in spec.nodes:
            if node.info.type != "process":
                found.setdefault(node.element, node.info)
    return found


def _digest(documents: Sequence[Element], decisions: Mapping[str, Any]) -> str:
    """Two definitions with the same digest run the same, and decide the same."""
    told = (f"{key} {getattr(decisions[key], 'digest', '')}" for key in sorted(decisions))
    return fingerprint(documents, *told)
