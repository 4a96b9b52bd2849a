"""Timers: ISO 8601 dates, durations and cycles, reckoned in the process's zone and kept as moments in the state.

Years, months and days are counted on the calendar of the zone and months end where they end (31 January plus a month
is the last of February); hours and below are exact. A cycle may be written in the words of cron too. The due moment is
written into the token when it begins to wait.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.cron import Cron, parse_cron
from engine.feel.temporal import NANOS, DaysDuration, MonthsDuration
from engine.spiff.formulas import Failure

_DURATION = re.compile(
    r"(?P<sign>[+-])?P(?=.)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+(?:\.\d{1,9})?)H)?(?:(?P<minutes>\d+(?:\.\d{1,9})?)M)?"
    r"(?:(?P<seconds>\d+(?:\.\d{1,9})?)S)?)?",
    re.ASCII,
)
_EXACT = {"hours": 3600, "minutes": 60, "seconds": 1}
_MOST_TURNS = 100_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A span of calendar months and days, and of exact microseconds."""

    months: int = 0
    days: int = 0
    micros: int = 0

    def after(self, start: datetime, zone: ZoneInfo, times: int = 1) -> datetime:
        """The moment that many periods after `start`, in UTC. Failure beyond the calendar."""
        try:
            local = start.astimezone(zone)
            total = local.month - 1 + self.months * times
            year, month = local.year + total // 12, total % 12 + 1
            day = min(local.day, monthrange(year, month)[1])
            wall = local.replace(year=year, month=month, day=day, fold=local.fold)
            if self.days:
                wall = wall + timedelta(days=self.days * times)
            return existing(wall).astimezone(UTC) + timedelta(microseconds=self.micros * times)
        except (OverflowError, ValueError) as error:
            raise Failure("minuterie", "La date calculée est hors du calendrier.") from error

    @property
    def forward(self) -> bool:
        """Whether it leads to the future."""
        return (self.months, self.days, self.micros) > (0, 0, 0) and min(self.months, self.days, self.micros) >= 0


@dataclass(frozen=True, slots=True)
class Cycle:
    """`times` moments (None: without end), each one period after the last, from `start` (None: now) to `end`."""

    times: int | None
    period: Period
    start: datetime | None = None
    end: datetime | None = None


def existing(wall: datetime) -> datetime:
    """A local time that the clock skips in spring is read an hour later, as the clock shows then."""
    return wall.astimezone(UTC).astimezone(wall.tzinfo)


def parse_period(text: str) -> Period | None:
    """An ISO 8601 duration, None when the text is none."""
    found = _DURATION.fullmatch(text.strip())
    if found is None or len(text) > 100:
        return None
    parts = {name: value for name, value in found.groupdict().items() if name != "sign" and value is not None}
    if not parts:
        return None
    sign = -1 if found["sign"] == "-" else 1
    whole = {name: int(value) for name, value in parts.items() if name not in _EXACT}
    months = whole.get("years", 0) * 12 + whole.get("months", 0)
    days = whole.get("weeks", 0) * 7 + whole.get("days", 0)
    micros = int(sum(Decimal(parts.get(name, "0")) * seconds for name, seconds in _EXACT.items()) * 1_000_000)
    return Period(sign * months, sign * days, sign * micros)


def parse_moment(text: str, zone: ZoneInfo) -> datetime | None:
    """An ISO 8601 date, or date and time; without an offset it is the zone's. None when the text is none."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return aware(found, zone)


def parse_cycle(text: str, zone: ZoneInfo) -> Cycle | None:
    """`R3/PT1H`, `R/2027-01-01T09:00/P1D`, `R5/P1W/2027-06-30`; None when the text is none."""
    head, _, rest = text.strip().partition("/")
    counted = re.fullmatch(r"R(\d{0,6})", head, re.ASCII)
    if counted is None or not rest:
        return None
    times = int(counted[1]) if counted[1] else None
    first, _, second = rest.partition("/")
    period = parse_period(first)
    if period is not None:
        end = parse_moment(second, zone) if second else None
        return None if second and end is None else Cycle(times, period, None, end)
    start, period = parse_moment(first, zone), parse_period(second)
    return None if start is None or period is None else Cycle(times, period, start)


def aware(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment in UTC; one without an offset is the zone's."""
    return (existing(moment.replace(tzinfo=zone)) if moment.tzinfo is None else moment).astimezone(UTC)


def is_timer(kind: str, text: str) -> bool:
    """Whether the text is a date (`timeDate`), duration (`timeDuration`) or cycle (`timeCycle`)."""
    zone = ZoneInfo("UTC")
    if kind == "timeDate":
        return parse_moment(text, zone) is not None
    if kind == "timeDuration":
        return parse_period(text) is not None
    return any(found is not None for found in (parse_cycle(text, zone), parse_period(text), parse_cron(text)))


def wind(kind: str, value: Any, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """A timer as the state keeps it: the moment it is due, and for a cycle how it goes on. Failure when it is none."""
    if kind != "timeCycle":
        found = _moment(value, now, zone)
        if found is not None:
            return {"due": to_micros(found)}
    elif isinstance(value, str) and value.strip().startswith("R"):
        cycle = parse_cycle(value, zone)
        if cycle is not None and cycle.period.forward and cycle.times != 0:
            return _first(cycle, value, now, zone)
    elif isinstance(value, str) and (cron := parse_cron(value)) is not None:
        arm = _struck(cron, value, now, zone)
        if arm is not None:
            return arm
    else:
        period = as_period(value)
        if period is not None:
            return {"due": to_micros(period.after(now, zone))}
    raise Failure("minuterie", f"« {value} » n’est ni une date, ni une durée, ni un cycle utilisable ici (ISO 8601).")


def wind_on(arm: dict[str, Any], zone: ZoneInfo) -> dict[str, Any] | None:
    """The same timer after it has fired; None when it is over."""
    text = str(arm.get("cycle", ""))
    if "base" not in arm and (cron := parse_cron(text)) is not None:
        return _struck(cron, text, from_micros(arm["due"]), zone)
    cycle = parse_cycle(text, zone) if text else None
    return None if cycle is None else _turn(cycle, text, from_micros(arm["base"]), arm["k"] + 1, zone)


def _struck(cron: Cron, text: str, last: datetime, zone: ZoneInfo) -> dict[str, Any] | None:
    """The next moment of a calendar after the last one, None when there is none."""
    found = cron.after(last.astimezone(zone))
    return None if found is None else {"due": to_micros(existing(found).astimezone(UTC)), "cycle": text}


def _first(cycle: Cycle, text: str, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    if cycle.start is None:
        arm = _turn(cycle, text, now, 1, zone)
    else:
        arm = _turn(cycle, text, cycle.start, _turns_before(cycle, now, zone), zone)
    if arm is None:
        raise Failure("minuterie", f"Le cycle « {text} » est déjà terminé.")
    return arm


def _turn(cycle: Cycle, text: str, base: datetime, count: int, zone: ZoneInfo) -> dict[str, Any] | None:
    """Each moment is reckoned from the base, so that month ends do not wear off: 31 January, 28 February, 31 March."""
    last = None if cycle.times is None else cycle.times - (1 if cycle.start is not None else 0)
    if last is not None and count > last:
        return None
    due = cycle.period.after(base, zone, count)
    if cycle.end is not None and due > cycle.end:
        return None
    return {"due": to_micros(due), "cycle": text, "base": to_micros(base), "k": count}


def _turns_before(cycle: Cycle, now: datetime, zone: ZoneInfo) -> int:
    """How many moments of a cycle that began in the past are over."""
    start, period = cycle.start or now, cycle.period
    longest = timedelta(days=period.months * 31 + period.days + 1, microseconds=period.micros)
    count = max(0, (now - start) // longest)
    for _ in range(_MOST_TURNS):
        if period.after(start, zone, count) >= now:
            return count
        count += 1
    raise Failure("minuterie", "Le cycle a commencé il y a trop longtemps.")


def _moment(value: Any, now: datetime, zone: ZoneInfo) -> datetime | None:
    if isinstance(value, datetime):
        return aware(value, zone)
    if isinstance(value, date):
        return aware(datetime.combine(value, time()), zone)
    period = as_period(value)
    if period is not None:
        return period.after(now, zone)
    return parse_moment(value, zone) if isinstance(value, str) else None


def as_period(value: Any) -> Period | None:
    """A duration of any make as a period; None when the value is none."""
    if isinstance(value, str):
        return parse_period(value)
    if isinstance(value, timedelta):
        return Period(micros=value // _TICK)
    if isinstance(value, MonthsDuration):
        return Period(months=value.months)
    if isinstance(value, DaysDuration):
        days, rest = divmod(value.nanos, 86_400 * NANOS)
        return Period(days=days, micros=rest // 1_000)
    return None


def to_micros(moment: datetime) -> int:
    """A moment as whole microseconds since 1970, as the state keeps it."""
    return (moment - _EPOCH) // _TICK


def from_micros(micros: int) -> datetime:
    """The moment of `to_micros`."""
    return _EPOCH + timedelta(microseconds=micros)
