"""Decisions as a process asks them: a table that contradicts itself stops the dossier instead of answering null."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from engine.feel import FeelError
from engine.feel.dmn.tables import UNFORESEEN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo

    from engine.feel.dmn import Decision, Decisions

_CONTRADICTIONS: Final = ("plusieurs règles s'appliquent", "les règles qui s'appliquent ne donnent pas", UNFORESEEN)


class DecisionContradicts(FeelError):
    """Several rules of a table apply that allows one, they answer differently, or an input is none that it foresees."""


NAMED: Final = "#nommee"


class Answers:
    """The decisions of one file. A key that ends in `#nommee` asks for the only answer of a table under its name."""

    def __init__(self, decisions: Decisions, outputs: Mapping[str, str]) -> None:
        """`outputs`: decision → the name of its table's only output."""
        self._decisions = decisions
        self._outputs = outputs
        self.digest = decisions.digest

    def decide(
        self, key: str, variables: Mapping[str, Any], *, now: datetime | None = None, zone: tzinfo | None = None
    ) -> Decision:
        """The value of a decision. DecisionContradicts (an incident) where DMN's null would pass unseen."""
        wanted = key.removesuffix(NAMED)
        found = self._decisions.decide(wanted, variables, now=now, zone=zone)
        for warning in found.warnings:
            if warning.startswith(_CONTRADICTIONS):
                raise DecisionContradicts(warning)
        return replace(found, value=self._named(wanted, found.value)) if key.endswith(NAMED) else found

    def _named(self, key: str, value: Any) -> Any:
        name = self._outputs.get(key)
        if name is None or value is None:
            return value
        return [{name: one} for one in value] if isinstance(value, list) else {name: value}
