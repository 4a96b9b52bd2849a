"""A service task asks and waits; it never touches the world.

What it asks stands in `Advance.effects`, once. Whoever acts on it comes back with `runtime.answer` or `runtime.fail`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.model import ElementInfo
from engine.spiff.activity import Activity
from engine.spiff.mappings import Mappings
from engine.spiff.node import ANSWER

if TYPE_CHECKING:
    from engine.spiff.instance import Token

ASKED = "asked"


class ServiceTask(Activity):
    """Asks for an action. `mappings.entrees` are its parameters, `mappings.sorties` see the answer as `resultat`."""

    def __init__(
        self,
        process: Any,
        info: ElementInfo,
        local: Mappings,
        action: str,
        mappings: Mappings,
        *,
        suffix: str = "",
    ) -> None:
        super().__init__(process, info, local, suffix=suffix)
        self.action = action
        self.mappings = mappings

    def perform(self, token: Token) -> bool:
        """First ask; when the answer has come, take it in."""
        if ANSWER in token.internal_data:
            self.mappings.take_in(token, token.internal_data[ANSWER], "resultat")
            return True
        token.workflow.ask(token, self.mappings.given(token))
        return False
