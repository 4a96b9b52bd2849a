"""Drafts are tried: how their scenarios went, runs played by hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "studio_trial",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("played_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["studio_draft.id"], name=op.f("fk_studio_trial_draft_id")),
        sa.PrimaryKeyConstraint("draft_id", name=op.f("pk_studio_trial")),
    )
    op.create_table(
        "studio_run",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["studio_draft.id"], name=op.f("fk_studio_run_draft_id")),
        sa.PrimaryKeyConstraint("draft_id", "by", name=op.f("pk_studio_run")),
    )


def downgrade() -> None:
    op.drop_table("studio_run")
    op.drop_table("studio_trial")
