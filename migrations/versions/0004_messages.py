"""Messages by business key, and those whose time is over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_OPEN = sa.text("status IN ('kept', 'expired')")


def upgrade() -> None:
    op.create_table(
        "business_key",
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_business_key_dossier_id")),
        sa.PrimaryKeyConstraint("key_hash", "dossier_id", name=op.f("pk_business_key")),
    )
    with op.batch_alter_table("business_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_business_key_dossier_id"), ["dossier_id"], unique=False)

    op.create_table(
        "unclaimed_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unclaimed_message")),
        sa.UniqueConstraint("key_hash", "key", name=op.f("uq_unclaimed_message_key_hash")),
    )
    with op.batch_alter_table("unclaimed_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unclaimed_message_expires_at"), ["expires_at"], unique=False)

    with op.batch_alter_table("kept_message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_kept_message_open",
            ["status", "expires_at"],
            unique=False,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        )


def downgrade() -> None:
    with op.batch_alter_table("kept_message", schema=None) as batch_op:
        batch_op.drop_index("ix_kept_message_open", sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.drop_table("unclaimed_message")
    op.drop_table("business_key")
