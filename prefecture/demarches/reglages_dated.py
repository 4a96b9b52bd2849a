"""The dated lists of `demarche.toml` judged: dates and values, sources, periods that overlap or leave a hole, units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from engine import feel
from engine.compile import Finding
from prefecture.demarches import dated
from prefecture.demarches.dated import SINCE, UNTIL, VALUE, Row

FILE = "demarche.toml"
_SOURCES = ("source", "fondement")


def check(settings: Mapping[str, Any]) -> Iterator[Finding]:
    """What an analyst should change in the figures, the periods of pièces and the changes of settings."""
    data = settings.get(dated.DATA)
    for name, rows in data.items() if isinstance(data, Mapping) else ():
        yield from _figures(str(name), rows)
    pieces: dict[str, list[Row]] = {}
    for one in dated.rows_of(settings.get(dated.PIECES)):
        pieces.setdefault(str(one.get(dated.CODE, "")), []).append(one)
    for code, rows in pieces.items():
        yield from _piece(code, rows)
    for path, rows in dated.changes(settings).items():
        yield from _change(settings, path, rows)


def problem_of_value(value: Any, like: Any) -> str:
    """Why a value cannot stand where `like` stands: another kind, a period that is none; empty when it can."""
    if isinstance(value, list | dict):
        return "Une seule valeur est attendue."
    if like is None:
        return ""
    if _number(like) != _number(value):
        return "Un nombre est attendu." if _number(like) else "Un nombre ne convient pas ici."
    if isinstance(like, bool) != isinstance(value, bool):
        return "Oui ou non est attendu." if isinstance(like, bool) else "Oui ou non ne convient pas ici."
    if isinstance(like, str) and _period(like) and not _period(str(value)):
        return f"«\u00a0{value}\u00a0» n’est pas une durée\u00a0: écrivez par exemple P30D, P4M ou P1Y."
    return ""


def _figures(name: str, rows: Any) -> Iterator[Finding]:
    where = f"donnees.{name}"
    held = dated.rows_of(rows)
    days = [row.get(SINCE) for row in held] if isinstance(rows, list) else [None]
    if any(type(day) is not date for day in days) or any(VALUE not in row for row in held):
        message = f"Chaque ligne de «\u00a0{name}\u00a0» doit avoir une date et une valeur."
        fix = "Donnez «\u00a0depuis\u00a0» (AAAA-MM-JJ) et «\u00a0valeur\u00a0»."
        yield _found("donnee-sans-date", where, message, fix)
        return
    if len(set(days)) < len(days):
        message = f"«\u00a0{name}\u00a0» a deux valeurs pour la même date."
        yield _found("donnee-en-double", where, message, "Gardez une seule ligne par date.")
        return
    yield from _periods(name, where, held)
    if any(not row.get("source") for row in held):
        message = f"«\u00a0{name}\u00a0» ne dit pas d’où vient sa valeur."
        yield _found("donnee-sans-source", where, message, "Ajoutez «\u00a0source\u00a0».", severity="warning")
    yield from _units(name, where, held)


def _piece(code: str, rows: Sequence[Row]) -> Iterator[Finding]:
    where = f"pieces.{code}"
    if any(not _is_day(row, bound) for row in rows for bound in (SINCE, UNTIL)):
        message = f"Les dates de la pièce «\u00a0{code}\u00a0» ne se lisent pas."
        yield _found("piece-date", where, message, "Écrivez les jours ainsi\u00a0: 2027-01-01, sans guillemets.")
        return
    if any(UNTIL not in row for row in sorted(rows, key=dated.since)[:-1]):
        message = f"Deux pièces portent le code «\u00a0{code}\u00a0»."
        fix = "Changez l’un des codes, ou dites par «\u00a0depuis\u00a0» et «\u00a0jusqu_au\u00a0» quand chacune vaut."
        yield _found("piece-en-double", where, message, fix)
        return
    yield from _periods(code, where, rows)


def _change(settings: Mapping[str, Any], path: str, rows: Sequence[Row]) -> Iterator[Finding]:
    where = f"changements.{path}"
    base = dated.base_of(settings, path)
    if not dated.may_change(path) or isinstance(base, Mapping | list):
        message = f"Le réglage «\u00a0{path}\u00a0» ne peut pas changer à une date."
        fix = f"Nommez un réglage de {', '.join(dated.CHANGEABLE)}, par exemple «\u00a0silence.delai\u00a0»."
        yield _found("changement-inconnu", where, message, fix)
        return
    if any(type(row.get(SINCE)) is not date or VALUE not in row for row in rows):
        message = f"Chaque changement de «\u00a0{path}\u00a0» doit avoir une date et une valeur."
        fix = "Donnez «\u00a0depuis\u00a0» (AAAA-MM-JJ) et «\u00a0valeur\u00a0»."
        yield _found("changement-sans-date", where, message, fix)
        return
    if base is None:
        message = f"«\u00a0{path}\u00a0» n’a pas de valeur avant le {dated.since(min(rows, key=dated.since)):%d/%m/%Y}."
        yield _found("changement-sans-base", where, message, "Donnez sa valeur d’aujourd’hui.", severity="warning")
    yield from _periods(path, where, rows)
    for row in rows:
        problem = problem_of_value(row[VALUE], base)
        if problem:
            message = f"La valeur de «\u00a0{path}\u00a0» au {dated.since(row):%d/%m/%Y} ne convient pas. {problem}"
            yield _found("changement-valeur", where, message, "Donnez une valeur de la même sorte qu’avant.")
    if any(not any(row.get(name) for name in _SOURCES) for row in rows):
        message = f"Le changement de «\u00a0{path}\u00a0» ne dit pas quel texte le demande."
        yield _found("changement-sans-source", where, message, "Ajoutez «\u00a0source\u00a0».", severity="warning")


def _periods(name: str, where: str, rows: Sequence[Row]) -> Iterator[Finding]:
    if any(not _is_day(row, UNTIL) for row in rows):
        message = f"Une date de fin de «\u00a0{name}\u00a0» ne se lit pas."
        yield _found("periode-date", where, message, "Écrivez le jour ainsi\u00a0: 2027-12-31, sans guillemets.")
        return
    for row in rows:
        if dated.until(row) < dated.since(row):
            message = f"«\u00a0{name}\u00a0» s’arrête le {dated.until(row):%d/%m/%Y}, avant d’avoir commencé."
            yield _found(
                "periode-a-l-envers", where, message, "Corrigez «\u00a0depuis\u00a0» ou «\u00a0jusqu_au\u00a0»."
            )
    for before, after in dated.overlaps(rows):
        message = f"«\u00a0{name}\u00a0»\u00a0: deux lignes valent à la fois à partir du {dated.since(after):%d/%m/%Y}."
        fix = f"Arrêtez la première avant, ou retirez son «\u00a0jusqu_au\u00a0» ({dated.until(before)})."
        yield _found("periodes-qui-se-chevauchent", where, message, fix)
    for first, last in dated.gaps(rows):
        message = f"«\u00a0{name}\u00a0» n’a pas de valeur du {first:%d/%m/%Y} au {last:%d/%m/%Y}."
        fix = "Prolongez la ligne d’avant, ou avancez celle d’après, si ce n’est pas voulu."
        yield _found("periode-vide", where, message, fix, severity="warning")


def _units(name: str, where: str, rows: Sequence[Row]) -> Iterator[Finding]:
    ordered = sorted(rows, key=dated.since)
    for before, after in pairwise(ordered):
        problem = problem_of_value(after[VALUE], before[VALUE])
        if problem or before.get("unite", "") != after.get("unite", ""):
            message = f"La valeur de «\u00a0{name}\u00a0» au {dated.since(after):%d/%m/%Y} n’est pas de la même sorte."
            fix = problem or "Gardez la même «\u00a0unite\u00a0» d’une ligne à l’autre."
            yield _found("donnee-unite", where, message, fix, severity="warning")


def _is_day(row: Row, bound: str) -> bool:
    return bound not in row or type(row[bound]) is date


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _period(text: str) -> bool:
    return feel.evaluate("duration(texte)", {"texte": text}) is not None


def _found(rule: str, where: str, message: str, fix: str, severity: Any = "error") -> Finding:
    return Finding(rule, severity, FILE, where, "", 0, message, fix)
