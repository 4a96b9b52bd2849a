"""What `demarche.toml` says from one date to another: figures, pièces, settings that change. Pure: no clock.

Three lists carry days, `depuis` (the first day) and `jusqu_au` (the last one, both counted), each left out where it is
open:

* `[[donnees.nom]]`: a figure (fee, amount), one row a period;
* `[[pieces]]`: a pièce that is asked for during that period only; the same code again for its next wording;
* `[[changements]]`: a setting (`reglage = "silence.delai"`) that has another value from that day on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

DATA, PIECES, CHANGES = "donnees", "pieces", "changements"
SINCE, UNTIL, VALUE, SETTING, CODE = "depuis", "jusqu_au", "valeur", "reglage", "code"
# Tables of `demarche.toml` whose values may change from a day on; the others name files, roles, or the démarche itself.
CHANGEABLE = ("silence", "fenetre", "complement", "convocation", "prolongation", "conservation")
CHANGEABLE_TEXTS = ("description", "qui", "duree_indicative")
# What a citizen was told when they filed stays theirs; the rest is what is in force when it is done.
PROMISED = ("silence", "fenetre", PIECES)
FIRST, LAST = date.min, date.max
_DAY = timedelta(days=1)

Row = Mapping[str, Any]


def since(row: Row) -> date:
    """The first day of a row; the beginning of time where it says none."""
    return _day(row.get(SINCE), FIRST)


def until(row: Row) -> date:
    """The last day of a row; the end of time where it says none."""
    return _day(row.get(UNTIL), LAST)


def in_force(rows: Any, day: date) -> Row | None:
    """The row that counts on `day`: of those that have begun and not ended, the latest begun."""
    holding = [one for one in rows_of(rows) if since(one) <= day <= until(one)]
    return max(holding, key=since) if holding else None


def at(settings: Mapping[str, Any], day: date) -> dict[str, Any]:
    """The settings as they are on `day`: changes of that day or before made, pièces of other days left out."""
    told = {name: value for name, value in settings.items() if name != CHANGES}
    for path, rows in changes(settings).items():
        found = in_force(rows, day)
        if found is not None and VALUE in found and may_change(path):
            _put(told, path.split("."), found[VALUE])
    if isinstance(told.get(PIECES), list):
        told[PIECES] = [one for one in told[PIECES] if not isinstance(one, Mapping) or since(one) <= day <= until(one)]
    return told


def for_dossier(settings: Mapping[str, Any], filed_on: date, day: date) -> dict[str, Any]:
    """The settings of a dossier on `day`: what was promised as it was the day it was filed, the rest as it is."""
    promised = at(settings, filed_on)
    told = {name: value for name, value in at(settings, day).items() if name not in PROMISED}
    return {**told, **{name: promised[name] for name in PROMISED if name in promised}}


def changes(settings: Mapping[str, Any]) -> dict[str, list[Row]]:
    """The dated changes of settings, by the setting's dotted name."""
    found: dict[str, list[Row]] = {}
    for row in rows_of(settings.get(CHANGES)):
        found.setdefault(str(row.get(SETTING, "")), []).append(row)
    return found


def may_change(path: str) -> bool:
    """Whether a setting may have another value from a day on."""
    table, dot, name = path.partition(".")
    return (table in CHANGEABLE and bool(dot) and bool(name)) or path in CHANGEABLE_TEXTS


def cases(settings: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The cases that have a legal delay of their own, by name: `[silence.etudiant]`, with `libelle` and `fondement`."""
    silence = settings.get("silence")
    held = silence.items() if isinstance(silence, Mapping) else ()
    return {str(name): case for name, case in held if isinstance(case, Mapping)}


def base_of(settings: Mapping[str, Any], path: str) -> Any:
    """The value that a setting has before its first change; None where there is none."""
    value: Any = settings
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def days(settings: Mapping[str, Any]) -> list[date]:
    """Every day on which something changes, the earliest first."""
    data = settings.get(DATA)
    lists = [*(data.values() if isinstance(data, Mapping) else ()), settings.get(PIECES), settings.get(CHANGES)]
    found: set[date] = set()
    for row in (row for rows in lists for row in rows_of(rows)):
        found.update(day for day in (since(row), _after(until(row))) if day not in (FIRST, LAST))
    return sorted(found)


def overlaps(rows: Iterable[Row]) -> Iterator[tuple[Row, Row]]:
    """Rows of one thing that count on the same day, each with the one before it; an open end yields to the next row."""
    ordered = sorted(rows, key=since)
    for before, after in pairwise(ordered):
        if since(before) == since(after) or (UNTIL in before and until(before) >= since(after)):
            yield before, after


def gaps(rows: Iterable[Row]) -> Iterator[tuple[date, date]]:
    """Days between two rows on which none counts: the first and the last of each hole."""
    ordered = sorted(rows, key=since)
    for before, after in pairwise(ordered):
        if UNTIL in before and _after(until(before)) < since(after):
            yield _after(until(before)), since(after) - _DAY


def hidden_outside(rows: Sequence[Row]) -> str:
    """FEEL that holds on days when none of a pièce's rows counts; empty where one always does.

    A dossier's day is the one it was filed; today for one that is not filed yet.
    """
    if not rows or any(since(one) == FIRST and until(one) == LAST for one in rows):
        return ""
    day = "(if dossier.depose_le = null then today() else date(string(dossier.depose_le)))"
    periods = []
    for one in rows:
        limits = [f'{day} >= date("{since(one)}")'] if since(one) != FIRST else []
        limits += [f'{day} <= date("{until(one)}")'] if until(one) != LAST else []
        periods.append(f"({' and '.join(limits)})")
    return f"not({' or '.join(periods)})"


def rows_of(value: Any) -> list[Row]:
    """The rows of a list, whatever stands in its place."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _put(told: dict[str, Any], parts: Sequence[str], value: Any) -> None:
    """Give a setting its value; the tables on the way are copied, so that what was read stays as it is."""
    table = told
    for part in parts[:-1]:
        inner = table.get(part)
        table[part] = dict(inner) if isinstance(inner, Mapping) else {}
        table = table[part]
    table[parts[-1]] = value


def _day(value: Any, otherwise: date) -> date:
    return value if type(value) is date else otherwise


def _after(day: date) -> date:
    return day if day == LAST else day + _DAY
