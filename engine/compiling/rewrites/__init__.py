"""The rewrites: what has one meaning in BPMN is written the one way that the runtime knows. Order matters."""

from __future__ import annotations

from engine.compiling.registry import REWRITES
from engine.compiling.rewrites import expressions, references, data, links, events, gateways, splits, edges  # noqa: F401, I001

__all__ = ["REWRITES"]
