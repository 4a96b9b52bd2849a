"""What a démarche's diagram is told of its dossiers: who stands where, who passed, how long it took, what was said.

Counts and durations, never a name. The months that a period covers are read from the month's counts, its two ends
from those of ten days and of days.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from prefecture.identity import permissions
from prefecture.identity import queries as identity
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.db import db
from prefecture.kernel.errors import Forbidden
from prefecture.statistics.buckets import quantile
from prefecture.statistics.following import TO_DECISION
from prefecture.statistics.models import (
    ALL_MOTIFS,
    ALL_SERVICES,
    DAY,
    MONTH,
    TEN_DAYS,
    FollowedDossier,
    Passage,
    Reading,
    Rollup,
    Tally,
    ten_days_of,
)

__all__ = ["TO_DECISION", "Asked", "Heat", "Late", "Measure", "Said", "heat", "late_now", "motifs", "said"]

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """Of which passages one asks: both days within, one version or all, some services or all, one motif or all."""

    since: date
    until: date
    version_id: uuid.UUID | None = None
    service_ids: tuple[uuid.UUID, ...] | None = None
    motif: str | None = None


@dataclass(frozen=True)
class Measure:
    """An element or a flow. Durations in seconds, None without any passage; `again`: passages that were a return."""

    present: int = 0
    passages: int = 0
    again: int = 0
    interrupted: int = 0
    median: float | None = None
    p90: float | None = None
    mean: float | None = None


@dataclass(frozen=True)
class Heat:
    """Every element and flow that was passed, or where somebody stands; `read_at`: when the journals were read."""

    measures: Mapping[str, Measure] = field(default_factory=dict)
    read_at: datetime | None = None

    def of(self, element: str) -> Measure:
        """The measure of an element; nothing for one that nobody came to."""
        return self.measures.get(element, Measure())


@dataclass(frozen=True)
class Said:
    """How many times something was counted: its kind, of what, a detail (empty without any)."""

    kind: str
    subject: str
    detail: str
    count: int


@dataclass(frozen=True)
class Late:
    """Dossiers that wait for a decision now: all, those beyond the legal limit, those within thirty days of it."""

    waiting: int
    late: int
    soon: int


def heat(actor: Actor, code: str, asked: Asked) -> Heat:
    """The passages of a démarche within the actor's reach. Raises Forbidden."""
    services = _reach(actor, asked.service_ids)
    histograms: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    sums: dict[str, list[float]] = defaultdict(lambda: [0, 0, 0, 0.0])
    for row in _rollups(code, asked, services):
        histograms[row.element][row.bucket] += row.passages
        for index, value in enumerate((row.passages, row.again, row.interrupted, row.seconds)):
            sums[row.element][index] += value
    present = _present(code, asked, services)
    measures = {one: _measure(histograms[one], sums[one], present.get(one, 0)) for one in {*sums, *present}}
    return Heat(measures, db.session.scalar(select(Reading.at)))


def said(actor: Actor, code: str, asked: Asked) -> list[Said]:
    """What answers and ends said in the period, the most frequent first. Raises Forbidden."""
    services = _reach(actor, asked.service_ids)
    count = func.sum(Tally.count)
    wanted = [Tally.code == code, Tally.day >= asked.since, Tally.day <= asked.until]
    wanted += _within(Tally, asked, services)
    query = (
        select(Tally.kind, Tally.subject, Tally.detail, count)
        .where(*wanted)
        .group_by(Tally.kind, Tally.subject, Tally.detail)
        .order_by(count.desc(), Tally.subject, Tally.detail)
    )
    return [Said(kind, subject, detail, int(number)) for kind, subject, detail, number in db.session.execute(query)]


def late_now(actor: Actor, code: str, asked: Asked) -> Late:
    """How many dossiers wait for their decision, and how they stand with the legal delay. Raises Forbidden."""
    services = _reach(actor, asked.service_ids)
    now = clock.now()
    wanted = [FollowedDossier.code == code, FollowedDossier.decided.is_(False)]
    wanted += _within(FollowedDossier, asked, services)
    limit = FollowedDossier.silence_at

    def number(*more: ColumnElement[bool]) -> int:
        return int(db.session.scalar(select(func.count()).select_from(FollowedDossier).where(*wanted, *more)) or 0)

    return Late(number(), number(limit < now), number(limit >= now, limit < now + timedelta(days=30)))


def motifs(code: str) -> list[str]:
    """The motifs that dossiers of a démarche were filed for."""
    own = (Rollup.code == code) & (Rollup.grain == MONTH) & (Rollup.service_id == ALL_SERVICES)
    query = select(Rollup.motif).where(own, Rollup.motif != ALL_MOTIFS).distinct().order_by(Rollup.motif)
    return list(db.session.scalars(query))


def _reach(actor: Actor, wanted: Collection[uuid.UUID] | None) -> tuple[uuid.UUID, ...] | None:
    """The services to be counted; None for all."""
    if not permissions.may(actor, "statistics.read"):
        raise Forbidden("Ces chiffres sont pour les chefs de service, les administrateurs et les analystes.")
    if actor.kind == "system" or permissions.ANALYSTE in actor.roles or permissions.is_national(actor):
        return None if wanted is None else tuple(wanted)
    if permissions.ADMINISTRATEUR in actor.roles:
        own = {one.id for one in identity.services_of(actor.prefecture or "")}
    else:
        own = set(actor.service_ids)
    return tuple(own if wanted is None else own & set(wanted))


def _within(model: type[Any], asked: Asked, services: Collection[uuid.UUID] | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.version_id is not None:
        found.append(model.version_id == asked.version_id)
    if services is not None:
        found.append(model.service_id.in_(services))
    if asked.motif is not None:
        found.append(model.motif == asked.motif)
    return found


def _rollups(code: str, asked: Asked, services: Collection[uuid.UUID] | None) -> Iterator[Any]:
    own = [
        Rollup.code == code,
        Rollup.service_id.in_(services) if services is not None else Rollup.service_id == ALL_SERVICES,
        Rollup.motif == (ALL_MOTIFS if asked.motif is None else asked.motif),
    ]
    if asked.version_id is not None:
        own.append(Rollup.version_id == asked.version_id)
    sums = [func.sum(one).label(one.key) for one in (Rollup.passages, Rollup.again, Rollup.interrupted, Rollup.seconds)]
    for grain, first, last in _spans(asked.since, asked.until, tens=services is None):
        in_time = and_(Rollup.grain == grain, Rollup.period >= first, Rollup.period <= last)
        query = select(Rollup.element, Rollup.bucket, *sums).where(*own, in_time)
        yield from db.session.execute(query.group_by(Rollup.element, Rollup.bucket))


def _spans(since: date, until: date, *, tens: bool) -> Iterator[tuple[str, date, date]]:
    """The whole months of a period, then what is before and after them."""
    first = since if since.day == 1 else _next_month(since)
    last = (until + _DAY).replace(day=1)  # the month after the last whole one
    if first >= last:
        yield from _ends(since, until, tens=tens)
        return
    yield MONTH, first, last - _DAY
    yield from _ends(since, first - _DAY, tens=tens)
    yield from _ends(last, until, tens=tens)


def _ends(since: date, until: date, *, tens: bool) -> Iterator[tuple[str, date, date]]:
    """The whole tens of days of a part of a month or two, if there are counts of them, and the days around them."""
    first = since if ten_days_of(since) == since else _next_ten(since)
    last = ten_days_of(until + _DAY)  # the ten after the last whole one
    if not tens or first >= last:
        first = last = until + _DAY
    else:
        yield TEN_DAYS, first, last - _DAY
    for begins, ends in ((since, first - _DAY), (last, until)):
        if begins <= ends:
            yield DAY, begins, ends


def _next_ten(day: date) -> date:
    begins = ten_days_of(day)
    return _next_month(day) if begins.day > 20 else begins + 10 * _DAY


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _present(code: str, asked: Asked, services: Collection[uuid.UUID] | None) -> dict[str, int]:
    """How many dossiers stand at each element now, whatever the period."""
    wanted = [Passage.code == code, Passage.left_at.is_(None), *_within(Passage, asked, services)]
    query = select(Passage.element, func.count()).where(*wanted).group_by(Passage.element)
    return {element: count for element, count in db.session.execute(query)}  # noqa: C416 (rows are no pairs to mypy)


def _measure(histogram: Mapping[int, int], sums: list[float], present: int) -> Measure:
    passages = int(sums[0])
    return Measure(
        present=present,
        passages=passages,
        again=int(sums[1]),
        interrupted=int(sums[2]),
        median=quantile(histogram, 0.5),
        p90=quantile(histogram, 0.9),
        mean=sums[3] / passages if passages else None,
    )
