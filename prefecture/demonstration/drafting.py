"""A draft that two people work on: what an analyst finds open on the first day of the demonstration."""

from __future__ import annotations

from prefecture.demarches import queries as demarches
from prefecture.identity.permissions import Actor
from prefecture.studio import queries as studio
from prefecture.studio import service

CODE = "renouvellement_titre_sejour"
SETTINGS = "demarche.toml"
BEFORE, AFTER = b"[complement]\ndelai_jours = 30", b"[complement]\ndelai_jours = 45"


def load(analyst: Actor, recetteur: Actor) -> None:
    """Begin the draft, change a delay in it, and have the other ask why; in the caller's unit of work."""
    draft_id = service.from_version(analyst, demarches.current(CODE).id, "Délai de complément porté à 45 jours")
    content, revision = studio.content(draft_id, SETTINGS)
    service.save_file(analyst, draft_id, SETTINGS, content.replace(BEFORE, AFTER), revision)
    service.milestone(analyst, draft_id, "Proposé au bureau des étrangers")
    service.comment(
        recetteur,
        draft_id,
        "Quarante-cinq jours pour compléter\u00a0: le scénario « complément sans réponse » est à revoir.",
        path=SETTINGS,
    )
    service.comment(
        analyst,
        draft_id,
        "Le délai de l’administration reste suspendu pendant ce temps.",
        path="processus.bpmn",
        element="completude_dossier",
    )
