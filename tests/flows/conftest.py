"""Fixtures of the flows: the préfecture on SQLite and on PostgreSQL."""

from __future__ import annotations

from tests.town import any_town, postgresql_copy, postgresql_town, sqlite_town, town

__all__ = ["any_town", "postgresql_copy", "postgresql_town", "sqlite_town", "town"]
