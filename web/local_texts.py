"""What a préfecture itself tells about a démarche, for the pages of its citizens and of its agents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from prefecture.demarches import local, variants
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import Version
from prefecture.dossiers.settings import settings_of
from prefecture.dossiers.views import DossierView
from prefecture.kernel import clock


@dataclass(frozen=True)
class Told:
    """Labelled texts: the informations, then what is said of pièces."""

    texts: tuple[tuple[str, str], ...] = ()
    helps: tuple[tuple[str, str], ...] = ()


def of_dossier(dossier: DossierView) -> Told:
    """What this dossier's préfecture tells today; nothing once the dossier is finished."""
    if dossier.finished_at is not None:
        return Told()
    day = clock.today(ZoneInfo(dossier.zone))
    return _told(demarches.version(dossier.version_id), settings_of(dossier), dossier.prefecture, day)


def of_prefecture(version: Version, prefecture: str, day: date) -> Told:
    """What a préfecture tells to who has not begun."""
    return _told(version, variants.effective(version, prefecture, day), prefecture, day)


def _told(version: Version, settings: Mapping[str, Any], prefecture: str, day: date) -> Told:
    texts = settings.get(local.TEXTS)
    said = texts.items() if isinstance(texts, Mapping) else ()
    own = variants.own(version, prefecture, day)
    return Told(
        tuple((local.INFORMATIONS.get(name, name), str(text)) for name, text in said if text),
        tuple(
            (str(one["libelle"]), str(one["aide"]))
            for one in settings.get("pieces", ())
            if own.get(f"pieces.{one['code']}.aide")
        ),
    )
