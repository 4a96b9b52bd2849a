"""Carrying a plan out: the tokens that stay are written under their new nodes, what is new begins to listen or runs.

What is cancelled is cancelled in the old definition, what begins begins in the new one; between them lie only bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from engine.migrating.fitting import said, triggers, via
from engine.migrating.plan import Plan, Planner
from engine.migrating.report import REFUSED, Finding, MigrationRefused, Report, place_of
from engine.spiff.activity import Activity
from engine.spiff.complex import ComplexGateway
from engine.spiff.events import ARMS, SUBSCRIBED, Boundary, EventGateway, StartEvent, listen
from engine.spiff.formulas import Failure
from engine.spiff.instance import Instance, Token
from engine.spiff.joins import RESETS, ParallelGateway
from engine.spiff.library import TaskState
from engine.spiff.node import Node
from engine.spiff.storing import read, write
from engine.spiff.subprocess import INTERRUPTED, SubProcess
from engine.spiff.triggers import TIMER
from engine.state import dumps, loads


def lay(planner: Planner, now: datetime) -> Instance:
    """The instance in the new definition, run as far as it goes. MigrationRefused when an event cannot be awaited."""
    plan, before = planner.plan, planner.instance
    begun = [(before.tasks[one].scope.id, key) for one, key in plan.anew.items()]
    vias = {one: via(before.tasks[one], planner.new.nodes[key]) for one, key in plan.keep.items() if _came(before, one)}
    for one in plan.anew:
        before.cancel_token(before.tasks[one])
    for one in plan.drop:
        if one in before.tasks:
            before.remove(before.tasks[one])
    after = read(planner.new, _rewritten(planner, vias), now)
    after.events = before.events
    for token in after.living():
        _listen_again(planner, after, token)
    for token in after.living():
        if _waits_at_join(token) and token.task_spec.gather(token):
            token._ready()
    for scope, key in begun:
        after.enter(planner.new.nodes[key], after.tasks[scope])
    after.settle()
    return after


def _came(instance: Instance, token_id: int) -> bool:
    return "via" in instance.tasks[token_id].internal_data


def _waits_at_join(token: Token) -> bool:
    return token.alive and token.state == TaskState.WAITING and isinstance(token.task_spec, ParallelGateway)


def _rewritten(planner: Planner, vias: dict[int, str | None]) -> bytes:
    """The state with every key that names a node or a flow said in the new definition's words."""
    content = loads(write(planner.instance, planner.old.digest))
    for row in content["tokens"]:
        row[2] = planner.plan.keep[row[0]]
        if vias.get(row[0]) is not None:
            row[4]["via"] = vias[row[0]]
        else:
            row[4].pop("via", None)
        _rename(planner, row[4])
    _rename(planner, content["root"][2])
    return dumps({**content, "definition": planner.new.digest, "process": planner.new.process})


def _rename(planner: Planner, internal: dict[str, Any]) -> None:
    """What a scope remembers by the keys of its nodes: what was done in it, and which gateways wait for late tokens."""
    _rename_records(planner, internal.get("done", []))
    if RESETS in internal:
        known = [(planner.target(planner.old.nodes[key]), ways) for key, ways in internal[RESETS].items()]
        internal[RESETS] = {target.key: ways for target, ways in known if isinstance(target, ComplexGateway)}


def _rename_records(planner: Planner, records: list[Any]) -> None:
    for record in records:
        target = planner.target(planner.old.nodes[record[0]])
        record[0] = record[0] if target is None else target.key
        _rename_records(planner, record[2])


def _listen_again(planner: Planner, instance: Instance, token: Token) -> None:
    """Messages go by their new names; events that are new at this place are listened for from now on."""
    old, new = planner.instance.tasks[token.id].task_spec, token.task_spec
    blocked = token.internal_data.get("blocked")
    if blocked is not None and blocked[2]:
        return  # it enters anew when it is retried
    try:
        if token.state == TaskState.WAITING and ARMS in token.internal_data:
            _rename_arms(token, old, new)
        if isinstance(new, EventGateway):
            _follow_new_ways(instance, token, new)
        if isinstance(new, Activity):
            _arm(instance, token, _new_edges(planner, token, old, new))
        if isinstance(new, SubProcess) and token.state == TaskState.STARTED and INTERRUPTED not in token.internal_data:
            _arm(instance, token, _new_starts(planner, token, old, new))
    except Failure as failure:
        found = Finding(place_of(new), new.title, REFUSED, failure.code, failure.message)
        raise MigrationRefused(Report((found,))) from failure


def _rename_arms(token: Token, old: Node, new: Node) -> None:
    """Timers keep their moment, whatever the drawing says now; the rest is awaited as the drawing says."""
    arms = token.internal_data[ARMS]
    for index, (was, now) in enumerate(zip(triggers(old), triggers(new), strict=True)):
        if arms[index] is not None and now.kind != TIMER and said(was) != said(now):
            arms[index] = now.arm(token)


def _follow_new_ways(instance: Instance, token: Token, gateway: EventGateway) -> None:
    followed = {child.task_spec.key for child in token.children}
    for flow in gateway.outgoing:
        if flow.target.key not in followed:
            instance.enter(flow.target, token)


def _new_edges(planner: Planner, token: Token, old: Activity, new: Activity) -> list[Node]:
    return _unheard(planner, token, old.boundaries, new.boundaries)


def _new_starts(planner: Planner, token: Token, old: SubProcess, new: SubProcess) -> list[Node]:
    before = [one.start for one in old.inner.event_subprocesses]
    return _unheard(planner, token, before, [one.start for one in new.inner.event_subprocesses])


def _unheard(
    planner: Planner, token: Token, before: Iterable[Boundary | StartEvent], after: Iterable[Boundary | StartEvent]
) -> list[Node]:
    """The events that begin to listen: all but those that listen already, and those that have had their turn."""
    plan: Plan = planner.plan
    listened = plan.listening.get(token.id, set())
    spent = {planner.target(one) for one in before if one.listens and one.key not in listened}
    heard = {child.task_spec for child in token.children}
    return [one for one in after if one.listens and one not in heard and one not in spent]


def _arm(instance: Instance, token: Token, events: Iterable[Node]) -> None:
    for one in events:
        subscription = instance.spawn(one, token)
        if isinstance(one, StartEvent):
            subscription.internal_data[SUBSCRIBED] = 1
        listen(subscription, one.triggers)  # type: ignore[attr-defined]
