"""What `demarche.toml` says to one dossier: what was promised the day it was filed, the rest as it is today."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from prefecture.demarches import queries as demarches
from prefecture.dossiers.views import DossierView
from prefecture.kernel import clock


def settings_of(dossier: DossierView) -> Mapping[str, Any]:
    """The settings by which this dossier is treated now, in its préfecture's own days."""
    zone = ZoneInfo(dossier.zone)
    days = (moment.astimezone(zone).date() for moment in (dossier.filed_at, clock.now()))
    return demarches.version(dossier.version_id).settings_for(*days)
