"""A draft held for writing: its row locked, who may write it, what every change of a file leaves behind."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import undefer

from prefecture.demarches.bundle import LARGEST_BUNDLE
from prefecture.identity import permissions
from prefecture.identity import queries as identity
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, DomainError, Forbidden, NotFound, TooLarge
from prefecture.studio import due, folder
from prefecture.studio.models import Draft, DraftFile

LOCK = timedelta(minutes=2)
COMMAND_LINE = "la ligne de commande"


class Locked(DomainError):
    """Somebody else is writing the draft; `by` is their name, `until` when it ends if they stop."""

    status = 423
    code = "brouillon-tenu"

    def __init__(self, by: str, until: datetime) -> None:
        super().__init__(f"{by} modifie ce brouillon. Prenez la main pour le modifier à votre tour.")
        self.by = by
        self.until = until


def may(actor: Actor, verb: str) -> None:
    """Raise Forbidden unless the actor may do `verb` on démarches."""
    if not permissions.may(actor, verb):
        raise Forbidden("Votre rôle ne permet pas cette opération.")


def find(draft_id: uuid.UUID) -> Draft:
    """A draft's row; raises NotFound."""
    row = db.session.get(Draft, draft_id)
    if row is None:
        raise NotFound("Ce brouillon n’existe pas.")
    return row


def hold(actor: Actor, draft_id: uuid.UUID, *, verb: str = "demarche.draft", archived: bool = False) -> Draft:
    """A draft's row, locked until the unit of work ends. Raises Forbidden, NotFound, Conflict once it is archived."""
    may(actor, verb)
    query = select(Draft).where(Draft.id == draft_id).with_for_update().execution_options(populate_existing=True)
    row = db.session.scalar(query)
    if row is None:
        raise NotFound("Ce brouillon n’existe pas.")
    if row.archived_at is not None and not archived:
        raise Conflict("Ce brouillon est archivé\u00a0: restaurez-le pour le modifier.")
    return row


def hold_free(actor: Actor, draft_id: uuid.UUID) -> Draft:
    """The same, of which nobody else holds the edit lock; raises Locked."""
    row = hold(actor, draft_id)
    assert_free(row, actor)
    return row


def assert_free(row: Draft, actor: Actor) -> None:
    """Raise Locked while somebody else holds the edit lock."""
    holder = holder_of(row)
    if holder is not None and holder != actor.id and row.edited_until is not None:
        raise Locked(name_of(holder), row.edited_until)


def holder_of(row: Draft) -> uuid.UUID | None:
    """Who holds the edit lock now."""
    if row.edited_by is None or row.edited_until is None or row.edited_until <= clock.now():
        return None
    return row.edited_by


def name_of(agent_id: uuid.UUID) -> str:
    """An agent's name."""
    return names({agent_id})[agent_id]


def names(agent_ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The names of many agents with one query; whoever is unknown has one too."""
    known = {key: view.name for key, view in identity.agents(agent_ids).items()}
    system = Actor.system().id
    return {key: known.get(key, COMMAND_LINE if key == system else "compte supprimé") for key in agent_ids}


def files_of(draft_id: uuid.UUID) -> dict[str, bytes]:
    """Every file of a draft with its content, the shared ones included."""
    query = select(DraftFile.path, DraftFile.content).where(DraftFile.draft_id == draft_id).order_by(DraftFile.path)
    return {row.path: row.content for row in db.session.execute(query)}


def file_of(draft_id: uuid.UUID, path: str) -> DraftFile | None:
    """One file's row with its content, if there is one."""
    return db.session.get(DraftFile, (draft_id, path), options=[undefer(DraftFile.content)], populate_existing=True)


def assert_room(row: Draft, path: str, size: int) -> None:
    """Raise TooLarge when a held draft has no room for a file of that size at that path."""
    others = (DraftFile.draft_id == row.id) & (DraftFile.path != path)
    count, used = db.session.execute(select(func.count(), func.sum(DraftFile.size)).where(others)).one()
    if count >= folder.MOST_FILES or (used or 0) + size > LARGEST_BUNDLE:
        raise TooLarge("Ce brouillon n’a plus de place : 32 Mo et 400 fichiers au plus.")


def write(row: Draft, actor: Actor, path: str, content: bytes) -> int:
    """Put a file into a held draft; returns its revision."""
    now = clock.now()
    touch(row, actor, now)
    file = file_of(row.id, path)
    if file is None:
        file = DraftFile(draft_id=row.id, path=path, revision=0)
        db.session.add(file)
    # A file that was deleted and comes back goes on counting: its revision is the draft's own.
    file.revision = row.revision
    file.content, file.size, file.changed_at, file.changed_by = content, len(content), now, actor.id
    db.session.flush()
    return file.revision


def fill(row: Draft, actor: Actor, files: Mapping[str, bytes]) -> None:
    """Put the first files into a new draft."""
    now = clock.now()
    touch(row, actor, now)
    told = {"draft_id": row.id, "revision": row.revision, "changed_at": now, "changed_by": actor.id}
    rows = [{**told, "path": path, "content": content, "size": len(content)} for path, content in files.items()]
    if rows:
        db.session.execute(insert(DraftFile), rows)


def write_all(row: Draft, actor: Actor, files: Mapping[str, bytes]) -> None:
    """Make a held draft hold exactly these files; those that are the same keep their revision."""
    before = files_of(row.id)
    gone = sorted(set(before) - set(files))
    if gone:
        remove(row, actor, *gone)
    for path, content in files.items():
        if before.get(path) != content:
            write(row, actor, path, content)


def remove(row: Draft, actor: Actor, *paths: str) -> None:
    """Take files out of a held draft."""
    touch(row, actor, clock.now())
    db.session.execute(delete(DraftFile).where(DraftFile.draft_id == row.id, DraftFile.path.in_(paths)))


def move(row: Draft, actor: Actor, path: str, to: str) -> None:
    """Give a file of a held draft another path."""
    now = clock.now()
    touch(row, actor, now)
    wanted = (DraftFile.draft_id == row.id) & (DraftFile.path == path)
    changed = {"path": to, "revision": row.revision, "changed_at": now, "changed_by": actor.id}
    db.session.execute(update(DraftFile).where(wanted).values(changed))


def touch(row: Draft, actor: Actor, now: datetime) -> None:
    """Note that a held draft changes, and have its scenarios played."""
    row.revision += 1
    row.changed_at, row.changed_by = now, actor.id
    due.trials_after(row.id, row.revision)
