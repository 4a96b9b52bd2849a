"""One figure a line, and the clock that figures are taken with."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterable


def tell(name: str, value: float, unit: str) -> None:
    """Print a figure."""
    print(f"BENCH {name} {value:.3f} {unit}", flush=True)


def note(text: str) -> None:
    """Say something beside the figures."""
    print(text, file=sys.stderr, flush=True)


def timed(call: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def worked(call: Callable[[], object]) -> float:
    """Seconds that this thread itself works for a call: for ratios that a busy machine must not move."""
    began = time.thread_time()
    call()
    return time.thread_time() - began


def median(seconds: Iterable[float]) -> float:
    """The median."""
    return statistics.median(seconds)


def each(call: Callable[[], object], *, rounds: int = 20, calls: int = 500) -> float:
    """Median seconds of one call, over `rounds` of `calls`."""

    def many() -> None:
        for _ in range(calls):
            call()

    many()
    return median(timed(many) for _ in range(rounds)) / calls
