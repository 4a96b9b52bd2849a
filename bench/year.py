"""The arrivals of a national year, drawn hour by hour for each préfecture: seasons, weekdays, hours, zones."""

from __future__ import annotations

import math
import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DOSSIERS, SMS, PREFECTURES = 3_000_000, 1_000_000, 101
FIRST_DAY, DAYS = date(2027, 1, 1), 365
# The largest département has 35 times the people of the smallest; those between lie on an exponential.
_LARGEST_TO_SMALLEST = 35.0
# Summer and Christmas are slack; September brings the students.
_MONTHS = (1.05, 1.0, 1.05, 1.0, 0.9, 1.05, 0.95, 0.75, 1.3, 1.2, 1.05, 0.7)
_WEEK = (1.3, 1.15, 1.1, 1.05, 1.0, 0.75, 0.65)  # citizens, Monday first
_NIGHT = (0.2, 0.1, 0.05, 0.05, 0.05, 0.1, 0.4, 0.9)
_DAY = (*_NIGHT, *(1.5, 2.2, 2.4, 2.0, 1.5, 1.7, 2.1, 2.0), *(1.8, 1.6, 1.4, 1.3, 1.4, 1.4, 1.0, 0.5))
_OFFICE = (*(0.0,) * 8, 0.8, 1.4, 1.5, 1.2, 0.4, 0.9, 1.4, 1.3, 0.9, 0.2, *(0.0,) * 6)
_BEYOND = ("America/Martinique", "America/Guadeloupe", "America/Cayenne", "Indian/Reunion", "Indian/Mayotte")
_CITIZENS = 0.55  # the part of the pages that citizens ask for; agents ask for the rest
_DEADLINE_HOUR = 9
_CLOSED = frozenset({date(2027, 1, 1), date(2027, 5, 1), date(2027, 7, 14), date(2027, 11, 11), date(2027, 12, 25)})


class Year:
    """By minute, UTC, each list as dossiers' worth a minute: `visits` of pages, `steps` of work, `deadlines`, `sms`.

    A dossier's visits and steps are spread over the year as the people's and the offices' hours are; deadlines and the
    SMS that remind fall due at nine o'clock of each préfecture's zone, all at once.
    """

    def __init__(self, seed: int = 2027) -> None:
        self._dice = random.Random(seed)
        hours = DAYS * 24
        citizens, agents, due = ([[0.0] * hours for _ in range(PREFECTURES)] for _ in range(3))
        shares = _shares()
        for number, share in enumerate(shares):
            zone = ZoneInfo("Europe/Paris" if number < PREFECTURES - len(_BEYOND) else _BEYOND[number - PREFECTURES])
            self._spread(share, zone, citizens[number], agents[number], due[number])
        self.busiest_largest, self.busiest_smallest = (int(max(citizens[one])) for one in (0, PREFECTURES - 1))
        filed, worked, owed = ([sum(column) for column in zip(*rows, strict=True)] for rows in (citizens, agents, due))
        self.busiest_hour = int(max(filed))
        self.busiest_morning = (max(range(hours), key=owed.__getitem__) - 1) * 60  # the hour before all falls due
        self.visits = self._minutes([_CITIZENS * a + (1 - _CITIZENS) * b for a, b in zip(filed, worked, strict=True)])
        self.steps = self._minutes([(a + b) / 2 for a, b in zip(filed, worked, strict=True)])
        self.deadlines = _at_once(owed)
        self.sms = [one * SMS / DOSSIERS for one in self.deadlines]

    def _spread(
        self, share: float, zone: ZoneInfo, citizens: list[float], agents: list[float], due: list[float]
    ) -> None:
        """One préfecture's dossiers over the hours of the year."""
        local = [datetime(2027, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(len(citizens))]
        local = [one.astimezone(zone) for one in local]
        offices = [_is_open(one.date()) for one in local]
        for found, weights in (
            (citizens, [_MONTHS[at.month - 1] * _WEEK[at.weekday()] * _DAY[at.hour] for at in local]),
            (agents, [_OFFICE[at.hour] * is_open for at, is_open in zip(local, offices, strict=True)]),
            (due, [float(at.hour == _DEADLINE_HOUR) * is_open for at, is_open in zip(local, offices, strict=True)]),
        ):
            whole = share * DOSSIERS / sum(weights)
            found[:] = [self._drawn(weight * whole) for weight in weights]

    def _drawn(self, mean: float) -> float:
        """So many arrivals by chance (Poisson's law, by its normal likeness where there are many)."""
        if mean <= 0:
            return 0.0
        if mean > 30:
            return float(max(0, round(self._dice.gauss(mean, math.sqrt(mean)))))
        count, left, limit = 0, self._dice.random(), math.exp(-mean)
        while left > limit:
            left *= self._dice.random()
            count += 1
        return float(count)

    def _minutes(self, hours: list[float]) -> list[float]:
        return [self._drawn(one / 60) for one in hours for _ in range(60)]


def _shares() -> list[float]:
    weights = [_LARGEST_TO_SMALLEST ** (-one / (PREFECTURES - 1)) for one in range(PREFECTURES)]
    return [one / sum(weights) for one in weights]


def _at_once(hours: list[float]) -> list[float]:
    """All that falls due in an hour falls due in its first minute."""
    return [one if minute == 0 else 0.0 for one in hours for minute in range(60)]


def _is_open(day: date) -> bool:
    return day.weekday() < 5 and day not in _CLOSED
