"""Reading and writing nested answers by path, and the shape that a form gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from forms.components import Component, Path, visible

ABSENT: Any = object()


@dataclass(slots=True)
class Shape:
    """What may stand at a place: named members, the members of each item of a list, or a value (neither)."""

    members: dict[str, Shape] = field(default_factory=dict)
    items: Shape | None = None
    leaf: bool = False


# A condition that hides, and the list items around the place where it is written.
Hide = tuple[str, tuple[Path, ...]]


@dataclass(frozen=True, slots=True)
class Node:
    """A question or a list at its real place in given answers; `scopes` are the paths of the lists' items around it.

    `hides` are its own condition and those of the groups around it: one that holds hides it.
    """

    path: Path
    component: Component
    scopes: tuple[Path, ...]
    hides: tuple[Hide, ...]


def get(tree: Any, path: Path) -> Any:
    """The value at the path, ABSENT where nothing stands."""
    for segment in path:
        # Asked for every question of a form: a look into a plain dict costs a tenth of one into any Mapping.
        tree = tree.get(segment, ABSENT) if tree.__class__ is dict else _member(tree, segment)
        if tree is ABSENT:
            return ABSENT
    return tree


def _member(tree: Any, segment: str | int) -> Any:
    if isinstance(segment, int):
        return tree[segment] if isinstance(tree, list) and segment < len(tree) else ABSENT
    return tree.get(segment, ABSENT) if isinstance(tree, Mapping) else ABSENT


def put(tree: dict[str, Any], path: Path, value: Any) -> None:
    """Write the value, making the objects on the way; lists on the way must already hold the item."""
    target: Any = tree
    for segment in path[:-1]:
        following = _member(target, segment)
        if following is ABSENT or not isinstance(following, dict | list):
            following = {}
            target[segment] = following
        target = following
    target[path[-1]] = value


def drop(tree: Any, path: Path) -> None:
    """Remove what stands at the path, and the objects that this leaves empty. List items are emptied, not removed."""
    parent = get(tree, path[:-1])
    if not isinstance(parent, dict) or path[-1] not in parent:
        return
    del parent[path[-1]]
    if not parent and len(path) > 1:
        drop(tree, path[:-1])


def copy(value: Any) -> Any:
    """A copy of nested dicts and lists; the leaves are shared."""
    if isinstance(value, Mapping):
        return {key: copy(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [copy(item) for item in value]
    return value


def shape_of(components: tuple[Component, ...]) -> Shape:
    """The places where these components may hold answers."""
    root = Shape()
    _fill(root, components)
    return root


def _fill(shape: Shape, components: tuple[Component, ...]) -> None:
    for component in visible(components):
        if component.readonly:
            continue
        place = shape
        for segment in component.segments:
            place = place.members.setdefault(segment, Shape())
        if component.kind == "dynamiclist":
            place.items = place.items or Shape()
            _fill(place.items, component.children)
        elif component.children:
            _fill(place, component.children)
        elif component.answered and component.segments:
            place.leaf = True


def skeleton(shape: Shape) -> dict[str, Any]:
    """Every name of the shape with nothing in it, so that a condition may name what was not answered."""
    return {name: skeleton(member) if member.members else None for name, member in shape.members.items()}


def overlay(under: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid on `under`, objects merged, everything else replaced."""
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(below, dict) and (value.__class__ is dict or isinstance(value, Mapping)):
            value = overlay(below, value)
        merged[key] = value
    return merged


def nodes(
    components: tuple[Component, ...],
    answers: Any,
    prefix: Path = (),
    scopes: tuple[Path, ...] = (),
    hides: tuple[Hide, ...] = (),
) -> Iterator[Node]:
    """Each question and list at each place where these answers make it stand, parents first, in the file's order."""
    for component in visible(components):
        path = prefix + component.segments
        conditions = (*hides, (component.hide, scopes)) if component.hide else hides
        if component.holds:
            yield Node(path, component, scopes, conditions)
        if component.kind == "dynamiclist":
            items = get(answers, path)
            for index in range(len(items) if isinstance(items, list) else 0):
                place = (*path, index)
                yield from nodes(component.children, answers, place, (*scopes, place), conditions)
        elif component.children:
            yield from nodes(component.children, answers, path, scopes, conditions)
