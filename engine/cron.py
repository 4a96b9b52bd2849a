"""Calendars of moments in the words of cron: `0 0 9 ? * MON-FRI` is nine o'clock on every working day.

Six fields (second, minute, hour, day of the month, month, day of the week) and maybe a year, as Quartz writes them:
lists, ranges, steps, names, `L` for the last day, `5L` or `FRIL` for the last Friday, `FRI#2` for the second one.
Sunday is day 1.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_SPANS: Final = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))
_PART: Final = re.compile(r"(?:\*|(\d+)(?:-(\d+))?)(?:/(\d+))?", re.ASCII)
_NTH: Final = re.compile(r"([1-7])(?:#([1-5])|(L))", re.ASCII)
_FARTHEST: Final = 366 * 30


@dataclass(frozen=True, slots=True)
class Cron:
    """What each field admits. `last`: the last day of the month; `nth`: weekdays by their turn, 0 for the last."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int] | None
    months: frozenset[int]
    weekdays: frozenset[int] | None
    years: frozenset[int]
    last: bool = False
    nth: frozenset[tuple[int, int]] = frozenset()

    def after(self, moment: datetime) -> datetime | None:
        """The first moment after this one, by the clock of the moment's own zone; None when there is none."""
        begin = moment.replace(microsecond=0, fold=0) + timedelta(seconds=1)
        day = begin.date()
        earliest = begin.time().replace(tzinfo=None)
        for _ in range(_FARTHEST):
            found = self._time(earliest) if self._admits(day) else None
            if found is not None:
                return datetime.combine(day, found, moment.tzinfo)
            if day.year >= _SPANS[6][1]:
                return None
            day, earliest = day + timedelta(days=1), time()
        return None

    def _admits(self, day: date) -> bool:
        if day.year not in self.years or day.month not in self.months:
            return False
        if self.days is not None and not self.last and day.day not in self.days:
            return False
        final = monthrange(day.year, day.month)[1]
        if self.last and day.day != final and day.day not in (self.days or ()):
            return False
        weekday = day.isoweekday() % 7 + 1
        turns = {(weekday, (day.day - 1) // 7 + 1)} | ({(weekday, 0)} if day.day + 7 > final else set())
        return self.weekdays is None or weekday in self.weekdays or bool(turns & self.nth)

    def _time(self, earliest: time) -> time | None:
        """The first time of the day that is not before this one."""
        for hour in self.hours[bisect_left(self.hours, earliest.hour) :]:
            least = earliest.minute if hour == earliest.hour else 0
            for minute in self.minutes[bisect_left(self.minutes, least) :]:
                same = hour == earliest.hour and minute == earliest.minute
                left = self.seconds[bisect_left(self.seconds, earliest.second if same else 0) :]
                if left:
                    return time(hour, minute, left[0])
        return None


def parse_cron(text: str) -> Cron | None:
    """A calendar in the words of cron, None when the text is none."""
    fields = text.upper().split()
    if len(fields) not in {6, 7} or len(text) > 200:
        return None
    fields[4] = _numbered(fields[4], _MONTHS)
    fields[5] = _numbered(fields[5], _DAYS)
    day_parts, week_parts = fields[3].split(","), fields[5].split(",")
    last = "L" in day_parts
    nth = [_NTH.fullmatch(part) for part in week_parts]
    plain_days = ",".join(part for part in day_parts if part != "L")
    plain_week = ",".join(part for part, found in zip(week_parts, nth, strict=True) if found is None)
    texts = [*fields[:3], plain_days or "?", fields[4], plain_week or "?", *(fields[6:] or ["*"])]
    found = [_field(one, *span) for one, span in zip(texts, _SPANS, strict=True)]
    seconds, minutes, hours, days, months, weekdays, years = found
    if () in found or None in {seconds, minutes, hours, months, years}:
        return None
    turns = frozenset((int(one[1]), int(one[2] or 0)) for one in nth if one is not None)
    named = None if weekdays is None and not turns else frozenset(weekdays or ())
    return Cron(
        seconds or (),
        minutes or (),
        hours or (),
        None if days is None else frozenset(days),
        frozenset(months or ()),
        named,
        frozenset(years or ()),
        last,
        turns,
    )


def _numbered(field: str, names: tuple[str, ...]) -> str:
    for number, name in enumerate(names, 1):
        field = field.replace(name, str(number))
    return field


def _field(text: str, least: int, most: int) -> tuple[int, ...] | None:
    """The numbers that a field admits in order, None for `?` (no claim), nothing for what is no field."""
    if text == "?":
        return None
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            return ()
        begin = least if match[1] is None else int(match[1])
        single = match[1] is not None and match[2] is None and match[3] is None
        end = begin if single else int(match[2] or most)
        if not least <= begin <= end <= most or match[3] == "0":
            return ()
        found.update(range(begin, end + 1, int(match[3] or 1)))
    return tuple(sorted(found))
