"""Agents' pages: worklist, task, dossier, search, reception. Dense, by keyboard, without going back."""

from __future__ import annotations

from web.agent import dossier, inbox, papers, reception, task
from web.agent.frame import blueprint

__all__ = ["blueprint", "dossier", "inbox", "papers", "reception", "task"]
