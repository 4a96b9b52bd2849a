"""What a compilation is given and what it says: sources, the catalogue of what a démarche may name, findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from engine.compiling.xml import local

if TYPE_CHECKING:
    from engine.compiling.xml import Element

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Source:
    """One file: its name as shown to people, and its bytes (BPMN or DMN)."""

    name: str
    content: bytes


@dataclass(frozen=True)
class ActionSpec:
    """What an action takes and gives: names → FEEL types (a parameter of type `template` names a template).

    `rests`: result → the parameters that it is computed from. `writes`: template (`refus.html`) → the parameters
    whose values it says. Both only where they matter to whoever reads: what tables decide. `errors`: the codes of the
    errors that it may answer with.
    """

    params: Mapping[str, str] = field(default_factory=dict)
    results: Mapping[str, str] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    rests: Mapping[str, frozenset[str]] = field(default_factory=dict)
    writes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    errors: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Catalogue:
    """What a démarche's diagrams may name. `forms`: id → field → FEEL type. `messages`: name → payload field → type;
    `None` for messages and errors means that they are not checked. `data`: variable or path → FEEL type.
    `choices`: path → the texts that it may have."""

    forms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    actions: Mapping[str, ActionSpec] = field(default_factory=dict)
    templates: frozenset[str] = frozenset()
    data: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    messages: Mapping[str, Mapping[str, str]] | None = None
    errors: frozenset[str] | None = None
    roles: frozenset[str] = frozenset({"usager", "accueil", "guichet", "instructeur", "chef_de_service", "systeme"})


@dataclass(frozen=True)
class Finding:
    """One thing that an analyst should know; `message` and `fix` are French sentences, `line` 0 when unknown."""

    rule: str
    severity: Severity
    file: str
    element: str
    element_name: str
    line: int
    message: str
    fix: str
    automatic: bool = False


_PARTS: Final = ("EventDefinition", "LoopCharacteristics", "Expression", "timeDate", "timeDuration", "timeCycle")


def _part(element: Element) -> bool:
    """Whether nobody sees that element by itself: an event's definition, a repetition, an expression."""
    around = element.getparent()
    return local(element).endswith(_PARTS) and around is not None and local(around) != "definitions"


def at(
    file: str,
    element: Element | None,
    rule: str,
    severity: Severity,
    message: str,
    fix: str,
    *,
    automatic: bool = False,
) -> Finding:
    """A finding about an element: its id (or that of what is drawn around it, and has one), name and line."""
    named = element
    while named is not None and (not named.get("id") or _part(named)):
        named = named.getparent()
    key = (named.get("id") or "") if named is not None and local(named) != "definitions" else ""
    name = " ".join((named.get("name") or "").split()) if named is not None and key else ""
    found = element.sourceline if element is not None else 0
    line = found if isinstance(found, int) else 0
    return Finding(rule, severity, file, key, name, line, message, fix, automatic)
