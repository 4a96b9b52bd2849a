"""How a check says no."""

from __future__ import annotations


class Refused(ValueError):
    """An answer cannot be taken; the message is the French sentence that the person reads."""
