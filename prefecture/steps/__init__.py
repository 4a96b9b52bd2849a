"""The four steps of every démarche: the actions that service tasks name, from filing to hand-over.

Each action is planned by a pure function (`filing`, `completeness`, `convocation`, `decision`, `delivery`), then
carried out by `running`: read, render between doors, keep in a last door that answers the engine first.
"""

from __future__ import annotations

from prefecture.steps.registration import register

__all__ = ["register"]
