"""Legal deadlines: when the administration's silence becomes an answer, and how a request for pièces moves that day.

CRPA, art. L.114-3 and L.114-5. Silence that means refusal (SVR) is suspended while a complement is awaited; silence
that means acceptance (SVA) begins to run when the last pièce has come. Days are the préfecture's own. Pure.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

SVR, SVA, AUCUN = "SVR", "SVA", "AUCUN"
_PERIOD = re.compile(r"P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?", re.ASCII)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Request:
    """A request for pièces: asked that day, with so many days to answer, answered or not."""

    asked_on: date
    days: int
    received_on: date | None = None

    @property
    def limit(self) -> date:
        """The last day to answer."""
        return self.asked_on + timedelta(days=self.days)

    @property
    def stops_on(self) -> date:
        """The day on which the clock runs again: the answer, or the limit if it came first."""
        return min(self.received_on or self.limit, self.limit)

    def is_open(self, today: date) -> bool:
        """Whether an answer may still come in time."""
        return self.received_on is None and today <= self.limit


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of the administration's delay; None when it does not run. `suspended`: it stands still now."""

    day: date | None
    suspended: bool = False


def after(day: date, period: str) -> date:
    """The day that long after (ISO 8601 years, months, weeks, days); month ends end where they end. ValueError."""
    found = _PERIOD.fullmatch(period)
    if found is None or not any(found.groups()):
        raise ValueError(f"not a period: {period}")
    years, months, weeks, days = (int(part or 0) for part in found.groups())
    total = day.year * 12 + day.month - 1 + years * 12 + months
    year, month = total // 12, total % 12 + 1
    moved = date(year, month, min(day.day, monthrange(year, month)[1]))
    return moved + timedelta(days=weeks * 7 + days)


def deadline(received: date, effect: str, period: str, requests: Sequence[Request], today: date) -> Deadline:
    """When silence on a request received that day becomes an answer, whatever was asked and answered meanwhile."""
    waiting = any(request.is_open(today) for request in requests)
    if effect == SVR:
        return Deadline(after(received, period) + timedelta(days=suspended_days(requests)), waiting)
    if effect == SVA:
        return _acceptance(received, period, requests, waiting)
    return Deadline(None)


def suspended_days(requests: Iterable[Request]) -> int:
    """How many days the clock stood still; days on which two requests ran count once."""
    still: set[date] = set()
    for request in requests:
        length = (request.stops_on - request.asked_on).days
        still.update(request.asked_on + _DAY * number for number in range(max(0, length)))
    return len(still)


def _acceptance(received: date, period: str, requests: Sequence[Request], waiting: bool) -> Deadline:
    if not requests:
        return Deadline(after(received, period))
    answered = [request.received_on for request in requests if request.received_on is not None]
    if len(answered) < len(requests):
        return Deadline(None, waiting)
    return Deadline(after(max(answered), period))
