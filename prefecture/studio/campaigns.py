"""What may be read of the moves of running dossiers: how far each is, and what became of each dossier."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from prefecture.demarches import queries as demarches
from prefecture.dossiers.migration_comparison import Choice
from prefecture.identity.permissions import Actor
from prefecture.kernel import outbox
from prefecture.kernel.db import db
from prefecture.kernel.errors import NotFound
from prefecture.studio import held, impact, moving
from prefecture.studio.impact import CAN_MOVE
from prefecture.studio.models_moves import Campaign, CampaignDossier
from prefecture.studio.moving import LAST, LISTED, MOVED, MOVING, ORDERED, SKIPPED, STAYED, UNDOING, UNDONE
from prefecture.studio.promises import Worse

VERB = "dossier.migrate"
ENDED = "ended"
PAGE = 50
# A campaign's states beside its own statuses: all that was ordered is done, or taken back.
STATES: Mapping[str, str] = {
    "trying": "essai à blanc en cours",
    "tried": "essayé, rien n’est déplacé",
    "planned": "prévu",
    "moving": "déplacement en cours",
    "paused": "en pause",
    "ended": "terminé",
    "undoing": "annulation en cours",
    "undone": "annulé",
    "dropped": "abandonné",
}
# What became of a dossier, in the order in which one asks.
OUTCOMES: Mapping[str, str] = {
    "ready": "peut être déplacé",
    "needs_target": "demande une cible",
    "refused": "refusé",
    "ordered": "en attente",
    "moved": "déplacé",
    "stayed": "est resté",
    "skipped": "laissé",
    "undoing": "retour en attente",
    "undone": "remis sur sa version",
}
_HEADS = ("dossier", "préfecture", "version d’origine", "résultat", "étapes", "motifs", "cibles à la main", "le")
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Act:
    """Who did what with a campaign."""

    at: datetime
    by: str
    verb: str


@dataclass(frozen=True)
class CampaignView:
    """A campaign. `outcomes`: dossiers by what became of them (`OUTCOMES`); `done` of `total` tried.

    `warnings`: by number of the version that dossiers come from, promises that would get worse for them.
    """

    id: uuid.UUID
    code: str
    told: str
    target_id: uuid.UUID | None
    draft_id: uuid.UUID | None
    mapping: Mapping[str, str]
    choice: Choice
    state: str
    total: int
    done: int
    starts_at: datetime | None
    asked_at: datetime
    asked_by: str
    acts: tuple[Act, ...]
    outcomes: Mapping[str, int]
    incidents: int
    warnings: tuple[tuple[int, tuple[Worse, ...]], ...]

    @property
    def dossiers(self) -> int:
        """How many the trial found to be of the choice."""
        return sum(self.outcomes.values())

    @property
    def movable(self) -> int:
        """How many would move if it were ordered now."""
        return self.outcomes.get("ready", 0)

    @property
    def stays(self) -> int:
        """How many need a target or are refused."""
        return sum(self.outcomes.get(one, 0) for one in ("needs_target", "refused", "stayed"))

    @property
    def ordered(self) -> int:
        """How many were ordered, whatever became of them."""
        return sum(self.outcomes.get(one, 0) for one in (ORDERED, MOVED, STAYED, SKIPPED))

    @property
    def pending(self) -> int:
        """How many are still to be done."""
        return self.outcomes.get(ORDERED, 0) + self.outcomes.get(UNDOING, 0)


@dataclass(frozen=True)
class DossierRow:
    """One dossier of a campaign. `places`: where it stands, by name; `reasons`: why it stays, for people."""

    id: uuid.UUID
    number: str
    prefecture: str
    version: int
    outcome: str
    places: tuple[tuple[str, str], ...]
    needs: tuple[str, ...]
    reasons: tuple[str, ...]
    mapping: Mapping[str, str]
    at: datetime | None


def campaigns(actor: Actor, code: str | None = None) -> list[CampaignView]:
    """The campaigns (of a démarche), the latest first. Raises Forbidden."""
    held.may(actor, VERB)
    query = select(Campaign).order_by(Campaign.asked_at.desc(), Campaign.id)
    if code is not None:
        query = query.where(Campaign.code == code)
    return [_view(row, ()) for row in db.session.scalars(query.limit(100))]


def campaign(actor: Actor, campaign_id: uuid.UUID) -> CampaignView:
    """One campaign; raises NotFound, Forbidden."""
    row = found(actor, campaign_id)
    return _view(row, warnings(row))


def warnings(row: Campaign) -> tuple[tuple[int, tuple[Worse, ...]], ...]:
    """What gets worse for the dossiers that are to move."""
    own = (CampaignDossier.campaign_id == row.id) & (CampaignDossier.status != SKIPPED)
    olds = db.session.scalars(select(CampaignDossier.version_id).where(own).distinct()).all()
    return impact.warnings([demarches.version(one) for one in olds], moving.target_of(row)) if olds else ()


def rows(
    actor: Actor, campaign_id: uuid.UUID, *, outcome: str = "", number: str = "", after: str = "", limit: int = PAGE
) -> list[DossierRow]:
    """The report, dossier by dossier, by number: those of one outcome, those after a number. Raises NotFound."""
    found(actor, campaign_id)
    query = _rows(campaign_id, outcome).where(CampaignDossier.number > after)
    if number:
        query = query.where(CampaignDossier.number == number.strip().upper())
    return list(_told(query.limit(limit)))


def as_csv(actor: Actor, campaign_id: uuid.UUID) -> str:
    """The whole report as a table for a spreadsheet, a line a dossier. Raises NotFound."""
    found(actor, campaign_id)
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEADS)
    for one in _told(_rows(campaign_id, "")):
        places, targets = (name for _, name in one.places), (f"{a} → {b}" for a, b in one.mapping.items())
        cells = (one.number, one.prefecture, one.version, OUTCOMES[one.outcome], ", ".join(places))
        more = (" ".join(one.reasons), ", ".join(targets), one.at.isoformat(timespec="seconds") if one.at else "")
        writer.writerow([_safe(str(cell)) for cell in (*cells, *more)])
    return written.getvalue()


def found(actor: Actor, campaign_id: uuid.UUID) -> Campaign:
    """A campaign's row; raises NotFound, Forbidden."""
    held.may(actor, VERB)
    row = db.session.get(Campaign, campaign_id)
    if row is None:
        raise NotFound("Ce déplacement n’existe pas.")
    return row


def outcome_of(status: str, verdict: str) -> str:
    """What became of a dossier, or would: its status once it was ordered, what the trial says before."""
    if status != LISTED:
        return status
    return "ready" if verdict in CAN_MOVE else verdict


def _view(row: Campaign, told: tuple[tuple[int, tuple[Worse, ...]], ...]) -> CampaignView:
    outcomes = _outcomes(row.id)
    return CampaignView(
        *(row.id, row.code, row.told, row.target_id, row.draft_id, dict(row.mapping), moving.choice_of(row)),
        state=_state(row, outcomes),
        total=row.total,
        done=row.done,
        starts_at=row.starts_at,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        acts=tuple(Act(datetime.fromisoformat(at), by, verb) for at, by, verb in row.acts),
        outcomes=outcomes,
        incidents=_incidents(row.id),
        warnings=told,
    )


def _state(row: Campaign, outcomes: Mapping[str, int]) -> str:
    if row.after == LAST and row.status == MOVING and not outcomes.get(ORDERED):
        return ENDED
    if row.after == LAST and row.status == UNDOING and not outcomes.get(UNDOING):
        return UNDONE
    return row.status


def _outcomes(campaign_id: uuid.UUID) -> dict[str, int]:
    status, verdict = CampaignDossier.status, CampaignDossier.verdict
    query = select(status, verdict, func.count()).where(CampaignDossier.campaign_id == campaign_id)
    counts: dict[str, int] = {}
    for one, said, count in db.session.execute(query.group_by(status, verdict)):
        outcome = outcome_of(one, said)
        counts[outcome] = counts.get(outcome, 0) + count
    return counts


def _incidents(campaign_id: uuid.UUID) -> int:
    """Moves that failed for good and wait for a repair."""
    work = outbox.DueWork
    own = work.key.startswith(f"{moving.MOVE}:{campaign_id}:")
    query = select(func.count()).select_from(work).where(work.kind == moving.MOVE, work.status == "incident", own)
    return int(db.session.scalar(query) or 0)


def _rows(campaign_id: uuid.UUID, outcome: str) -> Any:
    row = CampaignDossier
    query = select(row).where(row.campaign_id == campaign_id).order_by(row.number)
    if outcome == "ready":
        return query.where(row.status == LISTED, row.verdict.in_(CAN_MOVE))
    if outcome in ("needs_target", "refused"):
        return query.where(row.status == LISTED, row.verdict == outcome)
    return query.where(row.status == outcome) if outcome else query


def _told(query: Any) -> Iterator[DossierRow]:
    numbers: dict[uuid.UUID, int] = {}
    for row in db.session.scalars(query.execution_options(yield_per=500)):
        if row.version_id not in numbers:
            numbers[row.version_id] = demarches.version(row.version_id).number
        codes = dict.fromkeys(code for _, _, verdict, code in row.places if code and verdict not in CAN_MOVE)
        yield DossierRow(
            *(row.dossier_id, row.number, row.prefecture, numbers[row.version_id]),
            outcome=outcome_of(row.status, row.verdict),
            places=tuple((place, name or place.rpartition(":")[2]) for place, name, _, _ in row.places),
            needs=tuple(dict.fromkeys(place for place, _, verdict, _ in row.places if verdict not in CAN_MOVE)),
            reasons=tuple(impact.reason(code) for code in (*([row.reason] if row.reason else []), *codes)),
            mapping=dict(row.mapping or {}),
            at=row.at,
        )


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
