"""Taking a move back: the dossier stands as it stood, on the version that it had, if nothing has happened to it since.

What a move cancelled comes back as it was: tasks with who holds them and when they are due, timers with their instant.
What the move began is given up. A dossier that has advanced stays where it is, and so does one in which the move gave
up an action that the world had been asked for, or delivered a message that waited: those cannot be had again.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC

from sqlalchemy import select, update

from engine import runtime
from engine.migrating.returning import returned
from engine.model import Advance
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import Version
from prefecture.dossiers import advance as advancing
from prefecture.dossiers import messages
from prefecture.dossiers.held import CANCELLED, OPEN, TASKS, Held, hold, open_tasks, place
from prefecture.dossiers.journal import Fact
from prefecture.dossiers.migration import ALREADY, FINISHED, Moved
from prefecture.dossiers.migration_comparison import Mapped, element_of
from prefecture.identity.permissions import Actor
from prefecture.kernel import keyring, outbox
from prefecture.kernel.db import db

UNDONE, ADVANCED, GIVEN_UP = "undone", "advanced", "given_up"
_REOPENED = {"status": OPEN, "closed_at": None, "closed_by": None, "closed_by_kind": None, "closed_by_name": None}


@dataclass(frozen=True)
class Before:
    """A dossier as it was before its move. `state` is sealed with the dossier's own key, as it was kept."""

    version_id: uuid.UUID
    revision: int
    state: bytes
    etape: str | None


def before(dossier_id: uuid.UUID) -> Before | None:
    """What `undo` needs of a dossier about to be moved, which is locked; None for one that has ended."""
    dossier = hold(Actor.system(), dossier_id).dossier
    if dossier.state is None or dossier.finished_at is not None:
        return None
    return Before(dossier.version_id, dossier.revision, dossier.state, dossier.etape)


def undo(
    dossier_id: uuid.UUID, was: Before, target: Version, mapping: Mapped, *, actor: Actor | None = None, by: str = ""
) -> Moved:
    """Take the move of a dossier back in the caller's unit of work, under its lock; else it stays untouched."""
    held = hold(actor or Actor.system(), dossier_id)
    dossier = held.dossier
    if dossier.finished_at is not None or dossier.state is None or dossier.key_id is None:
        return Moved(FINISHED)
    if dossier.version_id == was.version_id:
        return Moved(ALREADY)
    # A move is one step. A second one was a message that it found waiting, and nobody can give that back.
    if dossier.version_id != target.id or dossier.revision != was.revision + 1:
        return Moved(ADVANCED)
    old = demarches.version(was.version_id)
    state = returned(keyring.unseal(dossier.key_id, was.state, place(dossier.id)), held.state)
    then = runtime.inspect(old.definition, state, now=held.now)
    now = runtime.inspect(target.definition, held.state, now=held.now)
    if set(then.pending_effects) - set(now.pending_effects):
        return Moved(GIVEN_UP)
    _take_back(held, then, now)
    _name_back(held, mapping, old, target)
    dossier.version_id, dossier.etape = old.id, was.etape
    restored = Held(dossier, old, held.actor, held.now, open_tasks(dossier))
    told = {"from": target.number, "to": old.number, "undone": True, "by": by}
    name = f"{target.number} → {old.number}"
    fact = Fact("migrated", name=name, trail=_trail(then, now), values=told)
    messages.step(restored, then, [fact], first=advancing.retelling(restored, then.open_tasks))
    return Moved(UNDONE)


def _take_back(held: Held, then: Advance, now: Advance) -> None:
    """Give up what the move began, and have what it cancelled be open and due again."""
    for effect_id in set(now.pending_effects) - set(then.pending_effects):
        own = (outbox.DueWork.dossier_id == held.dossier.id) & outbox.DueWork.key.endswith(f":{effect_id}")
        for key in db.session.scalars(select(outbox.DueWork.key).where(own)).all():
            outbox.cancel(key)
    again = {task.id for task in then.open_tasks} - held.tasks.keys()
    closed = (TASKS.c.dossier_id == held.dossier.id) & TASKS.c.id.in_(again) & (TASKS.c.status == CANCELLED)
    db.session.execute(update(TASKS).where(closed).values(_REOPENED))
    names = {f"{timer.id}@{timer.due.astimezone(UTC).isoformat()}" for timer in then.timers}
    keys = [f"{held.dossier.id}:timer:{name}" for name in names - set(held.dossier.timers)]
    cancelled = outbox.DueWork.key.in_(keys) & (outbox.DueWork.status == "cancelled")
    db.session.execute(update(outbox.DueWork).where(cancelled).values(status="ready", ended_at=None))


def _name_back(held: Held, mapping: Mapped, old: Version, target: Version) -> None:
    """Tasks that were done have the name of their step in the old version again, for the two-person rule."""
    for source, renamed in mapping.items():
        before_, after = element_of(source), element_of(renamed)
        if target.definition.elements.get(before_) is None and old.definition.elements.get(after) is None:
            own = (TASKS.c.dossier_id == held.dossier.id) & (TASKS.c.element == after)
            db.session.execute(update(TASKS).where(own).values(element=before_))


def _trail(then: Advance, now: Advance) -> list[str]:
    """What is left and entered by going back, as the journal marks it."""
    here, there = Counter(_stands(now)), Counter(_stands(then))
    return [*(f"x{one}" for one in (here - there).elements()), *(f"+{one}" for one in (there - here).elements())]


def _stands(advance: Advance) -> Iterable[str]:
    return (*(task.element for task in advance.open_tasks), *advance.waiting)


__all__ = ["ADVANCED", "ALREADY", "FINISHED", "GIVEN_UP", "UNDONE", "Before", "before", "undo"]
