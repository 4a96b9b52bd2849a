"""What other rooms may read of the agenda: frozen views, never rows. Nothing here writes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from prefecture.agenda import calendar_file, cells, opening
from prefecture.agenda.convocations import ACTIVE, Which, active_rdv, find
from prefecture.agenda.models import Convocation, Guichet, Motif, Rdv
from prefecture.agenda.slots import CELL, DaySlots, by_day, cells_from, day_bounds, starts
from prefecture.agenda.words import STATUS_WORDS, opening_hours
from prefecture.identity import queries as identity
from prefecture.identity import service as access
from prefecture.kernel import clock
from prefecture.kernel.db import db
from prefecture.kernel.errors import NotFound

LINK = "convocation:"  # how a link session names what it opens
EXPECTED = ("confirme", "arrive", "en_retard", "honore", "absent")


@dataclass(frozen=True)
class RdvView:
    """An appointment. `starts_at` and `ends_at` are in UTC; `local` and `local_end` the préfecture's wall time."""

    id: uuid.UUID
    convocation_id: uuid.UUID
    dossier_id: uuid.UUID
    service_id: uuid.UUID
    purpose: str
    motif: str
    label: str
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo
    status: str
    held_until: datetime | None
    arrived_at: datetime | None
    sequence: int
    changed_at: datetime

    @property
    def local(self) -> datetime:
        """When it begins, on the préfecture's clock."""
        return self.starts_at.astimezone(self.zone)

    @property
    def local_end(self) -> datetime:
        """When it ends, on the préfecture's clock."""
        return self.ends_at.astimezone(self.zone)

    @property
    def active(self) -> bool:
        """Whether it is held, booked or going on."""
        return self.status in ACTIVE

    @property
    def status_words(self) -> str:
        """The status in French."""
        return STATUS_WORDS[self.status]

    def variables(self) -> Mapping[str, object]:
        """The appointment as a process knows it: what the messages that tell of it carry."""
        return {
            "rdv": str(self.id),
            "debut": self.local,
            "fin": self.local_end,
            "statut": self.status,
            "objet": self.purpose,
            "motif": self.motif,
        }


@dataclass(frozen=True)
class ConvocationView:
    """A convocation in force, with its appointment if it has an active one."""

    id: uuid.UUID
    dossier_id: uuid.UUID
    service_id: uuid.UUID
    purpose: str
    motif: str
    label: str
    minutes: int
    zone: ZoneInfo
    expires_at: datetime
    moves_left: int
    rdv: RdvView | None


@dataclass(frozen=True)
class CounterView:
    """A counter of a service."""

    id: uuid.UUID
    service_id: uuid.UUID
    number: str
    active: bool


@dataclass(frozen=True)
class MotifView:
    """What one can come for at a service."""

    id: uuid.UUID
    code: str
    label: str
    minutes: int


def convocation(which: Which, *, by_agent: bool = False) -> ConvocationView:
    """The convocation in force that a token or an id leads to. Raises NotFound, Gone (agents: not for its expiry)."""
    return convocation_view(find(which, by_agent=by_agent))


def opened_by(session_token: str) -> ConvocationView | None:
    """The convocation that a link session opens; None if it is over or opens something else. Raises Gone."""
    subject = access.link_subject(session_token)
    if subject is None or not subject.startswith(LINK):
        return None
    return convocation(uuid.UUID(subject.removeprefix(LINK)))


def free_slots(
    which: Which, first: date | None = None, last: date | None = None, *, by_agent: bool = False
) -> list[DaySlots]:
    """The starts that a convocation can choose, from `first` to `last`, local days, both included; days without any are
    left out. Default: from now for eight weeks. Raises NotFound, Gone.
    """
    return slots_for(find(which, by_agent=by_agent), first, last)


def appointment(rdv_id: uuid.UUID) -> RdvView:
    """One appointment; raises NotFound."""
    row = db.session.get(Rdv, rdv_id)
    if row is None:
        raise NotFound("Ce rendez-vous n’existe pas.")
    return rdv_view(row)


def appointments_of(dossier_id: uuid.UUID) -> list[RdvView]:
    """Every appointment of a dossier, the oldest first; holds that were not confirmed are left out."""
    rows = db.session.scalars(
        select(Rdv)
        .join(Convocation, Convocation.id == Rdv.convocation_id)
        .where(Convocation.dossier_id == dossier_id, Rdv.status != "expire")
        .order_by(Rdv.created_at, Rdv.id)
    )
    return [rdv_view(row) for row in rows]


def appointment_of(dossier_id: uuid.UUID, *, purpose: str | None = None) -> RdvView | None:
    """The dossier's active appointment, else its last one; with `purpose`, of that kind."""
    found = [view for view in appointments_of(dossier_id) if purpose in (None, view.purpose)]
    active = [view for view in found if view.active]
    return (active or found)[-1] if found else None


def convocation_of(dossier_id: uuid.UUID, *, purpose: str | None = None) -> ConvocationView | None:
    """The dossier's last convocation that is in force and can still be used, if there is one."""
    rows = db.session.scalars(
        select(Convocation)
        .where(
            Convocation.dossier_id == dossier_id,
            Convocation.closed_at.is_(None),
            Convocation.expires_at > clock.now(),
        )
        .order_by(Convocation.created_at.desc())
    )
    return next((convocation_view(row) for row in rows if purpose in (None, row.purpose)), None)


def expected_today(service_id: uuid.UUID, day: date | None = None) -> list[RdvView]:
    """The appointments of a service on a local day (today), by hour: booked, here, late, honoured or absent."""
    zone = identity.zone_of_service(service_id)
    after, before = day_bounds(day or clock.today(zone), zone)
    rows = db.session.scalars(
        select(Rdv)
        .where(
            Rdv.service_id == service_id,
            Rdv.starts_at >= after,
            Rdv.starts_at < before,
            Rdv.status.in_(EXPECTED),
        )
        .order_by(Rdv.starts_at, Rdv.created_at, Rdv.id)
    )
    return [rdv_view(row) for row in rows]


def overbooked(service_id: uuid.UUID) -> list[RdvView]:
    """Booked appointments to come in time that is no longer open: to be moved by the service."""
    full = set(cells.overbooked(service_id, clock.now()))
    if not full:
        return []
    rows = db.session.scalars(
        select(Rdv)
        .where(Rdv.service_id == service_id, Rdv.status == "confirme", Rdv.starts_at > clock.now())
        .order_by(Rdv.starts_at, Rdv.id)
    )
    return [rdv_view(row) for row in rows if full & set(cells_from(row.starts_at, row.cells))]


def opening_summary(service_id: uuid.UUID, day: date | None = None) -> list[str]:
    """The hours of a service's counters in French, a line for each group of weekdays, as they hold on `day` (today)."""
    zone = identity.zone_of_service(service_id)
    return opening_hours(opening.openings_of(service_id), day or clock.today(zone))


def counters(service_id: uuid.UUID) -> list[CounterView]:
    """The counters of a service, by number."""
    rows = db.session.scalars(select(Guichet).where(Guichet.service_id == service_id).order_by(Guichet.number))
    return [CounterView(row.id, row.service_id, row.number, row.active) for row in rows]


def motifs(service_id: uuid.UUID) -> list[MotifView]:
    """What one can come for at a service, by label."""
    rows = db.session.scalars(select(Motif).where(Motif.service_id == service_id).order_by(Motif.label))
    return [MotifView(row.id, row.code, row.label, row.minutes) for row in rows]


def drift(service_id: uuid.UUID) -> dict[datetime, tuple[int, int]]:
    """Cells whose count differs from the appointments in them: (counted, true); empty when all is well."""
    return cells.drift(service_id)


def ics(rdv_id: uuid.UUID) -> bytes:
    """The appointment as a calendar file. Raises NotFound."""
    view = appointment(rdv_id)
    service = identity.service(view.service_id)
    house = identity.prefecture(service.prefecture_code)
    return calendar_file.write(
        uid=f"rdv-{view.id}@planipref",
        sequence=view.sequence,
        starts_at=view.starts_at,
        ends_at=view.ends_at,
        zone=view.zone,
        changed_at=view.changed_at,
        cancelled=not view.active,
        summary=f"Rendez-vous\u00a0: {house.name}",
        location=f"{service.name}, {service.address}".replace("\n", ", "),
        description=f"{view.label}. Apportez votre convocation et les originaux qu’elle demande.",
        organizer=service.email,
    )


def slots_for(row: Convocation, first: date | None = None, last: date | None = None) -> list[DaySlots]:
    """`free_slots` of a row of this desk."""
    motif = db.session.get_one(Motif, row.motif_id)
    zone = identity.zone_of_service(row.service_id)
    begin = first or clock.today(zone)
    after, _ = day_bounds(begin, zone)
    _, before = day_bounds(last or begin + opening.HORIZON, zone)
    free = cells.free(row.service_id, max(after - timedelta(microseconds=1), clock.now()), before)
    return by_day(starts(free, opening.cells_needed(motif), motif.step_minutes, zone))


def rdv_view(row: Rdv) -> RdvView:
    """The view of a row of this desk."""
    invitation = db.session.get_one(Convocation, row.convocation_id)
    motif = db.session.get_one(Motif, invitation.motif_id)
    return RdvView(
        id=row.id,
        convocation_id=row.convocation_id,
        dossier_id=invitation.dossier_id,
        service_id=row.service_id,
        purpose=invitation.purpose,
        motif=motif.code,
        label=motif.label,
        starts_at=row.starts_at,
        ends_at=row.starts_at + row.cells * CELL,
        zone=identity.zone_of_service(row.service_id),
        status=row.status,
        held_until=row.held_until,
        arrived_at=row.arrived_at,
        sequence=row.sequence,
        changed_at=row.changed_at,
    )


def convocation_view(row: Convocation) -> ConvocationView:
    """The view of a row of this desk."""
    motif = db.session.get_one(Motif, row.motif_id)
    rdv = active_rdv(row.id)
    return ConvocationView(
        id=row.id,
        dossier_id=row.dossier_id,
        service_id=row.service_id,
        purpose=row.purpose,
        motif=motif.code,
        label=motif.label,
        minutes=motif.minutes,
        zone=identity.zone_of_service(row.service_id),
        expires_at=row.expires_at,
        moves_left=max(0, row.max_moves - row.moves),
        rdv=rdv_view(rdv) if rdv is not None else None,
    )
