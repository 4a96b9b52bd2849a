"""Tables of versions carried between installations: whose seals are trusted here, and what has arrived."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Uuid
from sqlalchemy.orm import Mapped, deferred, mapped_column

from prefecture.kernel.db import Model, UtcDateTime, new_id


class TrustedKey(Model):
    """The public key of another installation, trusted from `added_at` until `removed_at` if it was taken away."""

    __tablename__ = "studio_trusted_key"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(120))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by: Mapped[uuid.UUID] = mapped_column(Uuid)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)


class Arrival(Model):
    """A sealed version as it arrived: the whole file, known by the digest of its bytes; which version it became."""

    __tablename__ = "studio_arrival"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    file_digest: Mapped[str] = mapped_column(String(64), unique=True)
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))
    arrived_at: Mapped[datetime] = mapped_column(UtcDateTime)
    arrived_by: Mapped[uuid.UUID] = mapped_column(Uuid)
    version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("demarche_version.id"))
