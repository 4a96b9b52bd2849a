"""Runs the numbered migrations on the application's database, inside the transaction of `kernel.commands`."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from prefecture.kernel.db import UtcDateTime

connection: Connection = context.config.attributes["connection"]
target_metadata = context.config.attributes["target_metadata"]


def render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """A column of ours is written as the plain type it keeps, so that migrations outlive the class."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=connection,
    target_metadata=target_metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    render_item=render,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
