"""What of a form depends on no answer, worked out once: where its questions stand and the names that it knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Any

from forms.components import Component, Page, Path
from forms.tree import Node, nodes, shape_of, skeleton

# Formats by which a given date is held against today.
AGAINST_TODAY = frozenset({"date_passee", "date_future"})

Select = Callable[[Node], bool]
Placed = tuple[Component, Path]


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that stand side by side: where, each by its name there, and those that a file received may answer."""

    place: Path
    members: Mapping[str, tuple[Placed, ...]]
    files: tuple[Placed, ...]


class Plan:
    """The places of a form. Only a page with a list must be walked anew for each set of answers."""

    def __init__(self, pages: tuple[Page, ...]) -> None:
        components = tuple(page.component for page in pages)
        self.shape = shape_of(components)
        self.names = skeleton(self.shape)
        self.groups = tuple(_grouped(_readable(components, ())))
        self.repeats = any(_repeats(one) for one in components)
        self._components = components
        fixed = [None if _repeats(one) else tuple(nodes((one,), {})) for one in components]
        self._fixed: Mapping[Select, list[tuple[Node, ...] | None]] = {
            which: [None if one is None else tuple(filter(which, one)) for one in fixed] for which in (_every, _judged)
        }
        self._conditional = _by_path(node for one in fixed for node in one or () if node.hides)
        self._repeating = tuple(one for one in components if _repeats(one))

    def nodes(self, answers: Any, page: int | None = None) -> Iterable[Node]:
        """Each question at each place where these answers make it stand, of one page (from 1) or of all."""
        return self._nodes(_every, answers, page)

    def judged(self, answers: Any, page: int | None = None) -> Iterable[Node]:
        """Those of which something may be wrong although every answer given is one: required, or a date of a time."""
        return self._nodes(_judged, answers, page)

    def conditional(self, answers: Any, given: Iterable[Path]) -> Iterator[Node]:
        """Those of the places `given`, which hold an answer, that a condition may hide."""
        for path in given:
            yield from self._conditional.get(path, ())
        if self._repeating:
            places = frozenset(given)
            yield from (node for node in nodes(self._repeating, answers) if node.hides and node.path in places)

    def _nodes(self, which: Select, answers: Any, page: int | None) -> Iterable[Node]:
        if page is not None:
            return self._of(page - 1, which, answers)
        return chain.from_iterable(self._of(place, which, answers) for place in range(len(self._components)))

    def _of(self, place: int, which: Select, answers: Any) -> Iterable[Node]:
        fixed = self._fixed[which][place]
        return filter(which, nodes((self._components[place],), answers)) if fixed is None else fixed


def _every(node: Node) -> bool:
    return True


def _judged(node: Node) -> bool:
    one = node.component
    return not one.readonly and (one.required or one.format in AGAINST_TODAY)


def _repeats(component: Component) -> bool:
    return component.kind == "dynamiclist" or any(_repeats(child) for child in component.children)


def _readable(components: tuple[Component, ...], prefix: Path) -> Iterator[Placed]:
    """The questions outside lists, lists included, that take an answer, each with its place."""
    for component in components:
        if component.private or component.readonly:
            continue
        path = prefix + component.segments
        if component.holds:
            if path:  # a question without key, which is a finding, takes none
                yield component, path
        else:
            yield from _readable(component.children, path)


def _grouped(readable: Iterable[Placed]) -> Iterator[Group]:
    for around, group in groupby(readable, key=lambda one: one[1][:-1]):
        members: dict[str, tuple[Placed, ...]] = {}
        for component, path in group:
            name = str(path[-1])
            members[name] = (*members.get(name, ()), (component, path))
        every = chain.from_iterable(members.values())
        yield Group(around, members, tuple(one for one in every if one[0].kind == "filepicker"))


def _by_path(some: Iterable[Node]) -> Mapping[Path, tuple[Node, ...]]:
    found: dict[Path, tuple[Node, ...]] = {}
    for node in some:
        found[node.path] = (*found.get(node.path, ()), node)
    return found
