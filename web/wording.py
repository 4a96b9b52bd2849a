"""The words of the domain on the pages: statuts, steps, queues, history; one place for citizens and agents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

STATUTS: Mapping[str, str] = {
    "brouillon": "Brouillon",
    "en_construction": "En construction",
    "en_instruction": "En instruction",
    "accepte": "Accepté",
    "refuse": "Refusé",
    "sans_suite": "Classé sans suite",
}
# The state that the badge macro draws.
BADGES: Mapping[str, str] = {**{name: name for name in STATUTS}, "sans_suite": "classe_sans_suite"}

ETAPES: Mapping[str, str] = {
    "completude": "Complétude",
    "convocation": "Rendez-vous",
    "decision": "Décision",
    "remise": "Remise du titre",
}
ORDER = tuple(ETAPES)

LANES: Mapping[str, str] = {
    "usager": "l’usager",
    "accueil": "l’accueil",
    "guichet": "le guichet",
    "instructeur": "l’instructeur",
    "chef_de_service": "le chef de service",
    "systeme": "le système",
}

_FACTS: Mapping[str, str] = {
    "filed": "Dossier déposé",
    "task_done": "Tâche terminée",
    "statut": "Changement de statut",
    "deadline": "Délai recalculé",
    "withdrawn": "Demande retirée par l’usager",
    "returned": "Renvoyé en construction",
    "archived": "Archivé",
    "erased": "Effacé",
    "finished": "Fin du parcours",
    "claimed": "Tâche prise",
    "released": "Tâche rendue",
    "timer": "Échéance atteinte",
    "message": "Message reçu",
    "notice": "Information",
    "letter": "Courrier",
    "document": "Document",
    "decision": "Table de décision appliquée",
    "effect_answered": "Action réalisée",
    "effect_failed": "Action en échec",
    "error": "Erreur prévue par le parcours",
    "escalation": "Alerte",
    "incident": "Incident",
    "step": "Étape du parcours",
}


def statut(code: str) -> str:
    """The statut in French."""
    return STATUTS.get(code, code)


def etape(code: str | None) -> str:
    """The step in French; empty before the first."""
    return ETAPES.get(code or "", code or "")


def queue(code: str | None) -> str:
    """The work queue in French: its code is its name with underscores."""
    return (code or "").replace("_", " ").capitalize()


def fact(kind: str, name: str | None) -> str:
    """A line of the history: what kind of fact, and its name."""
    words = _FACTS.get(kind, kind.replace("_", " ").capitalize())
    told = STATUTS.get(name or "", name or "")
    return f"{words}\u00a0: {told}" if told else words


def steps(active: str | None, *, finished: bool, statut: str, skipped: Iterable[str] = ()) -> list[dict[str, Any]]:
    """The four steps as the picture draws them: done, current, todo, skipped or stopped."""
    hidden = set(skipped)
    shown = [code for code in ORDER if code not in hidden]
    position = shown.index(active) if active in shown else -1
    drawn = []
    for index, code in enumerate(shown):
        if (finished and statut == "accepte") or index < position:
            state = "done"
        elif index == position:
            state = "stopped" if finished else "current"
        else:
            state = "todo"
        drawn.append({"title": ETAPES[code], "state": state, "note": ""})
    return drawn


def register(globals_: dict[str, Any]) -> None:
    """Give the templates these words."""
    globals_.update(
        word_statut=statut, word_etape=etape, word_queue=queue, word_fact=fact, badge_of=BADGES.get, lanes=LANES
    )
