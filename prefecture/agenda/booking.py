"""Appointments: held, booked, moved, cancelled, attended. Everything joins the caller's unit of work.

Rules a person is held to, and an agent acting for one is not: a booked appointment is moved or cancelled until 24 hours
before it begins, and its date changes as often as the convocation allows (a cancellation counts as a change).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from prefecture.agenda import cells, queries
from prefecture.agenda.convocations import Which, active_rdv, find
from prefecture.agenda.models import Convocation, Motif, Rdv
from prefecture.agenda.opening import cells_needed
from prefecture.agenda.queries import RdvView
from prefecture.agenda.slots import cells_from, is_offered
from prefecture.agenda.words import said_day, said_moment
from prefecture.identity import queries as identity
from prefecture.kernel import clock, outbox
from prefecture.kernel.db import db, new_id
from prefecture.kernel.errors import Conflict, Invalid, NotFound

HOLD = timedelta(minutes=10)
NOTICE = timedelta(hours=24)
LATE_AFTER = timedelta(minutes=10)
RELEASE = "agenda.release_hold"  # the due work that ends a hold on time; its key names the hold


def hold(which: Which, starts_at: datetime, *, by_agent: bool = False) -> RdvView:
    """Keep a start for ten minutes; a former hold of the same convocation is let go.

    Raises NotFound, Gone, Invalid (no such start), Conflict (taken; or something is booked: move it).
    """
    convocation = find(which, lock=True, by_agent=by_agent)
    rdv = _take(convocation, starts_at, by_agent=by_agent)
    rdv.status = "retenu"
    rdv.held_until = clock.now() + HOLD
    _insert(rdv)
    outbox.post(RELEASE, f"{RELEASE}:{rdv.id}", {}, key_id=None, run_at=rdv.held_until)
    return queries.rdv_view(rdv)


def book(which: Which, starts_at: datetime, *, by_agent: bool = False) -> RdvView:
    """Book a start, held before or not. The convocation's link stays good until the appointment.

    Raises NotFound, Gone, Invalid (no such start), Conflict (taken meanwhile; something is booked already).
    """
    convocation = find(which, lock=True, by_agent=by_agent)
    held = active_rdv(convocation.id, lock=True)
    if held is not None and held.status == "retenu" and held.starts_at == starts_at and _is_held(held):
        rdv = held
        outbox.cancel(f"{RELEASE}:{rdv.id}")
        rdv.status, rdv.held_until, rdv.changed_at = "confirme", None, clock.now()
    else:
        rdv = _take(convocation, starts_at, by_agent=by_agent)
        rdv.status = "confirme"
        _insert(rdv)
    convocation.expires_at = max(convocation.expires_at, rdv.starts_at)
    db.session.flush()
    return queries.rdv_view(rdv)


def move(which: Which, starts_at: datetime, *, by_agent: bool = False) -> RdvView:
    """Move a booked appointment to another start: the same appointment, its next sequence.

    Raises NotFound, Gone, Invalid, Conflict (nothing booked, too late, too often, taken).
    """
    convocation = find(which, lock=True, by_agent=by_agent)
    rdv = _booked(convocation)
    if not by_agent:
        _check_notice(rdv)
        if convocation.moves >= convocation.max_moves:
            raise Conflict("Vous avez déjà changé de date autant de fois que possible. Écrivez au service.")
    if starts_at == rdv.starts_at:
        raise Conflict("C’est déjà la date de votre rendez-vous.")
    number = cells_needed(_checked_start(convocation, starts_at))
    _exchange(convocation, give=[rdv], take=cells_from(starts_at, number))
    rdv.starts_at, rdv.cells = starts_at, number
    rdv.sequence += 1
    rdv.changed_at = clock.now()
    convocation.moves += 0 if by_agent else 1
    convocation.expires_at = max(convocation.expires_at, starts_at)
    db.session.flush()
    return queries.rdv_view(rdv)


def cancel(which: Which, *, by_agent: bool = False) -> RdvView:
    """Cancel what is booked (or let go what is held); the convocation goes on, another date can be chosen.

    Raises NotFound, Gone, Conflict (nothing booked, too late).
    """
    convocation = find(which, lock=True, by_agent=by_agent)
    held = active_rdv(convocation.id, lock=True)
    if held is not None and held.status == "retenu":
        return end(held, "expire")
    rdv = _booked(convocation)
    if not by_agent:
        _check_notice(rdv)
        convocation.moves += 1
    return end(rdv, "annule_service" if by_agent else "annule_usager")


def mark_arrived(rdv_id: uuid.UUID) -> RdvView:
    """The person is here; later than ten minutes after the hour, they are late. Raises NotFound, Conflict."""
    rdv = _expected(rdv_id, ("confirme",))
    rdv.arrived_at = clock.now()
    late = rdv.arrived_at > rdv.starts_at + LATE_AFTER
    return _become(rdv, "en_retard" if late else "arrive")


def mark_honoured(rdv_id: uuid.UUID) -> RdvView:
    """The visit took place; its convocation has served. Raises NotFound, Conflict."""
    return _close(_expected(rdv_id, ("confirme", "arrive", "en_retard")), "honore")


def mark_absent(rdv_id: uuid.UUID) -> RdvView:
    """The person did not come, or left before being received; another date takes another convocation.

    Raises NotFound, Conflict (its hour has not come).
    """
    rdv = _expected(rdv_id, ("confirme", "arrive", "en_retard"))
    if clock.now() < rdv.starts_at:
        raise Conflict("L’heure de ce rendez-vous n’est pas encore venue.")
    return _close(rdv, "absent")


def release_expired(rdv_id: uuid.UUID) -> bool:
    """End a hold whose time is over; False if it is not one any more (booked, let go, erased)."""
    rdv = db.session.scalar(
        select(Rdv).where(Rdv.id == rdv_id).with_for_update().execution_options(populate_existing=True)
    )
    if rdv is None or rdv.status != "retenu" or _is_held(rdv):
        return False
    end(rdv, "expire")
    return True


def end(rdv: Rdv, status: Literal["expire", "annule_usager", "annule_service"]) -> RdvView:
    """End an active appointment of this desk and give its places back."""
    give_back(rdv)
    if rdv.status == "retenu":
        outbox.cancel(f"{RELEASE}:{rdv.id}")
    rdv.status, rdv.held_until = status, None
    rdv.sequence += 1
    rdv.changed_at = clock.now()
    db.session.flush()
    return queries.rdv_view(rdv)


def give_back(rdv: Rdv) -> None:
    """Give back the places that an appointment takes, if it takes any."""
    if rdv.status not in cells.FREED:
        cells.exchange(rdv.service_id, give=cells_from(rdv.starts_at, rdv.cells))


def _take(convocation: Convocation, starts_at: datetime, *, by_agent: bool) -> Rdv:
    """A new appointment whose places are taken, not yet written; a hold of the same convocation is let go."""
    former = active_rdv(convocation.id, lock=True)
    if former is not None and former.status != "retenu":
        zone = identity.zone_of_service(convocation.service_id)
        moment = said_moment(former.starts_at.astimezone(zone))
        raise Conflict(f"Vous avez déjà un rendez-vous le {moment}. Vous pouvez le déplacer ou l’annuler.")
    if not by_agent and convocation.moves > convocation.max_moves:
        raise Conflict("Vous avez annulé ou déplacé autant de fois que possible. Écrivez au service.")
    number = cells_needed(_checked_start(convocation, starts_at))
    _exchange(convocation, give=[former] if former else [], take=cells_from(starts_at, number))
    now = clock.now()
    if former is not None:
        outbox.cancel(f"{RELEASE}:{former.id}")
        former.status, former.held_until, former.changed_at = "expire", None, now
        db.session.flush()
    return Rdv(
        id=new_id(),
        convocation_id=convocation.id,
        service_id=convocation.service_id,
        starts_at=starts_at,
        cells=number,
        sequence=0,
        created_at=now,
        changed_at=now,
    )


def _insert(rdv: Rdv) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(rdv)
    except IntegrityError as error:  # the index's last word, should a lock have been passed
        raise Conflict("Vous avez déjà un rendez-vous.") from error


def _exchange(convocation: Convocation, *, give: Sequence[Rdv], take: Sequence[datetime]) -> None:
    """Take places and give back others; holds that are over and stand in the way give theirs back too."""
    expired = [rdv for rdv in _over(convocation.service_id, take) if rdv not in give]
    given = [cell for rdv in (*give, *expired) for cell in cells_from(rdv.starts_at, rdv.cells)]
    try:
        cells.exchange(convocation.service_id, give=given, take=take)
    except cells.PlaceTaken as error:
        raise Conflict(_nothing_or_taken(convocation), code="creneau-pris") from error
    for rdv in expired:
        rdv.status, rdv.held_until, rdv.changed_at = "expire", None, clock.now()


def _over(service_id: uuid.UUID, take: Sequence[datetime]) -> list[Rdv]:
    """Holds of the service that ended unconfirmed, and touch these cells."""
    statement = (
        select(Rdv)
        .where(Rdv.service_id == service_id, Rdv.status == "retenu", Rdv.held_until <= clock.now())
        .order_by(Rdv.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return [rdv for rdv in db.session.scalars(statement) if set(cells_from(rdv.starts_at, rdv.cells)) & set(take)]


def _nothing_or_taken(convocation: Convocation) -> str:
    if queries.slots_for(convocation):
        return "Cet horaire vient d’être pris. Choisissez-en un autre dans la liste."
    zone = identity.zone_of_service(convocation.service_id)
    day = said_day(convocation.expires_at.astimezone(zone).date())
    return (
        "Il n’y a plus aucun créneau libre pour le moment. Le service en ouvrira d’autres\u00a0: "
        f"votre lien reste valable jusqu’au {day}."
    )


def _checked_start(convocation: Convocation, starts_at: datetime) -> Motif:
    """The convocation's motif, if an appointment for it may begin then; raises Invalid."""
    motif = db.session.get_one(Motif, convocation.motif_id)
    if starts_at.tzinfo is None:
        raise Invalid({"debut": "Précisez le fuseau horaire."})
    zone = identity.zone_of_service(convocation.service_id)
    if not is_offered(starts_at, motif.step_minutes, zone):
        raise Invalid({"debut": "Aucun créneau ne commence à cette heure. Choisissez dans la liste."})
    if starts_at <= clock.now():
        raise Invalid({"debut": "Cette heure est passée. Choisissez un créneau à venir."})
    return motif


def _booked(convocation: Convocation) -> Rdv:
    rdv = active_rdv(convocation.id, lock=True)
    if rdv is None or rdv.status != "confirme":
        raise Conflict("Aucun rendez-vous n’est réservé, ou il a déjà commencé.")
    return rdv


def _check_notice(rdv: Rdv) -> None:
    if clock.now() > rdv.starts_at - NOTICE:
        raise Conflict(
            "Un rendez-vous se déplace ou s’annule jusqu’à 24 heures avant. Écrivez ou téléphonez au service."
        )


def _is_held(rdv: Rdv) -> bool:
    return rdv.held_until is not None and rdv.held_until > clock.now()


def _expected(rdv_id: uuid.UUID, statuses: tuple[str, ...]) -> Rdv:
    """An appointment in one of `statuses` whose day has come; raises NotFound, Conflict."""
    rdv = db.session.scalar(
        select(Rdv).where(Rdv.id == rdv_id).with_for_update().execution_options(populate_existing=True)
    )
    if rdv is None:
        raise NotFound("Ce rendez-vous n’existe pas.")
    if rdv.status not in statuses:
        raise Conflict("Ce rendez-vous a déjà été traité, ou n’est pas confirmé.")
    zone = identity.zone_of_service(rdv.service_id)
    if rdv.starts_at.astimezone(zone).date() > clock.today(zone):
        raise Conflict("Le jour de ce rendez-vous n’est pas encore venu.")
    return rdv


def _close(rdv: Rdv, status: str) -> RdvView:
    db.session.get_one(Convocation, rdv.convocation_id).closed_at = clock.now()
    return _become(rdv, status)


def _become(rdv: Rdv, status: str) -> RdvView:
    rdv.status = status
    rdv.changed_at = clock.now()
    db.session.flush()
    return queries.rdv_view(rdv)
