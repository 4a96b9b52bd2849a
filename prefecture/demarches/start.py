"""What a process finds of `demarche.toml` at its start, under `demarche`: the same for a dossier and for a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from engine.scenarios import Scenario
from prefecture.demarches import local

if TYPE_CHECKING:
    from prefecture.demarches.version import Version

DEMARCHE = "demarche"
# Lists of `demarche.toml` that are for people, letters and the archives, not for conditions.
_NOT_TOLD = frozenset(
    {
        "pieces",
        "clauses",
        "sources",
        "donnees",
        "roles",
        "conservation",
        "observation",
        "correspondance",
        local.TABLE,
        local.TEXTS,
    }
)


def told(settings: Mapping[str, Any], number: int) -> dict[str, Any]:
    """What is told of settings as they are on a day, and the version's number."""
    return {**{name: value for name, value in settings.items() if name not in _NOT_TOLD}, "version": number}


def begun(version: Version, scenario: Scenario) -> Scenario:
    """The scenario with what its process finds of `demarche.toml` the day it was filed; what it gives itself counts."""
    filed = _filed_on(scenario)
    found = told(version.settings_at(filed), version.number)
    own = scenario.given.get(DEMARCHE)
    given = _over(found, own) if isinstance(own, Mapping) else found
    return replace(scenario, given={**scenario.given, DEMARCHE: given})


def _filed_on(scenario: Scenario) -> date:
    dossier = scenario.given.get("dossier")
    day = dossier.get("depose_le") if isinstance(dossier, Mapping) else None
    return day if type(day) is date else scenario.at.astimezone(scenario.zone).date()


def _over(found: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """What is found, with what is given over it, table by table."""
    merged = dict(found)
    for name, value in own.items():
        before = merged.get(name)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            merged[name] = _over(before, value)
        else:
            merged[name] = value
    return merged
