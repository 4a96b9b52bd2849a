"""Closing a version, or a whole démarche, to new dossiers, and opening it again; the journal says who, when and why.

Whoever publishes may: an analyst, or the national administrator.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from prefecture.demarches import queries as demarches
from prefecture.demarches import retirement
from prefecture.demarches.retirement import RetirementView
from prefecture.identity import permissions
from prefecture.identity.permissions import Actor
from prefecture.kernel.errors import Forbidden, Invalid, NotFound
from prefecture.studio import acts, held, publication
from prefecture.studio.acts import REOPENED, RETIRED

LONGEST_TOLD = 500


@dataclass(frozen=True)
class RetirementRow:
    """A closing in a list; `number` is None for the whole démarche."""

    id: uuid.UUID
    number: int | None
    reason: str
    told: str
    since: datetime
    by: str
    ended_at: datetime | None
    ended_by: str | None


def retire(actor: Actor, code: str, version_id: uuid.UUID | None, reason: str, told: str = "") -> RetirementView:
    """Close a démarche, or one version of it, to new dossiers, in the caller's unit of work.

    told: what citizens read after the sentence that says it is closed. Raises Forbidden, NotFound, Invalid, Conflict.
    """
    _check(actor)
    number = _number(code, version_id)
    publication.check_reason(reason)
    said = told.strip()
    if len(said) > LONGEST_TOLD or "\x00" in said:
        raise Invalid({"usagers": f"{LONGEST_TOLD} caractères au plus."})
    made = retirement.retire(actor.id, code, version_id, reason.strip(), said)
    _record(actor, RETIRED, made, number, reason)
    return made


def reopen(actor: Actor, retirement_id: uuid.UUID, reason: str) -> RetirementView:
    """Let new dossiers begin again, in the caller's unit of work. Raises Forbidden, NotFound, Invalid, Conflict."""
    _check(actor)
    publication.check_reason(reason)
    ended = retirement.reopen(actor.id, retirement_id)
    _record(actor, REOPENED, ended, _number(ended.code, ended.version_id), reason)
    return ended


def retirements(code: str) -> list[RetirementRow]:
    """What is closed to new dossiers, then what was. Raises NotFound."""
    numbers = {one.id: one.number for one in demarches.versions(code)}
    if not numbers:
        raise NotFound("Cette démarche n’existe pas.")
    found = retirement.retirements(code)
    names = held.names({one for row in found for one in (row.by, row.ended_by) if one is not None})
    return [
        RetirementRow(
            one.id,
            numbers.get(one.version_id) if one.version_id else None,
            one.reason,
            one.told,
            one.since,
            names[one.by],
            one.ended_at,
            names[one.ended_by] if one.ended_by else None,
        )
        for one in found
    ]


def closed(code: str) -> RetirementView | None:
    """Why no new dossier begins on the version in force; None while one may, or when nothing is published."""
    current = publication.in_force(code)
    return None if current is None else retirement.retired(code, current.id)


def _check(actor: Actor) -> None:
    if not permissions.may(actor, "demarche.publish") and not publication.governs(actor):
        raise Forbidden("Fermer une démarche revient à un analyste ou à l’administrateur national.")


def _number(code: str, version_id: uuid.UUID | None) -> int | None:
    versions = demarches.versions(code)
    if not versions:
        raise NotFound("Cette démarche n’existe pas.")
    if version_id is None:
        return None
    found = next((one.number for one in versions if one.id == version_id), None)
    if found is None:
        raise NotFound("Cette version de la démarche n’existe pas.")
    return found


def _record(actor: Actor, act: str, row: RetirementView, number: int | None, reason: str) -> None:
    told = {"number": number, "told": row.told}
    acts.record(actor, act, code=row.code, version_id=row.version_id, reason=reason, told=told)
