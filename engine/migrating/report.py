"""What can be said of one running instance and a new definition, for the people who decide and for counting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.definition import Definition
from engine.errors import EngineError
from engine.spiff.node import Node

FOLLOWS = "follows"
HARMLESS = "harmless"
NEEDS_TARGET = "needs_target"
REFUSED = "refused"
_SEVERITY = {FOLLOWS: 0, HARMLESS: 1, NEEDS_TARGET: 2, REFUSED: 3}

SEPARATOR = ":"


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where the instance stands. `place` is `process:element`; `reason` is English, for operators."""

    place: str
    name: str
    verdict: str
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All places where the instance stands, and how. `changed`: elements whose words, cards or forms differ."""

    findings: tuple[Finding, ...]
    changed: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """The gravest of all findings; harmless when only words, cards or forms changed."""
        worst = max((one.verdict for one in self.findings), key=_SEVERITY.__getitem__, default=FOLLOWS)
        return HARMLESS if worst == FOLLOWS and self.changed else worst

    @property
    def can_move(self) -> bool:
        """Whether `migrate` will do it."""
        return self.verdict in {FOLLOWS, HARMLESS}

    @property
    def needs(self) -> tuple[str, ...]:
        """The places that need a target."""
        return tuple(one.place for one in self.findings if one.verdict == NEEDS_TARGET)


class MigrationRefused(EngineError):
    """The instance stays where it is; `report` says why."""

    def __init__(self, report: Report) -> None:
        self.report = report
        told = [one for one in report.findings if one.verdict in {NEEDS_TARGET, REFUSED}]
        super().__init__("; ".join(f"{one.place}: {one.reason}" for one in told))


class MappingInvalid(EngineError):
    """A mapping that names what is not there."""


def place_of(node: Node) -> str:
    """Where a node stands: `process:element`."""
    return f"{node.process_id}{SEPARATOR}{node.element}"


def suffix_of(node: Node) -> str:
    """What tells an internal node from its element: the item of a loop, the inside of a process."""
    return node.key[len(node.process_id) + 1 + len(node.element) :]


def key_of(place: str, suffix: str = "") -> str:
    """The key of a node at that place."""
    process, _, element = place.partition(SEPARATOR)
    return f"{process}/{element}{suffix}"


def whole(mapping: Mapping[str, str], old: Definition, new: Definition) -> dict[str, str]:
    """The mapping with both sides as `process:element`. MappingInvalid when a side is not there.

    An element alone is the main process's, else that of the only process that has it.
    """
    return {_whole(source, old, "old"): _whole(target, new, "new") for source, target in mapping.items()}


def _whole(text: str, definition: Definition, which: str) -> str:
    process, separator, element = text.strip().rpartition(SEPARATOR)
    if separator:
        candidates = [process] if definition.element(process, element) else []
    else:
        candidates = [name for name in definition.processes if definition.element(name, element)]
        if definition.process in candidates:
            candidates = [definition.process]
    if len(candidates) != 1:
        why = "is in several processes: write process:element" if candidates else "is not there"
        raise MappingInvalid(f"{text!r} {why} ({which} version)")
    return f"{candidates[0]}{SEPARATOR}{element}"
