"""Bookable time, reckoned: opening hours become cells of five minutes, free cells become starts. Pure.

Hours are wall time of the préfecture. A cell is an instant in UTC: on the night when clocks change, a wall hour that
does not exist has no cell, and one that comes twice is open twice.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CELL = timedelta(minutes=5)
NOON = time(12, 30)  # counters close over lunch: what begins before is the morning


@dataclass(frozen=True)
class Opening:
    """When one counter is open: wall times on weekdays (0 is Monday), from one day to another, both included."""

    guichet_id: uuid.UUID
    weekdays: frozenset[int]
    starts: time
    ends: time
    valid_from: date
    valid_until: date | None = None

    def applies(self, day: date) -> bool:
        """Whether these hours hold on `day`."""
        ended = self.valid_until is not None and day > self.valid_until
        return day.weekday() in self.weekdays and day >= self.valid_from and not ended


@dataclass(frozen=True)
class FreeSlot:
    """One start that can be booked; `local` is the préfecture's wall time, `places` how many persons it can take."""

    starts_at: datetime
    local: datetime
    places: int


@dataclass(frozen=True)
class DaySlots:
    """The free starts of one day."""

    day: date
    morning: tuple[FreeSlot, ...]
    afternoon: tuple[FreeSlot, ...]

    @property
    def count(self) -> int:
        """How many starts the day offers."""
        return len(self.morning) + len(self.afternoon)


def days(first: date, last: date) -> Iterator[date]:
    """Each day from `first` to `last`, both included."""
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants at which the local `day` begins and ends, in UTC."""
    return min(_instants(day, time(), zone)), min(_instants(day + timedelta(days=1), time(), zone))


def capacities(
    openings: Iterable[Opening], first: date, last: date, zone: ZoneInfo, closed: Callable[[date], bool]
) -> dict[datetime, int]:
    """How many counters are open in each cell from `first` to `last`; a counter whose hours overlap counts once."""
    by_day: dict[date, list[Opening]] = {}
    held = list(openings)
    for day in days(first, last):
        applying = [opening for opening in held if opening.applies(day)]
        if applying and not closed(day):
            by_day[day] = applying
    count: Counter[datetime] = Counter()
    for day, applying in by_day.items():
        pairs = {(opening.guichet_id, cell) for opening in applying for cell in _cells(opening, day, zone)}
        count.update(cell for _, cell in pairs)
    return dict(sorted(count.items()))


def cells_from(starts_at: datetime, number: int) -> list[datetime]:
    """The cells that an appointment of `number` cells occupies, in order."""
    return [starts_at + index * CELL for index in range(number)]


def is_offered(starts_at: datetime, step_minutes: int, zone: ZoneInfo) -> bool:
    """Whether an appointment may begin then: at a whole step of the wall clock, so that days do not crumble."""
    local = starts_at.astimezone(zone)
    minutes = local.hour * 60 + local.minute
    return minutes % step_minutes == 0 and local.second == local.microsecond == 0


def starts(free: Mapping[datetime, int], cells: int, step_minutes: int, zone: ZoneInfo) -> list[FreeSlot]:
    """Every start at which `cells` cells in a row are free; `free` maps a cell to its free places."""
    found = []
    for cell in sorted(free):
        if not is_offered(cell, step_minutes, zone):
            continue
        places = min(free.get(each, 0) for each in cells_from(cell, cells))
        if places > 0:
            found.append(FreeSlot(cell, cell.astimezone(zone), places))
    return found


def by_day(slots: Sequence[FreeSlot]) -> list[DaySlots]:
    """The slots grouped by local day, morning and afternoon apart."""
    grouped: dict[date, list[FreeSlot]] = {}
    for slot in slots:
        grouped.setdefault(slot.local.date(), []).append(slot)
    return [
        DaySlots(
            day,
            tuple(slot for slot in found if slot.local.time() < NOON),
            tuple(slot for slot in found if slot.local.time() >= NOON),
        )
        for day, found in sorted(grouped.items())
    ]


def _cells(opening: Opening, day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """The cells whose wall time lies within the hours."""
    cell = min(_instants(day, opening.starts, zone))
    end = max(_instants(day, opening.ends, zone))
    while cell + CELL <= end:
        if opening.starts <= cell.astimezone(zone).time() < opening.ends:
            yield cell
        cell += CELL


def _instants(day: date, wall: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants that a wall time can mean: two when clocks go back, the ends of the gap's shadow when forward."""
    local = datetime.combine(day, wall, zone)
    return local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
