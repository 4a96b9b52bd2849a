"""Due work is found by its urgency: an index for what is ready, small ones for what runs and for incidents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_INDEXES = {"ready": ["priority", "run_at"], "running": ["lease_until"], "incident": ["ended_at"]}
_PENDING = sa.text("status IN ('ready', 'running')")


def upgrade() -> None:
    with op.batch_alter_table("due_work", schema=None) as batch_op:
        for status, columns in _INDEXES.items():
            where = sa.text(f"status = '{status}'")
            batch_op.create_index(
                f"ix_due_work_{status}", columns, unique=False, sqlite_where=where, postgresql_where=where
            )
        batch_op.drop_index("ix_due_work_pending")


def downgrade() -> None:
    with op.batch_alter_table("due_work", schema=None) as batch_op:
        batch_op.create_index(
            "ix_due_work_pending",
            ["status", "run_at"],
            unique=False,
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        )
        for status in _INDEXES:
            batch_op.drop_index(f"ix_due_work_{status}")
