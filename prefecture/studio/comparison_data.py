"""Two versions of `demarche.toml`, in sentences: delays, fees by date, pièces, hours, and whatever else it says."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from prefecture.studio.spans import span

_KNOWN: Mapping[str, str] = {
    "silence.delai": "Délai de réponse",
    "silence.effet": "Effet du silence",
    "silence.recours": "Recours",
    "complement.delai_jours": "Jours laissés pour compléter",
    "complement.relance_jours_avant": "Rappel avant la limite du complément, en jours",
    "convocation.validite_jours": "Jours laissés pour choisir un rendez-vous",
    "convocation.relance_jours": "Rappel s’il n’est pas choisi, en jours",
    "convocation.rappel_jours_avant": "Rappel avant le rendez-vous, en jours",
    "conservation.apres_fin": "Conservation du dossier après sa fin",
    "conservation.brouillon": "Conservation d’une demande non envoyée",
    "fenetre.ouverture_jours": "Ouverture des demandes, en jours avant l’échéance",
    "fenetre.fermeture_jours": "Fermeture des demandes, en jours avant l’échéance",
    "titre": "Nom de la démarche",
    "description": "Présentation",
    "duree_indicative": "Durée annoncée",
}
# By what the rows of a list are known: dated figures by their date, pièces by their code.
_KEYS = ("code", "reglage", "depuis", "nom", "reference", "titre", "libelle")
_FROM = "@"  # between what a row is known by and the day from which it counts
_WORDS = {True: "oui", False: "non"}


def data_differences(before: bytes, after: bytes) -> Iterator[str]:
    """What differs, a sentence each. Raises ValueError for what is no TOML."""
    old, new = (dict(_leaves(tomllib.loads(content.decode()), "")) for content in (before, after))
    for path in [*new, *(path for path in old if path not in new)]:
        if path not in old:
            yield f"{_named(path)}\u00a0: {_said(new[path])} (ajouté)."
        elif path not in new:
            yield f"{_named(path)}\u00a0: {_said(old[path])} (retiré)."
        elif old[path] != new[path]:
            yield f"{_named(path)}\u00a0: {_said(old[path])} devient {_said(new[path])}."


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every value that is no table, by its dotted path; a row of a list of tables stands under its key."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        for number, row in enumerate(value, 1):
            yield from _leaves(_beside_its_key(row), f"{path}[{_key(row, number)}]")
    else:
        yield path, value


def _key(row: Mapping[str, Any], number: int) -> str:
    """What a row is known by; with the day from which it counts where the same thing has several."""
    key = next((str(row[name]) for name in _KEYS if name in row), str(number))
    since = row.get("depuis")
    return key if since is None or key == str(since) else f"{key}{_FROM}{since}"


def _beside_its_key(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a row says beside what it is known by, which its name tells already."""
    key = next((name for name in _KEYS if name in row), "")
    return {name: value for name, value in row.items() if name not in (key, "depuis")} or row


def _named(path: str) -> str:
    """What the value is, for people: a known name, else the row and the key."""
    if path in _KNOWN:
        return _KNOWN[path]
    head, found, row = path.partition("[")
    if not found:
        return _case_named(path)
    key, _, name = row.partition("]")
    group = {"pieces": "Pièce", "sources": "Source", "changements": "Réglage"}.get(head, head.removeprefix("donnees."))
    known, _, since = key.partition(_FROM)
    told = f"au {_day(known)}" if head.startswith("donnees.") else f"«\u00a0{known}\u00a0»"
    begins = f" à partir du {_day(since)}" if since else ""
    return f"{group} {told}{begins}, {name.removeprefix('.') or 'valeur'}"


def _case_named(path: str) -> str:
    """A setting; for that of a case that has its own delay, the known name and the case."""
    table, _, case = path.rpartition(".")[0].partition(".")
    known = _KNOWN.get(f"{table}.{path.rpartition('.')[2]}")
    return f"{known} ({case})" if case and known else path


def _day(text: str) -> str:
    """A day as people write it; any other text as it stands."""
    try:
        return f"{date.fromisoformat(text):%d/%m/%Y}"
    except ValueError:
        return text


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, list):
        return ", ".join(_said(one) for one in value) or "rien"
    if isinstance(value, str):
        told = span(value)
        return f"{told} ({value})" if told != value else f"«\u00a0{value}\u00a0»"
    return str(value)
