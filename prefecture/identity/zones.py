"""The time zone of each of the 101 départements, as data: what a wall clock shows at their préfecture."""

from __future__ import annotations

from zoneinfo import ZoneInfo

METROPOLITAN = "Europe/Paris"
OVERSEAS = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "976": "Indian/Mayotte",
}
# 20 was divided into 2A and 2B in 1976.
_METROPOLITAN_CODES = [f"{number:02}" for number in range(1, 96) if number != 20] + ["2A", "2B"]

ZONES: dict[str, str] = {**dict.fromkeys(sorted(_METROPOLITAN_CODES), METROPOLITAN), **OVERSEAS}


def zone_of(code: str) -> ZoneInfo:
    """The zone of the département `code` ('02', '2A', '972'); KeyError if there is no such département."""
    return ZoneInfo(ZONES[code])
