"""Reading the journals on and writing the counts: once each, a few dossiers a door, whoever reads at the same time.

Only those dossiers are looked at whose journal grew: the ones not sealed yet, and the heads of the hourly seals since
the last reading. How far each was read stands beside its counts in the same transaction, so that an interrupted
reading is taken up without counting anything twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select

from prefecture.demarches import queries as demarches
from prefecture.dossiers import trails
from prefecture.dossiers.trails import Trail
from prefecture.kernel import clock
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.statistics import counting
from prefecture.statistics.following import Known, Stay, begin, follow
from prefecture.statistics.models import FollowedDossier, Passage, Reading, table_of
from prefecture.statistics.told import Drawn

CHUNK = 50
_READ = ("filed", "task_done", "deadline")
_PASSAGES = table_of(Passage)


@dataclass
class _Library:
    """The versions that a reading meets, each opened once."""

    drawn: dict[uuid.UUID, Drawn] = field(default_factory=dict)
    numbered: dict[str, dict[int, uuid.UUID]] = field(default_factory=dict)

    def version(self, version_id: uuid.UUID) -> Drawn:
        if version_id not in self.drawn:
            self.drawn[version_id] = Drawn(demarches.version(version_id))
        return self.drawn[version_id]

    def numbers(self, code: str) -> dict[int, uuid.UUID]:
        if code not in self.numbered:
            self.numbered[code] = {one.number: one.id for one in demarches.versions(code)}
        return self.numbered[code]


def observe(*, everything: bool = False, chunk: int = CHUNK) -> int:
    """Read every journal that grew (or each of them) up to its end; how many dossiers had something new.

    Opens its own doors.
    """
    with unit_of_work():
        seal = _locked().seal
        latest, ids = trails.moved(0 if everything else seal)
        if everything:
            ids = trails.everybody()
    library, count = _Library(), 0
    for start in range(0, len(ids), chunk):
        with unit_of_work():
            _locked()
            count += _read_on(ids[start : start + chunk], library)
    with unit_of_work():
        reading = _locked()
        reading.seal, reading.at = max(latest, reading.seal), clock.now()
    return count


def _locked() -> Reading:
    """The one row, locked: who reads on reads alone."""
    counting.first_reading(clock.now())
    return db.session.scalars(select(Reading).with_for_update()).one()


def _read_on(ids: Sequence[uuid.UUID], library: _Library) -> int:
    rows = db.session.scalars(select(FollowedDossier).where(FollowedDossier.dossier_id.in_(ids)))
    known = {row.dossier_id: row for row in rows}
    seqs = {one: known[one].seq if one in known else 0 for one in ids}
    found = list(trails.entries_after(seqs, _READ))
    if not found:
        return 0
    stays, turns = _stays([one.dossier_id for one in found])
    counts = counting.Counts()
    for trail in found:
        one = _known(trail, known.get(trail.dossier_id), library)
        for stay in stays.get(trail.dossier_id, ()):
            one.stays[stay.element].append(stay)
        one.turns.update(_turns(turns.get(trail.dossier_id, {}), library.version(one.version_id)))
        followed = follow(trail, one, library.numbers(trail.code), library.version)
        counts.add(trail, one, followed)
    counts.write()
    return len(found)


def _known(trail: Trail, row: FollowedDossier | None, library: _Library) -> Known:
    if row is None:
        return begin(trail, library.numbers(trail.code))
    return Known(
        version_id=row.version_id,
        filed_at=row.filed_at,
        seq=row.seq,
        motif=row.motif,
        silence_at=row.silence_at,
        decided=row.decided,
    )


def _turns(last: Mapping[str, tuple[int, int]], drawn: Drawn) -> dict[str, int]:
    """How often each element was come to; a block called from elsewhere since has begun anew."""
    found = {element: turn for element, (_, turn) in last.items()}
    for call, (order, turn) in last.items():
        for inner in drawn.inside(call) if turn == 1 else ():
            if inner in last and last[inner][0] < order:
                found[inner] = 0
    return found


def _stays(
    ids: Sequence[uuid.UUID],
) -> tuple[dict[uuid.UUID, list[Stay]], dict[uuid.UUID, dict[str, tuple[int, int]]]]:
    """Where these dossiers stand, oldest first, and the last stay of each anywhere: its order, its turn."""
    open_now = select(Passage).where(Passage.dossier_id.in_(ids), Passage.left_at.is_(None)).order_by(Passage.id)
    stays: dict[uuid.UUID, list[Stay]] = {}
    for row in db.session.scalars(open_now):
        stay = Stay(row.element, row.version_id, row.entered_at, row.turn, id=row.id)
        stays.setdefault(row.dossier_id, []).append(stay)
    last = select(func.max(Passage.id)).where(Passage.dossier_id.in_(ids)).group_by(Passage.dossier_id, Passage.element)
    turns: dict[uuid.UUID, dict[str, tuple[int, int]]] = {}
    query = select(Passage.dossier_id, Passage.element, Passage.id, Passage.turn).where(Passage.id.in_(last))
    for dossier_id, element, order, turn in db.session.execute(query):
        turns.setdefault(dossier_id, {})[element] = order, turn
    return stays, turns
