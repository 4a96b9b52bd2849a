"""Versions arrive from other installations, whose keys are trusted here; versions and démarches are retired."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_BEFORE = "act IN ('asked', 'accepted', 'refused', 'published', 'forced', 'returned', 'threshold', 'received')"
_AFTER = (
    "act IN ('asked', 'accepted', 'refused', 'published', 'forced', 'returned', 'threshold', 'received', "
    "'sealed', 'trusted', 'untrusted', 'retired', 'reopened')"
)


def upgrade() -> None:
    op.create_table(
        "studio_trusted_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_studio_trusted_key")),
    )
    with op.batch_alter_table("studio_trusted_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_studio_trusted_key_key"), ["key"], unique=False)
    op.create_table(
        "studio_arrival",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrived_by", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id"], ["demarche_version.id"], name=op.f("fk_studio_arrival_version_id_demarche_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_studio_arrival")),
        sa.UniqueConstraint("file_digest", name=op.f("uq_studio_arrival_file_digest")),
    )
    op.create_table(
        "demarche_retirement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demarche_retirement")),
    )
    with op.batch_alter_table("demarche_retirement", schema=None) as batch_op:
        batch_op.create_index("ix_demarche_retirement_code", ["code", "since"], unique=False)
    with op.batch_alter_table("demarche_suspension", schema=None) as batch_op:
        batch_op.add_column(sa.Column("expected_on", sa.Date(), nullable=True))
    _check_acts(_AFTER)


def downgrade() -> None:
    op.execute("DELETE FROM studio_publication WHERE act IN ('sealed', 'trusted', 'untrusted', 'retired', 'reopened')")
    _check_acts(_BEFORE)
    with op.batch_alter_table("demarche_suspension", schema=None) as batch_op:
        batch_op.drop_column("expected_on")
    op.drop_table("demarche_retirement")
    op.drop_table("studio_arrival")
    op.drop_table("studio_trusted_key")


def _check_acts(condition: str) -> None:
    name = op.f("ck_studio_publication_act")
    with op.batch_alter_table("studio_publication", schema=None) as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, condition)
