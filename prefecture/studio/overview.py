"""The démarches at a glance: the version in force, who follows which version, drafts, and how the démarche is."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from prefecture.demarches import queries as demarches
from prefecture.demarches.bundle import of_files
from prefecture.demarches.queries import VersionView
from prefecture.dossiers import figures, incidents
from prefecture.identity import permissions
from prefecture.identity.permissions import Actor
from prefecture.studio import findings
from prefecture.studio.findings import Tested
from prefecture.studio.queries import DraftRow, drafts

# What the list may spend on judging folders that nobody judged yet; the rest is judged at the next look.
PATIENCE = 3.0


@dataclass(frozen=True)
class Health:
    """What the check says of a version, and how its scenarios go."""

    errors: int
    remarks: int
    tested: Tested | None


@dataclass(frozen=True)
class DemarcheRow:
    """A published démarche; `running` counts unfinished dossiers by version number, the latest first.

    `health` is None while nobody has judged it yet, `incidents` for who may not know.
    """

    code: str
    title: str
    number: int
    version_id: uuid.UUID
    published_at: datetime
    owner: str
    drafts: tuple[DraftRow, ...]
    running: tuple[tuple[int, int], ...]
    health: Health | None
    incidents: int | None


def overview(actor: Actor) -> list[DemarcheRow]:
    """Every published démarche, by title."""
    began = time.perf_counter()
    counts = figures.running_by_version()
    stopped = _incidents(actor)
    drafted = drafts()
    rows = []
    for one in demarches.demarches():
        own = tuple(draft for draft in drafted if draft.code == one.code)
        rows.append(
            DemarcheRow(
                code=one.code,
                title=one.title,
                number=one.number,
                version_id=one.id,
                published_at=one.published_at,
                owner=own[0].owner if own else one.published_by,
                drafts=own,
                running=running(demarches.versions(one.code), counts),
                health=health(one.id) if time.perf_counter() - began < PATIENCE else None,
                incidents=None if stopped is None else stopped[one.code],
            )
        )
    return rows


def running(versions: list[VersionView], counts: dict[uuid.UUID, int] | None = None) -> tuple[tuple[int, int], ...]:
    """The unfinished dossiers of each of these versions that has any, by number."""
    counts = figures.running_by_version() if counts is None else counts
    return tuple((one.number, counts[one.id]) for one in versions if counts.get(one.id))


def health(version_id: uuid.UUID) -> Health:
    """What the check says of a published version today; worked out once a process. Raises NotFound."""
    version = demarches.version(version_id)
    bundle = of_files(version.files)
    found = findings.of_bundle(bundle, version.code)
    errors = sum(one.severity == "error" for one in found)
    return Health(errors, len(found) - errors, findings.tested(bundle, version.code))


def _incidents(actor: Actor) -> Counter[str] | None:
    if not permissions.may(actor, "incident.read") or permissions.is_national(actor):  # those are préfectures'
        return None
    return Counter(one.demarche_code for one in incidents.incidents(actor) if one.demarche_code)
