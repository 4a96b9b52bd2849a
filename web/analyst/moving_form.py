"""What the page of a new move is asked: which version, which dossiers, and where those that need a target go on."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from werkzeug.datastructures import MultiDict

from prefecture.demarches import queries as demarches
from prefecture.demarches.version import Version
from prefecture.dossiers.migration_comparison import Choice
from prefecture.identity import queries as identity
from prefecture.studio import queries as studio
from web import french

# A field of the form: `cible.process:element`.
TARGET = "cible."
NAMES = ("vers", "depuis", "prefecture", "service", "etape", "du", "avant", "numeros")
_BAD_DAY = "Cette date ne se lit pas\u00a0: écrivez-la comme 2026-11-23."


@dataclass(frozen=True)
class Wanted:
    """The move that is being prepared; `errors` by field, what could not be read being left out."""

    target: Version
    told: str
    mapping: Mapping[str, str]
    choice: Choice
    given: Mapping[str, str]
    errors: Mapping[str, str]

    @property
    def params(self) -> dict[str, Any]:
        """The address's parameters, so that the page can be left, sent and come back to."""
        kept = {name: value for name, value in self.given.items() if value}
        return {**kept, **{f"{TARGET}{place}": target for place, target in self.mapping.items()}}


def wanted(code: str, given: MultiDict[str, str]) -> Wanted:
    """Read the form. Raises NotFound when the démarche is unknown."""
    values = {name: given.get(name, "").replace("\0", "").strip() for name in NAMES}
    errors: dict[str, str] = {}
    target, told = _target(code, values, errors)
    mapping = {name.removeprefix(TARGET): value for name, value in given.items() if name.startswith(TARGET) and value}
    choice = Choice(
        version_id=_version(code, values, errors),
        prefecture=values["prefecture"],
        service_id=_service(values, errors),
        place=values["etape"],
        filed_from=_day(values, "du", errors),
        filed_before=_day(values, "avant", errors),
        numbers=tuple(dict.fromkeys(one.upper() for one in re.split(r"[\s,;]+", values["numeros"]) if one)),
    )
    return Wanted(target, told, mapping, choice, values, errors)


def targets(code: str) -> list[tuple[str, str]]:
    """The versions and drafts onto which dossiers may go, the latest first."""
    numbers = [(f"version:{one.number}", f"Version {one.number}") for one in demarches.versions(code)]
    drafts = [(f"brouillon:{one.id}", f"Brouillon «\u00a0{one.title}\u00a0»") for one in studio.drafts(code=code)]
    return [*numbers, *drafts]


def in_words(choice: Choice, versions: Mapping[uuid.UUID, int], steps: Mapping[str, str]) -> list[str]:
    """A choice, filter by filter."""
    found = []
    if choice.version_id is not None:
        found.append(f"de la version {versions.get(choice.version_id, '?')}")
    if choice.service_id is not None:
        found.append(f"du service «\u00a0{identity.service(choice.service_id).name}\u00a0»")
    if choice.prefecture:
        found.append(f"de la préfecture {choice.prefecture}")
    if choice.place:
        found.append(f"à l’étape «\u00a0{steps.get(choice.place, choice.place.rpartition(':')[2])}\u00a0»")
    if choice.filed_from is not None:
        found.append(f"déposés à partir du {french.short_date(choice.filed_from, french.PARIS)}")
    if choice.filed_before is not None:
        found.append(f"déposés avant le {french.short_date(choice.filed_before, french.PARIS)}")
    if choice.numbers:
        found.append(f"{len(choice.numbers)} dossier{'s' if len(choice.numbers) > 1 else ''} par leur numéro")
    return found


def moment(day: str, hour: str) -> datetime:
    """The moment of a day and an hour in Paris; raises ValueError."""
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(hour or "00:00"), french.PARIS)


def _target(code: str, values: dict[str, str], errors: dict[str, str]) -> tuple[Version, str]:
    kind, _, which = values["vers"].partition(":")
    versions = demarches.versions(code)
    number = next((one for one in versions if kind == "version" and str(one.number) == which), None)
    drafts = studio.drafts(code=code) if kind == "brouillon" else []
    draft = next((one for one in drafts if str(one.id) == which), None)
    if draft is not None:
        return studio.version(draft.id), f"brouillon «\u00a0{draft.title}\u00a0»"
    current = demarches.current(code) if number is None else demarches.version(number.id)
    if values["vers"] and number is None:
        errors["vers"] = "Choisissez une version ou un brouillon."
    values["vers"] = f"version:{current.number}"
    return current, f"version {current.number}"


def _version(code: str, values: Mapping[str, str], errors: dict[str, str]) -> uuid.UUID | None:
    if not values["depuis"]:
        return None
    found = next((one.id for one in demarches.versions(code) if str(one.number) == values["depuis"]), None)
    if found is None:
        errors["depuis"] = "Cette version n’existe pas."
    return found


def _service(values: Mapping[str, str], errors: dict[str, str]) -> uuid.UUID | None:
    if not values["service"]:
        return None
    try:
        return uuid.UUID(values["service"])
    except ValueError:
        errors["service"] = "Choisissez un service de la liste."
        return None


def _day(values: Mapping[str, str], name: str, errors: dict[str, str]) -> datetime | None:
    if not values[name]:
        return None
    try:
        return datetime.combine(date.fromisoformat(values[name]), time.min, french.PARIS)
    except ValueError:
        errors[name] = _BAD_DAY
        return None
