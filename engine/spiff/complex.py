"""The complex gateway: it goes on when enough has come, then takes in what comes late (BPMN 2.0, 13.4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.spiff.formulas import Failure, Formula
from engine.spiff.joins import RESETS, InclusiveGateway
from engine.spiff.node import Flow, is_open
from engine.spiff.scopes import variables

if TYPE_CHECKING:
    from engine.spiff.instance import Token

COUNT, STARTING = "activationCount", "waitingForStart"
RESETTING = "resetting"


class ComplexGateway(InclusiveGateway):
    """With one way in, an inclusive gateway.

    Else it goes on as soon as `activation` holds, with one token of each way that has one. Then it waits for what can
    still come on the other ways, takes that in, and begins anew: what it took in late leaves only by ways whose
    condition looks at `waitingForStart`.
    """

    activation: Formula | None = None

    def gather(self, token: Token) -> bool:
        """When a token comes the condition is looked at, unless the gateway still waits for late ones."""
        if len(self.incoming) <= 1:
            return super().gather(token)
        return self._used(token) is None and self._activates(token)

    def _used(self, token: Token) -> list[str] | None:
        """The ways in by which it was set off, while it waits for the others."""
        found: list[str] | None = token.scope.internal_data.get(RESETS, {}).get(self.key)
        return found

    def _activates(self, token: Token) -> bool:
        arrived, instance = self.waiting(token.scope), token.workflow
        seen = {COUNT: sum(map(len, arrived.values())), STARTING: True}
        if self.activation is None:
            return False
        if self.activation.truth(variables(token, seen), instance.now, instance.zone) is not True:
            return False
        token.data = seen
        token.scope.internal_data.setdefault(RESETS, {})[self.key] = sorted(arrived)
        self.consume(token, arrived)
        return True

    def release(self, token: Token) -> bool:
        """When all else rests: what came late is taken in, and what came for the next round is looked at again."""
        used, arrived = self._used(token), self.waiting(token.scope)
        if used is None:
            return self._begins_anew(token)
        late = {flow: tokens for flow, tokens in arrived.items() if flow not in used}
        if not self._over(token.scope, late):
            return False
        if late:
            token = next(iter(late.values()))[0]
            token.data = {COUNT: len(late), STARTING: False}
            token.internal_data[RESETTING] = 1
            self.consume(token, late)
            token._ready()
        return True

    def reset(self, scope: Token) -> bool:
        """Stop waiting for late ones when none has come and none can come. Whether it does."""
        return not self.waiting(scope) and self._over(scope, {})

    def _over(self, scope: Token, late: dict[str, list[Token]]) -> bool:
        """Whether no more can come; then it is noted."""
        used = scope.internal_data[RESETS][self.key]
        if not self.may_fire(scope, {**{flow: [] for flow in used}, **late}):
            return False
        del scope.internal_data[RESETS][self.key]
        if not scope.internal_data[RESETS]:
            del scope.internal_data[RESETS]
        return True

    def _begins_anew(self, token: Token) -> bool:
        try:
            if not self._activates(token):
                return False
        except Failure as failure:
            token.workflow.block(token, failure)
            return True
        token._ready()
        return True

    def choose(self, token: Token) -> tuple[Flow, ...]:
        """The open ways; for the late ones, those that are kept for them."""
        if RESETTING not in token.internal_data:
            return super().choose(token)
        kept = [flow for flow in self.outgoing if flow.condition is not None and STARTING in flow.condition.text]
        return tuple(flow for flow in kept if is_open(flow, token))
