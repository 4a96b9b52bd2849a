"""Branches under way that must still meet: what a change of the drawing could strand or let run twice.

A token whose parallel partner never set out would wait for ever at a new join; two tokens whose join is gone would
both run on. Both are seen before anything is moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.spiff.joins import Join, ParallelGateway
from engine.spiff.node import Flow, Node
from engine.spiff.process import Contents


@dataclass(frozen=True, slots=True)
class Mark:
    """A token in a scope; `via` is the flow by which it came to the join where it waits."""

    node: Node
    via: str | None = None


def starved(contents: Contents, marks: Sequence[Mark]) -> set[Node]:
    """The parallel joins that get a token on some of their ways, and can never get one on another."""
    found: set[Node] = set()
    for node in contents.nodes.values():
        if isinstance(node, ParallelGateway) and len(node.incoming) > 1:
            coming = [_comes(flow, node, marks) for flow in node.incoming]
            if any(coming) and not all(coming):
                found.add(node)
    return found


def meetings(contents: Contents, marks: Sequence[Mark]) -> set[Node]:
    """The joins where two of the tokens may meet."""
    found: set[Node] = set()
    for node in contents.nodes.values():
        if isinstance(node, Join) and len(node.incoming) > 1:
            before = upstream(node.incoming, node)
            if sum(mark.node is node or mark.node in before for mark in marks) > 1:
                found.add(node)
    return found


def upstream(flows: Iterable[Flow], join: Node) -> set[Node]:
    """The nodes from which a token can come to one of these flows without passing the join."""
    found: set[Node] = set()
    ahead = [flow.source for flow in flows]
    while ahead:
        node = ahead.pop()
        if node is join or node in found:
            continue
        found.add(node)
        ahead.extend(flow.source for flow in node.incoming)
        ahead.extend(node.comes_from())
    return found


def _comes(flow: Flow, join: Node, marks: Sequence[Mark]) -> bool:
    before = upstream([flow], join)
    return any((mark.node is join and mark.via == flow.id) or mark.node in before for mark in marks)
