"""How an instance stands, apart from whom it is about: two of the same shape fare the same in any migration.

A shape is what a plan reads: which nodes hold tokens, in which state, below which, come by which way, remembering what
was done. Variables, due dates and what tokens remember beside that are left out. Dossiers of one démarche stand in a
few dozen shapes, however many they are.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from engine.state import loads

_VIA, _DONE, _RESETS = "via", "done", "resets"


def shape(state: bytes) -> Hashable:
    """The shape of the instance that these bytes hold; StateUnreadable."""
    content = loads(state)
    root = content["root"]
    order = {root[0]: 0}
    tokens = [(0, "", root[1], _remembered(root[2]))]
    for number, (identifier, *_) in enumerate(content["tokens"], 1):
        order[identifier] = number
    for _, parent, key, status, internal, *_data in content["tokens"]:
        tokens.append((order[parent], key, status, _remembered(internal)))
    return content["process"], bool(content.get("whole")), bool(content["finished"]), tuple(tokens)


def _remembered(internal: Mapping[str, Any]) -> Hashable:
    """That something is remembered counts; what it is, only of the way and of what may have to be undone."""
    late = tuple(sorted((key, tuple(ways)) for key, ways in internal.get(_RESETS, {}).items()))
    return tuple(sorted(internal)), internal.get(_VIA), _done(internal.get(_DONE, ())), late


def _done(records: Any) -> Hashable:
    return tuple((key, _done(inside)) for key, _, inside in records)
