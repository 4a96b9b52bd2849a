"""A queue served by so many processes, minute by minute: what cannot be served waits for the next minute."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

MINUTE = 60.0
ONE_IN_TWENTY = 0.05


@dataclass
class Pool:
    """`load`: for each minute, how many processes its arrivals would keep busy; `service_s`: seconds of one piece."""

    load: list[float]
    service_s: float
    _waits: dict[int, tuple[float, float]] = field(default_factory=dict)

    @property
    def mean(self) -> float:
        """Processes busy in the mean of the year."""
        return sum(self.load) / len(self.load)

    @property
    def worst(self) -> float:
        """Processes that the worst minute's arrivals would keep busy."""
        return max(self.load)

    def wait(self, processes: int) -> float:
        """Seconds that 95 % of the worst minute's arrivals wait at most."""
        return self._played(processes)[0]

    def longest(self, processes: int) -> float:
        """The longest queue, in pieces."""
        return self._played(processes)[1]

    def after_outage(self, processes: int, begin: int, minutes: int) -> tuple[float, int]:
        """How many pieces wait when nobody has served for `minutes`, and in how many more minutes all are done."""
        owed = sum(self.load[begin : begin + minutes])
        left, minute = owed, begin + minutes
        while left > 0:
            left = max(0.0, left + self.load[minute] - processes)
            minute += 1
        return owed * MINUTE / self.service_s, minute - begin - minutes

    def _played(self, processes: int) -> tuple[float, float]:
        if processes not in self._waits:
            owed = wait = queue = 0.0
            for load in self.load:
                owed = max(0.0, owed + load - processes)
                chance = _by_chance(load, processes, self.service_s)
                wait = max(wait, owed * MINUTE / processes + chance)
                queue = max(queue, (owed * MINUTE + chance * load) / self.service_s)
            self._waits[processes] = (wait, queue)
        return self._waits[processes]


def smallest(pool: Pool, wait_s: float) -> int:
    """The fewest processes with which nobody (but one in twenty of the worst minute) waits longer."""
    found = max(1, math.floor(pool.mean))
    while pool.wait(found) > wait_s:
        found += 1
    return found


def _by_chance(load: float, processes: int, service_s: float) -> float:
    """Seconds that 95 % wait at most because arrivals come by chance (Erlang's C, exponential service)."""
    if load >= processes:
        return 0.0
    blocked = 1.0
    for one in range(1, processes + 1):
        blocked = load * blocked / (one + load * blocked)
    waits = blocked / (1 - load / processes * (1 - blocked))
    return max(0.0, math.log(waits / ONE_IN_TWENTY)) * service_s / (processes - load) if waits > 0 else 0.0
