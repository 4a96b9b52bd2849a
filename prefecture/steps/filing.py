"""The day a demand is filed: the acknowledgement that the law wants, and the deadline that begins to run."""

from __future__ import annotations

from datetime import timedelta

from prefecture.steps import delais
from prefecture.steps.plan import Facts, Letter, Notice, Plan, Silence
from prefecture.steps.registry import action


@action(
    "depot.attester",
    label="Attester le dépôt : accusé de réception (courrier et courriel), échéance du silence.",
    params={
        "depose_le": "date",
        "delai": "string",
        "effet": "string",
        "fondement": "string",
        "fenetre": "string",
        "regularisation": "number",
    },
    results={"echeance_silence": "date", "complements": "list"},
    required=("depose_le", "delai", "effet"),
    rests={"echeance_silence": ("delai", "effet")},
    writes={"attestation_depot.html": ("delai", "effet", "regularisation")},
)
def attest(facts: Facts) -> Plan:
    """Acknowledge a demand (CRPA, art. R.112-11-1) and say until when an answer may be awaited."""
    filed = facts.day("depose_le") or facts.today
    effect = facts.text("effet", delais.SVR)
    found = delais.deadline(filed, effect, facts.text("delai", "P2M"), (), facts.today)
    says = {
        "effet": effect,
        "echeance_silence": found.day,
        "regularisation": facts.number("regularisation", 0),
        "fenetre": facts.text("fenetre"),
    }
    return Plan(
        result={"echeance_silence": found.day or filed + timedelta(days=36_500), "complements": []},
        letters=(Letter("attestation_depot", "Attestation de dépôt", says),),
        notices=(Notice("depot", says=says),),
        silence=Silence(found.day),
    )
