"""What a service offers: counters, their hours, exceptional days, motifs, and the bookable time that follows.

Everything joins the caller's unit of work. After a change of hours or days, `generate_cells` makes it true.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from datetime import date, time, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from engine.holidays import holiday_name
from prefecture.agenda import cells
from prefecture.agenda.models import ExceptionalDay, Guichet, Motif, Plage
from prefecture.agenda.slots import CELL, Opening, capacities, day_bounds
from prefecture.identity import queries as identity
from prefecture.kernel import clock, outbox
from prefecture.kernel.db import db, new_id
from prefecture.kernel.errors import Conflict, Invalid, NotFound

HORIZON = timedelta(weeks=8)
LONGEST_MINUTES = 240
EXTEND = "agenda.extend"  # the daily work that keeps HORIZON open ahead


def create_counter(service_id: uuid.UUID, number: str) -> uuid.UUID:
    """Set up a counter of a service. Raises NotFound, and Conflict if the number is in use there."""
    identity.service(service_id)
    row = Guichet(id=new_id(), service_id=service_id, number=number.strip())
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError as error:
        raise Conflict("Ce service a déjà un guichet de ce numéro.") from error
    return row.id


def close_counter(guichet_id: uuid.UUID) -> None:
    """Take a counter out of use; its hours stay for the day it opens again. Raises NotFound."""
    _counter(guichet_id).active = False


def reopen_counter(guichet_id: uuid.UUID) -> None:
    """Take a closed counter into use again. Raises NotFound."""
    _counter(guichet_id).active = True


def open_hours(
    guichet_id: uuid.UUID,
    weekdays: Collection[int],
    starts: time,
    ends: time,
    *,
    valid_from: date,
    valid_until: date | None = None,
) -> uuid.UUID:
    """Open a counter at these wall times of its préfecture, on these weekdays (0 is Monday).

    Raises NotFound, Invalid.
    """
    _counter(guichet_id)
    if ends <= starts:
        raise Invalid({"fin": "La fin doit venir après le début."})
    if not weekdays or not set(weekdays) <= set(range(7)):
        raise Invalid({"jours": "Choisissez au moins un jour de la semaine."})
    row = Plage(
        id=new_id(),
        guichet_id=guichet_id,
        weekdays="".join(str(day) for day in sorted(set(weekdays))),
        starts=starts,
        ends=ends,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    db.session.add(row)
    db.session.flush()
    plan_extension()
    return row.id


def end_hours(plage_id: uuid.UUID, last_day: date) -> None:
    """Have opening hours hold until `last_day` and no longer. Raises NotFound."""
    row = db.session.get(Plage, plage_id)
    if row is None:
        raise NotFound("Cette plage horaire n’existe pas.")
    row.valid_until = last_day


def close_day(service_id: uuid.UUID, day: date, reason: str) -> None:
    """Close a service on a day on which its hours say open."""
    _except(service_id, day, is_open=False, reason=reason)


def open_day(service_id: uuid.UUID, day: date, reason: str) -> None:
    """Open a service on a public holiday, at the hours of that weekday."""
    _except(service_id, day, is_open=True, reason=reason)


def usual_day(service_id: uuid.UUID, day: date) -> None:
    """Take back what was excepted for a day."""
    db.session.execute(delete(ExceptionalDay).where(ExceptionalDay.service_id == service_id, ExceptionalDay.day == day))


def create_motif(
    service_id: uuid.UUID, code: str, label: str, minutes: int, *, step_minutes: int | None = None
) -> uuid.UUID:
    """Offer a motif at a service: its length, and the steps of the clock at which it may begin (default: its length).

    Raises NotFound, Invalid (not a multiple of five minutes), and Conflict if the service has that code.
    """
    identity.service(service_id)
    step = step_minutes or minutes
    for field, value in (("duree", minutes), ("pas", step)):
        if not 0 < value <= LONGEST_MINUTES or value % 5:
            raise Invalid({field: f"Choisissez un multiple de 5 minutes, {LONGEST_MINUTES} au plus."})
    row = Motif(id=new_id(), service_id=service_id, code=code, label=label, minutes=minutes, step_minutes=step)
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError as error:
        raise Conflict("Ce service a déjà ce motif.") from error
    return row.id


def generate_cells(service_id: uuid.UUID, first: date | None = None, last: date | None = None) -> int:
    """Make bookable time agree with hours and days from `first` to `last`, both included; returns cells changed.

    Default: from today for eight weeks. Doing it again changes nothing; what is taken is never touched.
    """
    zone = identity.zone_of_service(service_id)
    first = first or clock.today(zone)
    last = last or first + HORIZON
    wanted = capacities(openings_of(service_id), first, last, zone, closed_days(service_id, first, last))
    after, before = day_bounds(first, zone)[0], day_bounds(last, zone)[1]
    return cells.set_capacities(service_id, wanted, after, before)


def generate_everywhere() -> None:
    """`generate_cells` for every service that has a counter (the daily work calls it)."""
    for service_id in db.session.scalars(select(Guichet.service_id).distinct()).all():
        generate_cells(service_id)


def plan_extension() -> None:
    """Have bookable time extended tomorrow; the work plans the day after itself, so it goes on for ever."""
    tomorrow = clock.now() + timedelta(days=1)
    outbox.post(EXTEND, f"{EXTEND}:{tomorrow.date()}", {}, key_id=None, run_at=tomorrow, priority=9)


def openings_of(service_id: uuid.UUID) -> list[Opening]:
    """The hours of every counter in use at a service."""
    rows = db.session.scalars(
        select(Plage)
        .join(Guichet, Guichet.id == Plage.guichet_id)
        .where(Guichet.service_id == service_id, Guichet.active)
        .order_by(Plage.starts, Plage.id)
    )
    return [
        Opening(
            row.guichet_id,
            frozenset(int(digit) for digit in row.weekdays),
            row.starts,
            row.ends,
            row.valid_from,
            row.valid_until,
        )
        for row in rows
    ]


def closed_days(service_id: uuid.UUID, first: date, last: date) -> Callable[[date], bool]:
    """What says whether a service is closed on a day between `first` and `last` (holiday or exception)."""
    code = identity.service(service_id).prefecture_code
    exceptions = {
        row.day: row.open
        for row in db.session.scalars(
            select(ExceptionalDay).where(
                ExceptionalDay.service_id == service_id, ExceptionalDay.day >= first, ExceptionalDay.day <= last
            )
        )
    }

    def closed(day: date) -> bool:
        opened = exceptions.get(day)
        return not opened if opened is not None else holiday_name(code, day) is not None

    return closed


def motif_of(service_id: uuid.UUID, code: str) -> Motif:
    """The motif `code` of a service; raises NotFound."""
    row = db.session.scalar(select(Motif).where(Motif.service_id == service_id, Motif.code == code))
    if row is None:
        raise NotFound(f"Ce service ne reçoit pas pour le motif «\u00a0{code}\u00a0».")
    return row


def cells_needed(motif: Motif) -> int:
    """How many cells an appointment of this motif occupies."""
    return int(timedelta(minutes=motif.minutes) / CELL)


def _counter(guichet_id: uuid.UUID) -> Guichet:
    row = db.session.get(Guichet, guichet_id)
    if row is None:
        raise NotFound("Ce guichet n’existe pas.")
    return row


def _except(service_id: uuid.UUID, day: date, *, is_open: bool, reason: str) -> None:
    identity.service(service_id)
    usual_day(service_id, day)
    db.session.add(ExceptionalDay(service_id=service_id, day=day, open=is_open, reason=reason))
    db.session.flush()
