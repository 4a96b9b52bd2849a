"""The root of our task specifications: how a token enters a node, runs, and leaves by the sequence flows.

A specification is shared by every instance and every thread: nothing in here writes to it after the definition is
built. What a run remembers stands in the token.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from engine.model import ElementInfo
from engine.spiff.formulas import Failure, Formula
from engine.spiff.library import BpmnTaskSpec
from engine.spiff.scopes import variables

if TYPE_CHECKING:
    from engine.spiff.events import Catch
    from engine.spiff.instance import Instance, Token
    from engine.spiff.process import Contents

ANSWER = "answer"
PERFORMED = "performed"


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow. `condition` is None when it is always open."""

    id: str
    name: str
    source: Node
    target: Node
    condition: Formula | None = None


class Node(BpmnTaskSpec):
    """One node of a drawing. `contents` is the process or sub-process it stands in."""

    tells = True  # whether the journal hears of it
    is_item = False  # whether it is one of a counted number
    is_edge = False  # whether it stands at the edge of an activity
    remembers = False  # whether it keeps what was completed in it, to be undone
    own_names: frozenset[str] = frozenset()  # the variables it gives each token below it
    handler: Node | None = None
    repeats: Node | None = None  # what is done each turn, where the node is a loop
    undo: Node | None = None
    undoing_subprocess: Node | None = None
    contents: Contents

    def __init__(self, process: Any, info: ElementInfo, *, suffix: str = "") -> None:
        super().__init__(process, info.id + suffix, lane=info.lane, documentation=info.documentation)
        self.bpmn_id = info.id
        self.bpmn_name = info.name
        self.info = info
        self.element = info.id
        self.title = info.name
        self.process_id: str = process.name
        self.key = f"{process.name}/{info.id}{suffix}"
        self.outgoing: list[Flow] = []
        self.incoming: list[Flow] = []
        self.default: str | None = None

    # -- the library's hooks ---------------------------------------------------------------------------------------

    def test(self) -> None:
        """Nothing to check at run time: the definition was checked when it was built."""

    def serialize(self, serializer: object, **kwargs: object) -> NoReturn:
        """Refused: a specification is built from its document and never stored."""
        raise NotImplementedError

    def _predict(self, my_task: Token, seen: Any = None, looked_ahead: int = 0, mask: int = 0) -> None:
        # The tree holds what is, never what may be: prediction doubles with every parallel block.
        return

    def _update_hook(self, my_task: Token) -> bool:
        self.note_entered(my_task)
        return True

    def _on_ready_hook(self, my_task: Token) -> None:
        if not self.manual:
            my_task.workflow.agenda.append(my_task)

    def _run_hook(self, my_task: Token) -> bool | None:
        if PERFORMED not in my_task.internal_data and not self.perform(my_task):
            return None
        try:
            self.conclude(my_task)
        except Failure:
            # What was done is not done again when the way out is retried.
            my_task.internal_data[PERFORMED] = 1
            raise
        return True

    def _on_complete_hook(self, my_task: Token) -> None:
        self.note_completed(my_task)
        self.leave(my_task)

    def _on_error(self, my_task: Token) -> None:
        """The instance notes what went wrong; see `Instance.block`."""

    # -- what a node does ------------------------------------------------------------------------------------------

    def perform(self, token: Token) -> bool:
        """Do what the node is for. True: done; False: it waits, or it is gone."""
        return True

    def conclude(self, token: Token) -> None:
        """All that may fail before leaving: results written, flows chosen."""
        token.chosen = self.choose(token)
        token.scope.task_spec.before_child_leaves(token.scope, token)

    def choose(self, token: Token) -> tuple[Flow, ...]:
        """The flows to take: every open one, or the default; nothing open at all is a Failure."""
        if all(flow.condition is None and flow.id != self.default for flow in self.outgoing):
            return tuple(self.outgoing)
        taken = tuple(flow for flow in self.outgoing if flow.id != self.default and is_open(flow, token))
        return taken or (self.default_flow(token),)

    def default_flow(self, token: Token) -> Flow:
        """The default flow; Failure when the node has none."""
        for flow in self.outgoing:
            if flow.id == self.default:
                return flow
        texts = " ; ".join(flow.condition.text for flow in self.outgoing if flow.condition is not None)
        raise Failure("aucun_chemin", f"Aucune condition n’est vraie et aucun chemin par défaut n’est prévu ({texts}).")

    def leave(self, token: Token) -> None:
        """Move on: a token for each chosen flow, in the same scope; then tell the scope."""
        instance, scope = token.workflow, token.scope
        followed = [follow(instance, flow, scope) for flow in token.chosen]
        instance.remove(token)
        instance.agenda.extend(reversed(followed))
        scope.task_spec.child_left(scope, token)

    def catchers(self, token: Token, kind: str, came_from: Token | None) -> list[list[Catch]]:
        """What catches such an event here, innermost first."""
        return []

    def caught_here(self, token: Token, catcher: Catch, payload: dict[str, Any]) -> None:
        """One of the catchers was chosen."""
        raise NotImplementedError

    # -- as a parent -----------------------------------------------------------------------------------------------

    def before_child_leaves(self, scope: Token, child: Token) -> None:
        """A token below this one is about to leave."""

    def child_left(self, scope: Token, child: Token) -> None:
        """A token below this one has left."""

    def comes_from(self) -> tuple[Node, ...]:
        """The nodes a token may come from other than by a flow: a boundary event's activity."""
        return ()

    def is_subscription(self, token: Token) -> bool:
        """Whether the token only listens: it keeps no scope alive."""
        return False

    def where(self, token: Token) -> dict[str, Any]:
        """What distinguishes this token from others of the same element."""
        counter = token.data.get("loopCounter")
        return {} if counter is None else {"item": counter}

    def note_entered(self, token: Token) -> None:
        """Tell that the token entered, once."""
        if self.tells and "again" not in token.internal_data:
            token.workflow.tell("entered", token)

    def note_completed(self, token: Token) -> None:
        """Tell that the token is done."""
        if self.tells:
            token.workflow.tell("completed", token)


def follow(instance: Instance, flow: Flow, scope: Token) -> Token:
    """A token that has just taken that flow."""
    instance.tell_flow(flow)
    token = instance.spawn(flow.target, scope)
    if len(flow.target.incoming) > 1:
        token.internal_data["via"] = flow.id
    return token


def is_open(flow: Flow, token: Token) -> bool:
    """Whether its condition lets the token through; null does not."""
    if flow.condition is None:
        return True
    instance = token.workflow
    return flow.condition.truth(variables(token), instance.now, instance.zone) is True


def passed(token: Token, payload: dict[str, Any] | None) -> None:
    """What the token waited for has come: let it run with it."""
    token.internal_data[ANSWER] = payload
    token._ready()
