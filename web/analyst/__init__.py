"""Analysts' pages, the studio: démarches drawn, tested, published, moved to and watched."""

from __future__ import annotations

from web.analyst import files, judging, together, versions
from web.analyst.frame import blueprint

__all__ = ["blueprint", "files", "judging", "together", "versions"]
