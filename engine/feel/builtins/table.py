"""The table of FEEL's own functions, and how one is entered in it."""

from __future__ import annotations

from collections.abc import Callable

from engine.feel.functions import Builtin, Signature
from engine.feel.names import KnownNames
from engine.feel.types import Type
from engine.feel.values import Value

BUILTINS: dict[str, Builtin] = {}


def builtin(name: str, parameters: str, result: Type) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Enter a function under a name, with parameters as `string, start position, length?`.

    `?` marks those that may be absent; `list...` one list, given as such or as its items; `item*` one or more.
    The same name entered twice gives two ways to call it.
    """
    names = [part.strip() for part in parameters.split(",") if part.strip()]
    required = tuple(part.rstrip("*.") for part in names if not part.endswith("?"))
    optional = tuple(part[:-1] for part in names if part.endswith("?"))

    def enter(implement: Callable[..., Value]) -> Callable[..., Value]:
        entry = BUILTINS.setdefault(name, Builtin(name, result))
        spread, rest = parameters.endswith("..."), parameters.endswith("*")
        entry.signatures.append(Signature(required, optional, spread, rest, implement))
        return implement

    return enter


def builtin_names() -> KnownNames:
    """The names of all functions, for the parser."""
    return KnownNames(BUILTINS)
