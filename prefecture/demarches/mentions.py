"""The legal mentions that each kind of letter owes its reader, and those that a letter lacks.

A letter is told by the name of its template, by which the actions send it. What it says is read from its words and its
tags, those of its frame and of what it includes: a mention may be worded otherwise, so that a missing one is a warning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from engine.compile import Finding
from prefecture.demarches.bundle import COMMON
from prefecture.notifications.said import Said, said
from prefecture.notifications.templates import TemplateRefused

if TYPE_CHECKING:
    from prefecture.demarches.version import Version

FOLDER: Final = "courriers/"
RECEIPT: Final = "attestation_depot.html"
REFUSAL: Final = "refus.html"
CLOSING: Final = "classement.html"
ACCORD: Final = "decision_favorable.html"
COMPLEMENT: Final = "demande_complement.html"
_RECEIPT_LAW: Final = "CRPA, art. L.112-3 et R.112-11-1"
_PERIOD: Final = re.compile(r"\b(un|deux|trois|quatre|six|quinze|trente|\d+) (jours?|mois)\b")
_BODY: Final = re.compile(r"tribunal|commission|juridiction|cour ")

Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Mention:
    """One mention: its rule, the letters that owe it, what it is, the law, and the standard text to insert.

    `owed` says whether a démarche with these settings owes it, `there` whether the letter says it.
    """

    rule: str
    letters: frozenset[str]
    label: str
    law: str
    text: str
    there: Callable[[Said], bool]
    owed: Callable[[Settings], bool] = lambda _: True


@dataclass(frozen=True)
class Judged:
    """A mention that a letter owes, and whether it is there."""

    rule: str
    label: str
    law: str
    text: str
    there: bool


# Owed wherever a table stands behind what is said; the drawing tells, not the letter's name.
ALGORITHM: Final = Judged(
    "mention-algorithmique",
    "que des règles appliquées automatiquement ont établi ce qui est écrit, et le droit de les obtenir",
    "CRPA, art. L.311-3-1",
    '{% include "courriers/_calculs.html" %}',
    there=False,
)


def _includes(name: str) -> str:
    return f'{{% include "{FOLDER}{name}" %}}'


def _appeal(since: str) -> str:
    return f'{{% with point_de_depart = "{since}" %}}{_includes("_recours.html")}{{% endwith %}}'


def _effect(*wanted: str) -> Callable[[Settings], bool]:
    """Whether the silence of these settings has one of these effects."""

    def owed(settings: Settings) -> bool:
        silence = settings.get("silence")
        return isinstance(silence, Mapping) and silence.get("effet") in wanted

    return owed


def _tags(*names: str) -> Callable[[Said], bool]:
    return lambda letter: letter.names(*names)


def _words(pattern: str) -> Callable[[Said], bool]:
    found = re.compile(pattern, re.IGNORECASE)
    return lambda letter: found.search(letter.text) is not None


def _tells_appeal(letter: Said) -> bool:
    text = letter.text.lower()
    return "recours" in text and bool(_PERIOD.search(text)) and bool(_BODY.search(text))


def _tells_service(letter: Said) -> bool:
    reached = letter.names("service.adresse") or letter.names("service.courriel")
    return letter.names("service.nom", "service.telephone") and reached


def _tells_silence(letter: Said) -> bool:
    return letter.names("echeance_silence") and _words(r"accept|rejet|refus")(letter)


MENTIONS: Final = (
    Mention(
        "mention-reception",
        frozenset({RECEIPT}),
        "la date de réception de la demande",
        _RECEIPT_LAW,
        "<p>Nous avons reçu votre demande le {{ dossier.depose_le | date }}.</p>",
        _tags("dossier.depose_le"),
    ),
    Mention(
        "mention-service",
        frozenset({RECEIPT}),
        "le service chargé du dossier, son adresse ou son courriel, son téléphone",
        _RECEIPT_LAW,
        "<p>{{ service.nom }}, {{ service.adresse | sur_une_ligne }}. Téléphone\u00a0: {{ service.telephone }}. "
        "Courriel\u00a0: {{ service.courriel }}.</p>",
        _tells_service,
    ),
    Mention(
        "mention-silence",
        frozenset({RECEIPT}),
        "ce que vaut le silence de l’administration, et à quelle date",
        _RECEIPT_LAW,
        "<p>Sans réponse de notre part au plus tard le {{ echeance_silence | date }}, votre demande est "
        '{% if effet == "SVA" %}acceptée\u00a0: le silence gardé vaut décision implicite d’acceptation'
        "{% else %}rejetée\u00a0: le silence gardé vaut décision implicite de rejet{% endif %}.</p>",
        _tells_silence,
        _effect("SVR", "SVA"),
    ),
    Mention(
        "mention-reserve",
        frozenset({RECEIPT}),
        "que cette date vaut sous réserve d’une demande complète",
        "CRPA, art. R.112-11-1",
        "<p>Cette date vaut sous réserve que votre dossier soit complet.</p>",
        _words(r"sous réserve.{0,60}compl"),
        _effect("SVR", "SVA"),
    ),
    Mention(
        "mention-attestation",
        frozenset({RECEIPT}),
        "le droit de demander l’attestation d’une acceptation implicite",
        "CRPA, art. R.112-11-1 et L.232-3",
        "<p>Si votre demande est acceptée par notre silence, vous pouvez en demander une attestation "
        "(CRPA, art. L.232-3).</p>",
        _words(r"L\.? ?232-3|attestation d.(une )?(acceptation|accord)"),
        _effect("SVA"),
    ),
    Mention(
        "mention-recours",
        frozenset({RECEIPT}),
        "les voies et délais de recours contre un rejet implicite",
        "CRPA, art. R.112-11-1\u00a0; CJA, art. R.421-5",
        _appeal("cette date"),
        _tells_appeal,
        _effect("SVR"),
    ),
    Mention(
        "mention-donnees",
        frozenset({RECEIPT}),
        "à quoi servent les données personnelles, et comment exercer ses droits",
        "RGPD, art. 13\u00a0; loi n°\u00a078-17, art. 48",
        "<p>Vos données personnelles servent à traiter votre demande. Pour y accéder ou les faire rectifier, écrivez à "
        "{{ service.courriel }}\u00a0; vous pouvez saisir la CNIL (www.cnil.fr).</p>",
        _words(r"\bCNIL\b|informatique et libertés|données personnelles"),
    ),
    Mention(
        "mention-recours",
        frozenset({REFUSAL, CLOSING}),
        "les voies et délais de recours",
        "CJA, art. R.421-1 et R.421-5",
        _appeal("la réception de cette lettre"),
        _tells_appeal,
    ),
    Mention(
        "mention-motivation",
        frozenset({REFUSAL}),
        "les considérations de droit et de fait sur lesquelles le refus se fonde",
        "CRPA, art. L.211-2 et L.211-5",
        "<h2>En droit</h2>\n<p>{{ considerants_droit | lignes }}</p>\n"
        "<h2>En fait</h2>\n<p>{{ considerants_fait | lignes }}</p>",
        _tags("considerants_droit", "considerants_fait"),
    ),
    Mention(
        "mention-motivation",
        frozenset({CLOSING}),
        "pourquoi la demande est classée sans suite",
        "CRPA, art. L.211-5",
        "<ul>\n{% for motif in motifs %}<li>{{ motif }}</li>\n{% endfor %}</ul>",
        _tags("motifs"),
    ),
    Mention(
        "mention-signature",
        frozenset({REFUSAL, CLOSING, ACCORD}),
        "le prénom, le nom, la qualité et le service de qui décide",
        "CRPA, art. L.212-1 et L.212-2, 1°",
        f"{{% block signature %}}{_includes('_signature_agent.html')}{{% endblock %}}",
        _tags("agent.nom", "agent.qualite", "service.nom"),
    ),
    Mention(
        "mention-pieces",
        frozenset({COMPLEMENT}),
        "la liste des pièces qui manquent",
        "CRPA, art. L.114-5 et R.112-11-4",
        "<ul>\n{% for piece in pieces %}<li>{{ piece.libelle }}\u00a0: {{ piece.raison }}</li>\n{% endfor %}</ul>",
        _tags("pieces"),
    ),
    Mention(
        "mention-limite",
        frozenset({COMPLEMENT}),
        "le délai donné pour compléter le dossier",
        "CRPA, art. R.112-11-4",
        "<p>Ajoutez ces pièces au plus tard le {{ complement_demande.limite | jour }}.</p>",
        _tags("complement_demande.limite"),
    ),
    Mention(
        "mention-suspension",
        frozenset({COMPLEMENT}),
        "ce que cette demande fait au délai de réponse de l’administration",
        "CRPA, art. L.114-5 et R.112-11-4",
        "<p>Notre délai de réponse est suspendu jusqu’à la réception de ces pièces, et au plus tard jusqu’à cette "
        "date.</p>",
        _words(r"suspend|nouveau délai|délai.{0,40}(court|repart)"),
        _effect("SVR", "SVA"),
    ),
)


def described() -> str:
    """The mentions for analysts (Markdown), as they stand in processes/LISEZMOI.md."""
    rows = [
        f"| {', '.join(f'`{name}`' for name in sorted(one.letters))} | {one.label} | {one.law} |" for one in MENTIONS
    ]
    return "\n".join(["| courrier | ce qu’il doit dire | texte |", "|---|---|---|", *rows]) + "\n"


def judged(version: Version, path: str) -> list[Judged]:
    """The mentions that the letter of that path owes, each with whether it is there; none when it cannot be read."""
    name = path.removeprefix(f"{COMMON}/").removeprefix(FOLDER)
    owed = [one for one in MENTIONS if name in one.letters and one.owed(version.settings)]
    if not owed or path not in version.files:
        return []
    try:
        letter = said(version.files[path].decode(), version.template)
    except (TemplateRefused, UnicodeDecodeError):
        return []  # another rule tells of it
    return [Judged(one.rule, one.label, one.law, one.text, one.there(letter)) for one in owed]


def findings(version: Version, path: str) -> Iterator[Finding]:
    """The mentions that the letter of that path lacks, as findings."""
    for one in judged(version, path):
        if not one.there:
            message = f"Il manque à ce courrier une mention obligatoire\u00a0: {one.label} ({one.law})."
            fix = f"Ajoutez par exemple\u00a0: {one.text}"
            yield Finding(one.rule, "warning", path, "", "", 0, message, " ".join(fix.split()))
