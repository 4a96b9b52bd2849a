"""What other rooms may read of the studio: drafts, their files, their history, and what is wrong with them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from engine.compile import Finding
from prefecture.demarches import queries as demarches
from prefecture.demarches.bundle import Bundle
from prefecture.demarches.version import Version
from prefecture.identity.permissions import Actor
from prefecture.kernel.db import db
from prefecture.kernel.errors import NotFound
from prefecture.studio import findings as finding
from prefecture.studio import folder, held, history, sharing
from prefecture.studio.completion import Completion, completion_of
from prefecture.studio.models import Draft, DraftComment, DraftFile, DraftMilestone
from prefecture.studio.sharing import Lock


@dataclass(frozen=True)
class FileView:
    """One file of a draft; `shared` ones belong to all démarches and are not written here."""

    path: str
    revision: int
    size: int
    changed_at: datetime
    changed_by: str
    shared: bool


@dataclass(frozen=True)
class DraftRow:
    """A draft in a list; `based_on` is the number of the published version that it began from."""

    id: uuid.UUID
    code: str
    title: str
    owner: str
    based_on: int | None
    created_at: datetime
    changed_at: datetime
    changed_by: str
    archived_at: datetime | None
    comments: int  # those still open


@dataclass(frozen=True)
class DraftView(DraftRow):
    """A draft with its files and who holds its edit lock."""

    revision: int
    version_id: uuid.UUID | None
    files: tuple[FileView, ...]
    lock: Lock

    @property
    def own(self) -> tuple[FileView, ...]:
        """The démarche's own files."""
        return tuple(one for one in self.files if not one.shared)


@dataclass(frozen=True)
class CommentView:
    """One comment; `path` and `element` are empty when it is about the whole draft or file."""

    id: uuid.UUID
    path: str
    element: str
    text: str
    by: str
    at: datetime
    resolved_at: datetime | None
    resolved_by: str | None


@dataclass(frozen=True)
class MilestoneView:
    """One entry of a draft's history; `path` names the file of a refused text."""

    number: int
    kind: str
    label: str
    path: str | None
    by: str
    at: datetime


def drafts(*, code: str | None = None, archived: bool = False) -> list[DraftRow]:
    """The drafts (of one démarche), those put away with `archived`; the latest changed first."""
    query = select(Draft).where(Draft.archived_at.is_not(None) if archived else Draft.archived_at.is_(None))
    if code is not None:
        query = query.where(Draft.code == code)
    rows = list(db.session.scalars(query.order_by(Draft.changed_at.desc(), Draft.id)))
    names = held.names({agent for row in rows for agent in (row.owner, row.changed_by)})
    numbers = {one.id: one.number for row in rows for one in _versions(row)}
    counts = _open_comments({row.id for row in rows})
    return [DraftRow(**_common(row, names, numbers, counts)) for row in rows]


def draft(draft_id: uuid.UUID, actor: Actor | None = None) -> DraftView:
    """One draft, archived or not, its lock as the actor sees it; raises NotFound."""
    row = held.find(draft_id)
    query = (
        select(DraftFile.path, DraftFile.revision, DraftFile.size, DraftFile.changed_at, DraftFile.changed_by)
        .where(DraftFile.draft_id == draft_id)
        .order_by(DraftFile.path)
    )
    files = db.session.execute(query).all()
    names = held.names({row.owner, row.changed_by, *(one.changed_by for one in files)})
    numbers = {one.id: one.number for one in _versions(row)}
    return DraftView(
        **_common(row, names, numbers, _open_comments({row.id})),
        revision=row.revision,
        version_id=row.based_on,
        files=tuple(
            FileView(
                one.path, one.revision, one.size, one.changed_at, names[one.changed_by], folder.is_shared(one.path)
            )
            for one in files
        ),
        lock=sharing.lock_of(row, actor),
    )


def content(draft_id: uuid.UUID, path: str) -> tuple[bytes, int]:
    """A file of a draft and its revision; raises NotFound."""
    held.find(draft_id)
    found = held.file_of(draft_id, path)
    if found is None:
        raise NotFound(f"Le fichier «\u00a0{path}\u00a0» n’est pas dans ce brouillon.")
    return found.content, found.revision


def files(draft_id: uuid.UUID, override: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """Every file with its content, every shared block included; `override` replaces or adds texts not yet saved."""
    held.find(draft_id)
    return {**held.files_of(draft_id), **(override or {})}


def bundle(draft_id: uuid.UUID, override: Mapping[str, bytes] | None = None) -> Bundle:
    """What a publication of the draft would freeze; raises NotFound."""
    return folder.as_bundle(files(draft_id, override))


def version(draft_id: uuid.UUID, override: Mapping[str, bytes] | None = None) -> Version:
    """The draft as a version that is not published: number 0, the draft's id. Its definition compiles or raises."""
    row = held.find(draft_id)
    return Version(bundle(draft_id, override), version_id=row.id, code=row.code, number=0)


def findings(draft_id: uuid.UUID, override: Mapping[str, bytes] | None = None) -> list[Finding]:
    """Everything wrong or doubtful in a draft, scenarios unplayed; remembered by the digest of its files."""
    row = held.find(draft_id)
    return finding.of_bundle(bundle(draft_id, override), row.code)


def completion(draft_id: uuid.UUID) -> Completion:
    """What the files of a draft may name: for completion while one writes."""
    row = held.find(draft_id)
    return completion_of(files(draft_id), row.code)


def comments(draft_id: uuid.UUID) -> list[CommentView]:
    """What was said about a draft, the open ones first, then the latest."""
    held.find(draft_id)
    query = select(DraftComment).where(DraftComment.draft_id == draft_id)
    rows = sorted(db.session.scalars(query), key=lambda one: (one.resolved_at is not None, -one.at.timestamp()))
    names = held.names({agent for one in rows for agent in (one.by, one.resolved_by) if agent is not None})
    return [
        CommentView(
            one.id,
            one.path,
            one.element,
            one.text,
            names[one.by],
            one.at,
            one.resolved_at,
            None if one.resolved_by is None else names[one.resolved_by],
        )
        for one in rows
    ]


def milestones(draft_id: uuid.UUID) -> list[MilestoneView]:
    """The history of a draft, the latest first."""
    held.find(draft_id)
    query = select(DraftMilestone).where(DraftMilestone.draft_id == draft_id).order_by(DraftMilestone.number.desc())
    rows = list(db.session.scalars(query))
    names = held.names({one.by for one in rows})
    return [MilestoneView(one.number, one.kind, one.label, one.path, names[one.by], one.at) for one in rows]


def milestone_files(draft_id: uuid.UUID, number: int) -> dict[str, bytes]:
    """The files of a draft as they stood at a milestone; raises NotFound."""
    return history.files_at(draft_id, number)


def _versions(row: Draft) -> list[demarches.VersionView]:
    return [] if row.based_on is None else demarches.versions(row.code)


def _open_comments(draft_ids: set[uuid.UUID]) -> dict[uuid.UUID, int]:
    wanted = (DraftComment.draft_id.in_(list(draft_ids))) & (DraftComment.resolved_at.is_(None))
    query = select(DraftComment.draft_id, func.count()).where(wanted).group_by(DraftComment.draft_id)
    return {row[0]: row[1] for row in db.session.execute(query)}


def _common(
    row: Draft, names: Mapping[uuid.UUID, str], numbers: Mapping[uuid.UUID, int], counts: Mapping[uuid.UUID, int]
) -> dict[str, Any]:
    return {
        "id": row.id,
        "code": row.code,
        "title": row.title,
        "owner": names[row.owner],
        "based_on": None if row.based_on is None else numbers.get(row.based_on),
        "created_at": row.created_at,
        "changed_at": row.changed_at,
        "changed_by": names[row.changed_by],
        "archived_at": row.archived_at,
        "comments": counts.get(row.id, 0),
    }
