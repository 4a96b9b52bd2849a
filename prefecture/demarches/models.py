"""Tables of published versions, written once and never changed, and of which one new dossiers follow."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Integer, LargeBinary, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, deferred, mapped_column

from prefecture.kernel.db import Model, UtcDateTime, new_id


class DemarcheVersion(Model):
    """One published version of a démarche: its files as one archive, named by the digest of their content."""

    __tablename__ = "demarche_version"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(80))
    number: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    title: Mapped[str] = mapped_column(String(200))
    bundle: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[str] = mapped_column(String(120))

    __table_args__ = (UniqueConstraint("code", "number"),)


class DemarcheInForce(Model):
    """The version that new dossiers of a démarche follow where it is not the latest: a return to a former one."""

    __tablename__ = "demarche_in_force"
    code: Mapped[str] = mapped_column(String(80), primary_key=True)
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("demarche_version.id"))
