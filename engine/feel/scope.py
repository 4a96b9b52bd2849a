"""Where names have their values: scopes within scopes, the outermost being the caller's variables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from engine.feel.budget import Run
from engine.feel.convert import NotAValue, to_feel
from engine.feel.values import Value

MISSING: Any = object()
_ALONE = frozenset({str, int, bool, float, Decimal, date, datetime, time, type(None)})


class Scope:
    """Names and their values. Only the outermost holds the caller's values, converted when they are read."""

    __slots__ = ("names", "parent", "run")

    def __init__(self, names: Mapping[str, Any], parent: Scope | None, run: Run) -> None:
        self.names = names
        self.parent = parent
        self.run = run

    def inner(self, names: Mapping[str, Value]) -> Scope:
        """A scope whose names hide those of this one."""
        return Scope(names, self, self.run)

    def raw(self, name: str) -> Any:
        """The value of a name, not converted when it is the caller's; MISSING when nobody has it."""
        scope = self
        while scope.parent is not None:
            value = scope.names.get(name, MISSING)
            if value is not MISSING:
                return value
            scope = scope.parent
        return scope.names.get(name, MISSING)

    def value(self, name: str) -> Value:
        """The FEEL value of a name; MISSING when nobody has it."""
        scope = self
        while scope.parent is not None:
            value = scope.names.get(name, MISSING)
            if value is not MISSING:
                return value
            scope = scope.parent
        value = scope.names.get(name, MISSING)
        return value if value is MISSING else self.converted(value)

    def converted(self, value: Any) -> Value:
        """The FEEL value of a value of the caller's, each list and context once; what FEEL cannot hold is null."""
        if type(value) in _ALONE:
            return self._alone(value)
        known = self.run.converted.get(id(value))
        if known is None:
            known = self.run.converted[id(value)] = (value, self._alone(value))
        return known[1]

    def _alone(self, value: Any) -> Value:
        try:
            return to_feel(value)
        except NotAValue as error:
            self.run.warn(str(error))
            return None
