"""The history of drafts: the whole folder as it stood, kept before another hand or another hour changes it, by name
when somebody asks, and with every text that was refused because it came too late."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import undefer

from prefecture.demarches import bundle as bundles
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.db import db
from prefecture.kernel.errors import Invalid, NotFound
from prefecture.studio import folder, held
from prefecture.studio.models import Draft, DraftMilestone

AUTO, NAMED, REFUSED = "auto", "named", "refused"
APART = timedelta(minutes=15)
KEPT = 100  # automatic ones; those that somebody named or that hold a refused text stay


def milestone(actor: Actor, draft_id: uuid.UUID, label: str) -> int:
    """Keep the draft as it stands under a name; returns the milestone's number."""
    if not label.strip() or len(label) > 200:
        raise Invalid({"label": "Donnez un nom de 200 caractères au plus."})
    row = held.hold(actor, draft_id)
    return _keep(row, actor, NAMED, label.strip(), held.files_of(row.id)).number


def restore(actor: Actor, draft_id: uuid.UUID, number: int, path: str | None = None) -> None:
    """Bring the draft, or one file of it, back to a milestone; what stood there is kept first. Raises NotFound."""
    row = held.hold_free(actor, draft_id)
    files = files_at(draft_id, number)
    keep_before(row, actor, f"Avant le retour au jalon {number}", always=True)
    if path is None:
        held.write_all(row, actor, files)
    elif path in files:
        folder.check_path(path)
        held.write(row, actor, path, files[path])
    else:
        raise NotFound(f"Le jalon {number} n’a pas de fichier «\u00a0{path}\u00a0».")


def files_at(draft_id: uuid.UUID, number: int) -> dict[str, bytes]:
    """The files of a milestone; raises NotFound."""
    query = select(DraftMilestone).where(DraftMilestone.draft_id == draft_id, DraftMilestone.number == number)
    row = db.session.scalar(query.options(undefer(DraftMilestone.bundle)))
    if row is None:
        raise NotFound("Ce jalon n’existe pas.")
    return dict(bundles.unpack(row.bundle).files)


def keep_before(row: Draft, actor: Actor, label: str, *, always: bool = False) -> None:
    """Keep a held draft as it stands before it changes: `always`, or when another hand wrote last, or an hour ago."""
    last = db.session.execute(
        select(DraftMilestone.at, DraftMilestone.by)
        .where(DraftMilestone.draft_id == row.id, DraftMilestone.kind != REFUSED)
        .order_by(DraftMilestone.number.desc())
        .limit(1)
    ).first()
    recent = last is not None and clock.now() - last.at < APART
    if recent and row.changed_by == actor.id and not always:
        return
    _keep(row, actor, AUTO, label, held.files_of(row.id))
    _forget_old(row)


def keep_refused(row: Draft, actor: Actor, path: str, content: bytes, base: int, why: str) -> int:
    """Keep the folder with a text that could not be saved; the same hand's next try replaces it. Its number."""
    files = {**held.files_of(row.id), path: content}
    query = select(DraftMilestone).where(
        DraftMilestone.draft_id == row.id,
        DraftMilestone.kind == REFUSED,
        DraftMilestone.by == actor.id,
        DraftMilestone.path == path,
        DraftMilestone.base == base,
    )
    kept = db.session.scalar(query)
    if kept is None:
        kept = _keep(row, actor, REFUSED, why, files, path=path, base=base)
    else:
        kept.bundle, kept.at, kept.label = bundles.of_files(files).packed(), clock.now(), why
    db.session.flush()
    return kept.number


def _keep(
    row: Draft,
    actor: Actor,
    kind: str,
    label: str,
    files: Mapping[str, bytes],
    *,
    path: str | None = None,
    base: int | None = None,
) -> DraftMilestone:
    last = db.session.scalar(select(func.max(DraftMilestone.number)).where(DraftMilestone.draft_id == row.id))
    kept = DraftMilestone(
        draft_id=row.id,
        number=(last or 0) + 1,
        kind=kind,
        label=label[:200],
        path=path,
        base=base,
        at=clock.now(),
        by=actor.id,
        bundle=bundles.of_files(files).packed(),
    )
    db.session.add(kept)
    db.session.flush()
    return kept


def _forget_old(row: Draft) -> None:
    """Automatic milestones beyond the newest ones go."""
    own = (DraftMilestone.draft_id == row.id) & (DraftMilestone.kind == AUTO)
    numbers = db.session.scalars(select(DraftMilestone.number).where(own).order_by(DraftMilestone.number.desc()))
    old = list(numbers)[KEPT:]
    if old:
        db.session.execute(delete(DraftMilestone).where(own, DraftMilestone.number.in_(old)))
