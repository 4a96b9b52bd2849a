"""R1: workers are killed without warning, at random, while dossiers go through their steps."""

from __future__ import annotations

import random
import time

from tests.torture.verdict import Size, Verdict
from tests.torture.world import World


def r1_workers_killed(world: World, size: Size) -> Verdict:
    """kill -9 of a random worker of three, again and again; then what is left is finished undisturbed."""
    dice = random.Random(1)
    acknowledged = world.submit(size.dossiers)
    workers = [world.worker(number) for number in range(3)]
    kills = 0
    until = time.monotonic() + 60
    while kills < size.kills and time.monotonic() < until:
        time.sleep(dice.uniform(0.05, 0.25))
        number = dice.randrange(3)
        workers[number].kill()
        kills += 1
        workers[number] = world.worker(number)
    for one in workers:
        one.kill()
    settled = world.settle()
    return world.judge(acknowledged).also(stuck=not settled, notes=f"kills={kills}")
