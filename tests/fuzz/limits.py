"""What one call may cost: two seconds of processor and a gigabyte and a half; more is a find."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SECONDS = 2.0
MEMORY = 1_536 * 1024 * 1024


class Hang(Exception):
    """A call took longer than it may."""


def _rang(number: int, frame: FrameType | None) -> None:
    raise Hang(f"more than {SECONDS} seconds of processor")


@contextmanager
def bounded(seconds: float = SECONDS) -> Iterator[None]:
    """Raise Hang inside the block when it uses more processor than that. Main thread only."""
    before = signal.signal(signal.SIGVTALRM, _rang)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def bound_memory() -> None:
    """From now on this process has so much memory and no more: what asks for more gets a MemoryError."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
