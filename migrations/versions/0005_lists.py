"""Lists of a million dossiers: indexes over what is open, numbers by their beginning; due work knows its request."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TASKS = ("inbox", "mine", "person")
_AGENTS, _CITIZENS = (sa.text(f"status = 'open' AND audience = '{one}'") for one in ("agent", "usager"))


def upgrade() -> None:
    with op.batch_alter_table("due_work", schema=None) as batch_op:
        batch_op.add_column(sa.Column("request", sa.String(length=64), nullable=True))

    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.create_index("ix_dossier_filed", ["service_id", "filed_at", "id"], unique=False)
        batch_op.create_index(
            "ix_dossier_number",
            ["service_id", "number"],
            unique=False,
            postgresql_ops={"number": "varchar_pattern_ops"},
        )

    with op.batch_alter_table("dossier_task", schema=None) as batch_op:
        for name in _TASKS:
            batch_op.drop_index(f"ix_dossier_task_{name}")
        batch_op.create_index(
            "ix_dossier_task_inbox",
            ["service_id", "sort_at", "id"],
            unique=False,
            postgresql_include=["lane", "file", "etape", "assignee_id", "dossier_id"],
            sqlite_where=_AGENTS,
            postgresql_where=_AGENTS,
        )
        for name, column, audience in (("mine", "assignee_id", _AGENTS), ("person", "person_id", _CITIZENS)):
            batch_op.create_index(
                f"ix_dossier_task_{name}",
                [column, "sort_at", "id"],
                unique=False,
                sqlite_where=audience,
                postgresql_where=audience,
            )


def downgrade() -> None:
    with op.batch_alter_table("dossier_task", schema=None) as batch_op:
        for name, owner in zip(_TASKS, ("service_id", "assignee_id", "person_id"), strict=True):
            columns = [owner, "status", *(["audience"] if name == "inbox" else []), "sort_at", "id"]
            batch_op.drop_index(f"ix_dossier_task_{name}")
            batch_op.create_index(f"ix_dossier_task_{name}", columns, unique=False)

    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.drop_index("ix_dossier_number")
        batch_op.drop_index("ix_dossier_filed")

    with op.batch_alter_table("due_work", schema=None) as batch_op:
        batch_op.drop_column("request")
