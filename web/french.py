"""Dates, numbers and typography as French readers expect them, in the préfecture's zone."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

PARIS = ZoneInfo("Europe/Paris")
NBSP, THIN = "\u00a0", "\u202f"
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
SHORT_MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")

# Where a zone's own city is not the name that people there give to their hour.
_PLACES = {
    "America/Guadeloupe": "Guadeloupe",
    "America/Martinique": "Martinique",
    "America/Miquelon": "Saint-Pierre-et-Miquelon",
    "Indian/Mayotte": "Mayotte",
    "Indian/Reunion": "La Réunion",
    "Pacific/Noumea": "Nouméa",
    "Pacific/Tahiti": "Tahiti",
    "Pacific/Wallis": "Wallis-et-Futuna",
}

Day = date | datetime | str
Zone = tzinfo | str | None


def local(value: datetime | str, zone: Zone = None) -> datetime:
    """The moment in the préfecture's zone (Paris without one). A text is read as ISO 8601; naive means local."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    wanted = ZoneInfo(zone) if isinstance(zone, str) else zone or PARIS
    return moment.astimezone(wanted) if moment.tzinfo else moment.replace(tzinfo=wanted)


def day_of(value: Day, zone: Zone = None) -> date:
    """The day, a moment being seen from the zone."""
    if isinstance(value, datetime) or (isinstance(value, str) and len(value) > len("2026-01-01")):
        return local(value, zone).date()
    return date.fromisoformat(value) if isinstance(value, str) else value


def long_date(value: Day | None, zone: Zone = None, weekday: bool = True) -> str:
    """« mardi 12 janvier 2027 »: for citizens."""
    if value is None or value == "":
        return ""
    day = day_of(value, zone)
    number = "1er" if day.day == 1 else str(day.day)
    name = f"{DAYS[day.weekday()]} " if weekday else ""
    return f"{name}{number}{NBSP}{MONTHS[day.month - 1]}{NBSP}{day.year}"


def short_date(value: Day | None, zone: Zone = None) -> str:
    """« 14 déc. 2026 »: for agents."""
    if value is None or value == "":
        return ""
    day = day_of(value, zone)
    return f"{day.day}{NBSP}{SHORT_MONTHS[day.month - 1]}{NBSP}{day.year}"


def short_day(value: Day | None, zone: Zone = None) -> str:
    """« lun. 14 déc. »: for a day that is near."""
    if value is None or value == "":
        return ""
    day = day_of(value, zone)
    return f"{DAYS[day.weekday()][:3]}. {day.day}{NBSP}{SHORT_MONTHS[day.month - 1]}"


def hour(value: datetime | time | str | None, zone: Zone = None) -> str:
    """« 9 h 30 », « 14 h »."""
    if value is None or value == "":
        return ""
    moment = value if isinstance(value, time) else local(value, zone)
    minutes = f"{NBSP}{moment.minute:02d}" if moment.minute else ""
    return f"{moment.hour}{NBSP}h{minutes}"


def moment(value: datetime | str | None, zone: Zone = None) -> str:
    """« mardi 12 janvier 2027 à 9 h 30 », and whose hour it is where that is not Paris."""
    if value is None or value == "":
        return ""
    return f"{long_date(value, zone)} à {hour(value, zone)}{whose_hour(value, zone)}"


def short_moment(value: datetime | str | None, zone: Zone = None) -> str:
    """« 14 déc. 2026, 9 h 30 »."""
    if value is None or value == "":
        return ""
    return f"{short_date(value, zone)}, {hour(value, zone)}{whose_hour(value, zone)}"


def whose_hour(value: datetime | str, zone: Zone = None) -> str:
    """« (heure de Cayenne) » where the zone's hour is not that of Paris at that moment, else nothing."""
    there = local(value, zone)
    if there.utcoffset() == there.astimezone(PARIS).utcoffset():
        return ""
    return f" ({zone_name(zone)})"


def zone_name(zone: Zone = None) -> str:
    """« heure de La Réunion »."""
    key = zone if isinstance(zone, str) else str(zone or PARIS)
    place = _PLACES.get(key, key.rpartition("/")[2].replace("_", " "))
    return f"heure d’{place}" if place[:1] in "AEIOUYÉ" else f"heure de {place}"


def number(value: int | float | Decimal | str | None, decimals: int | None = None) -> str:
    """« 1 250,5 »; what is no number comes back as it is."""
    if value is None or isinstance(value, str):
        return value or ""
    text = f"{value:,.{decimals}f}" if decimals is not None else f"{value:,}"
    return text.replace(",", THIN).replace(".", ",")


def euros(value: int | float | Decimal) -> str:
    """« 225 € », « 12,50 € »."""
    whole = value == int(value)
    return f"{number(value, 0 if whole else 2)}{NBSP}€"


def percent(value: float | Decimal, decimals: int = 0) -> str:
    """« 87 % », from 0.87."""
    return f"{number(float(value) * 100, decimals)}{NBSP}%"


def file_size(value: int | float) -> str:
    """« 840 ko », « 1,2 Mo »."""
    size = float(value)
    for unit in ("o", "ko", "Mo"):
        if size < 1000:
            return f"{number(round(size))}{NBSP}{unit}" if unit != "Mo" or size >= 10 else f"{number(size, 1)}{NBSP}Mo"
        size /= 1000
    return f"{number(size, 1)}{NBSP}Go"


def duration(value: timedelta | int) -> str:
    """« 3 jours », « 2 h », « 10 min »; a whole number counts days."""
    span = value if isinstance(value, timedelta) else timedelta(days=value)
    if abs(span) >= timedelta(days=1):
        days = abs(span).days
        return f"{number(days)} jour{'s' if days > 1 else ''}"
    minutes = int(abs(span).total_seconds() // 60)
    return f"{minutes // 60}{NBSP}h" if minutes >= 60 else f"{minutes}{NBSP}min"


def typo(value: object) -> str:
    """Typography of a text: curly apostrophes, spaces that never break before : ; ? ! » and after «.

    Markup with tags is taken as it is; what gettext gives is Markup without any.
    """
    if isinstance(value, Markup):
        return value if "<" in value else Markup(_typed(str(value)))  # noqa: S704 (escaped before, nothing is added)
    return _typed("" if value is None else str(value))


def _typed(text: str) -> str:
    text = re.sub(r"(?<=\w)'(?=\w)", "’", text)
    text = re.sub(r"[ \u00a0]([:;?!»])", f"{NBSP}\\1", text)
    text = re.sub(r"« ", f"«{NBSP}", text)
    return re.sub(r"(?<=\d) (?=(?:€|%|h|jours?|mois|semaines?|ans?)\b|€|%)", NBSP, text)


def prose(text: str) -> Markup:
    """A form’s text in a small part of Markdown: paragraphs, lists, **strong**, [links](…). The rest is escaped."""
    return Markup("\n").join(_block(block) for block in re.split(r"\n\s*\n", text.strip()) if block.strip())


def _block(block: str) -> Markup:
    lines = [line.strip() for line in block.strip().splitlines()]
    title = re.fullmatch(r"#{1,6}\s+(.+)", lines[0])
    if title and len(lines) == 1:
        return Markup('<p class="strong">{}</p>').format(_inline(title[1]))
    if all(re.match(r"[-*]\s+", line) for line in lines):
        items = Markup("").join(Markup("<li>{}</li>").format(_inline(line[1:].strip())) for line in lines)
        return Markup("<ul>{}</ul>").format(items)
    return Markup("<p>{}</p>").format(Markup("<br>").join(_inline(line) for line in lines))


def _inline(text: str) -> Markup:
    safe = str(escape(typo(text)))
    safe = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", safe)
    # The text is escaped above; only these two patterns bring tags back, and an address must be https or of this site.
    return Markup(re.sub(r"\[([^\]]+)\]\(((?:https://|/)[^\s)]*)\)", r'<a href="\2">\1</a>', safe))  # noqa: S704
