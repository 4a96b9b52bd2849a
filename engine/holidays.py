"""Public holidays of a département, computed: the eleven of article L3133-1 of the labour code, and the local ones.

Local: Good Friday and 26 December in Alsace-Moselle (L3134-13), the day slavery was abolished overseas (L3422-2). What
a place keeps by custom (a carnival, Good Friday in Martinique) is an exceptional day of its services.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

# 20 was divided into 2A and 2B in 1976.
DEPARTEMENTS = frozenset(
    {f"{number:02}" for number in range(1, 96) if number != 20} | {"2A", "2B", "971", "972", "973", "974", "976"}
)
ALSACE_MOSELLE = frozenset({"57", "67", "68"})
ABOLITION_DAYS = {"971": (5, 27), "972": (5, 22), "973": (6, 10), "974": (12, 20), "976": (4, 27)}


def easter(year: int) -> date:
    """Easter Sunday of a Gregorian year (Gauss's reckoning as corrected by Butcher, 1876)."""
    golden = year % 19
    century, years = divmod(year, 100)
    leaps, century_rest = divmod(century, 4)
    moon_shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - moon_shift + 15) % 30
    year_leaps, year_rest = divmod(years, 4)
    weekday = (32 + 2 * century_rest + 2 * year_leaps - epact - year_rest) % 7
    correction = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * correction + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(code: str, year: int) -> dict[date, str]:
    """The public holidays of département `code` in `year`, by day, with their French names."""
    sunday = easter(year)
    found = {
        date(year, 1, 1): "jour de l’An",
        sunday + timedelta(days=1): "lundi de Pâques",
        date(year, 5, 1): "fête du Travail",
        date(year, 5, 8): "victoire de 1945",
        date(year, 7, 14): "fête nationale",
        date(year, 8, 15): "Assomption",
        date(year, 11, 1): "Toussaint",
        date(year, 11, 11): "armistice de 1918",
        date(year, 12, 25): "Noël",
    }
    if code in ALSACE_MOSELLE:
        found[sunday - timedelta(days=2)] = "vendredi saint"
        found[date(year, 12, 26)] = "deuxième jour de Noël"
    if code in ABOLITION_DAYS:
        found[date(year, *ABOLITION_DAYS[code])] = "abolition de l’esclavage"
    # Last, so that they keep their name when they fall on a fixed day (Ascension on 1 May 2008).
    found[sunday + timedelta(days=39)] = "Ascension"
    found[sunday + timedelta(days=50)] = "lundi de Pentecôte"
    return dict(sorted(found.items()))


def holiday_name(code: str, day: date) -> str | None:
    """The name of the public holiday that `day` is in département `code`, if it is one."""
    return holidays(code, day.year).get(day)
