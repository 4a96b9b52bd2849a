"""A step of a dossier touches fewer indexes: whether it awaits its seal is a fact, and nobody's tasks are not listed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_AGENTS = "status = 'open' AND audience = 'agent'"
_TAKEN = f"{_AGENTS} AND assignee_id IS NOT NULL"


def upgrade() -> None:
    # Not in batches: SQLite would make the table anew, and delete what points at it.
    op.drop_index("ix_dossier_unsealed", "dossier")
    op.add_column("dossier", sa.Column("unsealed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE dossier SET unsealed = true WHERE journal_seq > sealed_seq")  # an hour's dossiers, not all
    op.drop_column("dossier", "sealed_seq")
    _index("ix_dossier_unsealed", "dossier", ["id"], "unsealed")
    _mine(_TAKEN)
    if (
        op.get_bind().dialect.name == "postgresql"
    ):  # room for a changed row beside it: its indexes then stay as they are
        op.execute("ALTER TABLE dossier SET (fillfactor = 85)")


def downgrade() -> None:
    op.drop_index("ix_dossier_unsealed", "dossier")
    op.add_column("dossier", sa.Column("sealed_seq", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE dossier SET sealed_seq = journal_seq WHERE NOT unsealed")
    op.drop_column("dossier", "unsealed")
    _index("ix_dossier_unsealed", "dossier", ["id"], "journal_seq > sealed_seq")
    _mine(_AGENTS)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE dossier RESET (fillfactor)")


def _mine(condition: str) -> None:
    op.drop_index("ix_dossier_task_mine", "dossier_task")
    _index("ix_dossier_task_mine", "dossier_task", ["assignee_id", "sort_at", "id"], condition)


def _index(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
