"""A citizen's pages: home, filing, dossier, tasks, appointments."""

from __future__ import annotations

from web.citizen import appointments, begin, dossier, filing, home, papers, tasks
from web.citizen.frame import blueprint

__all__ = ["appointments", "begin", "blueprint", "dossier", "filing", "home", "papers", "tasks"]
