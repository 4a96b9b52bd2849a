"""What an action would know in a simulation: made of what the actions before it answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from engine.simulation import Asked
from prefecture.steps.plan import Appointment, Facts

_TEN_DAYS = timedelta(days=10)
_HALF_HOUR = timedelta(minutes=30)


def facts_of(asked: Asked, settings: Mapping[str, Any]) -> Facts:
    """The facts of a simulated dossier; its appointment is ten days away unless the scenario says otherwise."""
    scene = asked.scene
    silence = scene.get("echeance_silence")
    return Facts(
        params=asked.params,
        now=asked.now,
        zone=asked.zone,
        settings=settings,
        statut=scene.get("statut", "en_construction"),
        silence_day=silence if isinstance(silence, date) else None,
        appointment=_appointment(asked),
    )


def _appointment(asked: Asked) -> Appointment:
    known = asked.scene.get("rdv")
    if known and asked.action != "convocation.confirmer":
        return Appointment(known["debut"], known["fin"], str(known["motif"]), str(known["lieu"]))
    day = (asked.now + _TEN_DAYS).astimezone(asked.zone).replace(hour=10, minute=0, second=0, microsecond=0)
    return Appointment(day, day + _HALF_HOUR, str(asked.params.get("motif", "")), "Guichet 1", "RDV-TEST")
