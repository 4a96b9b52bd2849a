"""What a child process may use at most."""

from __future__ import annotations

import resource

GIB = 1024**3


def apply(memory: int) -> None:
    """Limit this process to `memory` bytes of address space, and leave no core file (it would hold people's data)."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
