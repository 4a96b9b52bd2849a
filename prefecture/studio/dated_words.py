"""Values of `demarche.toml` in words, and words read as such a value: « 6 mois » is `P6M`, « 12,50 € » is 12.5."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from engine import feel
from prefecture.kernel.errors import Invalid
from prefecture.studio.spans import span

FIELD = "valeur"
DAYS, MONEY, TIMES = "jours", "€", "fois"
_WORDS = {"oui": True, "non": False}
_UNITS = {"an": "Y", "ans": "Y", "mois": "M", "semaine": "W", "semaines": "W", "jour": "D", "jours": "D"}
_PART = re.compile(r"(\d+)\s*([a-zé]+)")
LONGEST = 2000


def unit_of(name: str, like: Any, written: str = "") -> str:
    """What a figure counts: what the row says, else days, times, or euros for a dated amount; empty for a text."""
    if written or isinstance(like, bool) or not isinstance(like, int | float):
        return written
    if "." not in name:
        return MONEY
    return TIMES if name.endswith("_max") else DAYS if "jours" in name else ""


def said(value: Any, unit: str = "") -> str:
    """A value for people: « 25 € », « 4 mois », « oui »."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int | float):
        figure = f"{value:g}".replace(".", ",") if isinstance(value, float) else str(value)
        singular = "jour" if unit == DAYS and value in (0, 1) else unit
        return f"{figure}\u00a0{singular}" if unit else figure
    if isinstance(value, list):
        return ", ".join(said(one) for one in value)
    return span(value) if isinstance(value, str) else str(value)


def typed(value: Any, unit: str = "") -> str:
    """A value as a field of a page shows it, to be typed again."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    return span(value).replace("\u00a0", " ") if isinstance(value, str) else str(value)


def parsed(text: Any, like: Any) -> Any:
    """What was typed, as a value of the same kind as `like` (None: a number, else a text). Raises Invalid."""
    if not isinstance(text, str):
        return text
    written = text.replace("\u00a0", " ").replace("\u202f", " ").strip()
    if not written:
        raise Invalid({FIELD: "Donnez la valeur."})
    if len(written) > LONGEST or "\x00" in written:
        raise Invalid({FIELD: f"{LONGEST} caractères au plus."})
    if isinstance(like, bool):
        return _yes_or_no(written)
    if isinstance(like, int | float) or like is None:
        return _number(written, needed=like is not None)
    if isinstance(like, str) and _period(like):
        return _duration(written)
    return written


def _yes_or_no(text: str) -> bool:
    if text.casefold() not in _WORDS:
        raise Invalid({FIELD: "Répondez oui ou non."})
    return _WORDS[text.casefold()]


def _number(text: str, *, needed: bool) -> Any:
    figure = re.sub(r"\s|€|%|(jours?|fois)$", "", text).replace(",", ".")
    try:
        value = Decimal(figure)
    except InvalidOperation:
        if needed:
            raise Invalid({FIELD: "Écrivez un nombre, par exemple 225 ou 12,50."}) from None
        return text
    if not value.is_finite() or abs(value) >= 10**9:
        raise Invalid({FIELD: "Ce nombre est trop grand."})
    return int(value) if value == int(value) else float(value)


def _duration(text: str) -> str:
    if _period(text.upper()):
        return text.upper()
    parts = _PART.findall(text.casefold().replace(" et ", " "))
    rest = _PART.sub("", text.casefold().replace(" et ", " ")).strip()
    units = [_UNITS.get(unit, "") for _, unit in parts]
    order = sorted(units, key="YMWD".index) if all(units) else []
    if not parts or rest or not all(units) or order != units or len(set(units)) < len(units):
        raise Invalid({FIELD: "Écrivez une durée, par exemple «\u00a06 mois\u00a0», «\u00a090 jours\u00a0» ou P6M."})
    return "P" + "".join(f"{int(number)}{unit}" for (number, _), unit in zip(parts, units, strict=True))


def _period(text: str) -> bool:
    return feel.evaluate("duration(texte)", {"texte": text}) is not None
