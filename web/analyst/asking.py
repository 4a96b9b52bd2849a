"""What the pages of the observation are asked in their address: which passages, held against which others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from werkzeug.datastructures import MultiDict

from prefecture.demarches import queries as demarches
from prefecture.demarches.queries import VersionView
from prefecture.demarches.version import Version
from prefecture.identity import queries as identity
from prefecture.kernel import clock
from prefecture.statistics.queries import Asked
from web import french

USUAL = timedelta(days=89)
YEAR = timedelta(days=365)
BEFORE, LAST_YEAR, OTHER = "avant", "annee", "autre"
MEASURES: Mapping[str, str] = {
    "mediane": "Durée médiane",
    "p90": "Durée de 9 dossiers sur 10",
    "passages": "Passages",
    "presents": "Dossiers présents",
}
_NAMES = ("version", "prefecture", "motif", "du", "au", "mesure", "avec", "du2", "au2")
_BAD_DAY = "Cette date ne se lit pas\u00a0: écrivez-la comme 2026-11-23."
_TURNED = "La fin vient avant le début."


@dataclass(frozen=True)
class Question:
    """What was asked; `errors` by field, what could not be read being left at its usual value."""

    version: Version
    versions: list[VersionView]
    asked: Asked
    compared: Asked | None
    measure: str
    given: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def params(self) -> dict[str, str]:
        """The address's parameters, to be carried to another page."""
        return {name: self.given[name] for name in _NAMES if self.given.get(name)}

    @property
    def chips(self) -> Iterator[str]:
        """The filters in words."""
        yield f"du {french.short_date(self.asked.since)} au {french.short_date(self.asked.until)}"
        if self.compared is not None:
            yield f"comparé à\u00a0: {self.told_compared}"

    @property
    def told_compared(self) -> str:
        """What it is compared with, in words."""
        if self.compared is None:
            return ""
        if self.compared.version_id != self.asked.version_id:
            number = next((one.number for one in self.versions if one.id == self.compared.version_id), 0)
            return f"version {number}"
        return f"du {french.short_date(self.compared.since)} au {french.short_date(self.compared.until)}"


def question(code: str, given: MultiDict[str, str]) -> Question:
    """Read the parameters of an address. Raises NotFound (démarche, version)."""
    versions = demarches.versions(code)
    values = {name: given.get(name, "").replace("\0", "").strip() for name in _NAMES}
    errors: dict[str, str] = {}
    today = clock.now().astimezone(french.PARIS).date()
    since, until = _period(values, "du", "au", today - USUAL, today, errors)
    chosen = _version(versions, values["version"], errors, "version")
    services = None
    if values["prefecture"]:
        services = tuple(one.id for one in identity.services_of(values["prefecture"]))
    asked = Asked(since, until, chosen.id if chosen else None, services, values["motif"] or None)
    return Question(
        version=demarches.version(chosen.id) if chosen else demarches.current(code),
        versions=versions,
        asked=asked,
        compared=_compared(values, asked, versions, errors),
        measure=values["mesure"] if values["mesure"] in MEASURES else "mediane",
        given=values | {"du": values["du"] or since.isoformat(), "au": values["au"] or until.isoformat()},
        errors=errors,
    )


def _period(
    values: Mapping[str, str], first: str, last: str, since: date, until: date, errors: dict[str, str]
) -> tuple[date, date]:
    begins, ends = (_day(values, name, usual, errors) for name, usual in ((first, since), (last, until)))
    if begins > ends:
        errors[last] = _TURNED
        return since, until
    return begins, ends


def _day(values: Mapping[str, str], name: str, usual: date, errors: dict[str, str]) -> date:
    if not values[name]:
        return usual
    try:
        return date.fromisoformat(values[name])
    except ValueError:
        errors[name] = _BAD_DAY
        return usual


def _version(versions: list[VersionView], number: str, errors: dict[str, str], name: str) -> VersionView | None:
    if not number:
        return None
    found = next((one for one in versions if str(one.number) == number), None)
    if found is None:
        errors[name] = "Cette version n’existe pas."
    return found


def _compared(
    values: Mapping[str, str], asked: Asked, versions: list[VersionView], errors: dict[str, str]
) -> Asked | None:
    match values["avec"].partition(":"):
        case ("avant", _, _):
            last = asked.since - timedelta(days=1)
            return replace(asked, since=last - (asked.until - asked.since), until=last)
        case ("annee", _, _):
            return replace(asked, since=asked.since - YEAR, until=asked.until - YEAR)
        case ("autre", _, _):
            since, until = _period(values, "du2", "au2", asked.since - YEAR, asked.until - YEAR, errors)
            return replace(asked, since=since, until=until)
        case ("version", _, number):
            found = _version(versions, number, errors, "avec")
            return replace(asked, version_id=found.id) if found else None
    return None


def choices(asked: Question, motifs: Mapping[str, str]) -> dict[str, Any]:
    """What the filters offer."""
    numbers = [(str(one.number), f"Version {one.number}") for one in asked.versions]
    others = [
        (BEFORE, "la période juste avant"),
        (LAST_YEAR, "la même période, un an plus tôt"),
        (OTHER, "une autre période (ci-dessous)"),
    ]
    return {
        "versions": numbers,
        "prefectures": [(one.code, f"{one.name} ({one.code})") for one in identity.prefectures()],
        "motifs": list(motifs.items()),
        "measures": [pair for pair in MEASURES.items() if pair[0] != "mediane"],
        "others": [*others, *((f"version:{number}", label.lower()) for number, label in numbers)],
    }
