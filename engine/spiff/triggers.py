"""Event definitions: what is awaited or thrown, and how an awaited one stands in the state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from engine.spiff.formulas import Failure, Formula
from engine.spiff.scopes import variables
from engine.spiff.timers import wind, wind_on

if TYPE_CHECKING:
    from engine.spiff.instance import Token

MESSAGE = "message"
SIGNAL = "signal"
TIMER = "timer"
CONDITION = "condition"
ERROR = "error"
ESCALATION = "escalation"
COMPENSATION = "compensation"
CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Watched:
    """The changes at which a condition is looked at: of one variable (empty: any), of some kinds (empty: all).

    `each`: every such change counts, not only the one that makes the condition true.
    """

    variable: str = ""
    kinds: frozenset[str] = frozenset()
    each: bool = False


@dataclass(frozen=True, slots=True)
class Trigger:
    """One event definition. `name`: of the message or signal, or the code of the error or escalation; None is any.

    For a timer, `name` is its value and `timer` the kind of time; for a condition, `name` is the condition. `kept`:
    what of an error or escalation (code, message) goes into which variable when it is caught; `message`: what a thrown
    error says.
    """

    kind: str
    name: Formula | str | None = None
    timer: str = ""
    kept: tuple[tuple[str, str], ...] = ()
    watched: Watched | None = None
    message: str = ""

    @property
    def listens(self) -> bool:
        """Whether somebody else brings it (so that a subscription must stand in the state)."""
        return self.kind in {MESSAGE, SIGNAL, TIMER, CONDITION}

    def named(self, token: Token) -> str | None:
        """The name or code, computed if need be. Failure when it is no text."""
        found = self._value(token)
        if found is None or isinstance(found, str):
            return found
        raise Failure("nom_evenement", "Le nom de l’événement doit être un texte.")

    def arm(self, token: Token) -> dict[str, Any]:
        """How it stands in the state while it is awaited."""
        if self.kind == TIMER:
            instance = token.workflow
            return {"kind": TIMER, **wind(self.timer, self._value(token), instance.now, instance.zone)}
        if self.kind == CONDITION:
            token.workflow.dirty = True
            return {"kind": CONDITION}
        return {"kind": self.kind, "name": self.named(token) or ""}

    def rearm(self, arm: dict[str, Any], zone: ZoneInfo) -> dict[str, Any] | None:
        """How it stands after it came once and is awaited again; None when it cannot come again."""
        if self.kind != TIMER:
            return arm
        again = wind_on(arm, zone)
        return None if again is None else {"kind": TIMER, **again}

    def holds(self, token: Token) -> bool:
        """For a condition: whether it is true now."""
        if not isinstance(self.name, Formula):
            return False
        instance = token.workflow
        return self.name.truth(variables(token), instance.now, instance.zone) is True

    def _value(self, token: Token) -> Any:
        if isinstance(self.name, Formula):
            instance = token.workflow
            return self.name.value(variables(token), instance.now, instance.zone)
        return self.name
