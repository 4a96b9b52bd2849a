"""Imports without a name: what another file says stands in this one as if it were written here (DMN 1.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from engine.feel.dmn import model


def merged(found: model.Model, others: Mapping[str, model.Model]) -> model.Model:
    """The model and those it imports under no name, made one.

    What it says itself comes first, then each import with its own, in their order: an element or a type of a name that
    is taken already is left out, and whoever needs it gets the one of that name.
    """
    absorbed = list(_absorbed(found, others, {found.namespace}))
    if not absorbed:
        return found
    elements = dict(found.elements)
    items = {item.name: item for item in found.items}
    imports = {one.name: one for one in found.imports if one.name}
    named = {element.place.name: key for key, element in elements.items()}
    aliases: dict[str, str] = {}
    for other in absorbed:
        for key, element in other.elements.items():
            taken = named.get(element.place.name) or (key if key in elements else None)
            if taken is None:
                elements[key] = element
                named[element.place.name] = key
            else:
                aliases[key] = taken
        for item in other.items:
            items.setdefault(item.name, item)
        for one in other.imports:
            if one.name:
                imports.setdefault(one.name, one)
    return replace(
        found,
        elements=elements,
        items=tuple(items.values()),
        imports=tuple(imports.values()),
        absorbed=frozenset(other.namespace for other in absorbed),
        aliases=aliases,
    )


def _absorbed(found: model.Model, others: Mapping[str, model.Model], seen: set[str]) -> Iterator[model.Model]:
    for wanted in found.imports:
        other = others.get(wanted.namespace)
        if wanted.name or other is None or other.namespace in seen:
            continue
        seen.add(other.namespace)
        yield other
        yield from _absorbed(other, others, seen)
