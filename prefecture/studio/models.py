"""Tables of the studio: démarches being written, their files, their history and what is said about them.

Nothing here names a citizen; agents stand by their ids.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Integer, LargeBinary, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from prefecture.kernel.db import Model, UtcDateTime, new_id


class Draft(Model):
    """A démarche's folder being written. `revision` counts every change of any file; `edited_*` is the edit lock."""

    __tablename__ = "studio_draft"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(80), index=True)
    title: Mapped[str] = mapped_column(String(200))
    owner: Mapped[uuid.UUID] = mapped_column(Uuid)
    based_on: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("demarche_version.id"))
    revision: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[uuid.UUID] = mapped_column(Uuid)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    edited_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    edited_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DraftFile(Model):
    """One file of a draft, by its path in the folder; `_commun/…` are the shared ones, as they were when it began."""

    __tablename__ = "studio_file"
    draft_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("studio_draft.id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int] = mapped_column(Integer)
    revision: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[uuid.UUID] = mapped_column(Uuid)


class DraftMilestone(Model):
    """The whole folder as it stood once: `auto` before a hand changes it, `named` by somebody, `refused` with a text
    that came too late (`path` and `base` say which), so that no writing is ever lost."""

    __tablename__ = "studio_milestone"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    draft_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("studio_draft.id"))
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(8))
    label: Mapped[str] = mapped_column(String(200))
    path: Mapped[str | None] = mapped_column(String(200))
    base: Mapped[int | None] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[uuid.UUID] = mapped_column(Uuid)
    bundle: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    __table_args__ = (
        UniqueConstraint("draft_id", "number"),
        CheckConstraint("kind IN ('auto', 'named', 'refused')", name="kind"),
    )


class DraftComment(Model):
    """What somebody says about a draft, a file of it or an element of a diagram (`element` empty: the whole file)."""

    __tablename__ = "studio_comment"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    draft_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("studio_draft.id"), index=True)
    path: Mapped[str] = mapped_column(String(200))
    element: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[uuid.UUID] = mapped_column(Uuid)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)


class DraftTrial(Model):
    """How the scenarios of a draft went when they were last played, and of which files (`digest`) that is true."""

    __tablename__ = "studio_trial"
    draft_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("studio_draft.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    report: Mapped[dict[str, Any]] = mapped_column(JSON)
    played_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DraftRun(Model):
    """A draft that somebody plays by hand with an invented citizen, one run each. `content` is what was done so far, as
    a scenario file: the engine plays it anew at each look, on the files as they are then."""

    __tablename__ = "studio_run"
    draft_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("studio_draft.id"), primary_key=True)
    by: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    revision: Mapped[int] = mapped_column(Integer)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
