"""Step 3: the decision and its letter, the silence that decided instead, the attestation that bridges the wait."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from prefecture.steps import delais
from prefecture.steps.plan import Facts, Letter, Notice, Plan, Silence
from prefecture.steps.registry import action

_STATUTS = {"accepter": "accepte", "refuser": "refuse", "classer": "sans_suite"}
_LETTERS = {
    "accepter": ("decision_favorable", "Décision favorable"),
    "refuser": ("refus", "Décision de refus"),
    "classer": ("classement", "Classement sans suite"),
}
_CLAUSES = {"refuser": "refus", "classer": "classement"}
_PROLONGATION = "P3M"


@action(
    "decision.notifier",
    label="Notifier la décision : lettre et courriel ; statut accepté, refusé ou classé sans suite.",
    params={
        "sens": "string",
        "motifs": "Any",
        "considerants_droit": "string",
        "considerants_fait": "string",
        "titre": "context",
        "message": "string",
        "valide_par": "boolean",
    },
    results={"decision": "context"},
    required=("sens",),
)
def notify(facts: Facts) -> Plan:
    """Say what was decided, why, and how to contest it."""
    sense = facts.text("sens")
    if sense not in _STATUTS:
        raise LookupError(f"no such decision: {sense}")
    code, title = _LETTERS[sense]
    says = {
        "motifs": [facts.clause(_CLAUSES.get(sense, ""), motif) for motif in _listed(facts.params.get("motifs"))],
        "considerants_droit": facts.text("considerants_droit"),
        "considerants_fait": facts.text("considerants_fait"),
        "titre": _dated(facts, facts.params.get("titre")),
        "message": facts.text("message"),
    }
    return Plan(
        result={"decision": {"sens": sense, "notifiee_le": facts.today}},
        letters=(Letter(code, title, says),),
        notices=(Notice(code, says=says),),
        statut=_STATUTS[sense],
        silence=Silence(None),
    )


@action(
    "decision.constater_refus_implicite",
    label="Constater le refus implicite à l’échéance, si elle n’a pas été déplacée ; avertir le service.",
    params={"echeance": "date"},
    results={"constate": "boolean", "echeance_silence": "date"},
    required=("echeance",),
    rests={"echeance_silence": ("echeance",)},
    writes={"refus_implicite.mail.html": ("echeance",)},
)
def note_implicit_refusal(facts: Facts) -> Plan:
    """Silence became a refusal: note it and warn the service; the dossier lives on.

    The dossier's own deadline is looked at, since a complement may have moved it after the timer was set.
    """
    day = facts.silence_day or facts.day("echeance") or facts.today
    if facts.decided:
        return Plan(result={"constate": None, "echeance_silence": day})
    if facts.today <= day:
        return Plan(result={"constate": False, "echeance_silence": day})
    return Plan(
        result={"constate": True, "echeance_silence": day},
        notices=(Notice("refus_implicite", says={"echeance_silence": day}, to="service"),),
        noted=(("refus_implicite_ne", {"echeance": day}),),
    )


@action(
    "decision.prolonger",
    label="Attester la prolongation d’instruction (trois mois) d’un dossier complet dont le titre a expiré.",
    params={"droit": "boolean", "precedente": "context"},
    results={
        "a_renouveler": "boolean",
        "prochaine_le": "date",
        "du": "date",
        "jusqu_au": "date",
    },
    writes={"attestation_prolongation.html": ("droit",), "prolongation.mail.html": ("droit",)},
)
def prolong(facts: Facts) -> Plan:
    """Bridge the wait of a complete dossier; look again tomorrow at one that is not complete yet."""
    if facts.decided or facts.params.get("droit") is not True:
        return Plan(result={"a_renouveler": False})
    if facts.statut != "en_instruction":
        return Plan(result={"a_renouveler": True, "prochaine_le": facts.today + timedelta(days=1)})
    period = str(facts.setting("prolongation", "duree", _PROLONGATION))
    until = delais.after(facts.today, period)
    made = {"du": facts.today, "jusqu_au": until, "prochaine_le": until, "a_renouveler": True}
    return Plan(
        result=made,
        letters=(Letter("attestation_prolongation", "Attestation de prolongation", {"prolongation": made}),),
        notices=(Notice("prolongation", says={"prolongation": made}),),
    )


@action(
    "decision.enregistrer_retrait",
    label="Enregistrer le retrait demandé par l’usager : statut « classé sans suite », courriel.",
    results={"decision": "context"},
)
def withdraw(facts: Facts) -> Plan:
    """The citizen took the demand back."""
    return Plan(
        result={"decision": {"sens": "retrait", "notifiee_le": facts.today}},
        notices=(Notice("retrait"),),
        statut="sans_suite",
        silence=Silence(None),
        close_invitations=True,
    )


def _listed(value: Any) -> list[str]:
    if isinstance(value, list | tuple):
        return [str(one) for one in value if one is not None]
    return [] if value is None else [str(value)]


def _dated(facts: Facts, title: Any) -> dict[str, Any] | None:
    """What is granted, its days as days again."""
    if not isinstance(title, dict):
        return None
    return {name: _day(value) if name in ("debut", "fin") else value for name, value in title.items()}


def _day(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value
