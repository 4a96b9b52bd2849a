"""One running process: the tree of what lives, and the loop that lets it run as far as it can."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from engine.model import Event
from engine.spiff.conditions import look_again
from engine.spiff.formulas import Failure, FeelEngine, computed_decision
from engine.spiff.joins import release_joins
from engine.spiff.library import BpmnWorkflow, Task, TaskState
from engine.spiff.scopes import variables

if TYPE_CHECKING:
    from engine.spiff.node import Flow, Node

STEP_LIMIT = 200_000
VISIT_LIMIT = 1_000
_RUNAWAY = "Le déroulement tourne sans s’arrêter\u00a0: aucune étape n’attend quelqu’un ou quelque chose."
_SCRIPT_ENGINE = FeelEngine()


class Token(Task):
    """One task of the tree. Its id is a number, unique in the instance; its parent is the scope it runs in."""

    workflow: Instance
    task_spec: Any
    data: dict[str, Any]
    internal_data: dict[str, Any]
    chosen: tuple[Flow, ...] = ()

    @property
    def parent(self) -> Token | None:
        """The scope around it; None for the root."""
        return self.workflow.tasks.get(self._parent)

    @property
    def scope(self) -> Token:
        """The scope around it; only the root has none, and nobody asks it."""
        return self.workflow.tasks[self._parent]

    @property
    def children(self) -> list[Token]:
        """The tokens in it, as a new list."""
        tasks = self.workflow.tasks
        return [tasks[child] for child in self._children]

    def _set_state(self, value: int) -> None:
        # The library logs and reads the clock here, at every change.
        self._state = value

    @property
    def alive(self) -> bool:
        """Whether it is still in the tree."""
        return self.id in self.workflow.tasks

    @property
    def public_id(self) -> str:
        """The id the world knows: unique over all instances; a retried effect is asked under a new one."""
        again = self.internal_data.get("again")
        return f"{self.workflow.key}-{self.id}" + (f"-{again}" if again else "")


class Instance(BpmnWorkflow):
    """One running process instance, called processes included, as one tree of tokens."""

    tasks: dict[int, Token]
    task_tree: Token
    made: type[Token] = Token
    whole = False  # whether it keeps what is over; see `whole.WholeInstance`

    def __init__(self, spec: Any, *, key: str, now: datetime, zone: ZoneInfo, decisions: Mapping[str, Any]) -> None:
        super().__init__(spec, script_engine=_SCRIPT_ENGINE, deserializing=True)
        self.key = key
        self.now = now
        self.zone = zone
        self.decisions = decisions
        self.next_id = 1
        self.dirty = False
        self.changed: set[tuple[int, str, str]] = set()
        self.agenda: list[Token] = []
        self.nodes: Mapping[str, Node] = {}
        self.asked: list[tuple[Token, dict[str, Any]]] = []
        self.events: list[Event] = []
        self.visits: dict[tuple[str, int], int] = {}

    # -- the tree --------------------------------------------------------------------------------------------------

    def spawn(self, node: Node, parent: Token | None, state: int = TaskState.FUTURE) -> Token:
        """A new token of that node in that scope, not on the agenda yet."""
        token = self.made(self, node, parent, state=state, id=self.next_id)
        self.next_id += 1
        return token

    def enter(self, node: Node, scope: Token) -> Token:
        """A new token of that node in that scope, next on the agenda."""
        token = self.spawn(node, scope)
        self.agenda.append(token)
        return token

    def remove(self, token: Token) -> None:
        """Prune a token and all below it."""
        if token.parent is not None:
            token.scope._children.remove(token.id)
        self._forget(token)

    def _forget(self, token: Token) -> None:
        for one in self._below(token):
            one._children = []
            self.tasks.pop(one.id, None)

    def _below(self, token: Token) -> list[Token]:
        """The token and all below it, parents first. Calls nest deeper than Python's own stack would bear."""
        found = [token]
        for one in found:
            found.extend(one.children)
        return found

    def adopt(self, token: Token, parent: Token) -> None:
        """Give a token another parent."""
        token.scope._children.remove(token.id)
        token._parent = parent.id
        parent._children.append(token.id)

    def cancel_token(self, token: Token) -> None:
        """End a token and all below it without completing them."""
        for one in reversed(self._below(token)):
            node = one.task_spec
            if node.tells and not node.is_subscription(one) and one.state != TaskState.FUTURE:
                self.tell("cancelled", one)
            one._set_state(TaskState.CANCELLED)
        self.remove(token)

    def living(self) -> list[Token]:
        """All tokens of the tree, oldest first: numbers only grow, and the tree is kept in their order."""
        return list(self.tasks.values())

    def kept(self) -> list[Token]:
        """The tokens that are stored: those that live."""
        return self.living()

    # -- what happened ---------------------------------------------------------------------------------------------

    def tell(self, kind: str, token: Token, **detail: Any) -> None:
        """Note something that happened to a token."""
        node = token.task_spec
        self.events.append(
            Event(kind, node.element, node.title, node.process_id, token.public_id, {**node.where(token), **detail})
        )

    def tell_flow(self, flow: Flow) -> None:
        """Note that a sequence flow was taken."""
        node = flow.source
        detail = {"source": node.element, "target": flow.target.element}
        self.events.append(Event("flow", flow.id, flow.name, node.process_id, None, detail))

    # -- what the world is asked -----------------------------------------------------------------------------------

    def ask(self, token: Token, params: dict[str, Any]) -> None:
        """A service task asks for its action."""
        self.asked.append((token, params))

    def decide(self, decision: str, token: Token) -> tuple[Any, dict[str, Any]]:
        """The value of a decision, and what to note about it. Failure when it cannot be decided."""
        found = computed_decision(self.decisions.get(decision), decision, variables(token), self.now, self.zone)
        return found[0], {"rules": found[1], "warnings": found[2]}

    # -- running ---------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Run until nothing can go on by itself. A model that never rests becomes an incident, not a hang."""
        self.visits.clear()
        for _ in range(STEP_LIMIT):
            if self.dirty:
                self.dirty = False
                look_again(self)
            elif self.agenda:
                token = self.agenda.pop()
                if token.alive:
                    self.advance(token)
            elif not release_joins(self):
                return
        self._give_up()

    def advance(self, token: Token) -> None:
        """One move of one token, through the library's own states."""
        try:
            if token.state == TaskState.FUTURE:
                self._visit(token)
                token.task_spec._update(token)
            elif token.state == TaskState.READY:
                token.run()
        except Failure as failure:
            self.block(token, failure)

    def block(self, token: Token, failure: Failure) -> None:
        """The token stands still with an incident, ready to be retried from where it was."""
        entering = token.state in {TaskState.FUTURE, TaskState.WAITING} or "entering" in token.internal_data
        if entering:
            for child in token.children:
                self.remove(child)
        token._set_state(TaskState.ERROR)
        token.internal_data["blocked"] = [failure.code, failure.message, 1 if entering else 0]
        self.tell("incident", token, code=failure.code, message=failure.message)

    def _visit(self, token: Token) -> None:
        """Count how often one node is entered in one scope within one step. Failure when it never rests."""
        if token.task_spec.is_item:
            return
        place = (token.task_spec.key, token._parent)
        self.visits[place] = count = self.visits.get(place, 0) + 1
        if count > VISIT_LIMIT:
            raise Failure("boucle_sans_fin", _RUNAWAY)

    def _give_up(self) -> None:
        for token in self.agenda:
            if token.alive:
                self.block(token, Failure("boucle_sans_fin", _RUNAWAY))
        self.agenda.clear()

    def _task_completed_notify(self, task: Token) -> None:
        # The library walks the whole tree here, after every task. A finished token has pruned itself already.
        self.last_task = None
