"""Who may do what: roles, verbs, lanes. Pure: no database, no request; every desk and face asks here.

Three questions, three functions. `scopes_of`: what do these roles allow at all (an API token carries a part of it)?
`may`: may this actor do this verb on this thing? `may_do_task`: may this actor do a task of this lane?

A verb is `noun.verb`. A role gives verbs within a reach: a person reaches what is theirs, agents of a service what is
their service's, administrators what is their préfecture's, analysts every démarche but nobody's dossier.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

USAGER = "usager"
ACCUEIL = "accueil"
GUICHET = "guichet"
INSTRUCTEUR = "instructeur"
CHEF_DE_SERVICE = "chef_de_service"
ANALYSTE = "analyste"
RECETTEUR = "recetteur"
ADMINISTRATEUR = "administrateur"

ROLES = (USAGER, ACCUEIL, GUICHET, INSTRUCTEUR, CHEF_DE_SERVICE, ANALYSTE, RECETTEUR, ADMINISTRATEUR)
AGENT_ROLES = frozenset(ROLES) - {USAGER}
# Roles that are exercised within a service: an agent who holds one belongs to at least one service.
SERVICE_ROLES = frozenset({ACCUEIL, GUICHET, INSTRUCTEUR, CHEF_DE_SERVICE})
ROLE_NAMES = {
    USAGER: "usager",
    ACCUEIL: "accueil",
    GUICHET: "guichet",
    INSTRUCTEUR: "instructeur",
    CHEF_DE_SERVICE: "chef de service",
    ANALYSTE: "analyste",
    RECETTEUR: "recetteur",
    ADMINISTRATEUR: "administrateur",
}


@dataclass(frozen=True)
class Actor:
    """Who acts: a person, an agent, or the system itself (timers, due work)."""

    id: uuid.UUID
    kind: Literal["person", "agent", "system"]
    name: str
    roles: frozenset[str]
    prefecture: str | None
    service_ids: frozenset[uuid.UUID]

    @staticmethod
    def system() -> Actor:
        """The actor of timers and due work; it has an id so that the journal can name it."""
        return _SYSTEM


_SYSTEM = Actor(uuid.UUID(int=0), "system", "PlaniPref", frozenset(), None, frozenset())


@dataclass(frozen=True)
class Subject:
    """Whose a thing is; what is left None belongs to nobody in particular."""

    person_id: uuid.UUID | None = None
    service_id: uuid.UUID | None = None
    prefecture: str | None = None


_EVERY_AGENT = {"demarche.read", "account.read"}
_OF_A_SERVICE = _EVERY_AGENT | {
    "dossier.read",
    "dossier.search",
    "document.read",
    "task.read",
    "message.write",
    "appointment.read",
}
# The online way may not be the only one (Conseil d'État, 3 June 2022, n° 461694): reception and counter file, complete
# and book for a person who stands before them.
_FOR_A_PERSON = {"dossier.submit", "dossier.complete", "document.add", "appointment.book"}
_WORKS_TASKS = {"task.claim", "task.complete"}

VERBS_OF_ROLE: dict[str, frozenset[str]] = {
    USAGER: frozenset(
        {
            "demarche.read",
            "account.read",
            "account.change",
            "dossier.submit",
            "dossier.read",
            "dossier.complete",
            "dossier.withdraw",
            "document.add",
            "document.read",
            "task.read",
            "task.complete",
            "message.write",
            "appointment.read",
            "appointment.book",
        }
    ),
    ACCUEIL: frozenset(_OF_A_SERVICE | _FOR_A_PERSON | _WORKS_TASKS | {"appointment.attend"}),
    GUICHET: frozenset(_OF_A_SERVICE | _FOR_A_PERSON | _WORKS_TASKS | {"appointment.attend"}),
    INSTRUCTEUR: frozenset(_OF_A_SERVICE | _FOR_A_PERSON | _WORKS_TASKS | {"appointment.attend", "dossier.move"}),
    CHEF_DE_SERVICE: frozenset(
        _OF_A_SERVICE
        | _FOR_A_PERSON
        | _WORKS_TASKS
        | {
            "appointment.attend",
            "dossier.move",
            "task.assign",
            "agenda.configure",
            "demarche.vary",
            "statistics.read",
            "incident.read",
            "incident.repair",
        }
    ),
    # Analysts draw, publish and migrate; what they see of a dossier is its diagram and its counts, never its answers.
    ANALYSTE: frozenset(
        _EVERY_AGENT
        | {
            "demarche.check",
            "demarche.draft",
            "demarche.review",
            "demarche.publish",
            "demarche.vary",
            "dossier.migrate",
            "statistics.read",
            "incident.read",
            "incident.repair",
        }
    ),
    # Whoever signs off what an analyst drew reads it, tries it, says what to change: the hand that draws is another's.
    RECETTEUR: frozenset(_EVERY_AGENT | {"demarche.check", "demarche.review", "demarche.sign"}),
    # Administrators keep accounts and the machine; reading dossiers is not their work.
    ADMINISTRATEUR: frozenset(
        _EVERY_AGENT
        | {
            "agent.manage",
            "service.manage",
            "agenda.configure",
            "statistics.read",
            "incident.read",
            "incident.repair",
            "dossier.erase",
            "journal.verify",
            "demarche.govern",
            "demarche.vary",
        }
    ),
}
VERBS = frozenset().union(*VERBS_OF_ROLE.values())

# Which agents' roles may do a task of a lane. The counter stands in for reception (same room, shorter training); the
# instructing agent takes a counter visit when the file is theirs; the head of service may do what their agents may.
# Nobody stands in upwards, and nobody but the person acts in the person's lane.
LANES: dict[str, frozenset[str]] = {
    USAGER: frozenset(),
    ACCUEIL: frozenset({ACCUEIL, GUICHET, CHEF_DE_SERVICE}),
    GUICHET: frozenset({GUICHET, INSTRUCTEUR, CHEF_DE_SERVICE}),
    INSTRUCTEUR: frozenset({INSTRUCTEUR, CHEF_DE_SERVICE}),
    CHEF_DE_SERVICE: frozenset({CHEF_DE_SERVICE}),
    "systeme": frozenset(),
}


def scopes_of(roles: Iterable[str]) -> frozenset[str]:
    """Every verb that `roles` allow, whatever the thing."""
    return frozenset().union(*(VERBS_OF_ROLE.get(role, frozenset()) for role in roles))


def may(actor: Actor, verb: str, subject: Subject | None = None) -> bool:
    """Whether `actor` may do `verb`, on `subject` if one is given. ValueError: no such verb (a typing mistake)."""
    if verb not in VERBS:
        raise ValueError(f"no such verb: {verb}")
    if actor.kind == "system":
        return True
    return any(
        verb in VERBS_OF_ROLE.get(role, frozenset()) and (subject is None or _reaches(actor, role, subject))
        for role in actor.roles
    )


def is_national(actor: Actor) -> bool:
    """Whether this is the national administrator: one who is of no préfecture."""
    return ADMINISTRATEUR in actor.roles and actor.prefecture is None


def lanes_of(roles: Iterable[str]) -> frozenset[str]:
    """The lanes whose tasks an agent of these roles may do (the person's lane is never among them)."""
    held = frozenset(roles)
    return frozenset(lane for lane, able in LANES.items() if able & held)


def may_do_task(actor: Actor, lane: str | None, subject: Subject) -> bool:
    """Whether `actor` may do a task of `lane` on a dossier of `subject`.

    The person's lane is for the dossier's person only. An agent needs the lane's role and the dossier's service; a task
    without a lane is the instructing agents'. The system does no human task.
    """
    if actor.kind == "person":
        return lane == USAGER and subject.person_id == actor.id
    if actor.kind != "agent" or subject.service_id is None:
        return False
    able = LANES.get(lane or INSTRUCTEUR, frozenset())
    return bool(able & actor.roles) and subject.service_id in actor.service_ids


def _reaches(actor: Actor, role: str, subject: Subject) -> bool:
    if role == USAGER:
        return subject.person_id == actor.id
    if role in SERVICE_ROLES:
        return subject.service_id is not None and subject.service_id in actor.service_ids
    if role == ADMINISTRATEUR:
        return subject.prefecture is not None and subject.prefecture == actor.prefecture
    return True
