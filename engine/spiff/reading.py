"""Reading BPMN elements: names, references, our extensions. Every trouble is noted, none stops the reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.errors import Problem
from engine.feel.errors import FeelError
from engine.model import Card, ElementInfo
from engine.spiff.formulas import Formula
from engine.spiff.mappings import Mappings, Pairs

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
OURS = "{urn:planipref:bpmn:1}"
Element = Any


def tag(element: Element) -> str:
    """The BPMN name of an element, empty for anything else (comments, extensions)."""
    name = element.tag
    return name[len(BPMN) :] if isinstance(name, str) and name.startswith(BPMN) else ""


def children(element: Element, name: str) -> Iterator[Element]:
    """The direct BPMN children of that name."""
    return iter(element.findall(BPMN + name))


def child(element: Element, name: str) -> Element | None:
    """The first direct BPMN child of that name."""
    return element.find(BPMN + name)


def text_of(element: Element | None) -> str:
    """The text of an element, stripped."""
    return "" if element is None else "".join(element.itertext()).strip()


def local_name(reference: str | None) -> str | None:
    """A reference without its prefix."""
    return reference.strip().rpartition(":")[2] if reference else None


def is_true(element: Element, attribute: str, default: bool = False) -> bool:
    """An XML boolean."""
    value = element.get(attribute)
    return default if value is None else value.strip() in {"true", "1"}


def extension(element: Element, name: str) -> Element | None:
    """The first of our extensions of that name, directly under the element."""
    holder = child(element, "extensionElements")
    return None if holder is None else holder.find(OURS + name)


def title(element: Element) -> str:
    """The element's name on one line."""
    return " ".join((element.get("name") or "").split())


@dataclass(slots=True)
class Tables:
    """The root elements of one document that others refer to: id → name or code."""

    messages: dict[str, str] = field(default_factory=dict)
    signals: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    error_messages: dict[str, str] = field(default_factory=dict)
    escalations: dict[str, str] = field(default_factory=dict)
    handlers: dict[str, list[str]] = field(default_factory=dict)


def read_tables(root: Element) -> Tables:
    """The tables of a document. Associations are gathered by their source: they tie a handler to its event."""
    tables = Tables()
    for one in children(root, "message"):
        tables.messages[one.get("id", "")] = one.get("name") or one.get("id", "")
    for one in children(root, "signal"):
        tables.signals[one.get("id", "")] = one.get("name") or one.get("id", "")
    for one in children(root, "error"):
        tables.errors[one.get("id", "")] = one.get("errorCode") or one.get("id", "")
        said = [str(value) for name, value in one.attrib.items() if str(name).endswith("}errorMessage")]
        tables.error_messages[one.get("id", "")] = "".join(said)
    for one in children(root, "escalation"):
        tables.escalations[one.get("id", "")] = one.get("escalationCode") or one.get("id", "")
    for one in root.iter(BPMN + "association"):
        source, target = local_name(one.get("sourceRef")), local_name(one.get("targetRef"))
        if source and target:
            tables.handlers.setdefault(source, []).append(target)
    return tables


class Reading:
    """What is being read: the document's tables, the lanes of the process, and the troubles met."""

    def __init__(self, process_id: str, tables: Tables, problems: list[Problem]) -> None:
        self.process_id = process_id
        self.tables = tables
        self.problems = problems
        self.lanes: dict[str, tuple[str, str]] = {}

    def trouble(self, rule: str, element: Element, message: str, fix: str = "") -> None:
        """Note why this element cannot be run."""
        line = element.sourceline or 0
        self.problems.append(Problem(rule, element.get("id") or "", title(element), line, message, fix))

    def formula(self, element: Element, text: str) -> Formula | None:
        """A FEEL expression; a trouble and None when it is not FEEL."""
        try:
            return Formula(text)
        except FeelError as error:
            self.trouble("expression", element, f"L’expression « {text} » n’est pas du FEEL\u00a0: {error}")
            return None

    def formula_or_text(self, element: Element, text: str) -> Formula | str:
        """`=FEEL` is a formula, anything else the text itself."""
        stripped = text.strip()
        if not stripped.startswith("="):
            return stripped
        return self.formula(element, stripped) or ""

    def pairs(self, element: Element, holder: Element | None, name: str) -> Pairs:
        """The `entree` or `sortie` children of one of our extensions."""
        if holder is None:
            return ()
        found = [(one.get("nom"), one.get("valeur") or "") for one in holder.findall(OURS + name)]
        return tuple((key, self.formula_or_text(element, value)) for key, value in found if key)

    def mappings(self, element: Element, holder: Element | None) -> Mappings:
        """Both ways of one of our extensions."""
        only = holder is not None and holder.get("sorties") == "seules"
        return Mappings(self.pairs(element, holder, "entree"), self.pairs(element, holder, "sortie"), only)

    def read_lanes(self, process: Element) -> None:
        """Which lane each node stands in; the innermost counts."""
        for lane in process.iter(BPMN + "lane"):
            for reference in children(lane, "flowNodeRef"):
                self.lanes[text_of(reference)] = (lane.get("id", ""), title(lane))

    def info(self, element: Element) -> ElementInfo:
        """What people know of an element."""
        lane, lane_name = self.lanes.get(element.get("id", ""), (None, ""))
        form = extension(element, "formulaire")
        action = extension(element, "action")
        return ElementInfo(
            id=element.get("id", ""),
            name=title(element),
            type=tag(element),
            lane=lane,
            process=self.process_id,
            form=None if form is None else form.get("ref"),
            card=self._card(element),
            action=None if action is None else action.get("nom"),
            documentation="\n".join(text_of(one) for one in children(element, "documentation")),
            lane_name=lane_name,
            properties=self._properties(element),
        )

    def _card(self, element: Element) -> Card | None:
        card = extension(element, "carte")
        if card is None:
            return None
        due = (card.get("echeance") or "").strip() or None
        return Card(card.get("libelle") or "", card.get("sens") or "", card.get("acteur") or "", due)

    def _properties(self, element: Element) -> dict[str, str]:
        holder = child(element, "extensionElements")
        if holder is None:
            return {}
        found = {one.get("nom", ""): one.get("valeur", "") for one in holder.iter(OURS + "propriete")}
        notice = holder.find(OURS + "acte")
        if notice is not None and notice.get("notifie"):
            found["notifie"] = notice.get("notifie", "")
        return found
