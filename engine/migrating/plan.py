"""Where each token of a running instance goes: it stays, it begins anew elsewhere, or nobody can say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.definition import Definition
from engine.migrating.fitting import Obstacle, belongs, kinds, obstacle, via, words_changed
from engine.migrating.meeting import Mark, meetings, starved
from engine.migrating.report import (
    FOLLOWS,
    HARMLESS,
    NEEDS_TARGET,
    REFUSED,
    Finding,
    Report,
    key_of,
    place_of,
    suffix_of,
)
from engine.spiff.compensation import CancelEnd, CompensationThrow, Undo
from engine.spiff.events import Boundary, EventGateway, StartEvent
from engine.spiff.instance import Instance, Token
from engine.spiff.joins import Join
from engine.spiff.node import Node
from engine.spiff.subprocess import CallActivity, EventSubProcess, Root, SubProcess

_REMOVED = "it is not in the new version"
_MOVED = "it stands inside another sub-process or block now"
_UNDOING = "something is being undone there; migrate once that is over"
_ELSEWHERE = "the target cannot begin there: another scope, a start, an edge event or a join"
_FORGOTTEN = "it was done and may still have to be undone, and it is not in the new version"
_STARVED = "it would wait for a branch on which nothing can come any more"
_UNMET = "parallel branches under way meet there, and nothing joins them in the new version"


@dataclass
class Plan:
    """`keep`: token → key of its node in the new definition; `anew`: token → key of what begins in its stead.

    `listening`: per kept token, the keys of the old edge and start events that listened for it.
    """

    keep: dict[int, str] = field(default_factory=dict)
    anew: dict[int, str] = field(default_factory=dict)
    drop: list[int] = field(default_factory=list)
    listening: dict[int, set[str]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


class Planner:
    """Makes the plan of one instance. `mapping` is whole: `process:element` on both sides."""

    def __init__(self, instance: Instance, old: Definition, new: Definition, mapping: Mapping[str, str]) -> None:
        self.instance = instance
        self.old = old
        self.new = new
        self.mapping = mapping
        self.plan = Plan()

    def made(self) -> Plan:
        """The plan, with a finding for each place."""
        root = self.instance.task_tree
        if self.old.process != self.new.process:
            reason = f"the process {self.old.process} is called {self.new.process} now"
            self._say(root.task_spec, REFUSED, "process_changed", reason)
            return self.plan
        self.plan.keep[root.id] = self.new.main.start.key
        ahead = [root]
        while ahead:
            token = ahead.pop()
            self._remembered(token.task_spec, token.internal_data.get("done", []))
            for child in token.children:
                if self._placed(child, token):
                    ahead.append(child)
            if isinstance(token.task_spec, SubProcess):
                self._meet(token)
        return self.plan

    @property
    def can_move(self) -> bool:
        """Whether the instance may move by the plan: what `report` says, without what reads differently."""
        return Report(tuple(self.plan.findings), ()).can_move

    def report(self) -> Report:
        """The plan's findings, each once, and what reads differently."""
        found = tuple(dict.fromkeys(self.plan.findings))
        pairs = ((node, self.new.nodes.get(key)) for key, node in self.old.nodes.items())
        changed = [place_of(one) for one, other in pairs if other is not None and words_changed(one.info, other.info)]
        return Report(found, tuple(dict.fromkeys(changed)))

    def target(self, node: Node) -> Node | None:
        """The node in the new definition that the mapping, or else the same id, says."""
        place = place_of(node)
        return self.new.nodes.get(key_of(self.mapping.get(place, place), suffix_of(node)))

    # -- one token -------------------------------------------------------------------------------------------------

    def _placed(self, token: Token, parent: Token) -> bool:
        """Decide about one token; True when it stays, so that what is below it must be looked at."""
        node = token.task_spec
        around = self.new.nodes[self.plan.keep[parent.id]]
        undoes = isinstance(node, CompensationThrow | CancelEnd) and token.children
        if isinstance(node, Undo) or undoes:
            self._say(node, REFUSED, "undoing", _UNDOING)
            return False
        if node.is_subscription(token):
            self.plan.listening.setdefault(parent.id, set()).add(node.key)
            return self._listens(token, around)
        if isinstance(parent.task_spec, EventGateway):
            return self._listens(token, around)
        if isinstance(node, Root) and isinstance(around, CallActivity):
            return self._called(token, around)
        return self._flows(token, around)

    def _listens(self, token: Token, around: Node) -> bool:
        """An event that is awaited: it stays if it is still awaited there, else it is no more listened for."""
        node = token.task_spec
        target = self.target(node)
        if target is None or not belongs(target, around) or kinds(target) != kinds(node):
            self.plan.drop.append(token.id)
            return False
        self.plan.keep[token.id] = target.key
        return True

    def _called(self, token: Token, call: CallActivity) -> bool:
        node = token.task_spec
        name = call.called if isinstance(call.called, str) else node.process_id
        called = call.processes.get(name)
        if called is None:
            self._say(node, REFUSED, "process_removed", f"the block {name} is not in the new version")
            return False
        self.plan.keep[token.id] = called.start.key
        return True

    def _flows(self, token: Token, around: Node) -> bool:
        """A token that came by a flow, or an item of a loop."""
        node = token.task_spec
        place = place_of(node)
        wanted = self.mapping.get(place)
        target = self.target(node)
        fits = target is not None and belongs(target, around)
        found = obstacle(token, node, target) if target is not None and fits else None
        if wanted is None:
            if found is None and fits and target is not None:
                return self._stays(token, target)
            self._needs(node, target, found)
            return False
        if fits and target is not None and (found is None or found.confirm) and self._same_step(node, wanted):
            return self._stays(token, target)
        return self._begins_anew(token, around, wanted)

    def _same_step(self, node: Node, wanted: str) -> bool:
        """Whether the mapping only says how the element is called now, or that it is meant as it is.

        Within one definition nothing is called otherwise: there a mapping moves the token, or begins the step again.
        """
        here = place_of(node)
        if self.old is self.new:
            return False
        return wanted == here or (key_of(here) not in self.new.nodes and key_of(wanted) not in self.old.nodes)

    def _stays(self, token: Token, target: Node) -> bool:
        self.plan.keep[token.id] = target.key
        told = words_changed(token.task_spec.info, target.info)
        self._say(token.task_spec, HARMLESS if told else FOLLOWS)
        return True

    def _needs(self, node: Node, target: Node | None, found: Obstacle | None) -> None:
        if target is None:
            self._say(node, NEEDS_TARGET, "removed", _REMOVED)
        elif found is None:
            self._say(node, NEEDS_TARGET, "moved", _MOVED)
        else:
            self._say(node, NEEDS_TARGET, found.code, found.reason)

    def _begins_anew(self, token: Token, around: Node, wanted: str) -> bool:
        node, target = token.task_spec, self.new.nodes[key_of(wanted)]
        inside = isinstance(around, SubProcess) and around.inner.nodes.get(target.element) is target
        never = isinstance(target, StartEvent | Boundary | EventSubProcess)
        if not inside or never or (isinstance(target, Join) and len(target.incoming) > 1):
            self._say(node, REFUSED, "target_elsewhere", f"{_ELSEWHERE} ({wanted})")
        else:
            self.plan.anew[token.id] = target.key
            self._say(node, FOLLOWS, "anew")
        return False

    # -- one scope -------------------------------------------------------------------------------------------------

    def _remembered(self, node: Node, records: list[Any]) -> None:
        for key, _, inside in records:
            done = self.old.nodes[key]
            if self.target(done) is None:
                self._say(done, NEEDS_TARGET, "undone_removed", _FORGOTTEN)
            self._remembered(node, inside)

    def _meet(self, scope: Token) -> None:
        """Look whether the branches under way in this scope still meet as they did."""
        old: Any = scope.task_spec
        new: Any = self.new.nodes[self.plan.keep[scope.id]]
        flowing = [one for one in scope.children if not one.task_spec.is_subscription(one)]
        before = [Mark(one.task_spec, one.internal_data.get("via")) for one in flowing]
        for join in meetings(old.inner, before):
            target = self.target(join)
            if type(target) is not type(join) or target is None or len(target.incoming) < 2:
                self._say(join, NEEDS_TARGET, "join_removed", _UNMET)
        after = [mark for one in flowing if (mark := self._mark(one)) is not None]
        known = {self.target(one) for one in starved(old.inner, before)}
        for join in starved(new.inner, after) - known:
            self._say(join, REFUSED, "branch_missing", _STARVED)

    def _mark(self, token: Token) -> Mark | None:
        key = self.plan.keep.get(token.id) or self.plan.anew.get(token.id)
        if key is None:
            return None
        node = self.new.nodes[key]
        return Mark(node, via(token, node) if "via" in token.internal_data else None)

    def _say(self, node: Node, verdict: str, code: str = "", reason: str = "") -> None:
        self.plan.findings.append(Finding(place_of(node), node.title, verdict, code, reason))
