"""Figures for operators, in Prometheus' text: due work by state, what stands still, and how long the oldest waits.

They are counted when they are asked for, in the database that holds the truth, so that any process may be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from prefecture.kernel import clock, due_work, outbox
from prefecture.kernel.db import db
from prefecture.kernel.outbox import DueWork

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class Gauge:
    """A figure that goes up and down; `values` by label (the empty one for a figure without labels)."""

    name: str
    meaning: str
    label: str
    values: Mapping[str, float]


_gauges: list[Callable[[], Sequence[Gauge]]] = []


def gauges(source: Callable[[], Sequence[Gauge]]) -> None:
    """Have a desk's figures told beside the kernel's."""
    if source not in _gauges:
        _gauges.append(source)


def text() -> str:
    """Every figure now."""
    found = [*_due_work(), *(gauge for source in _gauges for gauge in source())]
    return "".join(_written(one) for one in found)


def _due_work() -> list[Gauge]:
    now = clock.database_now(db.session)
    kinds = db.session.execute(select(DueWork.kind, func.count()).where(due_work.IS_INCIDENT).group_by(DueWork.kind))
    abandoned = db.session.scalar(
        select(func.count()).select_from(DueWork).where(due_work.IS_RUNNING, DueWork.lease_until < now)
    )
    return [
        Gauge("planipref_due_work", "Due work by state.", "state", outbox.counts()),
        Gauge("planipref_due_work_incidents", "Work given up, by kind.", "kind", {row[0]: row[1] for row in kinds}),
        Gauge("planipref_due_work_abandoned", "Running work whose lease is over.", "", {"": float(abandoned or 0)}),
        Gauge("planipref_due_work_oldest_seconds", "How long the oldest due work has waited.", "", {"": _waited(now)}),
    ]


def _waited(now: datetime) -> float:
    oldest: datetime | None = db.session.scalar(
        select(func.min(DueWork.run_at)).where(due_work.IS_READY, DueWork.run_at <= now)
    )
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0


def _written(gauge: Gauge) -> str:
    lines = [f"# HELP {gauge.name} {gauge.meaning}", f"# TYPE {gauge.name} gauge"]
    for label, value in sorted(gauge.values.items()):
        marked = f'{{{gauge.label}="{_escaped(label)}"}}' if gauge.label else ""
        lines.append(f"{gauge.name}{marked} {value:g}")
    return "\n".join(lines) + "\n"


def _escaped(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
