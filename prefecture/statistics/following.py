"""A dossier followed through its journal: where it enters and leaves, how long it stays, what is said on the way.

Pure: entries in, stays and counts out. A stay that begins and ends within one step lasted no time; the others are kept
one by one. A flow is timed by the last stay that ended before it was taken: after how long one goes that way.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from prefecture.dossiers.trails import Entry, Trail
from prefecture.statistics.told import Drawn

DONE, INTERRUPTED, ENDED = "done", "interrupted", "ended"
# The measure of the whole way to the decision; no element may be called so.
TO_DECISION = "@decision"
_ENDS = frozenset({"accepte", "refuse", "sans_suite"})
_SHARES = ((0.25, "25"), (0.5, "50"), (0.75, "75"), (1.0, "100"))
_NUMBERS = re.compile(r"(\d+)\D+(\d+)\s*$")

Versions = Callable[[uuid.UUID], Drawn]


@dataclass
class Stay:
    """A stay at an element; `id` is that of its row, None for a new one."""

    element: str
    version_id: uuid.UUID
    entered_at: datetime
    turn: int = 1
    id: int | None = None
    left_at: datetime | None = None
    ending: str | None = None


@dataclass(frozen=True)
class Measure:
    """A stay that ended, or a flow that was taken, as it is counted."""

    element: str
    version_id: uuid.UUID
    day: date
    seconds: float
    again: bool = False
    interrupted: bool = False


@dataclass(frozen=True)
class Said:
    """Something to count once: `kind`, of what, and a detail."""

    kind: str
    version_id: uuid.UUID
    day: date
    subject: str
    detail: str = ""


@dataclass
class Known:
    """What is known of a dossier before its next entries are read."""

    version_id: uuid.UUID
    filed_at: datetime
    seq: int = 0
    motif: str = ""
    silence_at: datetime | None = None
    decided: bool = False
    erased: bool = False
    stays: dict[str, list[Stay]] = field(default_factory=lambda: defaultdict(list))
    turns: Counter[str] = field(default_factory=Counter)


@dataclass
class Followed:
    """What reading a trail gave."""

    opened: list[Stay] = field(default_factory=list)
    closed: list[Stay] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)


def begin(trail: Trail, numbers: Mapping[int, uuid.UUID]) -> Known:
    """A dossier that nothing is known of yet: before its first move it was on the version that this one names."""
    first = next((one for one in trail.entries if one.kind == "migrated"), None)
    old, _ = _numbers(first) if first else (None, None)
    return Known(numbers.get(old or 0, trail.version_id), trail.filed_at)


def follow(trail: Trail, known: Known, numbers: Mapping[int, uuid.UUID], drawn: Versions) -> Followed:
    """Read a trail's entries on; `known` is brought up to date."""
    walk = _Walk(known, ZoneInfo(trail.zone), numbers, drawn)
    for entry in trail.entries:
        walk.read(entry)
    return walk.found


class _Walk:
    def __init__(self, known: Known, zone: ZoneInfo, numbers: Mapping[int, uuid.UUID], drawn: Versions) -> None:
        self.known = known
        self.zone = zone
        self.numbers = numbers
        self.drawn = drawn
        self.found = Followed()

    def read(self, entry: Entry) -> None:
        """One entry: what it says, then what it passed."""
        known = self.known
        known.seq = entry.seq
        if entry.kind == "migrated":
            known.version_id = self.numbers.get(_numbers(entry)[1] or 0, known.version_id)
        self._facts(entry)
        self._marks(entry)
        if entry.kind == "finished":
            self._end(entry.at)

    # -- what it says ------------------------------------------------------------------------------------------

    def _facts(self, entry: Entry) -> None:
        known, drawn = self.known, self.drawn(self.known.version_id)
        match entry.kind:
            case "filed":
                known.motif = drawn.motif(entry.values or {})
            case "task_done":
                for kind, subject, detail in drawn.told(entry.element or "", entry.values or {}):
                    self._say(entry.at, kind, subject, detail)
            case "deadline":
                after = (entry.values or {}).get("after") or {}
                known.silence_at = _instant(after.get("silence_at")) or known.silence_at
            case "withdrawn":
                for element in self._waiting():
                    self._say(entry.at, "withdrawn", element)
                known.decided = True
            case "statut" if entry.name in _ENDS and not known.decided:
                self._decide(entry)
            case "erased":
                known.erased, known.motif = True, ""

    def _waiting(self) -> list[str]:
        """The tasks at which a dossier stands, or else the last place that it came to."""
        drawn = self.drawn(self.known.version_id)
        stays = [stay for several in self.known.stays.values() for stay in several]
        tasks = [stay.element for stay in stays if drawn.is_task(stay.element)]
        return tasks or [stay.element for stay in sorted(stays, key=lambda one: one.entered_at)[-1:]]

    def _decide(self, entry: Entry) -> None:
        known = self.known
        known.decided = True
        self._say(entry.at, "decided", entry.name or "")
        spent = (entry.at - known.filed_at).total_seconds()
        self.found.measures.append(Measure(TO_DECISION, known.version_id, self._day(entry.at), spent))
        if known.silence_at is not None:
            allowed = max((known.silence_at - known.filed_at).total_seconds(), 1.0)
            share = next((name for limit, name in _SHARES if spent <= limit * allowed), "plus")
            self._say(entry.at, "delay", share)

    def _say(self, at: datetime, kind: str, subject: str, detail: str = "") -> None:
        self.found.said.append(Said(kind, self.known.version_id, self._day(at), subject, detail))

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    # -- what it passed ----------------------------------------------------------------------------------------

    def _marks(self, entry: Entry) -> None:
        fresh: dict[str, list[Stay]] = defaultdict(list)
        waited = 0.0
        for mark in entry.trail:
            sign, element = mark[:1], mark[1:]
            if sign == "+":
                self._begin_call(element)
                fresh[element].append(Stay(element, self.known.version_id, entry.at))
            elif sign == ">":
                self._measure(element, self.known.version_id, entry.at, waited)
            elif fresh[element]:
                stay = fresh[element].pop()
                if not self.drawn(stay.version_id).is_gateway(element):
                    self._measure(element, stay.version_id, entry.at, 0.0, interrupted=sign == "x")
            elif self.known.stays[element]:
                waited = self._leave(self.known.stays[element].pop(0), entry, sign)
        self._keep(stay for several in fresh.values() for stay in several)

    def _begin_call(self, element: str) -> None:
        """A block called for the first time from here begins anew: what it did elsewhere is no return."""
        if not self.known.turns[element]:
            for inner in self.drawn(self.known.version_id).inside(element):
                self.known.turns[inner] = 0

    def _keep(self, stays: Iterable[Stay]) -> None:
        for stay in stays:
            self.known.turns[stay.element] += 1
            stay.turn = self.known.turns[stay.element]
            self.known.stays[stay.element].append(stay)
            self.found.opened.append(stay)

    def _leave(self, stay: Stay, entry: Entry, sign: str) -> float:
        interrupted = sign == "x"
        drawn = self.drawn(stay.version_id)
        if interrupted and entry.kind == "timer" and drawn.is_for_citizen(stay.element):
            self._say(entry.at, "unanswered", stay.element)
        return self._close(stay, entry.at, INTERRUPTED if interrupted else DONE)

    def _close(self, stay: Stay, at: datetime, ending: str) -> float:
        stay.left_at, stay.ending = at, ending
        seconds = max((at - stay.entered_at).total_seconds(), 0.0)
        self.found.closed.append(stay)
        self._measure(
            stay.element, stay.version_id, at, seconds, again=stay.turn > 1, interrupted=ending == INTERRUPTED
        )
        return seconds

    def _measure(
        self,
        element: str,
        version_id: uuid.UUID,
        at: datetime,
        seconds: float,
        *,
        again: bool = False,
        interrupted: bool = False,
    ) -> None:
        self.found.measures.append(Measure(element, version_id, self._day(at), seconds, again, interrupted))

    def _end(self, at: datetime) -> None:
        """What still stands when a dossier is over ends with it."""
        for several in self.known.stays.values():
            while several:
                self._close(several.pop(0), at, ENDED)


def _numbers(entry: Entry) -> tuple[int | None, int | None]:
    """From which version to which a dossier was moved."""
    found = _NUMBERS.search(entry.name or "")
    return (int(found[1]), int(found[2])) if found else (None, None)


def _instant(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
