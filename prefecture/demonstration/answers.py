"""What the invented citizens and agents answer: the filing forms of both démarches, and each task by its form.

An answer is chosen by the profile of the dossier (how its story goes); everything else of the form is filled as the
form itself shows it, so that a new question of a démarche breaks a test, not the demonstration in silence.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from prefecture.demonstration.organisation import Place
from prefecture.demonstration.people import Citizen, identity_answers

TSE, PERMIS = "renouvellement_titre_sejour", "echange_permis_conduire"
# The pièces that the answers below make necessary, in the order of the form.
PIECES: Mapping[str, tuple[str, ...]] = {
    TSE: ("passeport", "titre_actuel", "photo", "domicile"),
    PERMIS: ("permis", "identite", "photo", "droits_conduire", "domicile"),
}


@dataclass(frozen=True)
class Profile:
    """How a dossier's story goes. `patience`: days that an agent takes for a task, at most."""

    name: str
    complement: bool = False
    answers_complement: bool = True
    books: bool = True
    comes: bool = True
    sens: str = "accepter"
    withdraws_after: int | None = None
    patience: int = 16


PROFILES = (
    Profile("sans accroc"),
    Profile("sans accroc, vite", patience=4),
    Profile("complément donné", complement=True),
    Profile("complément donné, lent", complement=True, patience=25),
    Profile("complément sans réponse", complement=True, answers_complement=False),
    Profile("ne réserve pas", books=False),
    Profile("ne vient pas", comes=False),
    Profile("refusé", sens="refuser"),
    Profile("classé", sens="classer"),
    Profile("retiré", withdraws_after=20),
    Profile("longue instruction", patience=60),
    Profile("silence", patience=140),
)


def filing(code: str, citizen: Citizen, place: Place, filed: date, dice: random.Random) -> dict[str, Any]:
    """The filing form of a démarche, without its files."""
    told: dict[str, Any] = identity_answers(citizen, place)
    if code == TSE:
        return told | {
            "numero_etranger": f"{place.code.zfill(2)[:2]}03{dice.randrange(10**6):06}",
            "titre_nature": dice.choice(("vie_privee_familiale", "carte_resident", "pluriannuelle_4_ans")),
            "titre_numero": f"{dice.choice('ABCDEF')}{dice.choice('GHKLM')}{dice.randrange(10**6):06}",
            "titre_expire_le": (filed + timedelta(days=dice.randrange(62, 119))).isoformat(),
            "situation_famille": "celibataire",
            "changement": "non",
        }
    return told | {
        "permis_pays": citizen.country,
        "permis_numero": f"{dice.randrange(10**8):08}",
        "permis_delivre_le": (citizen.birth + timedelta(days=19 * 365)).isoformat(),
        "permis_valide": "oui",
        "permis_en_francais": "oui",
        "categories": ["B"],
        "categories_lourdes": "non",
        "residence_depuis_le": (filed - timedelta(days=dice.randrange(60, 300))).isoformat(),
        "ressortissant_pays_permis": "oui",
    }


def answers_of(
    element: str, profile: Profile, data: Mapping[str, Any], today: date, dice: random.Random, pieces: tuple[str, ...]
) -> dict[str, Any] | None:
    """What is answered to a task; None when nobody does it (the citizen leaves it, or a message does it)."""
    match element:
        case "verifier_completude":
            return _completeness(profile, data, dice, pieces)
        case "autoriser_convocation":
            return {"venue": "convoquer", "originaux": [pieces[0]]}
        case "recevoir_usager":
            return _reception(profile, data, pieces)
        case "instruire_demande":
            return _decision(profile, data, today)
        case "valider_decision":
            return {"accord": True}
        case "suivre_fabrication":
            return {"issue": "livre", "numero_titre": f"FR{dice.randrange(10**8):08}"}
        case "remettre_titre":
            return _delivery(dice)
        case "decider_apres_echeance":
            return {"suite": "classer", "motif": "Les pièces demandées ne sont pas parvenues dans le délai."}
        case "decider_suite_convocation" | "decider_apres_absence":
            return {"suite": "classer", "motif": "Aucune suite n’a été donnée à la convocation."}
    return None


def _completeness(
    profile: Profile, data: Mapping[str, Any], dice: random.Random, pieces: tuple[str, ...]
) -> dict[str, Any]:
    seen: dict[str, Any] = {code: {"etat": "valide"} for code in pieces}
    if profile.complement and not data.get("complement_demande"):
        seen["domicile"] = {"etat": "refusee", "motif": dice.choice(("perime", "illisible", "autre_personne"))}
        return {"pieces": seen, "conclusion": "complement", "delai_jours": 30}
    return {"pieces": seen, "conclusion": "complet"}


def _reception(profile: Profile, data: Mapping[str, Any], pieces: tuple[str, ...]) -> dict[str, Any]:
    if not profile.comes:
        return {"presence": "absent"}
    if pieces == PIECES[PERMIS]:
        return {"presence": "present", "original": "remis", "numero_ads": "ADS-2026-0417"}
    told: dict[str, Any] = {"presence": "present"}
    if data.get("releve_biometrique") is not False:
        told |= {"originaux_conformes": True, "biometrie": "relevees"}
        if (data.get("droits") or {}).get("plein_droit"):
            told["decision_immediate"] = "non"
    return told


def _decision(profile: Profile, data: Mapping[str, Any], today: date) -> dict[str, Any]:
    if profile.sens == "refuser":
        motif = "conditions" if "titre_nature" in data["demande"] else "reciprocite"
        return {
            "sens": "refuser",
            "motifs": [motif],
            "considerants_droit": "Vu le code applicable à la demande, notamment les articles cités au dossier.",
            "considerants_fait": "Les pièces produites n’établissent pas que les conditions sont réunies.",
        }
    if profile.sens == "classer":
        return {"sens": "classer", "motif_classement": "sans_objet"}
    if "titre_nature" not in data["demande"]:
        return {"sens": "accepter", "titre": {"categories": ["B"]}}
    return {
        "sens": "accepter",
        "titre": {
            "nature": "meme",
            "debut": today.isoformat(),
            "fin": (today + timedelta(days=729)).isoformat(),
        },
    }


def _delivery(dice: random.Random) -> dict[str, Any]:
    return {
        "issue": "remis",
        "timbre": "".join(dice.choice("0123456789") for _ in range(16)),
        "taxes_verifiees": True,
        "information_signee": True,
        "ancien_titre_rendu": True,
    }
