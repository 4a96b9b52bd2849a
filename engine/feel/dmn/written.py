"""The names a model gives to parts of values: components, entries, columns. Texts may use them with signs in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass

from engine.feel.dmn import model


def entry_names(found: model.Model) -> Iterator[str]:
    """Names of components of types, of entries of contexts, of columns of relations and tables."""
    yield from _component_names(found.items)
    for element in found.elements.values():
        yield from _names_in(element)


def _component_names(items: Iterable[model.Item]) -> Iterator[str]:
    for item in items:
        yield from (part.name for part in item.components)
        yield from _component_names(item.components)


def _names_in(part: object) -> Iterator[str]:
    if isinstance(part, tuple):
        for inner in part:
            yield from _names_in(inner)
    elif is_dataclass(part):
        yield from _own_names(part)
        for field in fields(part):
            yield from _names_in(getattr(part, field.name))


def _own_names(part: object) -> Iterator[str]:
    if isinstance(part, model.Entry) and part.variable is not None:
        yield part.variable.name
    elif isinstance(part, model.Relation):
        yield from (column.name for column in part.columns)
    elif isinstance(part, model.Output):
        yield part.name
