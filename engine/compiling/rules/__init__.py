"""The rules, one module a family; importing them fills the registry."""

from __future__ import annotations

from engine.compiling.registry import RULES
from engine.compiling.rules import (  # noqa: F401
    catalogue,
    drawing,
    elements,
    events,
    expressions,
    flow,
    gateways,
    loops,
    structure,
)

__all__ = ["RULES"]
