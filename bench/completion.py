"""One user task completed through the service layer, against the bare engine step and the bare transaction."""

from __future__ import annotations

import cProfile
import pstats
import sys
from collections.abc import Callable

from bench.figures import median, note, tell, timed
from bench.house import COMPLETE, House
from engine import runtime
from prefecture.demarches import queries as demarches
from prefecture.dossiers import service
from prefecture.dossiers.held import hold
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work

WARM_UP = 10
MEASURED = 150


def measure(house: House, database: str, bare: Callable[[], None], *, profile: bool = False) -> bytes:
    """Tell the ratio and its two parts, measured in turns; returns a process state.

    The ratio is the middle one of all turns: a machine that changes its speed changes it for both sides of a turn.
    """
    claire = house.actor("claire")
    waiting = house.waiting(WARM_UP + MEASURED)
    service_times, step_times, bare_times = [], [], []
    state = b""
    profiler = cProfile.Profile() if profile else None
    for place, (dossier_id, task) in enumerate(waiting):
        with unit_of_work():
            held = hold(Actor.system(), dossier_id)
            state, definition = held.state, demarches.version(held.dossier.version_id).definition
        db.session.remove()
        answers = dict(COMPLETE)
        steps = timed(lambda d=definition, s=state, t=task, a=answers: runtime.complete(d, s, t, a, now=clock.now()))  # type: ignore[misc]
        floors = timed(bare)
        if profiler and place >= WARM_UP:
            profiler.enable()
        whole = timed(lambda t=task: _complete(claire, t))  # type: ignore[misc]
        if profiler:
            profiler.disable()
        db.session.remove()
        if place >= WARM_UP:
            service_times.append(whole)
            step_times.append(steps)
            bare_times.append(floors)
    whole, step, bare_time = median(service_times), median(step_times), median(bare_times)
    turns = zip(service_times, step_times, bare_times, strict=True)
    tell(f"task_completion_vs_floor_{database}", median(one / (two + three) for one, two, three in turns), "ratio")
    tell(f"task_completion_ms_{database}", whole * 1000, "ms")
    tell(f"floor_ms_{database}", (step + bare_time) * 1000, "ms")
    tell(f"floor_engine_ms_{database}", step * 1000, "ms")
    tell(f"floor_database_ms_{database}", bare_time * 1000, "ms")
    if profiler:
        note(f"--- {database}, {MEASURED} completions")
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("cumulative").print_stats(70)
    return state


def _complete(claire: Actor, task: str) -> None:
    with unit_of_work():
        service.complete_task(claire, task, COMPLETE)
