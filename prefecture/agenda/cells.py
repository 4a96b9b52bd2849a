"""The cells in the database: taken and given back all at once, in one order, never beyond what can be received.

Rows are locked in the order of time, so that two bookings never wait for each other in a circle; the update itself
says `taken < capacity`, so that the last place has one taker on any database.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Insert, Update, select, update
from sqlalchemy.dialects import postgresql, sqlite

from prefecture.agenda.models import Creneau, Rdv
from prefecture.agenda.slots import cells_from
from prefecture.kernel.db import db

FREED = ("annule_usager", "annule_service", "expire")


class PlaceTaken(Exception):
    """A cell that was asked for is full, closed, or does not exist."""


def exchange(service_id: uuid.UUID, *, give: Sequence[datetime] = (), take: Sequence[datetime] = ()) -> None:
    """Give back one place in the cells `give` and take one in the cells `take`, all or none; raises PlaceTaken."""
    wanted = sorted(set(give) | set(take))
    if not wanted:
        return
    db.session.flush()
    db.session.execute(
        select(Creneau.starts_at)
        .where(Creneau.service_id == service_id, Creneau.starts_at.in_(wanted))
        .order_by(Creneau.starts_at)
        .with_for_update()
    ).all()
    with db.session.begin_nested():
        for cell in give:  # one by one: two holds that ended may share a cell
            db.session.execute(_of(service_id, [cell]).values(taken=Creneau.taken - 1))
        if take:
            changed = db.session.execute(
                _of(service_id, take).where(Creneau.taken < Creneau.capacity).values(taken=Creneau.taken + 1)
            )
            if changed.rowcount != len(take):  # type: ignore[attr-defined]
                raise PlaceTaken


def free(service_id: uuid.UUID, after: datetime, before: datetime) -> dict[datetime, int]:
    """The free places of each cell that begins after `after` and before `before`."""
    rows = db.session.execute(
        select(Creneau.starts_at, (Creneau.capacity - Creneau.taken).label("places"))
        .where(
            Creneau.service_id == service_id,
            Creneau.starts_at > after,
            Creneau.starts_at < before,
            Creneau.taken < Creneau.capacity,
        )
        .order_by(Creneau.starts_at)
    )
    return {row.starts_at: row.places for row in rows}


def set_capacities(service_id: uuid.UUID, wanted: Mapping[datetime, int], after: datetime, before: datetime) -> int:
    """Give the cells between `after` (included) and `before` these capacities, others none; returns how many changed.

    What is taken is never touched: places taken in cells that closed are for `overbooked`.
    """
    present: dict[datetime, int] = {
        row.starts_at: row.capacity
        for row in db.session.execute(
            select(Creneau.starts_at, Creneau.capacity).where(
                Creneau.service_id == service_id, Creneau.starts_at >= after, Creneau.starts_at < before
            )
        )
    }
    closing = dict.fromkeys((cell for cell, capacity in present.items() if capacity and cell not in wanted), 0)
    changed = {cell: count for cell, count in wanted.items() if present.get(cell) != count} | closing
    if changed:
        rows = [
            {"service_id": service_id, "starts_at": cell, "capacity": count, "taken": 0}
            for cell, count in sorted(changed.items())
        ]
        db.session.execute(_upsert(), rows)
    return len(changed)


def overbooked(service_id: uuid.UUID, after: datetime) -> list[datetime]:
    """The cells after `after` in which more is taken than can be received (hours shrank)."""
    rows = db.session.scalars(
        select(Creneau.starts_at)
        .where(Creneau.service_id == service_id, Creneau.starts_at >= after, Creneau.taken > Creneau.capacity)
        .order_by(Creneau.starts_at)
    )
    return list(rows)


def drift(service_id: uuid.UUID) -> dict[datetime, tuple[int, int]]:
    """Cells whose count differs from the appointments that occupy them: (counted, true). Empty when all is well."""
    true: dict[datetime, int] = {}
    for starts_at, number in db.session.execute(
        select(Rdv.starts_at, Rdv.cells).where(Rdv.service_id == service_id, Rdv.status.not_in(FREED))
    ):
        for cell in cells_from(starts_at, number):
            true[cell] = true.get(cell, 0) + 1
    counted: dict[datetime, int] = {
        row.starts_at: row.taken
        for row in db.session.execute(select(Creneau.starts_at, Creneau.taken).where(Creneau.service_id == service_id))
    }
    cells = sorted(counted.keys() | true.keys())
    pairs = {cell: (counted.get(cell, 0), true.get(cell, 0)) for cell in cells}
    return {cell: pair for cell, pair in pairs.items() if pair[0] != pair[1]}


def _of(service_id: uuid.UUID, cells: Collection[datetime]) -> Update:
    in_cells = update(Creneau).where(Creneau.service_id == service_id, Creneau.starts_at.in_(list(cells)))
    return in_cells.execution_options(synchronize_session=False)


def _upsert() -> Insert:
    """Insert cells; those that exist get the new capacity and keep what is taken."""
    if db.engine.dialect.name == "postgresql":
        made = postgresql.insert(Creneau)
        return made.on_conflict_do_update(
            index_elements=[Creneau.service_id, Creneau.starts_at], set_={"capacity": made.excluded.capacity}
        )
    lite = sqlite.insert(Creneau)
    return lite.on_conflict_do_update(
        index_elements=[Creneau.service_id, Creneau.starts_at], set_={"capacity": lite.excluded.capacity}
    )
