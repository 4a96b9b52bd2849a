"""Which nodes of a graph lie on a circle: Tarjan's strongly connected components, in linear time, without recursion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

Graph = Mapping[str, Sequence[str]]


def on_circles(graph: Graph) -> frozenset[str]:
    """The nodes that lead back to themselves; every successor must be a node of the graph."""
    found: set[str] = set()
    for component in components(graph):
        if len(component) > 1 or component[0] in graph[component[0]]:
            found.update(component)
    return frozenset(found)


def components(graph: Graph) -> Iterator[list[str]]:
    """The strongly connected components."""
    search = _Search(graph)
    for key in graph:
        if key not in search.order:
            yield from search.begin(key)


class _Search:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.order: dict[str, int] = {}
        self.low: dict[str, int] = {}
        self.path: list[str] = []
        self.on_path: set[str] = set()

    def begin(self, first: str) -> Iterator[list[str]]:
        work = [self._enter(first)]
        while work:
            key, ahead = work[-1]
            following = next(ahead, None)
            if following is not None:
                if following not in self.order:
                    work.append(self._enter(following))
                elif following in self.on_path:
                    self.low[key] = min(self.low[key], self.order[following])
                continue
            work.pop()
            if work:
                above = work[-1][0]
                self.low[above] = min(self.low[above], self.low[key])
            if self.low[key] == self.order[key]:
                yield self._close(key)

    def _enter(self, key: str) -> tuple[str, Iterator[str]]:
        self.order[key] = self.low[key] = len(self.order)
        self.path.append(key)
        self.on_path.add(key)
        return key, iter(self.graph[key])

    def _close(self, key: str) -> list[str]:
        found: list[str] = []
        while not found or found[-1] != key:
            found.append(self.path.pop())
            self.on_path.discard(found[-1])
        return found
