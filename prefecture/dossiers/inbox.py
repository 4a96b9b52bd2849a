"""Lists of tasks and dossiers: views, filters, counts and search, read in the order of an index."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlalchemy import ColumnElement, Select, String, and_, case, func, literal, or_, select, true, tuple_
from sqlalchemy.orm import defer

from prefecture.dossiers import search as blind_index
from prefecture.dossiers.models import Dossier, DossierTask
from prefecture.dossiers.views import DossierPage, DossierView, Page, TaskView, dossier_view, task_view
from prefecture.identity import permissions
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock, keyring
from prefecture.kernel.db import db
from prefecture.kernel.errors import Invalid

View = Literal["mine", "service", "unassigned", "late"]
PAGE_SIZE, LARGEST_PAGE = 50, 200
MOST_FOUND = 50
# Written into the statements: an index over open tasks is chosen only where this is seen when it is planned.
_OPEN, _AGENT, _USAGER = (literal(word, String(), literal_execute=True) for word in ("open", "agent", "usager"))
# What a list shows of a dossier; its state, the heaviest part of it, lies elsewhere and stays there.
_UNOPENED = defer(Dossier.state)


@dataclass(frozen=True)
class InboxFilter:
    """What to keep of a list of tasks; empty fields keep everything. `text`: a name, a birth date or a number."""

    demarche: str | None = None
    etape: str | None = None
    element: str | None = None
    file: str | None = None
    statut: str | None = None
    assignee_id: uuid.UUID | None = None
    text: str | None = None


@dataclass(frozen=True)
class Counts:
    """How many open tasks stand in each view, and by queue, step and démarche, of those the actor may do."""

    mine: int = 0
    service: int = 0
    unassigned: int = 0
    late: int = 0
    by_file: dict[str, int] = field(default_factory=dict)
    by_etape: dict[str, int] = field(default_factory=dict)


EVERYTHING = InboxFilter()


def inbox(
    actor: Actor,
    view: View = "service",
    filters: InboxFilter = EVERYTHING,
    *,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
    sort: Literal["due", "opened"] = "due",
) -> Page:
    """The open tasks that an agent may do, the most urgent first, a page at a time. Invalid: a broken cursor."""
    order = DossierTask.sort_at if sort == "due" else DossierTask.opened_at
    service = Dossier.service_id if view == "mine" else DossierTask.service_id
    query = _with_dossier().where(_doable_by(actor, service), _in_view(actor, view), *_filtered(actor, filters))
    return _page(query, order, DossierTask.id, cursor, limit)


def tasks(actor: Actor, *, number: str | None = None, cursor: str | None = None, limit: int = PAGE_SIZE) -> Page:
    """What waits for the actor: a citizen's own tasks, or the tasks of an agent's service."""
    if actor.kind == "agent":
        filters = InboxFilter(text=number) if number else EVERYTHING
        return inbox(actor, "service", filters, cursor=cursor, limit=limit)
    mine = and_(DossierTask.person_id == actor.id, DossierTask.status == _OPEN, DossierTask.audience == _USAGER)
    query = _with_dossier().where(mine)
    if number:
        query = query.where(Dossier.number == number.strip().upper())
    return _page(query, DossierTask.sort_at, DossierTask.id, cursor, limit)


def counts(actor: Actor) -> Counts:
    """The counts beside an agent's views, from one reading of the index."""
    now = clock.now()
    free = case((DossierTask.assignee_id.is_(None), 1), else_=0)
    mine = case((DossierTask.assignee_id == actor.id, 1), else_=0)
    late = case((DossierTask.sort_at < now, 1), else_=0)
    query = (
        select(DossierTask.file, DossierTask.etape, func.count(), func.sum(mine), func.sum(free), func.sum(late))
        .where(_doable_by(actor))
        .group_by(DossierTask.file, DossierTask.etape)
    )
    totals = [0, 0, 0, 0]
    by_file: dict[str, int] = {}
    by_etape: dict[str, int] = {}
    for file, etape, *numbers in db.session.execute(query):
        totals = [total + int(number or 0) for total, number in zip(totals, numbers, strict=True)]
        for held, name in ((by_file, file), (by_etape, etape)):
            if name is not None:
                held[name] = held.get(name, 0) + numbers[0]
    return Counts(totals[1], totals[0], totals[2], totals[3], by_file, by_etape)


def search(actor: Actor, text: str) -> list[DossierView]:
    """The dossiers that the actor may see with this number, these words of a name, or this birth date."""
    if not text.strip():
        return []
    found = _found(actor, text)
    query = (
        select(Dossier).options(_UNOPENED).where(Dossier.id.in_(found)).order_by(Dossier.filed_at.desc(), Dossier.id)
    )
    return _dossier_views(db.session.scalars(query.limit(MOST_FOUND)).all())


def dossiers_of_person(actor: Actor) -> list[DossierView]:
    """A citizen's own dossiers, the latest first."""
    query = (
        select(Dossier)
        .options(_UNOPENED)
        .where(Dossier.person_id == actor.id)
        .order_by(Dossier.filed_at.desc(), Dossier.id)
    )
    return _dossier_views(db.session.scalars(query).all()) if actor.kind == "person" else []


def dossiers_of_service(
    actor: Actor,
    *,
    statut: str | None = None,
    demarche: str | None = None,
    etape: str | None = None,
    text: str | None = None,
    archived: bool = False,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
) -> DossierPage:
    """The dossiers of an agent's services, the latest first, a page at a time."""
    query = (
        select(Dossier)
        .options(_UNOPENED)
        .where(_of_services(Dossier.service_id, actor), Dossier.archived_at.is_not(None) == archived)
    )
    for column, wanted in ((Dossier.statut, statut), (Dossier.demarche_code, demarche), (Dossier.etape, etape)):
        if wanted:
            query = query.where(column == wanted)
    if text:
        query = query.where(Dossier.id.in_(_found(actor, text)))
    if not permissions.may(actor, "dossier.search"):
        return DossierPage((), None)
    if cursor:
        at, last = _read_cursor(cursor)
        query = query.where(tuple_(Dossier.filed_at, Dossier.id) < (at, uuid.UUID(last)))
    size = max(1, min(limit, LARGEST_PAGE))
    rows = db.session.scalars(query.order_by(Dossier.filed_at.desc(), Dossier.id.desc()).limit(size + 1)).all()
    more = _cursor(rows[size - 1].filed_at, rows[size - 1].id) if len(rows) > size else None
    return DossierPage(tuple(_dossier_views(rows[:size])), more)


def _with_dossier() -> Select[DossierTask, Dossier]:
    return select(DossierTask, Dossier).join(Dossier, Dossier.id == DossierTask.dossier_id).options(_UNOPENED)


def _of_services(column: Any, actor: Actor) -> ColumnElement[bool]:
    """One service is compared, not listed: the index then gives its rows in order."""
    if len(actor.service_ids) == 1:
        return column == next(iter(actor.service_ids))  # type: ignore[no-any-return]
    return column.in_(sorted(actor.service_ids))  # type: ignore[no-any-return]


def _doable_by(actor: Actor, service: Any = DossierTask.service_id) -> ColumnElement[bool]:
    """The open tasks of an agent's services and lanes; `permissions.may_do_task` says the same of one task.

    service: whose column to compare; the dossier's, where another index than the service's is to be read.
    """
    lanes = permissions.lanes_of(actor.roles)
    lane: ColumnElement[bool] = DossierTask.lane.in_(sorted(lanes))
    if permissions.INSTRUCTEUR in lanes:
        lane = or_(lane, DossierTask.lane.is_(None))
    return and_(
        _of_services(service, actor),
        DossierTask.status == _OPEN,
        DossierTask.audience == _AGENT,
        lane,
    )


def _in_view(actor: Actor, view: View) -> ColumnElement[bool]:
    if view == "mine":
        return DossierTask.assignee_id == actor.id
    if view == "unassigned":
        return DossierTask.assignee_id.is_(None)
    if view == "late":
        return DossierTask.sort_at < clock.now()
    return true()


def _filtered(actor: Actor, filters: InboxFilter) -> list[ColumnElement[bool]]:
    pairs: tuple[tuple[Any, Any], ...] = (
        (Dossier.demarche_code, filters.demarche),
        (DossierTask.etape, filters.etape),
        (DossierTask.element, filters.element),
        (DossierTask.file, filters.file),
        (Dossier.statut, filters.statut),
        (DossierTask.assignee_id, filters.assignee_id),
    )
    wanted: list[ColumnElement[bool]] = [column == value for column, value in pairs if value]
    if filters.text and filters.text.strip():
        wanted.append(DossierTask.dossier_id.in_(_found(actor, filters.text)))
    return wanted


def _found(actor: Actor, text: str) -> list[uuid.UUID]:
    """Ids of the dossiers that the actor may see and that a text names: by number, or by what the person is called."""
    number = text.strip().upper()
    if actor.kind == "person":
        mine = Dossier.person_id == actor.id
        return list(
            db.session.scalars(select(Dossier.id).where(mine, Dossier.number.startswith(number, autoescape=True)))
        )
    if actor.kind != "agent" or not permissions.may(actor, "dossier.search"):
        return []
    if "-" in number and any(sign.isdigit() for sign in number):
        found = _numbered(actor, number)
        if found:
            return found
    return blind_index.find(sorted(actor.service_ids), text)


def _numbered(actor: Actor, number: str) -> list[uuid.UUID]:
    """Ids of the dossiers of the actor's services whose number is this, or begins with it."""
    query = select(Dossier.id).where(_of_services(Dossier.service_id, actor))
    found = list(db.session.scalars(query.where(Dossier.number == number)))
    if found:
        return found
    beginning = Dossier.number.startswith(number, autoescape=True)
    return list(db.session.scalars(query.where(beginning).limit(blind_index.MOST_FOUND)))


def _page(query: Select[DossierTask, Dossier], order: Any, identity: Any, cursor: str | None, limit: int) -> Page:
    if cursor:
        at, last = _read_cursor(cursor)
        query = query.where(tuple_(order, identity) > (at, last))
    size = max(1, min(limit, LARGEST_PAGE))
    rows = db.session.execute(query.order_by(order, identity).limit(size + 1)).all()
    shown = rows[:size]
    keyring.preload(dossier.key_id for _, dossier in shown if dossier.key_id)
    items: tuple[TaskView, ...] = tuple(task_view(task, dossier) for task, dossier in shown)
    more = _cursor(getattr(shown[-1][0], order.key), shown[-1][0].id) if len(rows) > size else None
    return Page(items, more)


def _dossier_views(rows: Sequence[Dossier]) -> list[DossierView]:
    keyring.preload(row.key_id for row in rows if row.key_id)
    return [dossier_view(row) for row in rows]


def _cursor(at: datetime, last: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([at.isoformat(), str(last)])).decode().rstrip("=")


def _read_cursor(text: str) -> tuple[datetime, str]:
    try:
        at, last = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return datetime.fromisoformat(at), str(last)
    except (ValueError, TypeError, binascii.Error):
        raise Invalid({"cursor": "Ce repère de page n’est pas valable\u00a0: reprenez la liste au début."}) from None
