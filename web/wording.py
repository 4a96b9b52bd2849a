"""The words of the domain on the pages: statuts, steps, queues, history; one place for citizens and agents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from prefecture.kernel import clock
from web import french

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
    "task_claimed": "Tâche prise",
    "task_released": "Tâche rendue",
    "task_assigned": "Tâche confiée",
    "task_opened": "Tâche ouverte",
    "task_cancelled": "Tâche devenue sans objet",
    "claimed": "Tâche prise",
    "released": "Tâche rendue",
    "incident_retried": "Incident relancé",
    "incident_skipped": "Incident passé outre",
    "data_edited": "Données corrigées",
    "token_moved": "Étape déplacée",
    "message_written": "Message écrit",
    "message_handled": "Message sans réponse nécessaire",
    "migrated": "Passage à une autre version de la démarche",
    "migrated_back": "Passage annulé, retour à la version d’avant",
    "timer": "Échéance atteinte",
    "message": "Message reçu",
    "message_expired": "Message que personne n’attendait à temps",
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


# What a citizen reads once a dossier is over: the sentence, and what comes of it.
ENDINGS: Mapping[str, tuple[str, str]] = {
    "accepte": ("Votre demande est acceptée", "La décision est dans vos documents."),
    "refuse": (
        "Votre demande est refusée",
        "La décision dit pourquoi, et comment la contester\u00a0: elle est dans vos documents.",
    ),
    "sans_suite": (
        "Votre demande est close",
        "Elle est classée sans suite. Le courrier qui l’explique est dans vos documents.",
    ),
}
WAITING = "La préfecture continue. Vous serez prévenu de la suite par courriel."
# What comes after each step, in a sentence that begins with « Ensuite ».
AFTER: Mapping[str, str] = {
    "completude": "si tout est là, la préfecture vous propose un rendez-vous ou étudie votre demande",
    "convocation": "la préfecture étudie votre demande et décide",
    "decision": "vous recevez la décision, avec ses motifs",
    "remise": "votre titre vous est remis, et le dossier se termine",
}
_BECAME: Mapping[str, str] = {
    "en_construction": "Votre demande peut être modifiée",
    "en_instruction": "Votre dossier est complet\u00a0: il est en instruction",
    "accepte": "Votre demande est acceptée",
    "refuse": "Votre demande est refusée",
    "sans_suite": "Votre demande est classée sans suite",
}
_FACTS_FOR_CITIZENS: Mapping[str, str] = {
    "filed": "Vous avez déposé votre demande",
    "deadline": "La date limite de réponse a été calculée",
    "withdrawn": "Vous avez retiré votre demande",
    "returned": "Votre demande vous a été renvoyée pour correction",
    "finished": "Le dossier est terminé",
    "document": "Document ajouté",
}


# Beyond so many days a date is told with its year rather than its weekday.
SAME_SEASON = 150


class Told(Protocol):
    """The part of a history entry that is put into words."""

    @property
    def kind(self) -> str: ...

    @property
    def name(self) -> str | None: ...

    @property
    def actor_kind(self) -> str: ...


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


def due(at: datetime | None, zone: str) -> str:
    """When something is due, as agents say it: « en retard de 3 jours », « aujourd’hui », « lun. 14 déc. »."""
    if at is None:
        return "sans échéance"
    now = clock.now()
    days = (french.day_of(at, zone) - french.day_of(now, zone)).days
    if days < 0:
        return "en retard d’un jour" if days == -1 else f"en retard de {french.duration(-days)}"
    if at < now:
        return f"en retard, {french.hour(at, zone)}"
    hour = "" if _ends_the_day(at, zone) else f", {french.hour(at, zone)}"
    if days < 2:
        return ("demain" if days else "aujourd’hui") + hour
    return french.short_day(at, zone) + hour if days < SAME_SEASON else french.short_date(at, zone)


def moment(at: datetime | None, zone: str) -> str:
    """An instant for agents; the last second of a day is that day, without an hour."""
    if at is None:
        return ""
    return french.short_date(at, zone) if _ends_the_day(at, zone) else french.short_moment(at, zone)


def _ends_the_day(at: datetime, zone: str) -> bool:
    there = french.local(at, zone)
    return (there.hour, there.minute) == (23, 59)


def told(fact: Told) -> str:
    """A line of the history as a citizen reads it; empty for what says nothing to them."""
    if fact.kind == "task_done":
        return (
            f"Vous avez fait\u00a0: {fact.name}" if fact.actor_kind == "person" else f"Étape faite\u00a0: {fact.name}"
        )
    if fact.kind == "statut":
        return _BECAME.get(fact.name or "", f"Votre demande est\u00a0: {statut(fact.name or '').lower()}")
    if fact.kind == "letter":
        return f"Courrier reçu\u00a0: {fact.name}"
    if fact.kind == "notice":
        return ""
    return _FACTS_FOR_CITIZENS.get(fact.kind, "")


def steps(
    active: str | None,
    *,
    finished: bool,
    statut: str,
    skipped: Iterable[str] = (),
    notes: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """The four steps as the picture draws them: done, current, todo, skipped or stopped; `notes` by step."""
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
            state = "skipped" if finished and position >= 0 else "todo"
        note = (notes or {}).get(code, "") if state in ("done", "current", "stopped") else ""
        drawn.append({"title": ETAPES[code], "state": state, "note": note})
    return drawn


def register(globals_: dict[str, Any]) -> None:
    """Give the templates these words."""
    globals_.update(
        word_statut=statut,
        word_etape=etape,
        word_queue=queue,
        word_fact=fact,
        word_due=due,
        word_moment=moment,
        badge_of=BADGES.get,
        lanes=LANES,
    )
