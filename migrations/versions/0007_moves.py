"""Moves of running dossiers onto other versions: the campaigns, and what became of each dossier."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "studio_campaign",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("draft_id", sa.Uuid(), nullable=True),
        sa.Column("told", sa.String(length=200), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("choice", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("after", sa.Uuid(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("acts", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "status IN ('trying', 'tried', 'planned', 'moving', 'paused', 'undoing', 'dropped')",
            name=op.f("ck_studio_campaign_status"),
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["studio_draft.id"], name=op.f("fk_studio_campaign_draft_id_studio_draft")
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["demarche_version.id"], name=op.f("fk_studio_campaign_target_id_demarche_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_studio_campaign")),
    )
    with op.batch_alter_table("studio_campaign", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_studio_campaign_code"), ["code"], unique=False)

    op.create_table(
        "studio_campaign_dossier",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("prefecture", sa.String(length=3), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("mapping", sa.JSON(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("etape", sa.String(length=80), nullable=True),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('listed', 'ordered', 'moved', 'stayed', 'skipped', 'undoing', 'undone')",
            name=op.f("ck_studio_campaign_dossier_status"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["studio_campaign.id"],
            name=op.f("fk_studio_campaign_dossier_campaign_id_studio_campaign"),
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_studio_campaign_dossier_dossier_id_dossier")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["demarche_version.id"], name=op.f("fk_studio_campaign_dossier_version_id_demarche_version")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "dossier_id", name=op.f("pk_studio_campaign_dossier")),
    )
    with op.batch_alter_table("studio_campaign_dossier", schema=None) as batch_op:
        batch_op.create_index("ix_studio_campaign_dossier_dossier", ["dossier_id"], unique=False)
        batch_op.create_index("ix_studio_campaign_dossier_status", ["campaign_id", "status", "verdict"], unique=False)


def downgrade() -> None:
    op.drop_table("studio_campaign_dossier")
    op.drop_table("studio_campaign")
