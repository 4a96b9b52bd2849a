"""Step 2: the nominative link, the convocation, its reminders, and what came of the visit."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from prefecture.steps.plan import Appointment, Facts, Invitation, Letter, Notice, Plan
from prefecture.steps.registry import action

_TO_BRING = "Cette convocation et une pièce d’identité"
_REMIND_DAYS_BEFORE = 2
_VALID_DAYS = 30
_REMIND_AFTER = 7


@action(
    "convocation.emettre",
    label="Envoyer le lien nominatif pour choisir un créneau : courriel et SMS.",
    params={
        "motif": "string",
        "validite_jours": "number",
        "relance_jours": "number",
        "message": "string",
        "originaux": "list",
    },
    results={"convocation": "context"},
    required=("motif",),
)
def issue(facts: Facts) -> Plan:
    """Invite to choose an appointment by a link of the person's own."""
    days = facts.number("validite_jours", facts.setting("convocation", "validite_jours", _VALID_DAYS))
    remind = facts.number("relance_jours", facts.setting("convocation", "relance_jours", _REMIND_AFTER))
    motif, until = facts.text("motif"), facts.later(days)
    made = {
        "motif": motif,
        "expire_le": until,
        "relance_le": facts.morning(facts.today + timedelta(days=min(remind, max(1, days // 2)))),
    }
    says = {"convocation": made, "message": facts.text("message")}
    return Plan(
        result={"convocation": made},
        notices=(Notice("convocation_lien", says=says), Notice("convocation_lien", "sms", says)),
        invitation=Invitation(motif, "remise" if motif.startswith("remise") else "depot", until),
    )


@action(
    "convocation.relancer",
    label="Rappeler de choisir un créneau : courriel et SMS.",
    params={"expire_le": "date and time"},
    required=("expire_le",),
)
def remind_to_choose(facts: Facts) -> Plan:
    """Remind of the link that was sent."""
    until = facts.moment("expire_le")
    says = {"expire_le": until.astimezone(facts.zone) if until else None}
    return Plan(
        notices=(Notice("relance_convocation", says=says), Notice("relance_convocation", "sms", says)),
    )


@action(
    "convocation.confirmer",
    label="Confirmer le rendez-vous : convocation en PDF, fichier d’agenda, courriel.",
    params={"motif": "string", "originaux": "list", "message": "string", "releve_biometrique": "boolean"},
    results={"rdv": "context"},
)
def confirm(facts: Facts) -> Plan:
    """Send the convocation to the appointment that was just taken."""
    found = facts.appointment
    if found is None:
        raise LookupError("no appointment was taken for this dossier")
    says = {
        "rdv": _told(found),
        "originaux": _originals(facts),
        "message": facts.text("message"),
        "releve_biometrique": facts.params.get("releve_biometrique") is True,
    }
    return Plan(
        result={"rdv": {**_told(found), "rappel_le": _reminder(facts, found)}},
        letters=(Letter("convocation", "Convocation", says),),
        notices=(Notice("convocation", says=says, attached=True),),
    )


@action(
    "convocation.rappeler",
    label="Rappeler le rendez-vous : SMS, deux jours avant.",
    params={"debut": "date and time"},
    required=("debut",),
)
def remind_of_visit(facts: Facts) -> Plan:
    """Remind of the appointment; nothing is sent for one that is over, or begins."""
    starts = facts.moment("debut")
    if starts is None or starts <= facts.now:
        return Plan()
    return Plan(notices=(Notice("rappel_rdv", "sms", {"rdv": {"debut": starts.astimezone(facts.zone)}}),))


@action("convocation.accuser_annulation", label="Confirmer l’annulation du rendez-vous : courriel.")
def confirm_cancellation(facts: Facts) -> Plan:
    """Tell that the slot was given back."""
    return Plan(notices=(Notice("annulation"),))


@action("convocation.noter_venue", label="Noter que l’usager est venu à son rendez-vous.")
def note_visit(facts: Facts) -> Plan:
    """The person was received."""
    return Plan(visit="honoured")


@action(
    "convocation.noter_absence",
    label="Noter que l’usager n’est pas venu, ou trop tard pour être reçu : courriel.",
    params={"presence": "string"},
)
def note_absence(facts: Facts) -> Plan:
    """The person was not received."""
    return Plan(notices=(Notice("absence"),), visit="absent")


def _told(found: Appointment) -> dict[str, Any]:
    return {
        "debut": found.starts,
        "fin": found.ends,
        "motif": found.motif,
        "lieu": found.place,
        "code": found.code,
    }


def _reminder(facts: Facts, found: Appointment) -> datetime:
    """The morning two days before; for an appointment nearer than that, its own beginning: then nothing is sent."""
    days = int(facts.setting("convocation", "rappel_jours_avant", _REMIND_DAYS_BEFORE))
    day = found.starts.astimezone(facts.zone).date() - timedelta(days=days)
    moment = datetime.combine(day, time(9), facts.zone)
    return moment if moment > facts.now else found.starts


def _originals(facts: Facts) -> list[str]:
    """What to bring, in the words of `demarche.toml`; the identity always."""
    labels = {one["code"]: str(one["libelle"]) for one in facts.settings.get("pieces", ())}
    asked = facts.params.get("originaux") or [
        one["code"] for one in facts.settings.get("pieces", ()) if one.get("original") and not one.get("condition")
    ]
    return [_TO_BRING, *(labels.get(str(code)) or facts.clause("originaux", str(code)) for code in asked)]
