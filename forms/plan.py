"""What of a form depends on no answer, worked out once: where its questions stand and the names that it knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from forms.components import Component, Page, Path
from forms.tree import Node, nodes, shape_of, skeleton


class Plan:
    """The places of a form. Only a page with a list must be walked anew for each set of answers."""

    def __init__(self, pages: tuple[Page, ...]) -> None:
        components = tuple(page.component for page in pages)
        self.shape = shape_of(components)
        self.names = skeleton(self.shape)
        self.readable = tuple(_readable(components, ()))
        self._components = components
        self._fixed = tuple(None if _repeats(one) else tuple(nodes((one,), {})) for one in components)

    def nodes(self, answers: Any, page: int | None = None) -> Iterable[Node]:
        """Each question at each place where these answers make it stand, of one page (from 1) or of all."""
        if page is not None:
            return self._of(page - 1, answers)
        return chain.from_iterable(self._of(place, answers) for place in range(len(self._fixed)))

    def _of(self, place: int, answers: Any) -> Iterable[Node]:
        fixed = self._fixed[place]
        return nodes((self._components[place],), answers) if fixed is None else fixed


def _repeats(component: Component) -> bool:
    return component.kind == "dynamiclist" or any(_repeats(child) for child in component.children)


def _readable(components: tuple[Component, ...], prefix: Path) -> Iterator[tuple[Component, Path]]:
    """The questions outside lists, lists included, that take an answer, each with its place."""
    for component in components:
        if component.private or component.readonly:
            continue
        path = prefix + component.segments
        if component.holds:
            yield component, path
        else:
            yield from _readable(component.children, path)
