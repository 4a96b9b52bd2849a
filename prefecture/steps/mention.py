"""The mention of algorithmic processing (CRPA, art. L.311-3-1): which tables stand behind what each letter says."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from engine.provenance import Given, tables_behind
from prefecture.demarches.version import Version
from prefecture.steps.registry import ACTIONS


def calculated(version: Version, action: str, params: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Template → the tables whose answers it says, when the action is given these parameters."""
    given = _given(version).get(action, {})
    found = {}
    for template, said in ACTIONS[action].writes.items():
        tables = {table for name in said if params.get(name) is not None for table in given.get(name, ())}
        if tables:
            found[template] = tuple(sorted(tables))
    return found


@lru_cache(maxsize=16)
def _given(version: Version) -> Given:
    """Read from the drawing once a version."""
    return tables_behind(version.definition, {name: one.spec for name, one in ACTIONS.items()})
