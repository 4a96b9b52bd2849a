"""What another version would mean for running dossiers, before any of them is moved. Nothing here changes anything.

Thousands of dossiers stand in a few dozen shapes: each shape is compared once with the new version, however many
dossiers have it. Which dossiers is a `Choice`, the same for the dry run and for the move.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import func, select

from engine import migration
from engine.errors import StateUnreadable
from engine.migrating.shape import shape
from engine.migration import NEEDS_TARGET, REFUSED, Finding, Report
from engine.model import ElementInfo
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import Version
from prefecture.dossiers import advance as advancing
from prefecture.dossiers.held import place
from prefecture.dossiers.models import Dossier
from prefecture.kernel import keyring
from prefecture.kernel.db import db

CHUNK = 500
FIRST = uuid.UUID(int=0)

Mapped = Mapping[str, str]


@dataclass(frozen=True)
class Choice:
    """Which running dossiers of a démarche: all of them, unless something is said. `place`: `process:element`."""

    version_id: uuid.UUID | None = None
    prefecture: str = ""
    service_id: uuid.UUID | None = None
    place: str = ""
    filed_from: datetime | None = None
    filed_before: datetime | None = None
    numbers: tuple[str, ...] = ()

    def takes(self, report: Report) -> bool:
        """Whether a dossier that stands so is meant, as far as it is about where it stands."""
        return not self.place or any(one.place == self.place for one in report.findings)


EVERYBODY = Choice()


@dataclass
class Place:
    """One place of a drawing where dossiers stand, and how many of them follow or not; `reasons` with their counts."""

    name: str
    verdicts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)


@dataclass
class Diff:
    """What a change of version means for running dossiers, by dossier, by place and by the version they run on."""

    dossiers: Counter[str] = field(default_factory=Counter)
    places: dict[str, Place] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    versions: Counter[uuid.UUID] = field(default_factory=Counter)

    def add(self, report: Report) -> None:
        """Count one dossier."""
        self.dossiers[report.verdict] += 1
        self.changed.update(report.changed)
        for one in report.findings:
            found = self.places.setdefault(one.place, Place(one.name))
            found.verdicts[one.verdict] += 1
            if one.reason:
                found.reasons[one.reason] += 1
            if one.code:
                found.codes[one.code] += 1


@dataclass(frozen=True, slots=True)
class Compared:
    """One running dossier, and what the change would mean for it."""

    id: uuid.UUID
    number: str
    prefecture: str
    version_id: uuid.UUID
    report: Report


class Comparison:
    """One new version and one mapping, for any number of dossiers: each shape is looked at once."""

    def __init__(self, new: Version, mapping: Mapped) -> None:
        self.new = new
        self.mapping = tuple(sorted(mapping.items()))
        self._known: dict[tuple[uuid.UUID, Hashable], Report] = {}

    def of(self, version_id: uuid.UUID, state: bytes) -> Report:
        """What the change means for an instance of a published version; one that cannot be read is refused."""
        try:
            key = (version_id, shape(state))
            found = self._known.get(key)
            if found is None:
                found = self._known[key] = self._report(demarches.version(version_id), state)
        except StateUnreadable as error:
            return Report((Finding("", "", REFUSED, "unreadable", str(error)),))
        return found

    def _report(self, old: Version, state: bytes) -> Report:
        mine, unsaid = between(old, self.new, self.mapping)
        report = migration.compare(state, old.definition, self.new.definition, mine)
        open_ = {one.place for one in unsaid}
        kept = [one for one in report.findings if one.place not in open_ or one.verdict in (NEEDS_TARGET, REFUSED)]
        told = {one.place for one in kept}
        return replace(report, findings=(*kept, *(one for one in unsaid if one.place not in told)))


def compared(
    comparison: Comparison, code: str, choice: Choice = EVERYBODY, *, after: uuid.UUID = FIRST, limit: int | None = None
) -> Iterator[Compared]:
    """The chosen dossiers one after the other by id, those after `after` (at most `limit` are read)."""
    query = (
        select(Dossier.id, Dossier.number, Dossier.prefecture, Dossier.version_id, Dossier.key_id, Dossier.state)
        .where(*wanted(code, comparison.new.id, choice), Dossier.id > after)
        .order_by(Dossier.id)
        .limit(limit)
        .execution_options(yield_per=CHUNK)
    )
    for part in db.session.execute(query).partitions():
        keyring.preload({row.key_id for row in part})
        for row in part:
            state = keyring.unseal(row.key_id, row.state, place(row.id))
            yield Compared(row.id, row.number, row.prefecture, row.version_id, comparison.of(row.version_id, state))


def diff(
    new: Version,
    mapping: Mapped,
    *,
    code: str | None = None,
    only: uuid.UUID | None = None,
    choice: Choice = EVERYBODY,
    limit: int | None = None,
) -> Diff:
    """How every running dossier of the démarche (of the version `only`, of the choice) would fare; nothing is changed.

    limit: how many are read at most. Raises engine.migration.MappingInvalid.
    """
    found, chosen = Diff(), choice if only is None else replace(choice, version_id=only)
    for one in compared(Comparison(new, mapping), code or new.code, chosen, limit=limit):
        if chosen.takes(one.report):
            found.add(one.report)
            found.versions[one.version_id] += 1
    return found


def running(code: str, target: uuid.UUID, only: uuid.UUID | None = None, choice: Choice = EVERYBODY) -> int:
    """How many dossiers of a démarche run on another version than the target; where they stand is not looked at."""
    chosen = choice if only is None else replace(choice, version_id=only)
    query = select(func.count()).select_from(Dossier).where(*wanted(code, target, chosen))
    return int(db.session.scalar(query) or 0)


def wanted(code: str, target: uuid.UUID, choice: Choice) -> list[Any]:
    """The conditions that a dossier fulfils to be of the choice, apart from where it stands."""
    said: tuple[tuple[Callable[[Any], Any], Any], ...] = (
        (Dossier.version_id.__eq__, choice.version_id),
        (Dossier.prefecture.__eq__, choice.prefecture),
        (Dossier.service_id.__eq__, choice.service_id),
        (Dossier.filed_at.__ge__, choice.filed_from),
        (Dossier.filed_at.__lt__, choice.filed_before),
        (Dossier.number.in_, choice.numbers),
    )
    return [
        Dossier.demarche_code == code,
        Dossier.version_id != target,
        Dossier.finished_at.is_(None),
        Dossier.state.is_not(None),
        *(condition(value) for condition, value in said if value),
    ]


def relevant(mapping: Mapped, old: Version, new: Version) -> dict[str, str]:
    """The part of an order's mapping that speaks of this version: one order moves dossiers of several versions."""
    found = {}
    for source, target in mapping.items():
        try:
            migration.check_mapping({source: target}, old.definition, new.definition)
        except migration.MappingInvalid:
            continue
        found[source] = target
    return found


def check_mapping(mapping: Mapped, code: str, target: Version) -> None:
    """Raise MappingInvalid for a pair whose target is nowhere, or whose source no version of the démarche has."""
    olds = [demarches.version(one.id) for one in demarches.versions(code)]
    for source, sought in mapping.items():
        if not any(relevant({source: sought}, old, target) for old in olds):
            raise migration.MappingInvalid(f"{source}={sought}: one of the two is in no version")


@lru_cache(maxsize=64)
def between(old: Version, new: Version, mapping: tuple[tuple[str, str], ...]) -> tuple[Mapped, tuple[Finding, ...]]:
    """What an order says of two versions and which rules it leaves unsaid: the same for every dossier between them."""
    mine = relevant(dict(mapping), old, new)
    return mine, tuple(_rules_unsaid(old, new, mine))


def _rules_unsaid(old: Version, new: Version, mapping: Mapped) -> Iterator[Finding]:
    """Tasks that forbid themselves to whoever did X and would do so to whoever did Y: is Y what X is called now?

    Without an answer, whoever did X before the move could do both tasks after it.
    """
    said = {(element_of(source), element_of(target)) for source, target in mapping.items()}
    for info in old.definition.elements.values():
        other = new.definition.elements.get(info.id)
        for rule in advancing.NOT_BY:
            before, after = _names(info, rule), _names(other, rule)
            unsaid = [name for name in before - after if not any((name, target) in said for target in after)]
            for name in unsaid if after - before else ():
                reason = f"{info.id} was not for who did {name}, it names {', '.join(sorted(after))} now: say {name}=…"
                yield Finding(f"{info.process}:{name}", "", NEEDS_TARGET, "other_person", reason)


def _names(info: ElementInfo | None, rule: str) -> set[str]:
    return set() if info is None else set(info.properties.get(rule, "").replace(",", " ").split())


def element_of(text: str) -> str:
    """The element of `process:element`, or of an element alone."""
    return text.rpartition(":")[2].strip()
