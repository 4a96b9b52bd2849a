"""The due work of a campaign: the trial in portions, the orders posted, one piece of work for each dossier.

A dossier is moved and its row of the report written in one unit of work: broken off anywhere, what is done is told as
done, and the rest is taken up. Nothing is decided here: what a row's status says is done, unless the campaign is
paused, and then it is left for the day when the campaign goes on.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from engine.migration import MappingInvalid, Report
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import Version
from prefecture.dossiers import incidents, migration, migration_undo
from prefecture.dossiers.migration_comparison import FIRST, Choice, Compared, Comparison, compared
from prefecture.dossiers.migration_undo import Before
from prefecture.kernel import along, clock, outbox
from prefecture.kernel.db import db
from prefecture.kernel.outbox import Work
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import queries as studio
from prefecture.studio.impact import CAN_MOVE
from prefecture.studio.models_moves import Campaign, CampaignDossier

TRY, ORDER, MOVE = "studio.try", "studio.order", "studio.move"
TRYING, TRIED, PLANNED, MOVING, PAUSED, UNDOING, DROPPED = (
    *("trying", "tried", "planned", "moving", "paused", "undoing", "dropped"),
)
LISTED, ORDERED, MOVED, STAYED, SKIPPED, UNDONE = "listed", "ordered", "moved", "stayed", "skipped", "undone"
LAST = uuid.UUID(int=2**128 - 1)
PORTION = 500
_PRIORITY = 7
_SECONDS = 10.0
# A few at a time: who completes a task of one of them meanwhile waits for their commit.
_ALONG = 20


# -- the trial ---------------------------------------------------------------------------------------------------------


def post(row: Campaign, kind: str, at: datetime | None = None) -> None:
    """Have a campaign tried (TRY) or its dossiers ordered (ORDER), in the caller's unit of work."""
    db.session.flush()
    key = f"{kind}:{row.id}:{row.round}:{row.after}"
    outbox.post(kind, key, {}, key_id=None, run_at=at, priority=_PRIORITY)


def try_on(row: Campaign, comparison: Comparison) -> None:
    """Try the next portion of a held campaign, in the caller's unit of work. Its status says when it was the last."""
    choice, seen = choice_of(row), 0
    rows = []
    for one in compared(comparison, row.code, choice, after=row.after, limit=PORTION):
        seen, row.after = seen + 1, one.id
        if choice.takes(one.report):
            rows.append(_told(row, one))
    if rows:
        db.session.execute(insert(CampaignDossier), rows)
    row.done += seen
    if seen < PORTION:
        row.status, row.after = TRIED, FIRST


def comparison_of(row: Campaign, mapping: dict[str, str] | None = None) -> Comparison:
    """The comparison of a campaign; with a mapping of its own for a dossier that is looked at by hand."""
    return Comparison(target_of(row), {**row.mapping, **(mapping or {})})


def target_of(row: Campaign) -> Version:
    """The version, or the draft, that a campaign is about; raises NotFound."""
    if row.target_id is not None:
        return demarches.version(row.target_id)
    return studio.version(uuid.UUID(str(row.draft_id)))


def choice_of(row: Campaign) -> Choice:
    """Which dossiers a campaign takes."""
    told: dict[str, Any] = dict(row.choice)
    for name in ("version_id", "service_id"):
        told[name] = uuid.UUID(told[name]) if told.get(name) else None
    for name in ("filed_from", "filed_before"):
        told[name] = datetime.fromisoformat(told[name]) if told.get(name) else None
    return Choice(**{**told, "numbers": tuple(told.get("numbers", ()))})


def written(choice: Choice) -> dict[str, Any]:
    """A choice as a campaign keeps it."""
    told = {name: value for name, value in vars(choice).items() if value}
    for name in ("version_id", "service_id"):
        if name in told:
            told[name] = str(told[name])
    for name in ("filed_from", "filed_before"):
        if name in told:
            told[name] = told[name].isoformat()
    return told


def places_of(report: Report) -> list[list[str]]:
    """Where a dossier stands and how it fares there: place, name, verdict, code."""
    return [[one.place, one.name, one.verdict, one.code] for one in report.findings]


@outbox.handler(TRY)
def go_on_trying(work: Work) -> None:
    """Try some portions, each in a door of its own, and post what is left."""
    until, comparison = time.monotonic() + _SECONDS, None
    while True:
        with unit_of_work():
            row = _held(work)
            if row is not None and row.status == TRYING:
                comparison = comparison or comparison_of(row)
                _try_or_give_up(row, comparison)
            more = row is not None and row.status == TRYING
            over = not more or time.monotonic() > until
            if row is not None and more and over:
                post(row, TRY)
            if over:
                work.done()
                return


def _try_or_give_up(row: Campaign, comparison: Comparison) -> None:
    try:
        try_on(row, comparison)
    except MappingInvalid as error:  # a draft that has changed since
        raise outbox.PermanentFailure(str(error)) from error


def _told(row: Campaign, one: Compared) -> dict[str, Any]:
    return {
        "campaign_id": row.id,
        "dossier_id": one.id,
        "number": one.number,
        "prefecture": one.prefecture,
        "version_id": one.version_id,
        "verdict": one.report.verdict,
        "status": LISTED,
        "places": places_of(one.report),
    }


# -- the orders --------------------------------------------------------------------------------------------------------


@outbox.handler(ORDER)
def order_all(work: Work) -> None:
    """Post a piece of work for every dossier that is to move, or to come back, some hundreds in a door."""
    while True:
        with unit_of_work():
            row = _held(work)
            if row is not None and row.status == PLANNED:
                row.status = MOVING
            going = row is not None and row.status in (MOVING, UNDOING) and work.key.split(":")[2] == str(row.round)
            if row is None or not going or not _order_some(row):
                work.done()
                return


def order_one(row: Campaign, one: CampaignDossier, again: str = "") -> None:
    """Post the work of one dossier, in the caller's unit of work; `again` tells it from what the round has posted."""
    key = f"{MOVE}:{one.campaign_id}:{one.dossier_id}:{row.round}{again}"
    outbox.post(MOVE, key, {}, key_id=None, dossier_id=one.dossier_id, priority=_PRIORITY)


def _order_some(row: Campaign) -> bool:
    """The next portion of a held campaign; False when it was the last."""
    rows = CampaignDossier
    back = row.status == UNDOING
    status, taken = (UNDOING, (MOVED, UNDOING)) if back else (ORDERED, (LISTED, ORDERED))
    query = select(rows).where(rows.campaign_id == row.id, rows.dossier_id > row.after, rows.status.in_(taken))
    query = query if back else query.where(rows.verdict.in_(CAN_MOVE))
    found = db.session.scalars(query.order_by(rows.dossier_id).limit(PORTION)).all()
    for one in found:
        one.status, one.reason = status, None
        order_one(row, one)
    row.after = found[-1].dossier_id if len(found) == PORTION else LAST
    return len(found) == PORTION


def stop_orders(row: Campaign) -> None:
    """Have dossiers that were ordered and not moved yet be listed again, in the caller's unit of work."""
    own = (CampaignDossier.campaign_id == row.id) & (CampaignDossier.status == ORDERED)
    db.session.execute(update(CampaignDossier).where(own).values(status=LISTED))


# -- one dossier -------------------------------------------------------------------------------------------------------


@outbox.handler(MOVE)
def move_one(work: Work) -> None:
    """Do what the dossier's row says, then take the next ones along."""
    with unit_of_work():
        _as_told(work)
        work.done()
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until and _move_along():
        pass


def _move_along() -> bool:
    with unit_of_work():
        others = along.taken(MOVE, _ALONG, priority=_PRIORITY)
        for one in sorted(others, key=lambda work: str(work.dossier_id)):
            _as_told(one)
        along.done(others)
    return bool(others)


def _as_told(work: Work) -> None:
    campaign_id, dossier_id = (uuid.UUID(one) for one in work.key.split(":")[1:3])
    row = db.session.get(Campaign, campaign_id)
    one = db.session.get(CampaignDossier, (campaign_id, dossier_id), with_for_update=True, populate_existing=True)
    if row is None or one is None:
        return
    if row.status == MOVING and one.status == ORDERED:
        _move(row, one)
    elif row.status == UNDOING and one.status == UNDOING:
        _take_back(row, one)


def _move(row: Campaign, one: CampaignDossier) -> None:
    target, was = target_of(row), migration_undo.before(one.dossier_id)
    mapping = {**row.mapping, **(one.mapping or {})}
    moved = migration.move(one.dossier_id, target, mapping, by=_by(row))
    one.at = clock.now()
    if moved.status == migration.MOVED and was is not None:
        one.status, one.version_id = MOVED, was.version_id
        one.before, one.revision, one.etape = was.state, was.revision, was.etape
    elif moved.status in (migration.ALREADY, migration.FINISHED):
        one.status, one.reason = SKIPPED, moved.status
    else:
        one.status, one.verdict = STAYED, moved.status
        _look_again(row, one, mapping)


def _look_again(row: Campaign, one: CampaignDossier, mapping: dict[str, str]) -> None:
    """Where a dossier stands now that could not be moved: it has gone on since the trial."""
    for found in compared(Comparison(target_of(row), mapping), row.code, Choice(numbers=(one.number,))):
        one.places, one.verdict = places_of(found.report), found.report.verdict


def _take_back(row: Campaign, one: CampaignDossier) -> None:
    if one.before is None or one.revision is None:
        return
    was = Before(one.version_id, one.revision, one.before, one.etape)
    mapping = {**row.mapping, **(one.mapping or {})}
    undone = migration_undo.undo(one.dossier_id, was, target_of(row), mapping, by=_by(row))
    one.at = clock.now()
    if undone.status in (migration_undo.UNDONE, migration_undo.ALREADY):
        one.status, one.before = UNDONE, None
    else:
        one.status, one.reason = MOVED, undone.status


def left_by_hand(key: str) -> None:
    """A move, or a way back, that failed for good was skipped: the dossier stays where it is and nothing is awaited."""
    campaign_id, dossier_id = (uuid.UUID(one) for one in key.split(":")[1:3])
    one = db.session.get(CampaignDossier, (campaign_id, dossier_id), with_for_update=True, populate_existing=True)
    if one is not None and one.status in (ORDERED, UNDOING):
        one.status = SKIPPED if one.status == ORDERED else MOVED
        one.reason, one.at = "by_hand", clock.now()


incidents.when_skipped(MOVE, left_by_hand)


def _by(row: Campaign) -> str:
    """Who ordered it last."""
    return row.acts[-1][1] if row.acts else row.asked_by


def _held(work: Work) -> Campaign | None:
    wanted = uuid.UUID(work.key.split(":")[1])
    return db.session.get(Campaign, wanted, with_for_update=True, populate_existing=True)


def by_number(campaign_id: uuid.UUID, numbers: Iterable[str]) -> list[CampaignDossier]:
    """Rows of a campaign by the dossiers' numbers, locked."""
    query = select(CampaignDossier).where(
        CampaignDossier.campaign_id == campaign_id, CampaignDossier.number.in_([one.strip().upper() for one in numbers])
    )
    return list(db.session.scalars(query.order_by(CampaignDossier.dossier_id).with_for_update()))
