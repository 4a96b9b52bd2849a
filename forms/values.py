"""One raw answer becomes one clean, typed value, or is refused with a French sentence that says what to do."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

import re2

from forms.components import MONTHS, Component, quoted
from forms.formats import TEXT_FORMATS
from forms.refusal import Refused

LONGEST = {"textfield": 200, "textarea": 5000}
LARGEST = Decimal("1e15")
FIRST_YEAR, LAST_YEAR = 1850, 2200
MAX_FILES = 20

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_HOUR = re.compile(r"([01]?\d|2[0-3])\s*[:hH]\s*([0-5]\d)(?::([0-5]\d))?", re.ASCII)


def clean(component: Component, raw: Any, zone: tzinfo) -> Any:
    """The typed value; None when nothing was answered.

    Types are strict (a number is never read from a text, nor a truth from a number): texts from a page are converted
    by `forms.html` before they come here. Raises Refused.
    """
    if _nothing(raw):
        return None
    if component.kind == "datetime":
        return _DATES[component.subtype](component, raw, zone)
    return _CLEANERS[component.kind](component, raw)


def _nothing(raw: Any) -> bool:
    """No answer at all: nothing, an empty text, a date none of whose parts was written."""
    return raw is None or raw == "" or (isinstance(raw, Mapping) and not any(raw.values()))


def _text(component: Component, raw: Any) -> str | None:
    if not isinstance(raw, str):
        raise Refused("Écrivez du texte.")
    value = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if component.kind == "textfield":
        value = re.sub(r"\s+", " ", value)
    if _CONTROL.search(value):
        raise Refused("Retirez les caractères invisibles, puis recopiez votre réponse au clavier.")
    if not value:
        return None
    check = TEXT_FORMATS.get(component.format)
    value = check(value) if check else value
    _measure(component, value)
    return value


def _measure(component: Component, value: str) -> None:
    limits = component.limits
    longest = limits.max_length or LONGEST[component.kind]
    if len(value) > longest:
        raise Refused(f"Raccourcissez votre réponse\u00a0: {len(value)} caractères, au plus {longest}.")
    if limits.min_length and len(value) < limits.min_length:
        raise Refused(f"Complétez votre réponse\u00a0: au moins {limits.min_length} caractères.")
    if limits.pattern and not re2.search(limits.pattern, value):
        example = component.properties.get("exemple")
        told = f", par exemple {example}" if example else ""
        raise Refused(f"Écrivez la réponse dans la forme demandée{told}.")


def _number(component: Component, raw: Any) -> int | Decimal:
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        raise Refused("Écrivez un nombre, par exemple 1250 ou 12,50.")
    if isinstance(raw, float) and not math.isfinite(raw):
        raise Refused("Écrivez un nombre, par exemple 1250 ou 12,50.")
    value = Decimal(str(raw))
    if not value.is_finite() or abs(value) > LARGEST:
        raise Refused("Écrivez un nombre plus petit.")
    _bounds(component, value)
    return int(value) if value == value.to_integral_value() else value


def _bounds(component: Component, value: Decimal) -> None:
    limits = component.limits
    decimals = limits.decimals
    if decimals is not None and value != round(value, decimals):
        wanted = "un nombre entier" if decimals == 0 else f"au plus {decimals} chiffres après la virgule"
        raise Refused(f"Écrivez {wanted}.")
    if limits.minimum is not None and value < Decimal(str(limits.minimum)):
        raise Refused(f"Écrivez un nombre supérieur ou égal à {_spoken(limits.minimum)}.")
    if limits.maximum is not None and value > Decimal(str(limits.maximum)):
        raise Refused(f"Écrivez un nombre inférieur ou égal à {_spoken(limits.maximum)}.")


def _spoken(number: Any) -> str:
    return str(number).replace(".", ",")


def _checkbox(component: Component, raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise Refused("Cochez la case ou laissez-la vide.")
    return raw


def _single(component: Component, raw: Any) -> Any:
    for choice in component.choices:
        if type(choice.value) is type(raw) and choice.value == raw:
            return choice.value
    raise Refused("Choisissez une des réponses proposées.")


def _several(component: Component, raw: Any) -> list[Any] | None:
    if not isinstance(raw, list):
        raise Refused("Choisissez parmi les réponses proposées.")
    if len(raw) > len(component.choices):
        raise Refused("Choisissez chaque réponse une seule fois.")
    chosen = [_single(component, value) for value in raw]
    kept = [choice.value for choice in component.choices if choice.value in chosen]
    if len(kept) != len(chosen):
        raise Refused("Choisissez chaque réponse une seule fois.")
    return kept or None


def _files(component: Component, raw: Any) -> list[str] | None:
    values = [raw] if isinstance(raw, str) else raw
    if not isinstance(values, list) or not all(isinstance(value, str) and 0 < len(value) <= 64 for value in values):
        raise Refused("Ajoutez le fichier par le bouton prévu.")
    allowed = MAX_FILES if component.multiple else 1
    if len(values) > allowed:
        raise Refused("Gardez un seul fichier." if allowed == 1 else f"Gardez au plus {allowed} fichiers.")
    return values or None


def _date(component: Component, raw: Any, zone: tzinfo) -> date:
    if isinstance(raw, datetime):
        raise Refused("Écrivez une date sans heure.")
    value = raw if isinstance(raw, date) else _date_read(raw)
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise Refused(f"Vérifiez l’année\u00a0: {value.year}.")
    return value


def _date_read(raw: Any) -> date:
    if isinstance(raw, Mapping):
        return _date_of_parts(raw)
    matched = _ISO_DATE.fullmatch(raw) if isinstance(raw, str) else None
    if matched is None:
        raise Refused("Écrivez la date en entier\u00a0: jour, mois, année.")
    return _real_date(*(int(part) for part in matched.groups()))


def _date_of_parts(raw: Mapping[str, Any]) -> date:
    missing = [name for name in ("jour", "mois", "annee") if not str(raw.get(name, "")).strip()]
    if missing:
        names = {"jour": "le jour", "mois": "le mois", "annee": "l’année"}
        raise Refused(f"Ajoutez {' et '.join(names[name] for name in missing)}.")
    day, month, year = (str(raw[name]).strip() for name in ("jour", "mois", "annee"))
    if not (re.fullmatch(r"[0-9]{1,2}", day) and re.fullmatch(r"[0-9]{1,2}", month)):
        raise Refused("Écrivez le jour et le mois en chiffres, par exemple 27\u00a003.")
    if not re.fullmatch(r"[0-9]{4}", year):
        raise Refused("Écrivez l’année en quatre chiffres, par exemple 1994.")
    return _real_date(int(year), int(month), int(day))


def _real_date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        if 1 <= month <= len(MONTHS) and day >= 1:
            told = f"Le {day} {MONTHS[month - 1]} {year} n’existe pas\u00a0: corrigez le jour, le mois ou l’année."
            raise Refused(told) from None
        raise Refused("Cette date n’existe pas\u00a0: corrigez le jour ou le mois.") from None


def _time(component: Component, raw: Any, zone: tzinfo) -> time:
    if isinstance(raw, time):
        return raw
    matched = _HOUR.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if matched is None:
        raise Refused("Écrivez l’heure et les minutes, par exemple 14:30.")
    return time(int(matched[1]), int(matched[2]), int(matched[3] or 0))


def _moment(component: Component, raw: Any, zone: tzinfo) -> datetime:
    if isinstance(raw, datetime):
        value = raw
    elif isinstance(raw, Mapping):
        if not raw.get("date") or not raw.get("heure"):
            raise Refused("Écrivez la date et l’heure.")
        value = datetime.combine(_date(component, raw["date"], zone), _time(component, raw["heure"], zone), tzinfo=zone)
    else:
        value = _moment_read(raw)
    return value if value.tzinfo else value.replace(tzinfo=zone)


def _moment_read(raw: Any) -> datetime:
    try:
        if not isinstance(raw, str) or len(raw) > 40 or not _ISO_DATE.match(raw) or len(raw) == len("2026-01-01"):
            raise Refused("Écrivez la date et l’heure.")
        return datetime.fromisoformat(raw)
    except ValueError:
        raise Refused("Écrivez une date et une heure qui existent.") from None


_CLEANERS: dict[str, Callable[[Component, Any], Any]] = {
    "textfield": _text,
    "textarea": _text,
    "number": _number,
    "checkbox": _checkbox,
    "radio": _single,
    "select": _single,
    "checklist": _several,
    "filepicker": _files,
}
_DATES: dict[str, Callable[[Component, Any, tzinfo], Any]] = {"date": _date, "time": _time, "datetime": _moment}


def number_of(text: str) -> int | Decimal | None:
    """The number that a French or an English hand wrote (`1 250,50`), None when it is none."""
    bare = re.sub(r"[\s\u00a0\u202f]", "", text).replace(",", ".")
    if not re.fullmatch(r"[+-]?\d{1,16}(\.\d{1,10})?", bare, re.ASCII):
        return None
    try:
        value = Decimal(bare)
    except InvalidOperation:
        return None
    return int(value) if value == value.to_integral_value() else value


def required_message(component: Component) -> str:
    """What to do about a question left without an answer."""
    label = quoted(component.label.rstrip(" \u00a0:"))
    verbs = {
        "checkbox": f"Cochez {label} pour continuer.",
        "radio": f"Choisissez une réponse à {label}.",
        "select": f"Choisissez une réponse à {label}.",
        "checklist": f"Choisissez au moins une réponse à {label}.",
        "filepicker": f"Ajoutez le fichier {label}.",
        "dynamiclist": f"Ajoutez au moins une ligne à {label}.",
    }
    return verbs.get(component.kind, f"Répondez à {label}.")
