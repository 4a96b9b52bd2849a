"""The dated data of a démarche as a table: what holds on a day, what held, what will; where each value comes from.

Read from `demarche.toml` alone, so that a draft and a published version are shown by the same page.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from engine.compile import Finding
from prefecture.demarches import dated, reglages_dated
from prefecture.demarches.version import PARIS, SETTINGS, Version
from prefecture.kernel import clock
from prefecture.kernel.errors import NotFound
from prefecture.studio import queries, toml_rows
from prefecture.studio.dated_words import said, unit_of

PIECE, DELAY, FIGURE = "piece", "delai", "tarif"
KINDS = (PIECE, DELAY, FIGURE)
PAST, NOW, COMING = "passee", "en_vigueur", "a_venir"
BASE = -1  # the number of a setting's value before its first change: no row of a list
LABELS: Mapping[str, str] = {
    "silence.delai": "Réponse au plus tard, sinon le silence vaut décision",
    "silence.effet": "Ce que vaut le silence (SVA accord, SVR refus)",
    "fenetre.duree": "Période pendant laquelle on peut demander",
    "fenetre.ouverture_jours": "Ouverture des demandes, avant l’échéance",
    "fenetre.fermeture_jours": "Fermeture des demandes, avant l’échéance",
    "complement.delai_jours": "Temps donné pour compléter",
    "complement.relance_jours_avant": "Rappel avant la limite du complément",
    "convocation.validite_jours": "Temps donné pour choisir un rendez-vous",
    "convocation.relance_jours": "Rappel s’il n’est pas choisi",
    "convocation.rappel_jours_avant": "Rappel avant le rendez-vous",
    "convocation.deplacements_max": "Déplacements du rendez-vous permis à l’usager",
    "prolongation.duree": "Durée d’une attestation de prolongation",
    "conservation.apres_fin": "Conservation du dossier après sa fin",
    "conservation.brouillon": "Conservation d’une demande non envoyée",
    "duree_indicative": "Durée annoncée à l’usager",
}
_NO_DELAY = frozenset({"fondement", "libelle", "recours", "sort_final"})


@dataclass(frozen=True)
class Value:
    """One value in time. `index`: its row in its list, BASE for a setting's first value; `row` as it is written."""

    index: int
    since: date | None
    until: date | None
    value: Any
    said: str
    basis: str
    source: str
    state: str
    row: Mapping[str, Any]


@dataclass(frozen=True)
class Subject:
    """One thing that has a value each day: a pièce, a delay, an amount; its values the earliest first."""

    kind: str
    name: str
    label: str
    unit: str
    values: tuple[Value, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def now(self) -> Value | None:
        """The value of the day."""
        return next((one for one in self.values if one.state == NOW), None)

    @property
    def coming(self) -> tuple[Value, ...]:
        """Those of later days."""
        return tuple(one for one in self.values if one.state == COMING)

    @property
    def like(self) -> Any:
        """A value of the kind that this thing has."""
        return self.values[-1].value if self.values else None


@dataclass(frozen=True)
class Sheet:
    """All dated data as of `day`; `revision`: of the draft's file, 0 for a published version."""

    day: date
    subjects: tuple[Subject, ...]
    days: tuple[date, ...]
    revision: int = 0

    def of(self, kind: str) -> tuple[Subject, ...]:
        """Those of one kind."""
        return tuple(one for one in self.subjects if one.kind == kind)

    def subject(self, kind: str, name: str) -> Subject:
        """One thing; raises NotFound."""
        found = next((one for one in self.subjects if (one.kind, one.name) == (kind, name)), None)
        if found is None:
            raise NotFound("Cette donnée n’est pas dans demarche.toml.")
        return found


def today() -> date:
    """The day in the capital: démarches are national."""
    return clock.today(PARIS)


def of_draft(draft_id: uuid.UUID, day: date | None = None) -> Sheet:
    """The dated data of a draft. Raises NotFound, Invalid (its `demarche.toml` cannot be read)."""
    content, revision = queries.content(draft_id, SETTINGS)
    return of_settings(toml_rows.read(content.decode(errors="replace")), day or today(), revision)


def of_version(version: Version, day: date | None = None) -> Sheet:
    """The dated data of a published version."""
    return of_settings(version.settings, day or today())


def of_settings(settings: Mapping[str, Any], day: date, revision: int = 0) -> Sheet:
    """The same from settings already read."""
    findings: dict[str, list[Finding]] = {}
    for one in reglages_dated.check(settings):
        findings.setdefault(one.element, []).append(one)
    subjects = (*_pieces(settings, day), *_delays(settings, day), *_figures(settings, day))
    places = {PIECE: "pieces", DELAY: "changements", FIGURE: "donnees"}
    told = tuple(
        Subject(
            one.kind,
            one.name,
            one.label,
            one.unit,
            one.values,
            tuple(findings.get(f"{places[one.kind]}.{one.name}", ())),
        )
        for one in subjects
    )
    return Sheet(day, told, tuple(dated.days(settings)), revision)


def label_of(settings: Mapping[str, Any], path: str) -> str:
    """What a setting is, for people: « Réponse au plus tard… : étudiant » for a case that has its own delay."""
    table, _, name = path.rpartition(".")
    case = dated.cases(settings).get(table.removeprefix("silence."))
    known = LABELS.get(f"silence.{name}")
    if case is None or known is None:
        return LABELS.get(path, path)
    return f"{known}\u00a0: {case.get('libelle') or table.removeprefix('silence.')}"


def _pieces(settings: Mapping[str, Any], day: date) -> Iterator[Subject]:
    by_code: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
    for index, row in enumerate(dated.rows_of(settings.get(dated.PIECES))):
        by_code.setdefault(str(row.get(dated.CODE, "")), []).append((index, row))
    for code, rows in by_code.items():
        values = _values(rows, day, _asked, yields=False)
        label = str((next((one for one in values if one.state == NOW), values[-1])).row.get("libelle") or code)
        yield Subject(PIECE, code, label, "", values)


def _delays(settings: Mapping[str, Any], day: date) -> Iterator[Subject]:
    changed = dated.changes(settings)
    numbers = {id(row): index for index, row in enumerate(dated.rows_of(settings.get(dated.CHANGES)))}
    paths = [*_leaves(settings), *(path for path in changed if path not in set(_leaves(settings)))]
    for path in paths:
        base = dated.base_of(settings, path)
        unit = unit_of(path, base)
        table = dated.base_of(settings, path.rpartition(".")[0]) if "." in path else None
        basis = (
            str(table.get("fondement", ""))
            if isinstance(table, Mapping) and path.endswith((".delai", ".duree"))
            else ""
        )
        rows = [(numbers[id(row)], row) for row in changed.get(path, ())]
        first = {dated.VALUE: base, "fondement": basis, "libelle": ""}
        values = _values([(BASE, first), *rows], day, lambda row, of=unit: said(row.get(dated.VALUE), of))
        yield Subject(DELAY, path, label_of(settings, path), unit, values if base is not None else values[1:])


def _figures(settings: Mapping[str, Any], day: date) -> Iterator[Subject]:
    data = settings.get(dated.DATA)
    for name, listed in data.items() if isinstance(data, Mapping) else ():
        rows = list(enumerate(dated.rows_of(listed)))
        if not rows:
            continue
        last = rows[-1][1]
        unit = unit_of(str(name), last.get(dated.VALUE), str(last.get("unite", "")))
        values = _values(rows, day, lambda row, of=unit: said(row.get(dated.VALUE), str(row.get("unite") or of)))
        yield Subject(FIGURE, str(name), str(last.get("libelle") or name), unit, values)


def _values(
    rows: Sequence[tuple[int, Mapping[str, Any]]], day: date, say: Any, *, yields: bool = True
) -> tuple[Value, ...]:
    """The rows in time. yields: a row without an end lasts until the next one begins."""
    ordered = sorted(rows, key=lambda one: dated.since(one[1]))
    found = []
    for place, (index, row) in enumerate(ordered):
        since, until = dated.since(row), dated.until(row)
        if yields and place + 1 < len(ordered):
            until = min(until, _before(dated.since(ordered[place + 1][1])))
        state = PAST if until < day else COMING if since > day else NOW
        basis, source = (str(row.get(name) or "") for name in ("fondement", "source"))
        first, last = (None if bound in (dated.FIRST, dated.LAST) else bound for bound in (since, until))
        found.append(Value(index, first, last, row.get(dated.VALUE), say(row), basis, source, state, row))
    return tuple(found)


def _asked(row: Mapping[str, Any]) -> str:
    told = [str(row.get("libelle") or row.get(dated.CODE, ""))]
    told += ["indispensable"] if row.get("indispensable") else []
    told += ["original à montrer"] if row.get("original") else []
    told += [f"si {row['condition']}"] if row.get("condition") else []
    return ", ".join(told)


def _leaves(settings: Mapping[str, Any]) -> list[str]:
    """The settings that may change from a day on, in the order of the file's tables."""
    found = [
        f"{table}.{name}"
        for table in dated.CHANGEABLE
        for name, value in (settings.get(table) or {}).items()
        if name not in _NO_DELAY and not isinstance(value, Mapping | list)
    ]
    own = [
        f"silence.{case}.{name}"
        for case, held in dated.cases(settings).items()
        for name in held
        if name not in _NO_DELAY and not isinstance(held[name], Mapping | list)
    ]
    place = next((at for at, path in enumerate(found) if not path.startswith("silence.")), len(found))
    texts = [name for name in dated.CHANGEABLE_TEXTS[2:] if settings.get(name)]
    return [*found[:place], *own, *found[place:], *texts]


def _before(day: date) -> date:
    return day if day == dated.FIRST else day - timedelta(days=1)
