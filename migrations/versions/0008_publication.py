"""Drafts are signed off and published: the journal of publications, and the version in force where it is a former one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "demarche_in_force",
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["demarche_version.id"], name=op.f("fk_demarche_in_force_version_id_demarche_version")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_demarche_in_force")),
    )
    op.create_table(
        "studio_publication",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=True),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "act IN ('asked', 'accepted', 'refused', 'published', 'forced', 'returned', 'threshold', 'received')",
            name=op.f("ck_studio_publication_act"),
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["studio_draft.id"], name=op.f("fk_studio_publication_draft_id_studio_draft")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["demarche_version.id"], name=op.f("fk_studio_publication_version_id_demarche_version")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_studio_publication")),
    )
    with op.batch_alter_table("studio_publication", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_studio_publication_code"), ["code"], unique=False)
        batch_op.create_index(batch_op.f("ix_studio_publication_draft_id"), ["draft_id"], unique=False)


def downgrade() -> None:
    op.drop_table("studio_publication")
    op.drop_table("demarche_in_force")
