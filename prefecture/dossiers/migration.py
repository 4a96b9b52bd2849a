"""Running dossiers on a newer version of their démarche: who follows, who cannot, and the move itself, one at a time.

A dossier that is refused stays on its version and loses nothing; nothing is written of the refusal. Each move is due
work of its own under a key that its order decides, so that an order given twice, or broken off, is done once.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import func, select, update

from engine import migration
from engine.migration import FOLLOWS, HARMLESS, NEEDS_TARGET, REFUSED, Finding, MigrationRefused, Report
from engine.model import Advance, ElementInfo
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import Version
from prefecture.dossiers import advance as advancing
from prefecture.dossiers import messages
from prefecture.dossiers.held import TASKS, Held, hold, place
from prefecture.dossiers.journal import Fact
from prefecture.dossiers.models import Dossier
from prefecture.identity.permissions import Actor
from prefecture.kernel import along, clock, keyring, outbox
from prefecture.kernel.db import db
from prefecture.kernel.outbox import Work
from prefecture.kernel.unit_of_work import unit_of_work

MIGRATE = "dossiers.migrate"
MOVED, ALREADY, FINISHED = "moved", "already", "finished"
_PRIORITY = 7
_CHUNK = 500
# A few at a time: who completes a task of one of them meanwhile waits for their commit.
_ALONG, _ALONG_SECONDS = 20, 10.0

Mapped = Mapping[str, str]


@dataclass
class Place:
    """One place of a drawing where dossiers stand, and how many of them follow or not; `reasons` with their counts."""

    name: str
    verdicts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)


@dataclass
class Diff:
    """What a change of version means for running dossiers, by dossier and by place."""

    dossiers: Counter[str] = field(default_factory=Counter)
    places: dict[str, Place] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    def add(self, report: Report) -> None:
        """Count one dossier."""
        self.dossiers[report.verdict] += 1
        self.changed.update(report.changed)
        for one in report.findings:
            found = self.places.setdefault(one.place, Place(one.name))
            found.verdicts[one.verdict] += 1
            if one.reason:
                found.reasons[one.reason] += 1


@dataclass(frozen=True)
class Moved:
    """What became of one dossier: moved, already there, finished, needs_target or refused; why, if it stays."""

    status: str
    reason: str = ""


def diff(new: Version, mapping: Mapped, *, code: str | None = None, only: uuid.UUID | None = None) -> Diff:
    """How every running dossier of the démarche (of the version `only`) would fare; nothing is changed.

    Raises engine.migration.MappingInvalid.
    """
    found = Diff()
    for row in _running(code or new.code, new.id, only):
        found.add(_compared(row, new, mapping))
    return found


def running(code: str, target: uuid.UUID, only: uuid.UUID | None = None) -> int:
    """How many dossiers of a démarche run on another version than the target."""
    wanted = _wanted(code, target, only)
    return int(db.session.scalar(select(func.count()).select_from(Dossier).where(*wanted)) or 0)


def order(target: Version, mapping: Mapped, *, only: uuid.UUID | None = None, by: str = "") -> int:
    """Post the move of every running dossier, a few hundred a unit of work; how many are new.

    Opens its own doors. The same order again posts only dossiers that have changed since, or were not there.
    """
    posted, last = 0, uuid.UUID(int=0)
    while True:
        with unit_of_work():
            rows = _chunk(target, only, last)
            posted += sum(_post(row, target, mapping, by) for row in rows)
        if not rows:
            return posted
        last = rows[-1].id


def move(dossier_id: uuid.UUID, target: Version, mapping: Mapped, *, actor: Actor | None = None, by: str = "") -> Moved:
    """Move one dossier in the caller's unit of work, under its lock. Refused, it stays untouched."""
    held = hold(actor or Actor.system(), dossier_id)
    dossier, old = held.dossier, held.version
    if dossier.finished_at is not None or dossier.state is None:
        return Moved(FINISHED)
    if dossier.version_id == target.id:
        return Moved(ALREADY)
    mine, unsaid = _between(old, target, tuple(sorted(mapping.items())))
    if unsaid:
        return Moved(NEEDS_TARGET, "; ".join(f"{one.place}: {one.reason}" for one in unsaid))
    try:
        advance = migration.migrate(held.state, old.definition, target.definition, mine, now=held.now)
    except MigrationRefused as refusal:
        return Moved(refusal.report.verdict, str(refusal))
    told = {"from": old.number, "to": target.number, "mapping": dict(mine), "by": by}
    dossier.version_id = target.id
    _rename_done(dossier.id, mine, target)
    renewed = Held(dossier, target, held.actor, held.now, held.tasks)
    carry(renewed, advance, Fact("migrated", name=f"{old.number} → {target.number}", values=told))
    return Moved(MOVED)


def carry(held: Held, advance: Advance, fact: Fact) -> None:
    """Write a migrated state down: tasks as they read now, effects that are no longer wanted given up."""
    for event in advance.events:
        if event.kind == "cancelled":
            outbox.cancel(f"{held.dossier.id}:{event.element}:{event.task_id}")
    advancing.retell(held, advance.open_tasks)
    messages.step(held, advance, [fact])


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
    for source, wanted in mapping.items():
        if not any(relevant({source: wanted}, old, target) for old in olds):
            raise migration.MappingInvalid(f"{source}={wanted}: one of the two is in no version")


def left_over() -> int:
    """How many ordered moves are due and not done yet; those that wait for their next try are not counted."""
    work = outbox.DueWork
    due = (work.status == "running") | ((work.status == "ready") & (work.run_at <= clock.database_now(db.session)))
    query = select(func.count()).select_from(work).where(work.kind == MIGRATE, due)
    return int(db.session.scalar(query) or 0)


@outbox.handler(MIGRATE)
def move_one(work: Work) -> None:
    """Move the dossier of an order; one that must stay is left as it is."""
    if work.dossier_id is None or not work.payload:
        raise outbox.PermanentFailure("a migration without a dossier, or of an erased one")
    with unit_of_work():
        _move_as_ordered(work)
        work.done()
    until = time.monotonic() + _ALONG_SECONDS
    while time.monotonic() < until and _move_along():
        pass


def _move_along() -> bool:
    """Take the next moves along, a few in one unit of work; False if there was none."""
    with unit_of_work():
        others = along.taken(MIGRATE, _ALONG)
        for one in sorted(others, key=_dossier):
            if one.dossier_id is not None and one.payload:
                _move_as_ordered(one)
        along.done(others)
    return bool(others)


def _move_as_ordered(work: Work) -> None:
    target = demarches.version(uuid.UUID(work.payload["version"]))
    move(uuid.UUID(str(work.dossier_id)), target, work.payload["mapping"], by=work.payload["by"])


def _dossier(work: Work) -> str:
    """Locks are taken in the order of dossiers, so that two who take along never wait for each other."""
    return str(work.dossier_id)


def _compared(row: Any, new: Version, mapping: Mapped) -> Report:
    old = demarches.version(row.version_id)
    state = keyring.unseal(row.key_id, row.state, place(row.id))
    mine = relevant(mapping, old, new)
    report = migration.compare(state, old.definition, new.definition, mine)
    told = {one.place for one in report.findings}
    more = tuple(one for one in _rules_unsaid(old, new, mine) if one.place not in told)
    return replace(report, findings=report.findings + more)


@lru_cache(maxsize=64)
def _between(old: Version, new: Version, mapping: tuple[tuple[str, str], ...]) -> tuple[Mapped, tuple[Finding, ...]]:
    """What an order says of two versions and which rules it leaves unsaid: the same for every dossier between them."""
    mine = relevant(dict(mapping), old, new)
    return mine, tuple(_rules_unsaid(old, new, mine))


def _rules_unsaid(old: Version, new: Version, mapping: Mapped) -> Iterator[Finding]:
    """Tasks that forbid themselves to whoever did X and would do so to whoever did Y: is Y what X is called now?

    Without an answer, whoever did X before the move could do both tasks after it.
    """
    said = {(_element(source), _element(target)) for source, target in mapping.items()}
    for info in old.definition.elements.values():
        other = new.definition.elements.get(info.id)
        for rule in advancing.NOT_BY:
            before, after = _names(info, rule), _names(other, rule)
            unsaid = [name for name in before - after if not any((name, wanted) in said for wanted in after)]
            for name in unsaid if after - before else ():
                reason = f"{info.id} was not for who did {name}, it names {', '.join(sorted(after))} now: say {name}=…"
                yield Finding(f"{info.process}:{name}", "", NEEDS_TARGET, "other_person", reason)


def _names(info: ElementInfo | None, rule: str) -> set[str]:
    return set() if info is None else set(info.properties.get(rule, "").replace(",", " ").split())


def _rename_done(dossier_id: uuid.UUID, mapping: Mapped, target: Version) -> None:
    """Tasks that were done are known by what their step is called now, so that the two-person rule finds them."""
    for source, wanted in mapping.items():
        if target.definition.elements.get(_element(source)) is None:
            own = (TASKS.c.dossier_id == dossier_id) & (TASKS.c.element == _element(source))
            db.session.execute(update(TASKS).where(own).values(element=_element(wanted)))


def _element(text: str) -> str:
    return text.rpartition(":")[2].strip()


def _running(code: str, target: uuid.UUID, only: uuid.UUID | None) -> Iterator[Any]:
    query = (
        select(Dossier.id, Dossier.version_id, Dossier.key_id, Dossier.state)
        .where(*_wanted(code, target, only))
        .order_by(Dossier.id)
        .execution_options(yield_per=_CHUNK)
    )
    for part in db.session.execute(query).partitions():
        keyring.preload({row.key_id for row in part})
        yield from part


def _chunk(target: Version, only: uuid.UUID | None, after: uuid.UUID) -> list[Any]:
    query = (
        select(Dossier.id, Dossier.key_id, Dossier.revision)
        .where(*_wanted(target.code, target.id, only), Dossier.id > after)
        .order_by(Dossier.id)
        .limit(_CHUNK)
    )
    return list(db.session.execute(query))


def _wanted(code: str, target: uuid.UUID, only: uuid.UUID | None) -> list[Any]:
    wanted = [
        Dossier.demarche_code == code,
        Dossier.version_id != target,
        Dossier.finished_at.is_(None),
        Dossier.state.is_not(None),
    ]
    return wanted if only is None else [*wanted, Dossier.version_id == only]


def _post(row: Any, target: Version, mapping: Mapped, by: str) -> bool:
    """The key says which dossier as it is, whereto and how: the same order is posted once."""
    how = hashlib.sha256(orjson.dumps(dict(mapping), option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
    return outbox.post(
        MIGRATE,
        f"{row.id}:migrate:{target.id}:{row.revision}:{how}",
        {"version": str(target.id), "mapping": dict(mapping), "by": by},
        key_id=row.key_id,
        dossier_id=row.id,
        priority=_PRIORITY,
    )


__all__ = [
    "ALREADY",
    "FINISHED",
    "FOLLOWS",
    "HARMLESS",
    "MIGRATE",
    "MOVED",
    "NEEDS_TARGET",
    "REFUSED",
    "Diff",
    "Moved",
    "Place",
    "carry",
    "check_mapping",
    "diff",
    "left_over",
    "move",
    "move_one",
    "order",
    "relevant",
    "running",
]
