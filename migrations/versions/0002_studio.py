"""Drafts of démarches: their files, their history, what is said about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "studio_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("based_on", sa.Uuid(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_by", sa.Uuid(), nullable=True),
        sa.Column("edited_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["based_on"], ["demarche_version.id"], name=op.f("fk_studio_draft_based_on")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_studio_draft")),
    )
    with op.batch_alter_table("studio_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_studio_draft_code"), ["code"], unique=False)

    op.create_table(
        "studio_file",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["studio_draft.id"], name=op.f("fk_studio_file_draft_id")),
        sa.PrimaryKeyConstraint("draft_id", "path", name=op.f("pk_studio_file")),
    )
    op.create_table(
        "studio_milestone",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=True),
        sa.Column("base", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("bundle", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('auto', 'named', 'refused')", name=op.f("ck_studio_milestone_kind")),
        sa.ForeignKeyConstraint(["draft_id"], ["studio_draft.id"], name=op.f("fk_studio_milestone_draft_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_studio_milestone")),
        sa.UniqueConstraint("draft_id", "number", name=op.f("uq_studio_milestone_draft_id")),
    )
    op.create_table(
        "studio_comment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("element", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["draft_id"], ["studio_draft.id"], name=op.f("fk_studio_comment_draft_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_studio_comment")),
    )
    with op.batch_alter_table("studio_comment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_studio_comment_draft_id"), ["draft_id"], unique=False)


def downgrade() -> None:
    for table in ("studio_comment", "studio_milestone", "studio_file", "studio_draft"):
        op.drop_table(table)
