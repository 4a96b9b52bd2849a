"""docs/moteur.md, written from the compiler itself: elements, rewrites, rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.compiling.rewrites import REWRITES
from engine.compiling.rules import RULES
from engine.compiling.tables import SAID

RUNS, REWRITTEN, REFUSED, SILENT = "exécuté", "réécrit", "refusé", "documentaire"

# Element, what becomes of it, and how or why. Every BPMN flow node of the compiler's model stands here (a test looks).
ELEMENTS: Final[tuple[tuple[str, str, str], ...]] = (
    ("userTask", RUNS, "attend une personne\u00a0; formulaire et carte viennent des extensions `planipref`"),
    ("serviceTask", RUNS, "demande une action et attend sa réponse\u00a0; ne touche jamais le monde elle-même"),
    ("sendTask", RUNS, "envoie un message, ou demande une action"),
    ("receiveTask", RUNS, "attend son message"),
    ("businessRuleTask", RUNS, "applique une décision DMN\u00a0; une table qui se contredit fait un incident"),
    ("manualTask", RUNS, "passe aussitôt\u00a0: seule une `userTask` attend une personne"),
    ("task", RUNS, "passe aussitôt\u00a0; peut calculer des variables"),
    ("scriptTask", REFUSED, "aucun programme n’est exécuté\u00a0; une expression FEEL de Camunda\u00a08 est réécrite"),
    ("callActivity", RUNS, "appelle un processus de la démarche ou un bloc commun, avec entrées et sorties"),
    ("subProcess", RUNS, "avec ses variables\u00a0; événementiel (interruptif ou non) si un événement le déclenche"),
    ("transaction", RUNS, "une annulation compense ce qui était fait, puis sort par l’événement d’annulation"),
    ("adHocSubProcess", RUNS, "toutes ses étapes sont ouvertes jusqu’à sa condition d’achèvement"),
    ("startEvent", RUNS, "simple, message, minuterie, signal, condition\u00a0; en événementiel, erreur, escalade…"),
    ("endEvent", RUNS, "simple, message, signal, erreur, escalade, compensation, annulation, terminaison"),
    ("intermediateCatchEvent", RUNS, "message, minuterie, signal, condition\u00a0; un lien est réécrit"),
    ("intermediateThrowEvent", RUNS, "simple, message, signal, escalade, compensation\u00a0; un lien est réécrit"),
    ("boundaryEvent", RUNS, "message, minuterie, signal, condition, erreur, escalade, annulation, compensation"),
    ("exclusiveGateway", RUNS, "la première condition vraie, sinon le défaut, sinon un incident"),
    ("inclusiveGateway", RUNS, "toutes les conditions vraies\u00a0; la jonction attend ce qui peut encore venir"),
    ("parallelGateway", RUNS, "toutes les sorties\u00a0; la jonction attend une fois chaque entrée"),
    ("eventBasedGateway", RUNS, "le premier événement qui arrive\u00a0; le genre «\u00a0parallèle\u00a0» est refusé"),
    ("complexGateway", RUNS, "à une entrée, une inclusive\u00a0; sinon, dès que sa condition d’activation est vraie"),
    ("multiInstanceLoopCharacteristics", RUNS, "en parallèle ou à la suite, par nombre ou par liste"),
    ("standardLoopCharacteristics", RUNS, "tant que la condition est vraie, ou un nombre maximal de tours"),
    ("linkEventDefinition", REWRITTEN, "un lien est un flux dessiné sans son trait"),
    ("parallelMultiple", REWRITTEN, "une attente par branche\u00a0; un début ou une frontière attend tout lui-même"),
    ("choreographyTask", REFUSED, "une chorégraphie décrit des échanges, elle ne s’exécute pas"),
    ("dataObject, dataStore, association", SILENT, "informent le lecteur\u00a0; les variables font foi"),
    ("textAnnotation, group", SILENT, "ils informent le lecteur"),
    ("laneSet", RUNS, "le couloir d’une tâche humaine dit quel rôle la fait"),
    ("participant, messageFlow", SILENT, "seul le processus exécutable compte"),
)  # fmt: skip

_HEAD: Final = """\
# Ce que le moteur exécute

Cette page est écrite par le compilateur (`engine/compiling/table.py`)\u00a0: elle dit ce qu’il accepte, ce qu’il
réécrit et ce qu’il refuse. Rien n’est ignoré en silence\u00a0: ce qui ne peut pas s’exécuter comme le dit BPMN\u00a02.0
est refusé à la publication, avec l’élément, la ligne et ce qu’il faut faire. `flask --app wsgi demarche check DOSSIER`
dit tout en une fois\u00a0; avec `--fix`, ce qui n’a qu’une correction est corrigé.

Les conditions, les correspondances et les minuteries s’écrivent en FEEL. Une minuterie est un texte ISO\u00a08601
(`P30D`, `2027-01-31T09:00`, `R3/P7D`), une répétition dans les mots de cron (`0 0 9 ? * MON-FRI`) ou du FEEL après
`=`.
"""


def page() -> str:
    """The whole page."""
    parts = [
        _HEAD,
        "## Les éléments\n",
        _table(("Élément", "Sort", "Comment, ou pourquoi"), [(f"`{e}`", fate, why) for e, fate, why in ELEMENTS]),
        "## Les réécritures\n",
        "Ce qui n’a qu’un sens est exécuté ainsi, sans toucher au fichier de l’analyste.\n",
        _table(("Dessiné", "Exécuté"), [(r.drawn, r.run) for r in REWRITES]),
        "## Les règles\n",
        "Une règle «\u00a0avec catalogue\u00a0» ne vaut que pour une démarche\u00a0: elle compare le dessin aux "
        "formulaires, aux actions, aux modèles et aux messages.\n",
        _table(
            ("Règle", "Ce qu’elle signale", "Avec catalogue"),
            sorted(
                (", ".join(f"`{code}`" for code in rule.codes), rule.says, "oui" if rule.needs_catalogue else "")
                for rule in RULES
            )
            + [(f"`{code}`", says, "") for code, says in _OTHERS],
        ),
    ]
    return "\n".join(parts)


_OTHERS: Final = (
    ("fichier-illisible", "Un fichier trop gros, mal formé, ou qui contient une déclaration DOCTYPE"),
    ("fichier-inconnu", "Un fichier qui n’est ni BPMN\u00a02.0 ni DMN"),
    ("decision-illisible", "Une table de décision qui ne se charge pas"),
    ("processus-absent", "Aucun processus exécutable, ou pas celui demandé"),
    ("processus-a-choisir", "Plusieurs processus exécutables dont aucun n’appelle l’autre"),
    ("modele-trop-grand", "Plus de 2\u00a0000 éléments dans les processus"),
    ("schema-bpmn", "Un fichier qui ne suit pas le schéma BPMN\u00a02.0"),
    *SAID,
)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(cell.replace('|', '¦') for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - `python -m engine.compiling.table > docs/moteur.md`
