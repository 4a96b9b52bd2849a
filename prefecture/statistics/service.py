"""What a head of service, an administrator or an analyst may know about the work: how much, how late, how long."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from prefecture.dossiers import queries as dossiers
from prefecture.identity import permissions
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.errors import Forbidden

WINDOW = timedelta(days=90)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class StepFigures:
    """A step of a démarche in a service; `median_days` over those who left it in the window, None without any."""

    service_id: uuid.UUID
    demarche_code: str
    etape: str
    open: int
    late: int
    done: int
    median_days: float | None


@dataclass(frozen=True)
class DemarcheFigures:
    """A démarche in a service: dossiers by status."""

    service_id: uuid.UUID
    demarche_code: str
    by_statut: dict[str, int]


@dataclass(frozen=True)
class Figures:
    """Everything that an actor may know, ordered by démarche and step."""

    steps: tuple[StepFigures, ...]
    demarches: tuple[DemarcheFigures, ...]
    open: int
    late: int
    window_days: int


def figures(actor: Actor, *, window: timedelta = WINDOW) -> Figures:
    """The figures within the actor's reach: their services, their préfecture, or everywhere. Raises Forbidden."""
    if not permissions.may(actor, "statistics.read"):
        raise Forbidden("Ces chiffres sont pour les chefs de service, les administrateurs et les analystes.")
    services, prefecture = _reach(actor)
    steps = _steps(window, services, prefecture)
    by_demarche: dict[tuple[uuid.UUID, str], dict[str, int]] = defaultdict(dict)
    for one in dossiers.statut_counts(services, prefecture):
        by_demarche[one.service_id, one.demarche_code][one.statut] = one.dossiers
    return Figures(
        steps=tuple(steps),
        demarches=tuple(DemarcheFigures(*key, counts) for key, counts in by_demarche.items()),
        open=sum(step.open for step in steps),
        late=sum(step.late for step in steps),
        window_days=window.days,
    )


def _reach(actor: Actor) -> tuple[Collection[uuid.UUID] | None, str | None]:
    if permissions.ANALYSTE in actor.roles or permissions.is_national(actor):
        return None, None
    if permissions.ADMINISTRATEUR in actor.roles:
        return None, actor.prefecture or ""
    return actor.service_ids, None


def _steps(window: timedelta, services: Collection[uuid.UUID] | None, prefecture: str | None) -> list[StepFigures]:
    now_open = {
        (one.service_id, one.demarche_code, one.etape or ""): one for one in dossiers.open_counts(services, prefecture)
    }
    days: dict[tuple[uuid.UUID, str, str], list[float]] = defaultdict(list)
    for span in dossiers.spans(clock.now() - window, services, prefecture):
        days[span.service_id, span.demarche_code, span.etape].append((span.closed_at - span.opened_at) / DAY)
    found = []
    for key in sorted({*now_open, *days}, key=lambda key: (key[1], key[2], key[0])):
        count, left = now_open.get(key), days.get(key, [])
        found.append(
            StepFigures(
                *key,
                open=count.open if count else 0,
                late=count.late if count else 0,
                done=len(left),
                median_days=round(median(left), 1) if left else None,
            )
        )
    return found
