"""Gateways: splits, and joins that count one token for each incoming flow in their own scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.spiff.library import TaskState
from engine.spiff.node import Flow, Node, is_open

if TYPE_CHECKING:
    from engine.spiff.instance import Instance, Token

RESETS = "resets"  # in a scope: the complex gateways that wait for late tokens, and by which ways they were set off


class ExclusiveGateway(Node):
    """One way out: the first open flow in the order of the document, else the default."""

    def choose(self, token: Token) -> tuple[Flow, ...]:
        """Exactly one flow, or none where the drawing ends."""
        if not self.outgoing:
            return ()
        if len(self.outgoing) == 1 and self.outgoing[0].condition is None:
            return (self.outgoing[0],)
        for flow in self.outgoing:
            if flow.id != self.default and is_open(flow, token):
                return (flow,)
        return (self.default_flow(token),)


class Join(Node):
    """A gateway where tokens meet."""

    def _update_hook(self, my_task: Token) -> bool:
        my_task._set_state(TaskState.WAITING)
        return self.gather(my_task)

    def gather(self, token: Token) -> bool:
        """Whether the token may go on with those it waited for, which are consumed."""
        raise NotImplementedError

    def waiting(self, scope: Token) -> dict[str, list[Token]]:
        """The tokens that wait here in that scope, by the flow they came by."""
        found: dict[str, list[Token]] = {}
        for other in scope.children:
            if other.task_spec is self and other.state == TaskState.WAITING:
                found.setdefault(other.internal_data.get("via", ""), []).append(other)
        return found

    def consume(self, token: Token, arrived: dict[str, list[Token]]) -> None:
        """One token of each flow is used up; `token` stands for them all."""
        for tokens in arrived.values():
            used = token if token in tokens else tokens[0]
            if used is not token:
                token.workflow.remove(used)
        self.note_entered(token)


class ParallelGateway(Join):
    """Waits for one token on each incoming flow; excess tokens stay for the next round. All ways out are taken."""

    def gather(self, token: Token) -> bool:
        """True when every incoming flow has brought a token."""
        if len(self.incoming) > 1:
            arrived = self.waiting(token.scope)
            if len(arrived) < len(self.incoming):
                return False
            self.consume(token, arrived)
        else:
            self.note_entered(token)
        return True

    def choose(self, token: Token) -> tuple[Flow, ...]:
        """Every flow; a parallel gateway looks at no condition."""
        return tuple(self.outgoing)


class InclusiveGateway(Join):
    """Waits for every token that can still come; then takes each open way out."""

    def gather(self, token: Token) -> bool:
        """A join is looked at when all else rests; see `release_joins`."""
        if len(self.incoming) > 1:
            return False
        self.note_entered(token)
        return True

    def choose(self, token: Token) -> tuple[Flow, ...]:
        """Every open flow, else the default."""
        if len(self.outgoing) <= 1 and all(flow.condition is None for flow in self.outgoing):
            return tuple(self.outgoing)
        taken = tuple(flow for flow in self.outgoing if flow.id != self.default and is_open(flow, token))
        return taken or (self.default_flow(token),)

    def release(self, token: Token) -> bool:
        """When all else rests: let the token go on if it has nothing left to wait for. Whether it does."""
        arrived = self.waiting(token.scope)
        if not self.may_fire(token.scope, arrived):
            return False
        self.consume(token, arrived)
        token._ready()
        return True

    def reset(self, scope: Token) -> bool:
        """Begin anew where nothing waits and no late token can come. Whether it does."""
        return False

    def may_fire(self, scope: Token, arrived: dict[str, list[Token]]) -> bool:
        """BPMN 2.0: no token elsewhere in the scope can reach an empty flow unless it can reach a full one too."""
        empty = self._reaching([flow for flow in self.incoming if flow.id not in arrived])
        if not empty:
            return True
        full = self._reaching([flow for flow in self.incoming if flow.id in arrived])
        for other in scope.children:
            node = other.task_spec
            if node is not self and node in empty and node not in full and not node.is_subscription(other):
                return False
        return True

    def _reaching(self, flows: list[Flow]) -> set[Node]:
        """The nodes from which a token can come to one of these flows without passing here."""
        found: set[Node] = set()
        ahead = [flow.source for flow in flows]
        while ahead:
            node = ahead.pop()
            if node is self or node in found:
                continue
            found.add(node)
            ahead.extend(flow.source for flow in node.incoming)
            ahead.extend(node.comes_from())
        return found


def release_joins(instance: Instance) -> bool:
    """Let one join go on, or begin anew, that has nothing left to wait for. False when there is none."""
    for token in instance.living():
        node = token.task_spec
        if isinstance(node, InclusiveGateway) and token.state == TaskState.WAITING and node.release(token):
            return True
        for key in tuple(token.internal_data.get(RESETS, ())):
            gateway = instance.nodes[key]
            if isinstance(gateway, InclusiveGateway) and gateway.reset(token):
                return True
    return False
