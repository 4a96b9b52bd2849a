"""Durations as people say them: « 4 mois », « 1 an et 6 mois »."""

from __future__ import annotations

import re

_UNITS = (("an", "ans"), ("mois", "mois"), ("semaine", "semaines"), ("jour", "jours"))


def span(text: str) -> str:
    """A period such as `P4M` in words; anything else as it is written."""
    parts = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?", text)
    counted = zip(parts.groups(), _UNITS, strict=True) if parts else ()
    said = [f"{number}\u00a0{many if int(number) > 1 else one}" for number, (one, many) in counted if number]
    return " et ".join(said) or text
