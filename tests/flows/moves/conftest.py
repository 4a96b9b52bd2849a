"""Moves happen where dossiers run: the world of the dossiers' own tests."""

from __future__ import annotations

from tests.prefecture.dossiers.conftest import any_world, app, furnished, postgresql_furnished, postgresql_world, world

__all__ = ["any_world", "app", "furnished", "postgresql_furnished", "postgresql_world", "world"]
