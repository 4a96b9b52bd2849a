"""Variables live in scopes, looked up outwards: loop item, sub-process, process instance.

A scope is a token with variables of its own (`token.data`). A called process is a wall: it sees nothing of its caller
but what was handed in. A new variable is made at the nearest scope that keeps new ones: the loop item, else the process
instance; so branches and sub-processes share what they learn, and parallel items do not overwrite each other.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.spiff.instance import Token

WALL = "wall"
KEEPS = "keeps"


def chain(token: Token | None) -> list[dict[str, Any]]:
    """The scopes that the token sees, nearest first, empty ones left out; the outermost is always there."""
    found: list[dict[str, Any]] = []
    while token is not None:
        wall = WALL in token.internal_data or token.parent is None
        if token.data or wall:
            found.append(token.data)
        if wall:
            break
        token = token.parent
    return found


def variables(token: Token, extra: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """What an expression of that token sees; `extra` stands before everything."""
    scopes = chain(token)
    if extra is not None:
        scopes.insert(0, dict(extra))
    return scopes[0] if len(scopes) == 1 else ChainMap(*scopes)


def visible(token: Token) -> dict[str, Any]:
    """All that the token sees, as one new dict."""
    seen: dict[str, Any] = {}
    for scope in reversed(chain(token)):
        seen.update(scope)
    return seen


def assign(token: Token, values: Mapping[str, Any]) -> None:
    """Write variables as that token: where one stands already, else at the nearest scope that keeps new ones."""
    if not values:
        return
    token.workflow.dirty = True
    changed = token.workflow.changed
    for name, value in values.items():
        home = _home(token, name)
        changed.add((home.id, name, "update" if name in home.data else "create"))
        home.data[name] = value


def _home(token: Token, name: str) -> Token:
    while True:
        if name in token.data or WALL in token.internal_data or KEEPS in token.internal_data or token.parent is None:
            return token
        token = token.parent


def changes_seen(token: Token) -> set[tuple[str, str]]:
    """Of what changed since conditions were last looked at, what that token sees: name and kind (create, update)."""
    scopes: set[int] = set()
    current: Token | None = token
    while current is not None:
        scopes.add(current.id)
        current = None if WALL in current.internal_data else current.parent
    return {(name, kind) for home, name, kind in token.workflow.changed if home in scopes}
