"""What of a form depends on no answer, worked out once: where its questions stand and the names that it knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, groupby
from typing import Any

from forms.components import Component, Page, Path
from forms.tree import Node, nodes, shape_of, skeleton

# Formats by which a given date is held against today.
AGAINST_TODAY = frozenset({"date_passee", "date_future"})

# Questions that stand side by side: the place of what is around them, and each with its own place.
Group = tuple[Path, tuple[tuple[Component, Path], ...]]
Select = Callable[[Node], bool]


class Plan:
    """The places of a form. Only a page with a list must be walked anew for each set of answers."""

    def __init__(self, pages: tuple[Page, ...]) -> None:
        components = tuple(page.component for page in pages)
        self.shape = shape_of(components)
        self.names = skeleton(self.shape)
        self.readable = tuple(_grouped(_readable(components, ())))
        self.repeats = any(_repeats(one) for one in components)
        self._components = components
        fixed = [None if _repeats(one) else tuple(nodes((one,), {})) for one in components]
        self._fixed: Mapping[Select, list[tuple[Node, ...] | None]] = {
            which: [None if one is None else tuple(filter(which, one)) for one in fixed]
            for which in (_every, _judged, _conditional)
        }

    def nodes(self, answers: Any, page: int | None = None) -> Iterable[Node]:
        """Each question at each place where these answers make it stand, of one page (from 1) or of all."""
        return self._nodes(_every, answers, page)

    def judged(self, answers: Any, page: int | None = None) -> Iterable[Node]:
        """Those of which something may be wrong although every answer given is one: required, or a date of a time."""
        return self._nodes(_judged, answers, page)

    def conditional(self, answers: Any) -> Iterable[Node]:
        """Those that a condition may hide."""
        return self._nodes(_conditional, answers, None)

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


def _conditional(node: Node) -> bool:
    return bool(node.hides)


def _repeats(component: Component) -> bool:
    return component.kind == "dynamiclist" or any(_repeats(child) for child in component.children)


def _readable(components: tuple[Component, ...], prefix: Path) -> Iterator[tuple[Component, Path]]:
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


def _grouped(readable: Iterable[tuple[Component, Path]]) -> Iterator[Group]:
    for around, group in groupby(readable, key=lambda one: one[1][:-1]):
        yield around, tuple(group)
