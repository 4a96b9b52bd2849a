"""What letters, mails and SMS may say: the tags that every one of them finds, and those that each action adds.

`TAGS` is what a démarche is checked against: a tag that nobody fills in is found before it is published. Templates are
looked for in the démarche's own `courriers/`, then in `_commun/courriers/`.
"""

from __future__ import annotations

import base64
import io
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import segno

from prefecture.demarches.version import Version
from prefecture.dossiers.views import DossierView
from prefecture.identity.queries import PersonView, PrefectureView, ServiceView
from prefecture.kernel import crypto
from prefecture.notifications import templates
from prefecture.notifications.templates import Mail, TemplateRefused
from prefecture.steps.plan import Letter, Notice

FOLDER: Final = "courriers"

# Every tag with what it says (French: the table stands in processes/LISEZMOI.md).
COMMON: Final[Mapping[str, str]] = {
    "dossier.numero": "numéro du dossier",
    "dossier.depose_le": "jour du dépôt",
    "demande": "réponses au formulaire de dépôt (`demande.nom`…)",
    "usager.nom": "prénoms et nom",
    "usager.prenom": "premier prénom",
    "usager.adresse": "adresse, par lignes",
    "prefecture.nom": "nom de la préfecture",
    "prefecture.adresse": "son adresse",
    "prefecture.ville": "sa ville",
    "prefecture.telephone": "son téléphone",
    "prefecture.courriel": "son adresse électronique",
    "service.nom": "nom du service",
    "service.adresse": "son adresse",
    "service.horaires": "ses horaires",
    "service.telephone": "son téléphone",
    "service.courriel": "son adresse électronique",
    "agent.nom": "prénom et nom de l’agent qui a décidé",
    "agent.qualite": "sa qualité",
    "demarche.titre": "nom de la démarche",
    "demarche.code": "code de la démarche",
    "courrier.date": "date du courrier",
    "courrier.code": "code de vérification",
    "courrier.code_image": "ce code en image à scanner",
    "courrier.calculs": "tables de décision dont le courrier dit le résultat (`_calculs.html` : la mention légale)",
    "liens.dossier": "adresse de la page du dossier",
    "liens.convocation": "adresse pour choisir ou changer un rendez-vous",
    "liens.verification": "adresse pour vérifier un courrier",
    "liens.court": "adresse du site",
    "fuseau": "fuseau horaire de la préfecture",
}
ADDED: Final[Mapping[str, str]] = {
    "effet": "effet du silence : SVR (refus) ou SVA (accord)",
    "echeance_silence": "dernier jour du délai de réponse",
    "regularisation": "droit de visa de régularisation, en euros",
    "fenetre": "situation au regard des dates de dépôt",
    "complement_demande.limite": "dernier jour pour compléter",
    "pieces": "pièces demandées (`libelle`, `raison`, `precision`)",
    "message": "message de l’agent",
    "limite": "dernier jour pour compléter (rappel)",
    "convocation.expire_le": "dernier jour pour choisir un créneau",
    "expire_le": "dernier jour pour choisir un créneau (rappel)",
    "rdv.debut": "début du rendez-vous",
    "rdv.fin": "fin du rendez-vous",
    "rdv.motif": "motif du rendez-vous",
    "rdv.lieu": "lieu du rendez-vous",
    "rdv.code": "code à présenter à l’accueil",
    "rdv.code_image": "ce code en image à scanner",
    "originaux": "originaux à apporter",
    "releve_biometrique": "vrai quand photo et empreintes sont relevées",
    "motifs": "motifs de la décision, en phrases",
    "considerants_droit": "considérants de droit",
    "considerants_fait": "considérants de fait",
    "titre": "ce qui est accordé (`debut`, `fin`, `categories`…)",
    "prolongation.du": "début de l’attestation de prolongation",
    "prolongation.jusqu_au": "fin de l’attestation de prolongation",
    "tarifs": "taxes dues (`libelle`, `montant`)",
    "total": "total des taxes",
    "remis_le": "jour de la remise",
    "point_de_depart": "point de départ du délai de recours",
}
TAGS: Final = frozenset({*COMMON, *ADDED})


@dataclass(frozen=True, slots=True)
class Signer:
    """Who decided, as the law wants them named (CRPA, art. L.212-1)."""

    name: str
    quality: str


@dataclass(frozen=True, slots=True)
class Setting:
    """All that a letter says besides what its action adds; `base_url` is this installation's address.

    `calculated`: template → the tables whose answers it says.
    """

    dossier: DossierView
    version: Version
    demande: Mapping[str, Any]
    person: PersonView | None
    prefecture: PrefectureView
    service: ServiceView
    signer: Signer
    now: datetime
    base_url: str
    link: str = ""
    calculated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def described() -> str:
    """The tags for analysts (Markdown), as they stand in processes/LISEZMOI.md."""
    rows = [
        f"| `{tag}` | {said} | {where} |"
        for held, where in ((COMMON, "partout"), (ADDED, "selon l’action"))
        for tag, said in held.items()
    ]
    return "\n".join(["| balise | ce qu’elle dit | où |", "|---|---|---|", *rows]) + "\n"


def write_letter(setting: Setting, letter: Letter, key: str) -> str:
    """The HTML of a letter; `key` is its work's, from which its verification code comes. Raises TemplateRefused."""
    name = f"{letter.code}.html"
    said = {**usual(setting, key, name), **with_picture(letter.says)}
    return templates.render(_source(setting.version, name), said, setting.version.template)


def write_mail(setting: Setting, notice: Notice, key: str) -> Mail:
    """A mail, its two parts saying the same. Raises TemplateRefused."""
    name = f"{notice.code}.mail.html"
    said = {**usual(setting, key, name), **notice.says}
    return templates.render_mail(_source(setting.version, name), said, setting.version.template)


def write_sms(setting: Setting, notice: Notice, key: str) -> str:
    """An SMS of 160 characters at most. Raises TemplateRefused, SmsTooLong."""
    name = f"{notice.code}.sms.txt"
    said = {**usual(setting, key, name), **notice.says}
    return templates.render_sms(_source(setting.version, name), said, setting.version.template)


def usual(setting: Setting, key: str, template: str) -> dict[str, Any]:
    """The tags of COMMON, filled in for a template."""
    code = verification_code(key)
    page = f"{setting.base_url}/dossiers/{setting.dossier.number}"
    zone = setting.prefecture.zone
    return {
        "dossier": {
            "numero": setting.dossier.number,
            "depose_le": setting.dossier.filed_at.astimezone(zone).date(),
        },
        "demande": setting.demande,
        "usager": _citizen(setting),
        "prefecture": {
            "nom": setting.prefecture.name,
            "adresse": setting.prefecture.full_address,
            "ville": setting.prefecture.city,
            "telephone": setting.prefecture.phone,
            "courriel": setting.prefecture.email,
        },
        "service": {
            "nom": setting.service.name,
            "adresse": setting.service.address or setting.prefecture.full_address,
            "horaires": setting.service.hours,
            "telephone": setting.service.phone or setting.prefecture.phone,
            "courriel": setting.service.email or setting.prefecture.email,
        },
        "agent": {"nom": setting.signer.name, "qualite": setting.signer.quality},
        "demarche": {"titre": setting.version.title, "code": setting.version.code},
        "courrier": {
            "date": setting.now.astimezone(zone).date(),
            "code": code,
            "code_image": picture(code),
            "calculs": setting.calculated.get(template, ()),
        },
        "liens": {
            "dossier": page,
            "convocation": setting.link or page,
            "verification": f"{setting.base_url}/verifier",
            "court": setting.base_url,
        },
        "fuseau": zone.key,
    }


def verification_code(key: str) -> str:
    """Twelve signs by which the préfecture recognises its own letter: `ABCD-EFGH-JKLM`."""
    raw = base64.b32encode(crypto.keyed_hash(key, "steps.letter"))[:12].decode()
    return "-".join(raw[place : place + 4] for place in range(0, 12, 4))


def picture(text: str) -> str:
    """A scannable code of `text`, as a `data:` address."""
    drawn = io.BytesIO()
    segno.make(text, error="m").save(drawn, kind="png", scale=6, border=2)
    return "data:image/png;base64," + base64.b64encode(drawn.getvalue()).decode()


def appointment_code(rdv_id: uuid.UUID) -> str:
    """What the citizen shows at the counter: `RDV-1A2B-3C4D`."""
    tail = rdv_id.hex[-8:].upper()
    return f"RDV-{tail[:4]}-{tail[4:]}"


def _source(version: Version, name: str) -> str:
    path = f"{FOLDER}/{name}"
    if not version.has(path):
        raise TemplateRefused(f"le modèle «\u00a0{path}\u00a0» n’existe pas")
    return version.template(path)


def _citizen(setting: Setting) -> dict[str, Any]:
    """Who is written to, as they named themselves in their demand, else as their account says."""
    demande = setting.demande
    named = setting.dossier.person
    given = str(demande.get("prenoms") or (named.given_names if named else ""))
    family = str(demande.get("nom_usage") or demande.get("nom") or (named.family_name if named else ""))
    street = (demande.get("adresse"), demande.get("complement_adresse"))
    town = f"{demande.get('code_postal') or ''} {demande.get('ville') or ''}".strip()
    return {
        "nom": f"{given} {family}".strip(),
        "prenom": given.split()[0] if given.split() else "",
        "adresse": [str(line) for line in (*street, town) if line],
    }


def with_picture(says: Mapping[str, Any]) -> dict[str, Any]:
    """What a letter says, with the picture of the code to show at the counter where it speaks of an appointment."""
    rdv = says.get("rdv")
    if not isinstance(rdv, Mapping) or not rdv.get("code"):
        return dict(says)
    return {**says, "rdv": {**rdv, "code_image": picture(str(rdv["code"]))}}
