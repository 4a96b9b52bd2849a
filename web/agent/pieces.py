"""The pièces of a dossier as agents see them: in the démarche's order, with their state, the replaced ones aside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prefecture.documents.queries import DocumentView
from prefecture.dossiers.queries import HistoryEntry

# The state that each pièce has, and the badge that says it.
RECEIVED, MISSING = "recue", "manquante"
_ASKED_AGAIN = ("refusee", "manquante")
_WORDS = {"recue": "Reçue", "valide": "Valide", "refusee": "Refusée", "manquante": "Manquante"}


@dataclass(frozen=True)
class Piece:
    """One pièce: what was received for it last, and what that replaces."""

    code: str
    label: str
    state: str
    documents: tuple[DocumentView, ...]
    replaced: tuple[DocumentView, ...] = ()

    @property
    def words(self) -> str:
        """Its state in French."""
        return _WORDS.get(self.state, self.state)


@dataclass(frozen=True)
class _Judgement:
    at: datetime
    state: str


def pieces_of(
    settings: Mapping[str, Any],
    documents: Iterable[DocumentView],
    history: Sequence[HistoryEntry],
    asked: Iterable[str] = (),
) -> list[Piece]:
    """Every pièce received, and every one `asked`, in the démarche's order; what the démarche does not name is last."""
    labels = {str(one["code"]): str(one["libelle"]) for one in settings.get("pieces", ())}
    received: dict[str, list[DocumentView]] = {}
    for one in documents:
        if one.kind == "piece":
            received.setdefault(one.code or "", []).append(one)
    wanted = set(asked)
    order = [code for code in labels if code in received or code in wanted]
    order += [code for code in received if code not in labels]
    judged = _judgements(history)
    return [_piece(code, labels, received.get(code, []), judged.get(code, ())) for code in order]


def _piece(
    code: str, labels: Mapping[str, str], documents: Sequence[DocumentView], judged: Sequence[_Judgement]
) -> Piece:
    again = max((one.at for one in judged if one.state in _ASKED_AGAIN), default=None)
    later = [one for one in documents if again is None or one.created_at > again]
    shown = later or list(documents)
    replaced = [one for one in documents if one not in shown]
    label = labels.get(code) or (documents[0].title or documents[0].filename if documents else code)
    return Piece(code, label, _state(shown, judged), tuple(shown), tuple(replaced))


def _state(shown: Sequence[DocumentView], judged: Sequence[_Judgement]) -> str:
    if not judged:
        return RECEIVED if shown else MISSING
    last = judged[-1]
    return RECEIVED if any(one.created_at > last.at for one in shown) else last.state


def _judgements(history: Sequence[HistoryEntry]) -> dict[str, list[_Judgement]]:
    """What agents said of each pièce, oldest first."""
    found: dict[str, list[_Judgement]] = {}
    for entry in sorted(history, key=lambda one: one.seq):
        after = (entry.values or {}).get("after") if entry.kind == "task_done" else None
        told = after.get("pieces") if isinstance(after, Mapping) else None
        if not isinstance(told, Mapping):
            continue
        for code, said in told.items():
            state = said.get("etat") if isinstance(said, Mapping) else None
            if state:
                found.setdefault(str(code), []).append(_Judgement(entry.at, str(state)))
    return found
