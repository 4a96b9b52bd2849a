"""What a démarche says to one dossier: what was promised the day it was filed, the rest as it is today and here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from prefecture.demarches import queries as demarches
from prefecture.demarches import variants
from prefecture.dossiers.views import DossierView
from prefecture.kernel import clock


def settings_of(dossier: DossierView) -> Mapping[str, Any]:
    """The settings by which this dossier is treated now, in its préfecture's own days and with its own values."""
    zone = ZoneInfo(dossier.zone)
    filed_on, today = (moment.astimezone(zone).date() for moment in (dossier.filed_at, clock.now()))
    return variants.effective(demarches.version(dossier.version_id), dossier.prefecture, today, filed_on)
