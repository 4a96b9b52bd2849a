"""Reading the sources: which are BPMN, which are DMN, which are neither."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from engine.compiling.decisions import NAMED, Answers
from engine.compiling.dialects import dmn as dmn_dialect
from engine.compiling.findings import Finding, Source, at
from engine.compiling.model import Document
from engine.compiling.tables import TableFile
from engine.compiling.xml import BPMN, Element, XmlRefused, local, namespace, parse
from engine.feel import FeelError, dmn

UNREADABLE: Final = "fichier-illisible"
UNKNOWN: Final = "fichier-inconnu"
BAD_DECISION: Final = "decision-illisible"
_TOLD: Final = 20  # problems of one file


@dataclass
class Reading:
    """What the sources hold."""

    documents: list[Document] = field(default_factory=list)
    decisions: dict[str, Any] = field(default_factory=dict)
    tables: list[TableFile] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def say(self, name: str, element: Element | None, rule: str, message: str, fix: str, line: int = 0) -> None:
        """Keep an error about a file."""
        finding = at(name, element, rule, "error", message, fix)
        self.findings.append(finding if not line else Finding(rule, "error", name, "", "", line, message, fix))


def read(sources: Sequence[Source]) -> Reading:
    """Parse every source; what cannot be read becomes findings."""
    found = Reading()
    for source in sources:
        try:
            root = parse(source.content)
        except XmlRefused as error:
            found.say(
                source.name,
                None,
                UNREADABLE,
                f"Le fichier ne peut pas être lu\u00a0: {error.reason}.",
                "Enregistrez de nouveau le fichier avec un modeleur BPMN.",
                error.line,
            )
            continue
        _sort(found, source, root)
    return found


def _sort(found: Reading, source: Source, root: Element) -> None:
    if local(root) == "definitions" and namespace(root) == BPMN:
        found.documents.append(Document(source.name, root))
    elif local(root) == "definitions" and "DMN" in namespace(root).upper():
        _decisions(found, source, root)
    else:
        found.say(
            source.name,
            root,
            UNKNOWN,
            "Le fichier n’est ni un processus BPMN\u00a02.0 ni une table de décision DMN.",
            "Donnez un fichier enregistré par un modeleur BPMN ou DMN.",
        )


def _decisions(found: Reading, source: Source, root: Element) -> None:
    dmn_dialect.read(root)
    try:
        decisions = dmn.load(etree.tostring(root))
    except dmn.DecisionsInvalid as error:
        for problem in error.problems[:_TOLD]:
            place = next((one for one in root.iter() if problem.element and one.get("id") == problem.element), root)
            _unreadable(found, source, place, problem.message)
        return
    except FeelError as error:
        _unreadable(found, source, root, str(error))
        return
    found.tables.append(TableFile(source.name, root, decisions))
    tables = [e for e in root.iter() if local(e) == "decision" and e.get("id")]
    outputs = {str(e.get("id")): names[0] for e in tables if len(names := dmn_dialect.outputs(e)) == 1}
    answers = Answers(decisions, outputs)
    for element in tables:
        found.decisions[str(element.get("id"))] = answers
        found.decisions[f"{element.get('id')}{NAMED}"] = answers


def _unreadable(found: Reading, source: Source, element: Element, why: str) -> None:
    found.say(
        source.name,
        element,
        BAD_DECISION,
        f"La table de décision ne peut pas être lue\u00a0: {why.rstrip('.')}.",
        "Corrigez la table dans l’éditeur de décisions.",
    )
