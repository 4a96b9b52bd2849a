"""Dates, times, zones and durations as FEEL knows them: years beyond 9999, nanoseconds, offsets or named zones.

Python's own types stop at the year 9999 and at microseconds, so FEEL has its own; `convert.py` goes between both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.feel.errors import Nothing

NANOS = 1_000_000_000
DAY_SECONDS = 86_400
DAY_NANOS = DAY_SECONDS * NANOS
MAX_YEAR = 999_999_999
MAX_OFFSET = 18 * 3600
MAX_DURATION_NANOS = (1 << 63) * NANOS
MAX_MONTHS = 1 << 62


@dataclass(frozen=True, slots=True)
class Offset:
    """A zone given by its distance from UTC."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Region:
    """A zone given by its IANA name."""

    key: str


Zone: TypeAlias = Offset | Region
UTC_ZONE = Offset(0)


@dataclass(frozen=True, slots=True)
class Date:
    """A day of the proleptic Gregorian calendar."""

    year: int
    month: int
    day: int

    @property
    def ordinal(self) -> int:
        """Days since 1970-01-01."""
        return days_from_civil(self.year, self.month, self.day)

    @property
    def weekday(self) -> int:
        """1 for Monday … 7 for Sunday."""
        return (self.ordinal + 3) % 7 + 1


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day, with or without a zone."""

    hour: int
    minute: int
    second: int
    nano: int = 0
    zone: Zone | None = None

    @property
    def nanos(self) -> int:
        """Nanoseconds since midnight, local."""
        return (self.hour * 3600 + self.minute * 60 + self.second) * NANOS + self.nano


@dataclass(frozen=True, slots=True)
class DateTime:
    """A date and a time; the zone is the time's."""

    date: Date
    time: Time

    @property
    def zone(self) -> Zone | None:
        """The zone, or None for a local date and time."""
        return self.time.zone

    @property
    def local_nanos(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00, without regard to the zone."""
        return self.date.ordinal * DAY_NANOS + self.time.nanos

    @property
    def instant(self) -> int:
        """Nanoseconds since the epoch; a local one is read as UTC."""
        zone = self.time.zone
        if zone is None:
            return self.local_nanos
        return self.local_nanos - offset_of(zone, self) * NANOS


@dataclass(frozen=True, slots=True)
class DaysDuration:
    """A days and time duration."""

    nanos: int


@dataclass(frozen=True, slots=True)
class MonthsDuration:
    """A years and months duration."""

    months: int


def days_from_civil(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 of a date (years of 400-year eras beginning in March)."""
    if month <= 2:
        year -= 1
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * 146_097 + day_of_era - 719_468


def civil_from_days(ordinal: int) -> Date:
    """The date that many days after 1970-01-01; Nothing beyond the years FEEL knows."""
    era, day_of_era = divmod(ordinal + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + (3 if shifted < 10 else -9)
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    if abs(year) > MAX_YEAR:
        raise Nothing("date hors limites")
    return Date(year, month, day)


def days_in_month(year: int, month: int) -> int:
    """28 to 31."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def make_date(year: int, month: int, day: int) -> Date:
    """That date; Nothing when the calendar has none."""
    if abs(year) > MAX_YEAR or not 1 <= month <= 12 or not 1 <= day <= days_in_month(year, month):
        raise Nothing("cette date n'existe pas")
    return Date(year, month, day)


def make_time(hour: int, minute: int, second: int, nano: int = 0, zone: Zone | None = None) -> Time:
    """That time; Nothing when the clock has none."""
    if not (0 <= hour <= 23 and 0 <= minute <= 59 and 0 <= second <= 59 and 0 <= nano < NANOS):
        raise Nothing("cette heure n'existe pas")
    return Time(hour, minute, second, nano, zone)


def make_offset(seconds: int) -> Offset:
    """That offset; Nothing beyond 18 hours."""
    if abs(seconds) > MAX_OFFSET:
        raise Nothing("décalage horaire hors limites")
    return Offset(seconds)


def make_region(key: str) -> Region:
    """That named zone; Nothing when it is unknown."""
    if zone_info(key) is None:
        raise Nothing("fuseau horaire inconnu")
    return Region(key)


@lru_cache(maxsize=256)
def zone_info(key: str) -> ZoneInfo | None:
    """The rules of a named zone, None when there is none of that name."""
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def offset_of(zone: Zone, at: DateTime) -> int:
    """Seconds east of UTC in that zone at that local date and time."""
    if isinstance(zone, Offset):
        return zone.seconds
    return _region_offset(zone.key, _known_year(at.date.year), at.date.month, at.date.day, at.time)


def offset_of_time(time: Time) -> int | None:
    """Seconds east of UTC of a time without a date: a named zone counts with its standard offset."""
    if time.zone is None:
        return None
    if isinstance(time.zone, Offset):
        return time.zone.seconds
    return _standard_offset(time.zone.key)


def _known_year(year: int) -> int:
    """A year that Python's calendar has, with the same leap years where rules still repeat."""
    if year < 1:
        return 4
    return 9600 + year % 400 if year > 9_999 else year


def _region_offset(key: str, year: int, month: int, day: int, time: Time) -> int:
    info = zone_info(key)
    if info is None:
        return 0
    if month == 2 and day == 29 and days_in_month(year, 2) == 28:
        day = 28
    local = datetime(year, month, day, time.hour, time.minute, time.second, tzinfo=info)
    offset = local.utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


@lru_cache(maxsize=256)
def _standard_offset(key: str) -> int:
    info = zone_info(key)
    if info is None:
        return 0
    january = datetime(2020, 1, 1, tzinfo=info)
    offset, saving = january.utcoffset(), january.dst()
    seconds = offset.total_seconds() if offset is not None else 0
    return int(seconds - (saving.total_seconds() if saving is not None else 0))


def from_local_nanos(nanos: int, zone: Zone | None) -> DateTime:
    """The date and time whose local reading is that many nanoseconds after 1970-01-01."""
    days, rest = divmod(nanos, DAY_NANOS)
    return DateTime(civil_from_days(days), time_from_nanos(rest, zone))


def from_instant(nanos: int, zone: Zone | None) -> DateTime:
    """The date and time of an instant in a zone (None: read as local UTC)."""
    if zone is None:
        return from_local_nanos(nanos, None)
    if isinstance(zone, Offset):
        return from_local_nanos(nanos + zone.seconds * NANOS, zone)
    as_utc = from_local_nanos(nanos, UTC_ZONE)
    return from_local_nanos(nanos + _offset_at_instant(zone.key, as_utc) * NANOS, zone)


def _offset_at_instant(key: str, at: DateTime) -> int:
    info = zone_info(key)
    year = _known_year(at.date.year)
    day = min(at.date.day, days_in_month(year, at.date.month))
    moment = datetime(year, at.date.month, day, at.time.hour, at.time.minute, at.time.second, tzinfo=UTC)
    offset = moment.astimezone(info).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def time_from_nanos(nanos: int, zone: Zone | None) -> Time:
    """The time that many nanoseconds after midnight (0 to a day)."""
    seconds, nano = divmod(nanos, NANOS)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return Time(hour, minute, second, nano, zone)


def make_days(nanos: int) -> DaysDuration:
    """That duration; Nothing when it is beyond all measure."""
    if abs(nanos) > MAX_DURATION_NANOS:
        raise Nothing("durée hors limites")
    return DaysDuration(nanos)


def make_months(months: int) -> MonthsDuration:
    """That duration; Nothing when it is beyond all measure."""
    if abs(months) > MAX_MONTHS:
        raise Nothing("durée hors limites")
    return MonthsDuration(months)


def add_months(date: Date, months: int) -> Date:
    """The same day some months later, or the last of that month."""
    years, month = divmod(date.month - 1 + months, 12)
    year = date.year + years
    if abs(year) > MAX_YEAR:
        raise Nothing("date hors limites")
    return Date(year, month + 1, min(date.day, days_in_month(year, month + 1)))


def midnight(date: Date, zone: Zone | None = None) -> DateTime:
    """The beginning of that day."""
    return DateTime(date, Time(0, 0, 0, 0, zone))
