"""Rows of the documents desk. Contents lie in the storage; here are what is known of them, and their wrapped keys."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, LargeBinary, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from prefecture.kernel.db import Model, UtcDateTime, new_id

# kind
PIECE = "piece"
COURRIER = "courrier"
APERCU = "apercu"
# status
QUARANTAINE = "quarantaine"
SAIN = "sain"
REFUSE = "refuse"


class Document(Model):
    """A file. Its own content key is wrapped by `key_id`: its owner's at first, its dossier's once attached.

    sealed: file name and title. content_hash: keyed hash of what was sent, which finds the same file elsewhere.
    original_name: where what was sent lies if what is served differs from it. code: the pièce that it answers, or the
    letter that it is.
    """

    __tablename__ = "document"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    owner_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, index=True)
    dossier_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, index=True)
    kind: Mapped[str] = mapped_column(String(10))
    code: Mapped[str | None] = mapped_column(String(80))
    key_id: Mapped[str] = mapped_column(String(32))
    own_key: Mapped[bool] = mapped_column(Boolean, default=False)  # key_id was made for this document alone
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int] = mapped_column(Integer)
    pages: Mapped[int] = mapped_column(Integer)
    signed: Mapped[bool] = mapped_column(Boolean, default=False)
    storage_name: Mapped[str] = mapped_column(String(32), unique=True)
    original_name: Mapped[str | None] = mapped_column(String(32), unique=True)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    status: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(String(200))
    work_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("kind IN ('piece', 'courrier', 'apercu')", name="kind"),
        CheckConstraint("status IN ('quarantaine', 'sain', 'refuse')", name="status"),
    )


class DocumentPage(Model):
    """One page as a picture, sealed with its document's content key."""

    __tablename__ = "document_page"
    document_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)  # from 1
    storage_name: Mapped[str] = mapped_column(String(32), unique=True)
    media_type: Mapped[str] = mapped_column(String(20))
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    size: Mapped[int] = mapped_column(Integer)
