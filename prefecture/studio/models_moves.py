"""Tables of the moves: an order to move running dossiers onto another version, and what became of each of them.

Nothing here names a citizen. `before` is a dossier's state as it was, sealed with its own key and erased with it.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from prefecture.kernel.db import Model, UtcDateTime, new_id


class Campaign(Model):
    """Running dossiers of a démarche onto a version: tried first, then ordered. `after` is how far a reading came.

    `draft_id`: tried against a draft, which can never be ordered. `round` grows each time that work is posted again;
    `acts` says who did what, and when.
    """

    __tablename__ = "studio_campaign"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(80), index=True)
    target_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("demarche_version.id"))
    draft_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("studio_draft.id"))
    told: Mapped[str] = mapped_column(String(200))
    mapping: Mapped[dict[str, str]] = mapped_column(JSON)
    choice: Mapped[dict[str, Any]] = mapped_column(JSON)
    status: Mapped[str] = mapped_column(String(10))
    round: Mapped[int] = mapped_column(Integer, default=0)
    after: Mapped[uuid.UUID] = mapped_column(Uuid)
    total: Mapped[int] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer, default=0)
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(120))
    acts: Mapped[list[list[str]]] = mapped_column(JSON)

    __table_args__ = (
        CheckConstraint(
            "status IN ('trying', 'tried', 'planned', 'moving', 'paused', 'undoing', 'dropped')", name="status"
        ),
    )


class CampaignDossier(Model):
    """One dossier of a campaign: what the trial says, then what became of it. `revision`: before its move."""

    __tablename__ = "studio_campaign_dossier"
    campaign_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("studio_campaign.id"), primary_key=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    number: Mapped[str] = mapped_column(String(32))
    prefecture: Mapped[str] = mapped_column(String(3))
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("demarche_version.id"))
    verdict: Mapped[str] = mapped_column(String(12))
    status: Mapped[str] = mapped_column(String(10))
    places: Mapped[list[list[str]]] = mapped_column(JSON)
    reason: Mapped[str | None] = mapped_column(String(40))
    mapping: Mapped[dict[str, str] | None] = mapped_column(JSON)
    revision: Mapped[int | None] = mapped_column(Integer)
    etape: Mapped[str | None] = mapped_column(String(80))
    before: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_studio_campaign_dossier_status", "campaign_id", "status", "verdict"),
        Index("ix_studio_campaign_dossier_dossier", "dossier_id"),
        CheckConstraint(
            "status IN ('listed', 'ordered', 'moved', 'stayed', 'skipped', 'undoing', 'undone')", name="status"
        ),
    )
