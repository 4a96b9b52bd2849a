"""The token game of BPMN 2.0 played on a flat drawing, naively and with nothing of the engine: an oracle for joins.

Where several inclusive joins may go on, each of them may be the first: the game gives every way it can end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

TASK, XOR, AND, OR, END = "userTask", "exclusiveGateway", "parallelGateway", "inclusiveGateway", "endEvent"
Place = tuple[str, str]
Marking = frozenset[tuple[Place, int]]
_MOST_MOVES = 400
_MOST_ENDS = 60


class Runaway(Exception):
    """The drawing does not come to rest, or in too many ways."""


@dataclass(frozen=True)
class Arc:
    """A flow; it is open from that value of x on, the default one when no other is."""

    name: str
    source: str
    target: str
    least: int | None = None


@dataclass(frozen=True)
class Net:
    """Nodes by kind, and arcs; the last arc of a deciding node is its default."""

    kinds: Mapping[str, str]
    arcs: tuple[Arc, ...]

    def out(self, node: str) -> list[Arc]:
        """The arcs that leave it."""
        return [arc for arc in self.arcs if arc.source == node]

    def into(self, node: str) -> list[Arc]:
        """The arcs that enter it."""
        return [arc for arc in self.arcs if arc.target == node]

    def chosen(self, node: str, x: int) -> list[Arc]:
        """The arcs taken."""
        arcs = self.out(node)
        if self.kinds[node] not in {XOR, OR} or len(arcs) < 2:
            return arcs
        found = [arc for arc in arcs[:-1] if arc.least is not None and x >= arc.least] or [arcs[-1]]
        return found[:1] if self.kinds[node] == XOR else found


class Game:
    """Everything that may lie where, as the drawing is played."""

    def __init__(self, net: Net) -> None:
        self.net = net

    def begin(self, node: str, x: int) -> set[Marking]:
        """The ways to rest after a token comes to that node."""
        return self.rest(Counter({(node, ""): 1}), x)

    def done(self, marking: Marking, task: str, x: int) -> set[Marking]:
        """The ways to rest after one token has left that task."""
        tokens = Counter(dict(marking))
        place = next(one for one in tokens if one[0] == task)
        self._move(tokens, [place], task, x)
        return self.rest(tokens, x)

    def rest(self, tokens: Counter[Place], x: int) -> set[Marking]:
        """Move whatever can move, then let inclusive joins go on, in every order."""
        found: set[Marking] = set()
        to_play, seen = [tokens], set()
        while to_play:
            current = to_play.pop()
            self._settle(current, x)
            key = frozenset(current.items())
            if key in seen:
                continue
            seen.add(key)
            if len(seen) > _MOST_ENDS:
                raise Runaway
            ready = list(self._ready(current))
            if not ready:
                found.add(key)
            for join in ready:
                after = Counter(current)
                self._move(after, self._arrived(after, join), join, x)
                to_play.append(after)
        return found

    def _settle(self, tokens: Counter[Place], x: int) -> None:
        for _ in range(_MOST_MOVES):
            move = next(self._movable(tokens), None)
            if move is None:
                return
            self._move(tokens, move, move[0][0], x)
        raise Runaway

    def _movable(self, tokens: Counter[Place]) -> Iterator[list[Place]]:
        for place in tokens:
            kind, entries = self.net.kinds[place[0]], len(self.net.into(place[0]))
            if kind == AND and entries > 1:
                arrived = self._arrived(tokens, place[0])
                if len(arrived) == entries:
                    yield arrived
            elif kind != TASK and not (kind == OR and entries > 1):
                yield [place]

    def _move(self, tokens: Counter[Place], used: list[Place], node: str, x: int) -> None:
        tokens.subtract(used)
        tokens.update((arc.target, arc.name) for arc in self.net.chosen(node, x))
        for place in [one for one in tokens if tokens[one] == 0]:
            del tokens[place]

    def _arrived(self, tokens: Counter[Place], node: str) -> list[Place]:
        return [place for place in tokens if place[0] == node]

    def _ready(self, tokens: Counter[Place]) -> Iterator[str]:
        for join in sorted({place[0] for place in tokens}):
            if self.net.kinds[join] == OR and len(self.net.into(join)) > 1 and self._may_go(tokens, join):
                yield join

    def _may_go(self, tokens: Counter[Place], join: str) -> bool:
        full = {place[1] for place in self._arrived(tokens, join)}
        towards_full = self._before(join, full)
        towards_empty = self._before(join, {arc.name for arc in self.net.into(join)} - full)
        return not any(node in towards_empty - towards_full for node, _ in tokens if node != join)

    def _before(self, join: str, arcs: set[str]) -> set[str]:
        """The nodes from which a token comes to one of these arcs without passing the join."""
        found: set[str] = set()
        to_play = [arc.source for arc in self.net.arcs if arc.name in arcs]
        while to_play:
            node = to_play.pop()
            if node != join and node not in found:
                found.add(node)
                to_play += [arc.source for arc in self.net.into(node)]
        return found


def tasks(net: Net, marking: Marking) -> Counter[str]:
    """The open tasks of a marking."""
    found: Counter[str] = Counter()
    for (node, _), count in marking:
        if net.kinds[node] == TASK:
            found[node] += count
    return found
