"""Moving running dossiers onto another version: tried on all of them, then ordered, paused, resumed, taken back.

Everything joins the caller's unit of work. A campaign begins as a dry run that writes, for each dossier, whether it
would follow; ordering it is a second act. Dossiers that need a target or are refused stay where they are until
somebody gives one of them a target by hand.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from datetime import datetime

from engine.migration import MappingInvalid
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import Version
from prefecture.dossiers import migration
from prefecture.dossiers.migration_comparison import EVERYBODY, FIRST, Choice, compared
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.db import db, new_id
from prefecture.kernel.errors import Conflict, Invalid, NotFound
from prefecture.studio import campaigns, held, moving
from prefecture.studio import queries as studio
from prefecture.studio.campaigns import VERB
from prefecture.studio.models_moves import Campaign, CampaignDossier
from prefecture.studio.moving import (
    DROPPED,
    LISTED,
    MOVING,
    ORDER,
    PAUSED,
    PLANNED,
    SKIPPED,
    STAYED,
    TRIED,
    TRY,
    TRYING,
    UNDOING,
)

log = logging.getLogger(__name__)

SMALL = 300  # so many are tried while one waits


def begin(
    actor: Actor,
    code: str,
    target: uuid.UUID,
    mapping: Mapping[str, str] | None = None,
    choice: Choice = EVERYBODY,
) -> uuid.UUID:
    """Begin a campaign onto a version of the démarche, or onto a draft of it, with its trial; its id.

    Raises Forbidden, NotFound, Invalid (a target that is nowhere, numbers that nobody bears).
    """
    held.may(actor, VERB)
    new, told, draft = _target(code, target)
    _check_mapping(code, new, mapping or {})
    row = Campaign(
        id=new_id(),
        code=code,
        target_id=None if draft else target,
        draft_id=target if draft else None,
        told=told[:200],
        mapping=dict(mapping or {}),
        choice=moving.written(choice),
        status=TRYING,
        round=0,
        after=FIRST,
        total=migration.running(code, new.id, choice=choice),
        done=0,
        asked_at=clock.now(),
        asked_by=actor.name,
        acts=[],
    )
    if not row.total:
        raise Invalid({"dossiers": "Aucun dossier en cours n’est dans ce choix."})
    db.session.add(row)
    _note(row, actor, "essai")
    db.session.flush()
    if row.total <= SMALL:
        comparison = moving.comparison_of(row)
        while row.status == TRYING:
            moving.try_on(row, comparison)
    else:
        moving.post(row, TRY)
    return row.id


def order(actor: Actor, campaign_id: uuid.UUID, *, at: datetime | None = None, accepted: bool = False) -> None:
    """Have the dossiers that follow be moved, now or at a moment.

    accepted: who orders has read what gets worse for citizens. Raises Conflict (not tried, a draft, nobody to move),
    Invalid (worse and not accepted, a moment that is past).
    """
    row = _hold(actor, campaign_id, TRIED)
    if row.target_id is None:
        raise Conflict("Un brouillon ne reçoit pas de dossiers\u00a0: publiez-le, puis essayez de nouveau.")
    if at is not None and at <= clock.now():
        raise Invalid({"date": "Ce moment est déjà passé."})
    worse = campaigns.warnings(row)
    if worse and not accepted:
        raise Invalid({"accord": "Confirmez que vous avez lu ce qui change en moins bien pour les usagers."})
    row.status, row.starts_at = (MOVING if at is None else PLANNED), at
    _note(row, actor, "déplacement" if at is None else "date fixée")
    if worse:
        _note(row, actor, "promesses moins bonnes lues et acceptées")
    _post_orders(row, at)


def pause(actor: Actor, campaign_id: uuid.UUID) -> None:
    """Stop where it is: what was moved stays moved, the rest waits. Raises Conflict."""
    row = _hold(actor, campaign_id, MOVING, PLANNED)
    row.status = PAUSED
    _note(row, actor, "pause")


def resume(actor: Actor, campaign_id: uuid.UUID) -> None:
    """Go on; what failed for good is tried again too. Raises Conflict when there is nothing to go on with."""
    row = _hold(actor, campaign_id, PAUSED, MOVING)
    later = row.starts_at if row.starts_at is not None and row.starts_at > clock.now() else None
    row.status = MOVING if later is None else PLANNED
    _note(row, actor, "reprise")
    _post_orders(row, later)


def undo(actor: Actor, campaign_id: uuid.UUID) -> None:
    """Put the dossiers that were moved and have not advanced since back as they were. Raises Conflict."""
    row = _hold(actor, campaign_id, MOVING, PAUSED)
    moving.stop_orders(row)
    row.status = UNDOING
    _note(row, actor, "annulation")
    _post_orders(row, None)


def drop(actor: Actor, campaign_id: uuid.UUID) -> None:
    """Give up a campaign of which nothing was ordered, or whose moment has not come. Raises Conflict."""
    row = _hold(actor, campaign_id, TRYING, TRIED, PLANNED)
    row.status = DROPPED
    _note(row, actor, "abandon")


def by_hand(actor: Actor, campaign_id: uuid.UUID, number: str, mapping: Mapping[str, str]) -> bool:
    """Give one dossier targets of its own; whether it can move so. If the campaign is moving, it moves at once.

    Raises NotFound, Conflict (moved already), Invalid (a target that is nowhere).
    """
    row = _hold(actor, campaign_id, TRIED, PLANNED, MOVING, PAUSED)
    one = _one(row, number, LISTED, STAYED)
    _check_mapping(row.code, moving.target_of(row), mapping)
    chosen = {**(one.mapping or {}), **mapping}
    comparison = moving.comparison_of(row, chosen)
    found = next(iter(compared(comparison, row.code, Choice(numbers=(one.number,)))), None)
    if found is None:
        raise Conflict("Ce dossier n’est plus à déplacer\u00a0: il est terminé, ou déjà sur cette version.")
    one.places, one.verdict, one.status = moving.places_of(found.report), found.report.verdict, LISTED
    one.mapping, one.reason = chosen, None
    if not found.report.can_move:
        return False
    log.info("campaign %s: dossier %s by hand, by %s", row.id, one.dossier_id, actor.id)
    if row.status == MOVING:
        one.status = moving.ORDERED
        moving.order_one(row, one, again=new_id().hex[:8])
    return True


def leave(actor: Actor, campaign_id: uuid.UUID, number: str) -> None:
    """Leave one dossier on its version, whatever the others do. Raises NotFound, Conflict."""
    row = _hold(actor, campaign_id, TRIED, PLANNED, MOVING, PAUSED)
    one = _one(row, number, LISTED, STAYED)
    one.status, one.reason = SKIPPED, "by_hand"


def _target(code: str, target: uuid.UUID) -> tuple[Version, str, bool]:
    version = next((one for one in demarches.versions(code) if one.id == target), None)
    if version is not None:
        return demarches.version(target), f"version {version.number}", False
    draft = next((one for one in studio.drafts(code=code) if one.id == target), None)
    if draft is None:
        raise NotFound("Cette version de la démarche n’existe pas.")
    return studio.version(target), f"brouillon «\u00a0{draft.title}\u00a0»", True


def _check_mapping(code: str, new: Version, mapping: Mapping[str, str]) -> None:
    try:
        migration.check_mapping(mapping, code, new)
    except MappingInvalid as error:
        raise Invalid({"cible": f"Une étape ou sa cible n’existe dans aucune version\u00a0: {error}."}) from error


def _post_orders(row: Campaign, at: datetime | None) -> None:
    row.round, row.after = row.round + 1, FIRST
    moving.post(row, ORDER, at)


def _hold(actor: Actor, campaign_id: uuid.UUID, *wanted: str) -> Campaign:
    held.may(actor, VERB)
    row = db.session.get(Campaign, campaign_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("Ce déplacement n’existe pas.")
    if row.status not in wanted:
        said = campaigns.STATES[row.status]
        raise Conflict(f"Ce n’est plus possible\u00a0: ce déplacement est dans l’état «\u00a0{said}\u00a0».")
    return row


def _one(row: Campaign, number: str, *wanted: str) -> CampaignDossier:
    found = moving.by_number(row.id, [number])
    if not found:
        raise NotFound("Ce dossier n’est pas dans ce déplacement.")
    if found[0].status not in wanted:
        said = campaigns.OUTCOMES[found[0].status]
        raise Conflict(f"Ce dossier ne peut plus être changé à la main\u00a0: {said}.")
    return found[0]


def _note(row: Campaign, actor: Actor, verb: str) -> None:
    row.acts = [*row.acts, [clock.now().isoformat(), actor.name, verb]]
    log.info("campaign %s of %s onto %s: %s by %s", row.id, row.code, row.told, verb, actor.id)
