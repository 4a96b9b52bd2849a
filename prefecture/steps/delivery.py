"""Step 4: the card is made, announced with what is owed for it, and handed over against proof of payment."""

from __future__ import annotations

from typing import Any

from prefecture.demarches import dated
from prefecture.steps.plan import Facts, Notice, Plan
from prefecture.steps.registry import action

_OWED = ("taxe_renouvellement", "droit_timbre")


@action("remise.lancer_fabrication", label="Mettre le titre en fabrication : courriel.")
def order(facts: Facts) -> Plan:
    """The card is being made."""
    return Plan(notices=(Notice("fabrication"),))


@action(
    "remise.annoncer_disponibilite",
    label="Annoncer que le titre est disponible : SMS, courriel avec les taxes dues.",
    params={"numero_titre": "string", "regularisation": "number"},
    writes={"titre_disponible.mail.html": ("regularisation",)},
)
def announce(facts: Facts) -> Plan:
    """The card has come; what it costs is what is in force today."""
    owed = [*(_fee(facts, name) for name in _OWED), _regularisation(facts)]
    fees = [fee for fee in owed if fee is not None and fee["montant"]]
    says = {"tarifs": fees, "total": sum(fee["montant"] for fee in fees)}
    return Plan(notices=(Notice("titre_disponible", says=says), Notice("titre_disponible", "sms", says)))


@action(
    "remise.enregistrer",
    label="Enregistrer la remise du titre et le numéro du timbre fiscal : courriel.",
    params={"numero_titre": "string", "timbre": "string"},
    results={"remis_le": "date"},
)
def hand_over(facts: Facts) -> Plan:
    """The card is in its holder's hands."""
    given = {"numero_titre": facts.text("numero_titre"), "timbre": facts.text("timbre")}
    return Plan(
        result={"remis_le": facts.today},
        notices=(Notice("remis", says={"remis_le": facts.today}),),
        noted=(("titre_remis", given),),
    )


def _fee(facts: Facts, name: str) -> dict[str, Any] | None:
    """The fee of that name in force today."""
    found = dated.in_force(facts.settings.get(dated.DATA, {}).get(name), facts.today)
    return None if found is None else {"libelle": str(found.get("libelle", name)), "montant": found[dated.VALUE]}


def _regularisation(facts: Facts) -> dict[str, Any] | None:
    amount = facts.number("regularisation", 0)
    return {"libelle": "Visa de régularisation (dépôt hors délai)", "montant": amount} if amount else None
