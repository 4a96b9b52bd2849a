"""Observation: stays at each element, their counts, decisions played again; versions and elements held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "decision_replay",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("against", sa.String(length=200), nullable=False),
        sa.Column("tables", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("after", sa.Uuid(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_replay")),
    )
    with op.batch_alter_table("decision_replay", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_replay_code"), ["code"], unique=False)

    op.create_table(
        "demarche_suspension",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("element", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demarche_suspension")),
    )
    with op.batch_alter_table("demarche_suspension", schema=None) as batch_op:
        batch_op.create_index("ix_demarche_suspension_code", ["code", "since"], unique=False)

    op.create_table(
        "observation_reading",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("seal", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation_reading")),
    )
    op.create_table(
        "observation_rollup",
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("grain", sa.String(length=1), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("motif", sa.String(length=60), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("element", sa.String(length=120), nullable=False),
        sa.Column("bucket", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.Column("again", sa.Integer(), nullable=False),
        sa.Column("interrupted", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint(
            "code",
            "grain",
            "service_id",
            "motif",
            "period",
            "version_id",
            "element",
            "bucket",
            name=op.f("pk_observation_rollup"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "observation_tally",
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("motif", sa.String(length=60), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.String(length=60), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "code",
            "kind",
            "day",
            "service_id",
            "motif",
            "version_id",
            "subject",
            "detail",
            name=op.f("pk_observation_tally"),
        ),
    )
    op.create_table(
        "observed_dossier",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("motif", sa.String(length=60), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("silence_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_observed_dossier_dossier_id")),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_observed_dossier")),
    )
    op.create_table(
        "passage",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("motif", sa.String(length=60), nullable=False),
        sa.Column("element", sa.String(length=120), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ending", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_passage_dossier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passage")),
    )
    with op.batch_alter_table("passage", schema=None) as batch_op:
        batch_op.create_index("ix_passage_dossier", ["dossier_id", "element"], unique=False)
        batch_op.create_index(
            "ix_passage_present",
            ["code", "version_id", "element"],
            unique=False,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("passage", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_passage_present", sqlite_where=sa.text("left_at IS NULL"), postgresql_where=sa.text("left_at IS NULL")
        )
        batch_op.drop_index("ix_passage_dossier")

    op.drop_table("passage")
    op.drop_table("observed_dossier")
    op.drop_table("observation_tally")
    op.drop_table("observation_rollup")
    op.drop_table("observation_reading")
    with op.batch_alter_table("demarche_suspension", schema=None) as batch_op:
        batch_op.drop_index("ix_demarche_suspension_code")

    op.drop_table("demarche_suspension")
    with op.batch_alter_table("decision_replay", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_replay_code"))

    op.drop_table("decision_replay")
