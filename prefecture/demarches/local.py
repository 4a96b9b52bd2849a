"""What a préfecture may set for itself over a national démarche: data, never law. Pure: no clock, no database.

The démarche opens fields by `[variantes] champs` in `demarche.toml`, among those of `FIELDS`. Whatever the law says
(delays, pièces, fees, decisions) is the same everywhere, and no démarche can open it.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from prefecture.demarches import dated

TABLE, LISTED, TEXTS = "variantes", "champs", "informations"
TEXT, FIGURE = "texte", "nombre"
LONGEST, GREATEST = 800, 365
# Why a local value does not act, or asks to be looked at.
CHANGED, REMOVED, CLOSED, KIND, LEAST = "changee", "retiree", "fermee", "type", "minimum"
REASONS: Mapping[str, str] = {
    CHANGED: "La valeur nationale a changé depuis que la vôtre a été écrite.",
    REMOVED: "La démarche nationale ne connaît plus ce réglage : le vôtre n’agit plus.",
    CLOSED: "La démarche nationale ne laisse plus les préfectures le régler : le vôtre n’agit plus.",
    KIND: "La valeur nationale n’est plus de la même sorte : la vôtre n’agit plus.",
    LEAST: "La valeur nationale est un minimum, que la vôtre n’atteint plus : elle n’agit plus.",
}


@dataclass(frozen=True)
class Field:
    """A kind of setting that may be opened. `least`: the national value is the least that citizens have."""

    pattern: str
    label: str
    kind: str = TEXT
    least: bool = False


FIELDS = (
    Field("informations.*", "Information donnée à l’usager"),
    Field("pieces.*.aide", "Consigne pour une pièce"),
    Field("convocation.validite_jours", "Jours laissés pour choisir un rendez-vous", FIGURE, least=True),
    Field("convocation.relance_jours", "Rappel si aucun rendez-vous n’est choisi, en jours", FIGURE),
    Field("convocation.rappel_jours_avant", "Rappel avant le rendez-vous, en jours", FIGURE),
    Field("convocation.deplacements_max", "Déplacements du rendez-vous permis à l’usager", FIGURE, least=True),
    Field("complement.delai_jours", "Jours laissés pour compléter", FIGURE, least=True),
    Field("complement.relance_jours_avant", "Rappel avant la limite du complément, en jours", FIGURE),
)
INFORMATIONS: Mapping[str, str] = {
    "lieu": "Où venir",
    "acces": "Comment venir",
    "horaires": "Horaires d’ouverture",
    "contact": "Nous joindre",
    "apporter": "Avant de venir",
    "remise": "Comment le titre est remis, par la poste ou au guichet",
    "complement": "À savoir aussi",
}
# What the law or the whole country decides, whatever its name below.
_LAW = frozenset(
    {"silence", "fenetre", "prolongation", "conservation", "decision", "donnees", "changements", "clauses", "pieces"}
    | {"roles", "sources", "remise", "accuse_reception", "notification_electronique"}
)


@dataclass(frozen=True)
class Open:
    """One setting that a démarche opens, with its national value."""

    path: str
    label: str
    field: Field
    national: Any


def refusal_of(pattern: str) -> str:
    """Why no préfecture may set that for itself; empty when a démarche may open it."""
    if any(fnmatch.fnmatchcase(pattern, one.pattern) for one in FIELDS):
        return ""
    if pattern.partition(".")[0] in _LAW:
        return f"«\u00a0{pattern}\u00a0» vient de la loi et vaut partout\u00a0: une préfecture ne peut pas le changer."
    known = ", ".join(one.pattern for one in FIELDS)
    return f"«\u00a0{pattern}\u00a0» n’est pas de ce qu’une préfecture peut régler ({known})."


def opened(settings: Mapping[str, Any]) -> list[Open]:
    """What the démarche opens, in the order of its list, each setting once."""
    found: dict[str, Open] = {}
    for pattern in patterns(settings):
        for path in _paths(settings, pattern):
            field = next((one for one in FIELDS if fnmatch.fnmatchcase(path, one.pattern)), None)
            if field is not None and path not in found:
                found[path] = Open(path, label_of(settings, path, field), field, national(settings, path))
    return list(found.values())


def patterns(settings: Mapping[str, Any]) -> list[str]:
    """The démarche's list as it is written."""
    table = settings.get(TABLE)
    listed = table.get(LISTED) if isinstance(table, Mapping) else None
    return [str(one) for one in listed] if isinstance(listed, list) else []


def national(settings: Mapping[str, Any], path: str) -> Any:
    """The national value of a setting; None where there is none. A pièce without help has an empty one."""
    head, _, rest = path.partition(".")
    if head == dated.PIECES:
        code, _, name = rest.rpartition(".")
        piece = next((one for one in dated.rows_of(settings.get(head)) if str(one.get(dated.CODE)) == code), None)
        return None if piece is None else str(piece.get(name) or "")
    return dated.base_of(settings, path)


def conflict(settings: Mapping[str, Any], path: str, ours: Any, against: Any) -> str:
    """What stands between a local value and these national settings: one of REASONS, or nothing."""
    value = national(settings, path)
    if value is None:
        return REMOVED
    field = next((one.field for one in opened(settings) if one.path == path), None)
    if field is None:
        return CLOSED
    if not _fits(field, ours) or _figure(value) != (field.kind == FIGURE):
        return KIND
    if field.least and ours < value:
        return LEAST
    return CHANGED if value != against else ""


def acts(settings: Mapping[str, Any], path: str, ours: Any) -> bool:
    """Whether a local value is still one that these settings allow."""
    return conflict(settings, path, ours, national(settings, path)) == ""


def problem(field: Field, value: Any, least: Any) -> str:
    """Why a value cannot be written there, for who writes it; empty when it can."""
    if field.kind == TEXT:
        if not isinstance(value, str) or "\x00" in value:
            return "Un texte est attendu."
        return f"{LONGEST} caractères au plus." if len(value) > LONGEST else ""
    if not _figure(value) or not 0 < value <= GREATEST:
        return f"Un nombre entier de 1 à {GREATEST} est attendu."
    if field.least and _figure(least) and value < least:
        return f"La valeur nationale ({least}) est un minimum pour l’usager\u00a0: donnez au moins autant."
    return ""


def applied(settings: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a préfecture: the national ones, and over them its own values that are still allowed."""
    told = dict(settings)
    for path, value in values.items():
        if acts(settings, path, value):
            _put(told, path, value)
    return told


def label_of(settings: Mapping[str, Any], path: str, field: Field) -> str:
    """What a setting is, for people."""
    head, _, rest = path.partition(".")
    if head == TEXTS:
        return INFORMATIONS.get(rest, rest)
    if head == dated.PIECES:
        code = rest.rpartition(".")[0]
        rows = dated.rows_of(settings.get(head))
        piece = next((str(one.get("libelle")) for one in rows if str(one.get(dated.CODE)) == code), code)
        return f"Consigne pour la pièce «\u00a0{piece}\u00a0»"
    return field.label


def known_label(settings: Mapping[str, Any], path: str) -> str:
    """The same for a setting that may no longer be open."""
    field = next((one for one in FIELDS if fnmatch.fnmatchcase(path, one.pattern)), None)
    return path if field is None else label_of(settings, path, field)


def _paths(settings: Mapping[str, Any], pattern: str) -> Iterator[str]:
    """The settings that a pattern of the list names, among those that there are."""
    head = pattern.partition(".")[0]
    if head == dated.PIECES:
        codes = [str(one.get(dated.CODE)) for one in dated.rows_of(settings.get(head))]
        yield from fnmatch.filter([f"{head}.{code}.aide" for code in codes], pattern)
        return
    table = settings.get(head)
    names = table if isinstance(table, Mapping) else {}
    yield from fnmatch.filter([f"{head}.{name}" for name in names], pattern)


def _put(told: dict[str, Any], path: str, value: Any) -> None:
    head, _, rest = path.partition(".")
    if head == dated.PIECES:
        code, _, name = rest.rpartition(".")
        told[head] = [{**one, name: value} if str(one.get(dated.CODE)) == code else one for one in told[head]]
        return
    told[head] = {**told[head], rest: value}


def _fits(field: Field, value: Any) -> bool:
    return _figure(value) if field.kind == FIGURE else isinstance(value, str)


def _figure(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
