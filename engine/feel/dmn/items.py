"""Item definitions made into FEEL types: base types, components, collections, allowed values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from engine.feel import types
from engine.feel.budget import Run
from engine.feel.dmn import model
from engine.feel.errors import FeelError
from engine.feel.expression import unary
from engine.feel.scope import Scope
from engine.feel.values import Value

Complain = Callable[[model.Place, str], None]


class ItemTypes:
    """The types of one model, and those of the models it imports under their names."""

    def __init__(
        self, found: model.Model, imported: Mapping[str, Mapping[str, types.Type]], complain: Complain
    ) -> None:
        self._items = {item.name: item for item in found.items}
        self._prefixes = found.prefixes
        self._complain = complain
        self._named: dict[str, types.Type] = {}
        self._open: set[str] = set()
        for prefix, named in imported.items():
            self._named.update({f"{prefix}.{name}" if prefix else name: kind for name, kind in named.items()})
        for item in found.items:
            self._resolve(item.name)

    def named(self) -> Mapping[str, types.Type]:
        """All types by the names that expressions use."""
        return self._named

    def own(self) -> Mapping[str, types.Type]:
        """The types that this model defines."""
        return {name: self._named[name] for name in self._items if name in self._named}

    def of(self, reference: str | None, place: model.Place) -> types.Type:
        """The type that a typeRef means; any, with a complaint, when it is unknown."""
        if not reference:
            return types.ANY
        name = self._without_prefix(reference.strip())
        found = types.NAMED.get(name) or self._resolve(name)
        if found is None:
            self._complain(place, f"Le type « {reference} » est inconnu.")
            return types.ANY
        return found

    def allowed(self, reference: str | None) -> model.Literal | None:
        """The allowed values written for a type of this model."""
        item = self._items.get(self._without_prefix(reference.strip())) if reference else None
        return None if item is None else item.allowed

    def limits(self, reference: str | None) -> Iterator[model.Literal]:
        """Every text that limits the values of a type of this model: its own, and those of the types it rests on."""
        seen: set[str] = set()
        while reference:
            name = self._without_prefix(reference.strip())
            item = self._items.get(name)
            if item is None or name in seen:
                return
            seen.add(name)
            yield from (text for text in (item.allowed, item.constraint) if text is not None)
            reference = item.base

    def _without_prefix(self, reference: str) -> str:
        prefix, colon, name = reference.partition(":")
        return name if colon and (prefix in self._prefixes or prefix == "feel") else reference

    def _resolve(self, name: str) -> types.Type | None:
        if name in self._named:
            return self._named[name]
        item = self._items.get(name)
        if item is None:
            return None
        if name in self._open:
            return types.ANY
        self._open.add(name)
        found = self._type_of(item)
        self._open.discard(name)
        self._named[name] = found
        return found

    def _type_of(self, item: model.Item) -> types.Type:
        found = self._base(item)
        if item.allowed is not None:
            # Values written here stand for those of the type it is made from.
            found = found.base if isinstance(found, types.Constrained) else found
            found = self._constrained(item, found, item.allowed)
        if item.collection:
            found = types.ListOf(found)
        if item.constraint is not None:
            found = self._constrained(item, found, item.constraint)
        return found

    def _base(self, item: model.Item) -> types.Type:
        if item.components:
            members = tuple((part.name, self._type_of(part)) for part in item.components)
            return types.ContextOf(members)
        if item.function is not None:
            parameters, result = item.function
            # A parameter of no type takes functions whose own parameter is of any.
            kinds = tuple(self.of(one.type, item.place) if one.type else types.NULL for one in parameters)
            return types.FunctionOf(kinds, self.of(result, item.place))
        return self.of(item.base, item.place)

    def _constrained(self, item: model.Item, base: types.Type, allowed: model.Literal) -> types.Type:
        try:
            test = unary(allowed.text) if allowed.text else unary("-")
        except FeelError as error:
            self._complain(item.place, f"Les valeurs admises ne se lisent pas : {error}")
            return base

        def allows(value: Value, run: Run | None) -> bool:
            return test.passes(value, Scope({}, None, run or Run()))

        return types.Constrained(item.name, base, allows)
