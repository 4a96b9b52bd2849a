"""Data in and out of an activity: what it is handed, and where what it brings is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.spiff.formulas import Formula
from engine.spiff.scopes import assign, variables

if TYPE_CHECKING:
    from engine.spiff.instance import Token

Pairs = tuple[tuple[str, Formula | str], ...]


@dataclass(frozen=True, slots=True)
class Mappings:
    """`entrees` are computed outside and handed in; `sorties` are computed inside and written outside.

    `only`: nothing but the sorties comes out; and what an event brings is seen by its own names.
    """

    entrees: Pairs = ()
    sorties: Pairs = ()
    only: bool = False

    def given(self, token: Token) -> dict[str, Any]:
        """The values handed in, as the token sees things now. Failure when one cannot be computed."""
        return computed(self.entrees, token, variables(token))

    def brought(self, token: Token, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The values brought back, as the token sees things now. Failure when one cannot be computed."""
        return computed(self.sorties, token, variables(token, extra))

    def take_in(self, token: Token, answer: Mapping[str, Any], called: str) -> None:
        """Write an answer: by the sorties, which see it under the name `called`, or key by key when there are none."""
        seen = {**answer, called: dict(answer)} if self.only else {called: dict(answer)}
        assign(token, self.brought(token, seen) if self.sorties else answer)


def computed(pairs: Pairs, token: Token, seen: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the pairs."""
    instance = token.workflow
    found: dict[str, Any] = {}
    for name, what in pairs:
        found[name] = what.value(seen, instance.now, instance.zone) if isinstance(what, Formula) else what
    return found


NO_MAPPINGS = Mappings()
