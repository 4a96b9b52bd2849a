"""`[variantes]` and `[informations]` of `demarche.toml` judged: only data may be opened to préfectures, never law."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from typing import Any

from engine.compile import Finding
from prefecture.demarches import local

FILE = "demarche.toml"


def check(settings: Mapping[str, Any]) -> Iterator[Finding]:
    """What an analyst should change."""
    table = settings.get(local.TABLE, {})
    listed = table.get(local.LISTED, []) if isinstance(table, Mapping) else None
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        message = "«\u00a0variantes\u00a0» ne dit pas ce que les préfectures peuvent régler."
        yield _found("variante-illisible", local.TABLE, message, 'Écrivez par exemple champs = ["informations.*"].')
        return
    opened = {one.path for one in local.opened(settings)}
    for pattern in listed:
        refused = local.refusal_of(pattern)
        if refused:
            yield _found("variante-interdite", f"{local.TABLE}.{pattern}", refused, "Retirez-le de la liste.")
        elif not any(_names(pattern, path) for path in opened):
            message = f"«\u00a0{pattern}\u00a0» n’ouvre rien\u00a0: la démarche n’a pas ce réglage."
            fix = "Donnez sa valeur nationale, ou retirez-le de la liste."
            yield _found("variante-vide", f"{local.TABLE}.{pattern}", message, fix, severity="warning")
    texts = settings.get(local.TEXTS, {})
    if not isinstance(texts, Mapping) or not all(isinstance(one, str) for one in texts.values()):
        message = "«\u00a0informations\u00a0» ne contient que des textes."
        yield _found("informations-illisibles", local.TEXTS, message, 'Écrivez par exemple acces = "Tramway T1".')


def _names(pattern: str, path: str) -> bool:
    return fnmatch.fnmatchcase(path, pattern)


def _found(rule: str, where: str, message: str, fix: str, severity: Any = "error") -> Finding:
    return Finding(rule, severity, FILE, where, "", 0, message, fix)
