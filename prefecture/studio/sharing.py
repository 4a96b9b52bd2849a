"""Several analysts on one draft: the edit lock that one may take over, and what they say to one another."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.db import db, new_id
from prefecture.kernel.errors import Invalid, NotFound
from prefecture.studio import held, history
from prefecture.studio.held import LOCK
from prefecture.studio.models import Draft, DraftComment

LONGEST_COMMENT = 4000


@dataclass(frozen=True)
class Lock:
    """Who writes a draft and until when, if they stop; nobody when `by` is None."""

    by: str | None
    until: datetime | None
    mine: bool


def edit(actor: Actor, draft_id: uuid.UUID, *, take: bool = False) -> Lock:
    """Hold the edit lock for two minutes more, if it is free or the actor's own; `take`: whoever holds it.

    Before it is taken over, the draft is kept as the other left it.
    """
    row = held.hold(actor, draft_id)
    holder = held.holder_of(row)
    if holder is not None and holder != actor.id:
        if not take:
            return lock_of(row, actor)
        history.keep_before(row, actor, f"Avant la reprise par {actor.name}", always=True)
    row.edited_by, row.edited_until = actor.id, clock.now() + LOCK
    return lock_of(row, actor)


def release(actor: Actor, draft_id: uuid.UUID) -> None:
    """Let go of the edit lock; somebody else's stays."""
    row = held.hold(actor, draft_id, archived=True)
    if row.edited_by == actor.id:
        row.edited_by = row.edited_until = None


def lock_of(row: Draft, actor: Actor | None) -> Lock:
    """The edit lock of a draft, as the actor sees it."""
    holder = held.holder_of(row)
    if holder is None:
        return Lock(None, None, False)
    return Lock(held.name_of(holder), row.edited_until, actor is not None and holder == actor.id)


def comment(actor: Actor, draft_id: uuid.UUID, text: str, *, path: str = "", element: str = "") -> uuid.UUID:
    """Say something about a draft, a file or an element of a diagram; returns the comment's id."""
    row = held.hold(actor, draft_id, verb="demarche.review")
    text = text.strip()
    if not text or len(text) > LONGEST_COMMENT:
        raise Invalid({"text": f"Écrivez un commentaire de {LONGEST_COMMENT} caractères au plus."})
    if path and held.file_of(draft_id, path) is None:
        raise Invalid({"path": "Ce fichier n’est pas dans le brouillon."})
    if len(element) > 200:
        raise Invalid({"element": "Cet identifiant est trop long."})
    said = DraftComment(
        id=new_id(), draft_id=row.id, path=path, element=element, text=text, at=clock.now(), by=actor.id
    )
    db.session.add(said)
    db.session.flush()
    return said.id


def resolve(actor: Actor, draft_id: uuid.UUID, comment_id: uuid.UUID, *, done: bool = True) -> None:
    """Say that a comment is answered, or with `done` false that it is open again; raises NotFound."""
    held.hold(actor, draft_id, verb="demarche.review")
    query = select(DraftComment).where(DraftComment.id == comment_id, DraftComment.draft_id == draft_id)
    said = db.session.scalar(query)
    if said is None:
        raise NotFound("Ce commentaire n’existe pas.")
    said.resolved_at, said.resolved_by = (clock.now(), actor.id) if done else (None, None)
