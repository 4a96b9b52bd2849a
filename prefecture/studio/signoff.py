"""Four eyes: somebody other than whoever wrote a draft says that these very files may be published, or why not.

A sign-off is of a digest: a file that changes afterwards takes it back by itself.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from prefecture.identity import permissions
from prefecture.identity.permissions import Actor
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, Forbidden, Invalid
from prefecture.studio import acts, folder, held
from prefecture.studio.acts import ACCEPTED, ASKED, REFUSED
from prefecture.studio.models import Draft, DraftFile

NONE, STALE = "none", "stale"
LONGEST = 4000
OWN_HAND = "Vous avez écrit dans ce brouillon\u00a0: c’est à une autre personne de le recetter."


@dataclass(frozen=True)
class SignOff:
    """Where the sign-off stands: none, asked, accepted, refused, or stale (the files changed since `status` was)."""

    status: str
    by: str = ""
    at: datetime | None = None
    note: str = ""

    @property
    def given(self) -> bool:
        """Whether these very files were accepted."""
        return self.status == ACCEPTED


def ask(actor: Actor, draft_id: uuid.UUID, note: str = "") -> None:
    """Ask for the sign-off of a draft as it stands. Raises Forbidden, NotFound, Conflict once it is archived."""
    row = held.hold(actor, draft_id)
    digest = _digest(row)
    if of(draft_id, digest).status in (ASKED, ACCEPTED):
        return
    acts.record(actor, ASKED, code=row.code, draft_id=row.id, digest=digest, reason=_note(note))


def answer(actor: Actor, draft_id: uuid.UUID, digest: str, accepted: bool, note: str) -> None:
    """Sign off the files of that digest, or refuse them with a note.

    Raises Forbidden (no recetteur, or one who wrote in it), Invalid, Conflict when the files are no longer those.
    """
    row = held.hold(actor, draft_id, verb="demarche.sign")
    if actor.id in hands(row):
        raise Forbidden(OWN_HAND)
    if _digest(row) != digest:
        raise Conflict("Le brouillon a changé depuis que vous l’avez lu\u00a0: relisez-le avant de vous prononcer.")
    if not accepted and not note.strip():
        raise Invalid({"note": "Dites ce qui est à corriger\u00a0: l’analyste le lira."})
    kind = ACCEPTED if accepted else REFUSED
    acts.record(actor, kind, code=row.code, draft_id=row.id, digest=digest, reason=_note(note))


def of(draft_id: uuid.UUID, digest: str) -> SignOff:
    """Where the sign-off of a draft with these files stands."""
    said = [one for one in acts.acts(draft_id=draft_id) if one.act in (ASKED, ACCEPTED, REFUSED)]
    if not said:
        return SignOff(NONE)
    last = said[0]
    return SignOff(last.act if last.digest == digest else STALE, last.by, last.at, last.reason)


def may_sign(actor: Actor, draft_id: uuid.UUID) -> bool:
    """Whether this person may sign this draft off: the role, and no hand in it."""
    return permissions.may(actor, "demarche.sign") and actor.id not in hands(held.find(draft_id))


def waiting() -> list[Draft]:
    """The drafts whose sign-off is asked for and not answered."""
    rows = db.session.scalars(select(Draft).where(Draft.archived_at.is_(None)).order_by(Draft.changed_at))
    return [row for row in rows if of(row.id, _digest(row)).status == ASKED]


def hands(row: Draft) -> set[uuid.UUID]:
    """Everybody who wrote in a draft."""
    query = select(DraftFile.changed_by).where(DraftFile.draft_id == row.id).distinct()
    return {row.owner, row.changed_by, *db.session.scalars(query)}


def _digest(row: Draft) -> str:
    return folder.as_bundle(held.files_of(row.id)).digest


def _note(text: str) -> str:
    if len(text) > LONGEST or "\x00" in text:
        raise Invalid({"note": f"{LONGEST} caractères au plus."})
    return text.strip()
