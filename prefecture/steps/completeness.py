"""Step 1: what is asked again of the citizen, what that does to the deadline, and the passage to instruction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from prefecture.steps import delais
from prefecture.steps.delais import Request
from prefecture.steps.plan import Facts, Letter, Notice, Plan, Silence
from prefecture.steps.registry import action

_CLOCK = {"complements": "list", "depose_le": "date", "delai": "string", "effet": "string"}
_DEADLINE = {"echeance_silence": ("delai", "effet")}
_DEFAULT_DAYS = 30
_REMIND_BEFORE = 7


@action(
    "completude.demander_complement",
    label="Demander un complément : courrier et courriel avec la liste et la date limite ; le délai est suspendu.",
    params={"pieces": "context", "delai_jours": "number", "message": "string", **_CLOCK},
    results={"complement_demande": "context", "complements": "list", "echeance_silence": "date"},
    required=("pieces", "delai_jours"),
    rests=_DEADLINE,
    writes={"demande_complement.html": ("delai", "effet")},
)
def ask(facts: Facts) -> Plan:
    """Ask for what is missing or refused, and suspend the clock (CRPA, art. L.114-5)."""
    days = facts.number("delai_jours", facts.setting("complement", "delai_jours", _DEFAULT_DAYS))
    requests = [*_requests(facts), Request(facts.today, days)]
    limit = requests[-1].limit
    pieces = _asked(facts)
    asked = {
        "demande_le": facts.today,
        "limite": limit,
        "relance_le": facts.morning(_reminder(facts, limit, days)),
        "codes": [piece["code"] for piece in pieces],
        "pieces": pieces,
    }
    silence = _silence(facts, requests)
    says = {
        "complement_demande": asked,
        "pieces": pieces,
        "message": facts.text("message"),
        "echeance_silence": silence.day,
    }
    return Plan(
        result={"complement_demande": asked, **_kept(facts, requests, silence)},
        letters=(Letter("demande_complement", "Demande de pièces", says),),
        notices=(Notice("complement", says=says),),
        silence=silence,
    )


@action(
    "completude.relancer_complement",
    label="Rappeler le complément : courriel et SMS avant la date limite.",
    params={"limite": "date"},
    required=("limite",),
)
def remind(facts: Facts) -> Plan:
    """Remind of the pièces awaited."""
    says = {"limite": facts.day("limite")}
    return Plan(
        notices=(Notice("relance_complement", says=says), Notice("relance_complement", "sms", says)),
    )


@action(
    "completude.enregistrer_complement",
    label="Enregistrer le complément reçu : courriel ; le délai de l’administration reprend.",
    params={"complement": "context", **_CLOCK},
    results={"complements": "list", "echeance_silence": "date"},
    rests=_DEADLINE,
)
def receive(facts: Facts) -> Plan:
    """The pièces have come: the clock runs again from today."""
    requests = [
        request if request.received_on else replace(request, received_on=facts.today) for request in _requests(facts)
    ]
    silence = _silence(facts, requests)
    return Plan(result=_kept(facts, requests, silence), notices=(Notice("complement_recu"),), silence=silence)


@action(
    "completude.constater_echeance",
    label="Constater que le délai donné à l’usager est passé : courriel ; le délai de l’administration reprend.",
    params=dict(_CLOCK),
    results={"echeance_silence": "date"},
    rests=_DEADLINE,
)
def expire(facts: Facts) -> Plan:
    """Nobody answered in time: the clock has run again since the limit."""
    silence = Silence(_silence(facts, _requests(facts)).day)
    return Plan(
        result={"echeance_silence": silence.day or facts.silence_day},
        notices=(Notice("echeance_complement"),),
        silence=silence,
    )


@action(
    "completude.renvoyer_en_construction",
    label="Rendre la demande modifiable et prévenir l’usager : statut « en construction », courriel.",
    params={"message": "string"},
)
def send_back(facts: Facts) -> Plan:
    """Give the demand back to its author, and tell them."""
    return Plan(notices=(Notice("correction", says={"message": facts.text("message")}),), statut="en_construction")


@action(
    "completude.passer_en_instruction",
    label="Passer en instruction : statut « en instruction », courriel.",
)
def begin_instruction(facts: Facts) -> Plan:
    """The dossier is complete: it is no longer changed by the citizen."""
    return Plan(notices=(Notice("instruction"),), statut="en_instruction")


def _requests(facts: Facts) -> list[Request]:
    held: Sequence[Mapping[str, Any]] = facts.params.get("complements") or ()
    return [Request(_day(one["demande_le"]), int(one["delai_jours"]), _day_or_none(one.get("recu_le"))) for one in held]


def _kept(facts: Facts, requests: Sequence[Request], silence: Silence) -> dict[str, Any]:
    """The variables that remember the requests, and the day that the process waits for."""
    held = [{"demande_le": r.asked_on, "delai_jours": r.days, "recu_le": r.received_on} for r in requests]
    return {"complements": held, "echeance_silence": silence.day or facts.silence_day}


def _silence(facts: Facts, requests: Sequence[Request]) -> Silence:
    filed = facts.day("depose_le") or facts.today
    effect, period = facts.text("effet", delais.AUCUN), facts.text("delai", "P2M")
    found = delais.deadline(filed, effect, period, requests, facts.today)
    return Silence(found.day, found.suspended)


def _reminder(facts: Facts, limit: date, days: int) -> date:
    before = min(int(facts.setting("complement", "relance_jours_avant", _REMIND_BEFORE)), days // 2)
    return limit - timedelta(days=before)


def _asked(facts: Facts) -> list[dict[str, str]]:
    """What is asked again: each pièce refused, with the clause that says why, or missing."""
    labels = {one["code"]: one["libelle"] for one in facts.settings.get("pieces", ())}
    judged: Mapping[str, Mapping[str, Any]] = facts.params.get("pieces") or {}
    found = []
    for code, piece in judged.items():
        if piece.get("etat") not in ("refusee", "manquante"):
            continue
        refused = piece["etat"] == "refusee"
        reason = facts.clause("piece_refusee", str(piece.get("motif") or "")) if refused else "Elle manque au dossier."
        told = {"raison": reason, "precision": str(piece.get("precision") or "")}
        found.append({"code": code, "libelle": str(labels.get(code, code)), **told})
    return found


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _day_or_none(value: Any) -> date | None:
    return None if value is None else _day(value)
