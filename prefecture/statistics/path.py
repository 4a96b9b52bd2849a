"""The way of one dossier through its démarche: where it stayed, from when to when. No name, no answer, no agent."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from prefecture.demarches import queries as demarches
from prefecture.dossiers import trails
from prefecture.dossiers.trails import Trail
from prefecture.identity.permissions import Actor
from prefecture.statistics.following import Stay, begin, follow
from prefecture.statistics.told import Drawn


@dataclass(frozen=True)
class Leg:
    """A stay at an element; `left_at` is None while the dossier stands there, `ending` done, interrupted or ended."""

    element: str
    version_id: uuid.UUID
    turn: int
    entered_at: datetime
    left_at: datetime | None
    ending: str | None

    def lasted(self, now: datetime) -> float:
        """Seconds, until now for one that goes on."""
        return max(((self.left_at or now) - self.entered_at).total_seconds(), 0.0)


@dataclass(frozen=True)
class Path:
    """A dossier's way. `passed`: elements and flows that it passed; `present`: tokens by element."""

    number: str
    code: str
    version_id: uuid.UUID
    service_id: uuid.UUID
    zone: str
    statut: str
    filed_at: datetime
    finished_at: datetime | None
    legs: tuple[Leg, ...]
    passed: frozenset[str]
    present: Mapping[str, int]


def path(actor: Actor, number: str) -> Path:
    """The way of a dossier, for who may see what stands still in it; raises NotFound."""
    trail = trails.trail(actor, number)
    numbers = {one.number: one.id for one in demarches.versions(trail.code)}
    known = begin(trail, numbers)
    drawn: dict[uuid.UUID, Drawn] = {}

    def version(version_id: uuid.UUID) -> Drawn:
        return drawn.setdefault(version_id, Drawn(demarches.version(version_id)))

    found = follow(trail, known, numbers, version)
    return Path(
        number=trail.number,
        code=trail.code,
        version_id=trail.version_id,
        service_id=trail.service_id,
        zone=trail.zone,
        statut=trail.statut,
        filed_at=trail.filed_at,
        finished_at=trail.finished_at,
        legs=tuple(_leg(stay) for stay in found.opened),
        passed=_passed(trail),
        present=Counter(stay.element for several in known.stays.values() for stay in several),
    )


def _passed(trail: Trail) -> frozenset[str]:
    return frozenset(mark[1:] for entry in trail.entries for mark in entry.trail if mark[:1] in "->")


def _leg(stay: Stay) -> Leg:
    return Leg(stay.element, stay.version_id, stay.turn, stay.entered_at, stay.left_at, stay.ending)
