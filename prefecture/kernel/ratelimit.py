"""Rate limits counted in the database: the same for every process, and they survive a restart."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Integer, LargeBinary, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from prefecture.kernel import clock, crypto
from prefecture.kernel.db import Model, UtcDateTime, db
from prefecture.kernel.errors import TooMany
from prefecture.kernel.unit_of_work import unit_of_work


class Tries(Model):
    """How often a bucket was hit in its current window. The bucket is a keyed hash: it names nobody."""

    __tablename__ = "tries"
    bucket: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    window_ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


def hit(bucket: str, key: str, limit: int, per: timedelta) -> None:
    """Count a try of `key` in `bucket`; raises TooMany beyond `limit` tries in `per`. Commits by itself."""
    digest = crypto.keyed_hash(f"{bucket}:{key}", "ratelimit")
    count, ends = _count(digest, per)
    if count > limit:
        wait = max(1, int((ends - clock.now()).total_seconds()))
        minutes = -(-wait // 60)
        plural = "s" if minutes > 1 else ""
        raise TooMany(f"Trop de tentatives. Réessayez dans {minutes} minute{plural}.", retry_after=wait)


def forget(bucket: str, key: str) -> None:
    """Start afresh (after a success), in the caller's unit of work."""
    db.session.execute(delete(Tries).where(Tries.bucket == crypto.keyed_hash(f"{bucket}:{key}", "ratelimit")))


def _count(digest: bytes, per: timedelta) -> tuple[int, datetime]:
    now = clock.now()
    with unit_of_work():
        live = update(Tries).where(Tries.bucket == digest, Tries.window_ends_at > now).values(count=Tries.count + 1)
        if not db.session.execute(live).rowcount:  # type: ignore[attr-defined]
            db.session.execute(delete(Tries).where(Tries.bucket == digest, Tries.window_ends_at <= now))
            try:
                with db.session.begin_nested():
                    db.session.add(Tries(bucket=digest, count=1, window_ends_at=now + per))
            except IntegrityError:  # another process opened the window at the same instant
                db.session.execute(live)
        count, ends = db.session.execute(select(Tries.count, Tries.window_ends_at).where(Tries.bucket == digest)).one()
        return count, ends
