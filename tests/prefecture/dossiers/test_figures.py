"""Statistics: open and late by step, median days, within one's reach."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from prefecture.kernel import clock
from prefecture.kernel.errors import Forbidden
from prefecture.statistics import service as statistics

COMPLETE = {"conclusion": "complet"}


def test_counts_and_delays_by_step(world: Any) -> None:
    head = world.agent("helene", "Hélène Noir", ["chef_de_service"])
    filed = [world.filed() for _ in range(4)]
    for days, view in zip((2, 1, 4), filed, strict=False):
        clock.move(timedelta(days=days))
        world.complete(world.claire, world.task(view, "verifier"), COMPLETE)
    clock.move(timedelta(days=10))
    found = statistics.figures(head)
    (step,) = found.steps
    assert (step.demarche_code, step.etape, step.open, step.late, step.done) == ("essai", "completude", 1, 1, 3)
    assert step.median_days == 3.0
    assert found.demarches[0].by_statut == {"en_construction": 4}


def test_old_work_leaves_the_window(world: Any) -> None:
    head = world.agent("helene", "Hélène Noir", ["chef_de_service"])
    world.complete(world.claire, world.task(world.filed(), "verifier"), COMPLETE)
    clock.move(timedelta(days=91))
    assert statistics.figures(head).steps == ()


def test_figures_stop_at_ones_reach(world: Any) -> None:
    world.filed()
    assert statistics.figures(world.agent("ada", "Ada Gris", ["administrateur"])).open == 1
    with pytest.raises(Forbidden):
        statistics.figures(world.claire)
    with pytest.raises(Forbidden):
        statistics.figures(world.amina)
