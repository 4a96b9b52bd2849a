"""The rewrites: what has one meaning in BPMN is written the one way that the runtime knows.

Phases: expressions, references, data, links, events, gateways, splits, edges."""

from __future__ import annotations

from engine.compiling.registry import REWRITES
from engine.compiling.rewrites import data, edges, events, expressions, gateways, links, references, splits  # noqa: F401

__all__ = ["REWRITES"]

REWRITES.sort(key=lambda one: one.phase)
