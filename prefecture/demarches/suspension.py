"""Holding a version of a démarche, or one element of it: what is wrong in a drawing does no more harm meanwhile.

While it lasts no new dossier follows the version, its tasks are not taken, and its timers and effects wait; nothing is
lost, and legal delays run on. Other processes learn of it within seconds: asking costs no query in between.
"""

from __future__ import annotations

import time
import uuid
import weakref
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Date, Engine, Index, String, Text, Uuid, select
from sqlalchemy.orm import Mapped, mapped_column

from prefecture.demarches import queries
from prefecture.demarches.version import PARIS
from prefecture.identity import permissions
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.db import Model, UtcDateTime, db, new_id
from prefecture.kernel.errors import Conflict, Forbidden, Invalid, NotFound

WHOLE = ""
BELIEVED_SECONDS = 2.0
VERB = "demarche.publish"
_REFUSED = "Cette démarche est suspendue le temps d’une vérification."
_KEPT = "Rien n’est perdu\u00a0: ce qui est enregistré reste enregistré. Revenez plus tard."


class DemarcheSuspended(Conflict):
    """The version, or the element, is held: nothing goes on there until somebody resumes it."""

    code = "demarche-suspendue"


class Suspension(Model):
    """A version (or one element of it) held from `since`, until `ended_at` if it was resumed."""

    __tablename__ = "demarche_suspension"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(80))
    version_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    element: Mapped[str] = mapped_column(String(120))  # empty: the whole version
    reason: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(120))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(120))
    expected_on: Mapped[date | None] = mapped_column(Date)  # when it is hoped to end, as people are told

    __table_args__ = (Index("ix_demarche_suspension_code", "code", "since"),)


@dataclass(frozen=True)
class SuspensionView:
    """A suspension as analysts read it; `element` is empty for the whole version."""

    id: uuid.UUID
    code: str
    version_id: uuid.UUID
    element: str
    reason: str
    since: datetime
    by: str
    ended_at: datetime | None
    ended_by: str | None
    expected_on: date | None = None


# By database: when it was asked last, and what was held then. Tests run on several databases in one process.
_believed: weakref.WeakKeyDictionary[Engine, tuple[float, dict[uuid.UUID, frozenset[str]]]] = (
    weakref.WeakKeyDictionary()
)


def suspend(
    actor: Actor, version_id: uuid.UUID, reason: str, element: str = WHOLE, expected_on: date | None = None
) -> SuspensionView:
    """Hold a version or an element, in the caller's unit of work. Raises Forbidden, NotFound, Invalid, Conflict.

    expected_on: when it is hoped to go on, which citizens read; nothing happens by itself on that day.
    """
    _check(actor)
    found = queries.version(version_id)
    if element and element not in found.definition.elements:
        raise NotFound(f"L’étape «\u00a0{element}\u00a0» n’est pas dans cette version de la démarche.")
    if not reason.strip():
        raise Invalid({"motif": "Dites pourquoi."})
    if expected_on is not None and expected_on < clock.today(PARIS):
        raise Invalid({"reprise": "Ce jour est passé\u00a0: donnez un jour à venir, ou laissez vide."})
    if any(one.element == element for one in _open(version_id)):
        raise Conflict("C’est déjà suspendu.", code="deja-suspendu")
    row = Suspension(
        id=new_id(),
        code=found.code,
        version_id=version_id,
        element=element,
        reason=reason.strip(),
        since=clock.now(),
        by=actor.name,
        expected_on=expected_on,
    )
    db.session.add(row)
    db.session.flush()
    _believed.clear()
    return _view(row)


def resume(actor: Actor, suspension_id: uuid.UUID) -> SuspensionView:
    """End a suspension, in the caller's unit of work. Forbidden, NotFound, Conflict (ended already)."""
    _check(actor)
    row = db.session.get(Suspension, suspension_id, with_for_update=True)
    if row is None:
        raise NotFound("Cette suspension n’existe pas.")
    if row.ended_at is not None:
        raise Conflict("C’est déjà repris.", code="deja-repris")
    row.ended_at, row.ended_by = clock.now(), actor.name
    db.session.flush()
    _believed.clear()
    return _view(row)


def suspensions(code: str) -> list[SuspensionView]:
    """Every suspension of a démarche, those that last first, then the latest."""
    query = (
        select(Suspension)
        .where(Suspension.code == code)
        .order_by(Suspension.ended_at.is_not(None), Suspension.since.desc())
    )
    return [_view(row) for row in db.session.scalars(query)]


def anything_held() -> bool:
    """Whether anything is held of any démarche. Believed for a few seconds."""
    return bool(_held())


def held_elements(version_id: uuid.UUID) -> frozenset[str]:
    """What is held of a version now: elements, and WHOLE for all of it. Believed for a few seconds."""
    return _held().get(version_id, frozenset())


def whole(version_id: uuid.UUID) -> SuspensionView | None:
    """The suspension of the whole version that lasts; None while new dossiers may follow it."""
    if WHOLE not in held_elements(version_id):
        return None
    lasting = (Suspension.version_id == version_id) & (Suspension.element == WHOLE) & Suspension.ended_at.is_(None)
    row = db.session.scalar(select(Suspension).where(lasting))
    return None if row is None else _view(row)


def refuse_if_held(version_id: uuid.UUID, element: str = WHOLE) -> None:
    """Raise DemarcheSuspended if the version is held, or that element of it."""
    held = held_elements(version_id)
    if held and (WHOLE in held or element in held):
        raise DemarcheSuspended(f"{_REFUSED} {_KEPT}")


def _held() -> dict[uuid.UUID, frozenset[str]]:
    engine, now = db.engine, time.monotonic()
    asked, found = _believed.get(engine, (-BELIEVED_SECONDS, {}))
    if now - asked >= BELIEVED_SECONDS:
        found = _held_now()
        _believed[engine] = (now, found)
    return found


def _held_now() -> dict[uuid.UUID, frozenset[str]]:
    query = select(Suspension.version_id, Suspension.element).where(Suspension.ended_at.is_(None))
    found: dict[uuid.UUID, set[str]] = {}
    for version_id, element in db.session.execute(query):
        found.setdefault(version_id, set()).add(element)
    return {version_id: frozenset(elements) for version_id, elements in found.items()}


def _open(version_id: uuid.UUID) -> list[Suspension]:
    query = select(Suspension).where(Suspension.version_id == version_id, Suspension.ended_at.is_(None))
    return list(db.session.scalars(query.with_for_update()))


def _check(actor: Actor) -> None:
    if not permissions.may(actor, VERB):
        raise Forbidden("Suspendre une démarche revient à un analyste.")


def _view(row: Suspension) -> SuspensionView:
    return SuspensionView(
        row.id,
        row.code,
        row.version_id,
        row.element,
        row.reason,
        row.since,
        row.by,
        row.ended_at,
        row.ended_by,
        row.expected_on,
    )
