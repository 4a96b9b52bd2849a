"""Writing stays and counts down: added to what stands there, in statements of many rows."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from prefecture.dossiers.trails import Trail
from prefecture.kernel.db import db
from prefecture.statistics.buckets import bucket_of
from prefecture.statistics.following import Followed, Known, Measure
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
    table_of,
    ten_days_of,
)

_PASSAGES, _FOLLOWED = table_of(Passage), table_of(FollowedDossier)
_ROLLUPS, _TALLIES, _READINGS = table_of(Rollup), table_of(Tally), table_of(Reading)
_INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_SUMS = ("passages", "again", "interrupted", "seconds")
_COUNT = ("count",)
_KEPT = ("seq", "version_id", "motif", "silence_at", "decided")
_LEAVE = (
    update(_PASSAGES)
    .where(_PASSAGES.c.id == bindparam("of_id"))
    .values(left_at=bindparam("left"), ending=bindparam("how"))
)
_FORGET = update(_PASSAGES).where(_PASSAGES.c.dossier_id == bindparam("of_dossier")).values(motif="")

_Key = tuple[Any, ...]


@dataclass
class Counts:
    """What reading several trails gave, to be written in the caller's unit of work."""

    rollups: dict[_Key, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0, 0.0]))
    tallies: dict[_Key, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0]))
    opened: list[dict[str, Any]] = field(default_factory=list)
    left: list[dict[str, Any]] = field(default_factory=list)
    followed: list[dict[str, Any]] = field(default_factory=list)
    erased: list[uuid.UUID] = field(default_factory=list)

    def add(self, trail: Trail, known: Known, found: Followed) -> None:
        """Count what one trail gave."""
        scopes = tuple(_scopes(trail.service_id.int, known.motif))
        for measure in found.measures:
            self._measure(trail.code, scopes, measure)
        for one in found.said:
            key = (
                trail.code,
                one.kind,
                one.day,
                trail.service_id.int,
                known.motif,
                one.version_id.int,
                one.subject,
                one.detail,
            )
            self.tallies[key][0] += 1
        self.opened += [_row(trail, known, stay) for stay in found.opened]
        self.left += [
            {"of_id": stay.id, "left": stay.left_at, "how": stay.ending} for stay in found.closed if stay.id is not None
        ]
        self.followed.append(_followed(trail, known))
        if known.erased:
            self.erased.append(trail.dossier_id)

    def _measure(self, code: str, scopes: Sequence[tuple[int, str]], one: Measure) -> None:
        bucket, version = bucket_of(one.seconds), one.version_id.int
        some = ((DAY, one.day), (MONTH, one.day.replace(day=1)))
        every = (*some, (TEN_DAYS, ten_days_of(one.day)))
        for service, motif in scopes:
            for grain, period in some if service else every:
                sums = self.rollups[code, grain, service, motif, period, version, one.element, bucket]
                sums[0] += 1
                sums[1] += one.again
                sums[2] += one.interrupted
                sums[3] += one.seconds

    def write(self) -> None:
        """Add everything to the tables."""
        connection = db.session.connection()
        if self.opened:
            connection.execute(insert(_PASSAGES), self.opened)
        if self.left:
            connection.execute(_LEAVE, self.left)
        if self.erased:
            connection.execute(_FORGET, [{"of_dossier": one} for one in self.erased])
        _upsert(_ROLLUPS, _rows(_ROLLUPS, _SUMS, self.rollups), _SUMS, add=True)
        _upsert(_TALLIES, _rows(_TALLIES, _COUNT, self.tallies), _COUNT, add=True)
        _upsert(_FOLLOWED, self.followed, _KEPT, add=False)


def first_reading(now: datetime) -> None:
    """The row that says how far the journals were read, if it is not there yet."""
    connection = db.session.connection()
    statement = _INSERTS[connection.dialect.name](_READINGS).on_conflict_do_nothing(index_elements=["id"])
    connection.execute(statement, {"id": 1, "seal": 0, "at": now})


def _scopes(service: int, motif: str) -> Iterator[tuple[int, str]]:
    """The sums that a measure goes into: all, its service's, its motif's, and both."""
    for motifs in (ALL_MOTIFS, motif) if motif else (ALL_MOTIFS,):
        yield ALL_SERVICES.int, motifs
        yield service, motifs


def _rows(table: Table, sums: Sequence[str], counted: Mapping[_Key, Sequence[float]]) -> list[dict[str, Any]]:
    """The rows in the order of their keys, as the table keeps them; ids were counted as numbers, which are faster."""
    keys = [column.name for column in table.primary_key.columns]
    places = [place for place, name in enumerate(keys) if name in {"service_id", "version_id"}]
    ids: dict[int, uuid.UUID] = {}
    found = []
    for key, values in sorted(counted.items()):
        row = dict(zip([*keys, *sums], [*key, *values], strict=True))
        for place in places:
            if key[place] not in ids:
                ids[key[place]] = uuid.UUID(int=key[place])
            row[keys[place]] = ids[key[place]]
        found.append(row)
    return found


def _upsert(table: Table, rows: list[dict[str, Any]], columns: Sequence[str], *, add: bool) -> None:
    """Insert rows; where one stands already, add to its sums, or put the new values in their place."""
    if not rows:
        return
    connection = db.session.connection()
    statement = _INSERTS[connection.dialect.name](table)
    new = statement.excluded
    values = {name: table.c[name] + new[name] if add else new[name] for name in columns}
    keys = [column.name for column in table.primary_key.columns]
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=values), rows)


def _row(trail: Trail, known: Known, stay: Any) -> dict[str, Any]:
    return {
        "dossier_id": trail.dossier_id,
        "code": trail.code,
        "version_id": stay.version_id,
        "service_id": trail.service_id,
        "motif": known.motif,
        "element": stay.element,
        "turn": stay.turn,
        "entered_at": stay.entered_at,
        "left_at": stay.left_at,
        "ending": stay.ending,
    }


def _followed(trail: Trail, known: Known) -> dict[str, Any]:
    return {
        "dossier_id": trail.dossier_id,
        "seq": known.seq,
        "code": trail.code,
        "version_id": known.version_id,
        "service_id": trail.service_id,
        "motif": known.motif,
        "filed_at": known.filed_at,
        "silence_at": known.silence_at,
        "decided": known.decided,
    }
