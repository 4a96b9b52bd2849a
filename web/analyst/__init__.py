"""Analysts' pages, the studio: démarches drawn, tested, published, moved to and watched."""

from __future__ import annotations

from web.analyst import (
    comparison,
    drafts,
    editor,
    files,
    history,
    home,
    incidents,
    judging,
    moves,
    observation,
    path,
    promotion,
    publication,
    publications,
    questions,
    replays,
    runs,
    suspensions,
    together,
    trials,
    versions,
)
from web.analyst.frame import blueprint

__all__ = [
    "blueprint",
    "comparison",
    "drafts",
    "editor",
    "files",
    "history",
    "home",
    "incidents",
    "judging",
    "moves",
    "observation",
    "path",
    "promotion",
    "publication",
    "publications",
    "questions",
    "replays",
    "runs",
    "suspensions",
    "together",
    "trials",
    "versions",
]
