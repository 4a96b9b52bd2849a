"""Temporal values from their ISO 8601 texts, and back."""

from __future__ import annotations

import re
from typing import TypeAlias

from engine.feel.errors import Nothing
from engine.feel.temporal import (
    NANOS,
    Date,
    DateTime,
    DaysDuration,
    MonthsDuration,
    Offset,
    Region,
    Time,
    Zone,
    civil_from_days,
    make_date,
    make_days,
    make_months,
    make_offset,
    make_region,
    make_time,
    midnight,
)

Temporal: TypeAlias = Date | Time | DateTime | DaysDuration | MonthsDuration

_DATE = r"(?P<year>-?(?:[1-9][0-9]{4,8}|[0-9]{4}))-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_TIME = (
    r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,20}))?"
    r"(?:(?P<utc>[Zz])|(?P<sign>[+-])(?P<oh>[0-9]{2}):(?P<om>[0-9]{2})(?::(?P<os>[0-9]{2}))?"
    r"|@(?P<region>[A-Za-z][A-Za-z0-9_+/-]{0,60}))?"
)
_DATE_TEXT = re.compile(_DATE)
_TIME_TEXT = re.compile(_TIME)
_DATE_TIME_TEXT = re.compile(_DATE + "T" + _TIME)
_MONTHS_TEXT = re.compile(r"(?P<sign>-?)P(?:(?P<years>[0-9]{1,18})Y)?(?:(?P<months>[0-9]{1,18})M)?")
_DAYS_TEXT = re.compile(
    r"(?P<sign>-?)P(?:(?P<days>[0-9]{1,18})D)?"
    r"(?P<clock>T(?:(?P<hours>[0-9]{1,18})H)?(?:(?P<minutes>[0-9]{1,18})M)?"
    r"(?:(?P<seconds>[0-9]{1,18})(?:\.(?P<fraction>[0-9]{0,20}))?S)?)?"
)


def parse_date(text: str) -> Date:
    """`2026-11-22`; Nothing when it is no date."""
    found = _DATE_TEXT.fullmatch(text)
    if found is None:
        raise Nothing("ce texte n'est pas une date")
    return _date(found)


def parse_time(text: str) -> Time:
    """`10:30:00`, with or without fraction and zone; Nothing when it is no time."""
    found = _TIME_TEXT.fullmatch(text)
    if found is None:
        raise Nothing("ce texte n'est pas une heure")
    return _time(found)[0]


def parse_date_time(text: str) -> DateTime:
    """`2026-11-22T10:30:00` or a date alone (midnight); Nothing when it is neither."""
    found = _DATE_TIME_TEXT.fullmatch(text)
    if found is None:
        return midnight(parse_date(text))
    time, next_day = _time(found)
    date = _date(found)
    return DateTime(civil_from_days(date.ordinal + 1) if next_day else date, time)


def parse_duration(text: str) -> DaysDuration | MonthsDuration:
    """`P1Y2M` or `P1DT2H`; Nothing when it is neither, or mixes both."""
    found = _MONTHS_TEXT.fullmatch(text)
    if found is not None and (found["years"] or found["months"]):
        return make_months(_signed(found, int(found["years"] or 0) * 12 + int(found["months"] or 0)))
    found = _DAYS_TEXT.fullmatch(text)
    if found is None or not _has_parts(found):
        raise Nothing("ce texte n'est pas une durée")
    seconds = int(found["days"] or 0) * 86_400 + int(found["hours"] or 0) * 3_600
    seconds += int(found["minutes"] or 0) * 60 + int(found["seconds"] or 0)
    return make_days(_signed(found, seconds * NANOS + _nanos(found["fraction"])))


def parse_temporal(text: str) -> Temporal:
    """What an @"…" literal writes; Nothing when it is nothing temporal."""
    if text[:1] == "P" or text[:2] == "-P":
        return parse_duration(text)
    if "T" in text.split("@", 1)[0]:
        return parse_date_time(text)
    return parse_time(text) if text[2:3] == ":" else parse_date(text)


def _date(found: re.Match[str]) -> Date:
    return make_date(int(found["year"]), int(found["month"]), int(found["day"]))


def _time(found: re.Match[str]) -> tuple[Time, bool]:
    """The time, and whether it was 24:00:00, the midnight that ends the day."""
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"])
    nano = _nanos(found["fraction"])
    zone = _zone(found)
    if hour == 24 and minute == second == nano == 0:
        return make_time(0, 0, 0, 0, zone), True
    return make_time(hour, minute, second, nano, zone), False


def _zone(found: re.Match[str]) -> Zone | None:
    if found["utc"]:
        return Offset(0)
    if found["region"]:
        return make_region(found["region"])
    if not found["sign"]:
        return None
    if int(found["om"]) > 59 or int(found["os"] or 0) > 59:
        raise Nothing("décalage horaire hors limites")
    seconds = int(found["oh"]) * 3600 + int(found["om"]) * 60 + int(found["os"] or 0)
    return make_offset(-seconds if found["sign"] == "-" else seconds)


def _has_parts(found: re.Match[str]) -> bool:
    clock = found["hours"] or found["minutes"] or found["seconds"]
    return bool(clock or (found["days"] and not found["clock"]))


def _nanos(fraction: str | None) -> int:
    return int((fraction or "")[:9].ljust(9, "0"))


def _signed(found: re.Match[str], amount: int) -> int:
    return -amount if found["sign"] else amount


def write_temporal(value: Temporal) -> str:
    """The canonical text, which parses back to the same value."""
    if isinstance(value, Date):
        return write_date(value)
    if isinstance(value, DateTime):
        return f"{write_date(value.date)}T{write_time(value.time)}"
    if isinstance(value, Time):
        return write_time(value)
    if isinstance(value, MonthsDuration):
        return write_months(value)
    return write_days(value)


def write_date(date: Date) -> str:
    """`2026-11-22`, the year with a sign before our era and as long as it is."""
    sign = "-" if date.year < 0 else ""
    return f"{sign}{abs(date.year):04d}-{date.month:02d}-{date.day:02d}"


def write_time(time: Time) -> str:
    """`10:30:00.5+01:00`."""
    fraction = f".{time.nano:09d}".rstrip("0") if time.nano else ""
    return f"{time.hour:02d}:{time.minute:02d}:{time.second:02d}{fraction}{_write_zone(time.zone)}"


def _write_zone(zone: Zone | None) -> str:
    if zone is None:
        return ""
    if isinstance(zone, Region):
        return f"@{zone.key}"
    if zone.seconds == 0:
        return "Z"
    minutes, seconds = divmod(abs(zone.seconds), 60)
    text = f"{'-' if zone.seconds < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{text}:{seconds:02d}" if seconds else text


def write_months(duration: MonthsDuration) -> str:
    """`P1Y2M`; nothing at all is `P0M`."""
    years, months = divmod(abs(duration.months), 12)
    if not years and not months:
        return "P0M"
    text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
    return f"{'-' if duration.months < 0 else ''}P{text}"


def write_days(duration: DaysDuration) -> str:
    """`P1DT2H3M4.5S`; nothing at all is `PT0S`."""
    if not duration.nanos:
        return "PT0S"
    seconds, nano = divmod(abs(duration.nanos), NANOS)
    days, seconds = divmod(seconds, 86_400)
    hours, seconds = divmod(seconds, 3_600)
    minutes, seconds = divmod(seconds, 60)
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if seconds or nano:
        clock += str(seconds) + (f".{nano:09d}".rstrip("0") if nano else "") + "S"
    text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return f"{'-' if duration.nanos < 0 else ''}P{text}"
