"""Which variables a démarche knows, and of which type: forms, actions, decisions, messages, loops, mappings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from engine.compiling.findings import Catalogue
from engine.compiling.model import ACTIVITIES, action_of, definitions, loop_of
from engine.compiling.xml import extension, local, ours

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.compiling.model import Model
    from engine.compiling.xml import Element

COUNTERS: Final = ("loopCounter", "nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances")


@dataclass
class Known:
    """Variables: path → FEEL type (`any` when unknown); `open_` when payloads that nobody describes come in."""

    types: dict[str, str] = field(default_factory=dict)
    fields: dict[str, Mapping[str, str]] = field(default_factory=dict)
    open_: bool = False

    def add(self, name: str | None, kind: str = "any") -> None:
        """A variable; told twice with two types it has any type."""
        if not name:
            return
        self.types[name] = kind if self.types.get(name, kind) == kind else "any"

    def has(self, name: str) -> bool:
        """Whether a variable of that name may exist."""
        return name in self.types or any(path.startswith(f"{name}.") for path in self.types)

    def type_of(self, path: str) -> str:
        """The type of a variable or of a field of it."""
        if path in self.types:
            return self.types[path]
        head, _, rest = path.partition(".")
        return self.fields.get(head, {}).get(rest, "any")

    def lacks_field(self, path: str) -> bool:
        """Whether the path goes into a form that has no such field."""
        head, _, rest = path.partition(".")
        known = self.fields.get(head)
        if known is None or not rest or path in self.types:
            return False
        return not any(name == rest or name.startswith(f"{rest}.") or rest.startswith(f"{name}.") for name in known)


def known_names(model: Model) -> Known:
    """Every variable that the processes of the model may hold, wherever it stands."""
    catalogue = model.catalogue or Catalogue()
    known = Known()
    for name, kind in catalogue.data.items():
        known.add(name, kind)
    for activity in model.nodes(*ACTIVITIES):
        _of_activity(known, activity, catalogue)
    for node in model.nodes():
        _of_message(known, model, node, catalogue)
        for block in ("variables", "appel", "message"):
            _mapped(known, extension(node, block))
    return known


def _of_activity(known: Known, activity: Element, catalogue: Catalogue) -> None:
    form = extension(activity, "formulaire")
    if form is not None:
        name = form.get("variable") or form.get("ref") or ""
        fields = catalogue.forms.get(form.get("ref") or "")
        before = known.fields.get(name)
        known.add(name, "context")
        if fields is not None:
            known.fields[name] = {**(before or {}), **fields}
    elif local(activity) == "userTask":
        known.open_ = True
    _of_action(known, activity, catalogue)
    decision = extension(activity, "decision")
    if decision is not None:
        known.add(decision.get("resultat"))
        known.open_ = known.open_ or not decision.get("resultat")
    _of_loop(known, activity)


def _of_action(known: Known, activity: Element, catalogue: Catalogue) -> None:
    action = action_of(activity)
    if action is None:
        return
    outputs = list(action.iterchildren(ours("sortie")))
    for output in outputs:
        known.add(output.get("nom"))
    spec = catalogue.actions.get(action.get("nom") or "")
    if not outputs and spec is not None:
        for name, kind in spec.results.items():
            known.add(name, kind)


def _of_loop(known: Known, activity: Element) -> None:
    marker = loop_of(activity)
    if marker is None:
        return
    for name in COUNTERS:
        known.add(name, "number")
    loop = extension(marker, "boucle")
    if loop is not None:
        known.add(loop.get("element"))
        known.add(loop.get("resultat"), "list")


def _of_message(known: Known, model: Model, node: Element, catalogue: Catalogue) -> None:
    names = {key: e.get("name") or key for key, e in model.root_elements("message").items()}
    mapping = extension(node, "message")
    if mapping is not None and mapping.find(ours("sortie")) is not None:
        return
    for carrier in [node, *definitions(node)]:
        key = carrier.get("messageRef")
        if not key or local(node) in {"intermediateThrowEvent", "endEvent", "sendTask"}:
            continue
        payload = (catalogue.messages or {}).get(names.get(key, key))
        if payload is None:
            known.open_ = True
        for name, kind in (payload or {}).items():
            known.add(name, kind)


def _mapped(known: Known, block: Element | None) -> None:
    if block is None:
        return
    for mapping in block:
        if local(mapping) in {"entree", "sortie"}:
            known.add(mapping.get("nom"))
