"""The journal of publications: who asked, signed, published, forced, returned, when, of which files, and why.

Rows are written once. Each carries the digest of itself and of the one before it, so that a changed row shows.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Integer, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from prefecture.kernel.db import Model, UtcDateTime


class PublicationAct(Model):
    """One act. `digest`: the files that it is about; `told`: its figures (conditions unmet, threshold, versions)."""

    __tablename__ = "studio_publication"
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[uuid.UUID] = mapped_column(Uuid)
    act: Mapped[str] = mapped_column(String(12))
    code: Mapped[str] = mapped_column(String(80), index=True)
    draft_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("studio_draft.id"), index=True)
    version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("demarche_version.id"))
    digest: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    told: Mapped[dict[str, Any]] = mapped_column(JSON)
    chain: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        CheckConstraint(
            "act IN ('asked', 'accepted', 'refused', 'published', 'forced', 'returned', 'threshold', 'received', "
            "'sealed', 'trusted', 'untrusted', 'retired', 'reopened')",
            name="act",
        ),
    )
